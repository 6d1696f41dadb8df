"""The process that reads: ``python -m services.extractor.reader``. See :mod:`services.extractor.process` for why it is one.

Frames on standard input and output are a length of four bytes and that many bytes. The first frame in is the pickled
factory of the tagger; an empty frame out says that it is ready. Then each frame in is an article as the bus has it, and
each frame out a reply. It ends with its input.
"""

import gc
import os
import pickle
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from services.core import codec
from services.core.act import ArmsTransfer
from services.core.article import Article, TaggedArticle
from services.core.errors import Poison, PoisonReason
from services.core.ports.bus import Headers
from services.core.ports.edges import Tagger
from services.frames import receive, send

_DETAIL = 1000


class Read(Struct, frozen=True, tag=True):
    """The article was read. ``value`` is the tagged article as it goes on the bus; ``acts`` are pairs of kind and certainty."""

    key: bytes
    value: bytes
    headers: Headers
    seconds: float
    result: str
    acts: tuple[tuple[str, str], ...]


class Refused(Struct, frozen=True, tag=True):
    """The article can never be read."""

    reason: PoisonReason
    detail: str


Reply = Read | Refused


def answer(tagger: Tagger, value: bytes, now: datetime) -> Reply:
    """What to reply to an article."""
    begun = time.perf_counter()
    try:
        tagged = tagger.tag(codec.decode(Article, value), now)
        return _read(tagged, time.perf_counter() - begun)
    except Poison as poison:
        return Refused(poison.reason, poison.detail[:_DETAIL])
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  the same article would raise it again
        return Refused(PoisonReason.CRASHED, f"reading it raised {type(error).__name__}: {error}"[:_DETAIL])


def _read(tagged: TaggedArticle, seconds: float) -> Read:
    acts = tuple(
        ("arms_transfer" if isinstance(act, ArmsTransfer) else "sanction", act.certainty.value) for act in tagged.acts
    )
    return Read(
        key=tagged.article.id.encode(), value=codec.encode(tagged), headers=codec.headers(tagged), seconds=seconds,
        result=tagged.skipped.value if tagged.skipped else "read", acts=acts,
    )  # fmt: skip


def main() -> int:
    """Serve until the input ends; the exit status."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints can disturb the replies
    first = receive(source)
    if first is None:
        return 0
    factory: Callable[[], Tagger] = pickle.loads(first)  # noqa: S301  from our own parent
    tagger = factory()
    gc.collect()
    gc.freeze()  # the lexicons live as long as the process; the collector need not look at them again
    send(sink, b"")
    encoder = msgspec.msgpack.Encoder()
    try:
        while (value := receive(source)) is not None:
            send(sink, encoder.encode(answer(tagger, value, datetime.now(UTC))))
    except BrokenPipeError:
        pass  # the parent is gone
    return 0


if __name__ == "__main__":
    sys.exit(main())
