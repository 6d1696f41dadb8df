"""MinHash signatures of texts, by datasketch. services.core.near compares them."""

from itertools import pairwise

import numpy as np
from datasketch import MinHash

from services.core.article import Article
from services.core.near import PERMUTATIONS, VERSION
from services.core.words import words

_MOST_WORDS = 400  # a wire text differs at its end: outlets cut and add there
_FEWEST_WORDS = 12  # below, two different headlines share too many word pairs
_template = MinHash(num_perm=PERMUTATIONS, seed=1)


def signature(article: Article) -> bytes:
    """The signature of the article's text; empty for a text of fewer than 12 words. The same text gives the same bytes."""
    keys = [word.key for word in words(article.text[: _MOST_WORDS * 12])][:_MOST_WORDS]
    if len(keys) < _FEWEST_WORDS:
        return b""
    sketch = _template.copy()
    sketch.update_batch([f"{left} {right}".encode() for left, right in pairwise(keys)])
    return VERSION + np.asarray(sketch.hashvalues, dtype="<u4").tobytes()
