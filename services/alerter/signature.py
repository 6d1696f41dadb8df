"""MinHash signatures of texts, by datasketch. services.core.near compares them."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from services.core.near import PERMUTATIONS, VERSION

_MOST_WORDS = 400  # a wire text differs at its end: outlets cut and add there
_FEWEST_WORDS = 12  # below, two different headlines share too many word pairs


def signature(keys: Sequence[str]) -> bytes:
    """The signature of a text, given its words folded; empty for fewer than 12. The same words give the same bytes."""
    read = keys[:_MOST_WORDS]
    if len(read) < _FEWEST_WORDS:
        return b""
    sketch = _template().copy()
    sketch.update_batch([f"{left} {right}".encode("utf-8", "surrogatepass") for left, right in pairwise(read)])
    return VERSION + bytes(sketch.hashvalues.astype("<u4").tobytes())


@cache
def _template() -> Any:
    from datasketch import MinHash  # brings scipy and takes a second to import; every command would wait for it

    return MinHash(num_perm=PERMUTATIONS, seed=1)
