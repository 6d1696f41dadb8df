"""The file to replay: one article per line, read twice, so that texts never wait in memory.

The first reading checks every line and notes where it stands and when it was published; the second takes the lines in
the order of time. What stays in memory is about 70 bytes per article, and what was said before by those that come again.
"""

import os
import stat
from array import array
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta, Struct

from services.core.canonical import web_url
from services.core.errors import Fatal
from services.core.identity import EARLIEST

MAX_LINE = 8_000_000  # bytes
MAX_LINES = 5_000_000
_MICROSECOND = timedelta(microseconds=1)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_WANTED = "a JSON object with id, published and title, and optionally outlet, url, text and language"

Complain = Callable[[str], None]


class Line(Struct, frozen=True, kw_only=True):
    """An article as a line of the file has it; other fields are ignored. ``published`` is an ISO 8601 time, in UTC where it names no zone."""

    id: Annotated[str, Meta(min_length=1, max_length=500)] | int
    published: str
    title: str
    text: str | None = None
    outlet: Annotated[str, Meta(max_length=200)] | None = None
    url: str | None = None
    language: Annotated[str, Meta(max_length=35)] | None = None

    @property
    def at(self) -> datetime:
        """When it was published, in UTC. Raises ValueError for what is no time between 1990 and 2200."""
        moment = datetime.fromisoformat(self.published)
        if not EARLIEST.year <= moment.year < _LATEST.year:
            raise ValueError(f"the year {moment.year} is not between {EARLIEST.year} and {_LATEST.year - 1}")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


class Index:
    """Where each article stands, in the order of time; of the same time, in the order of the file."""

    def __init__(self) -> None:
        self._at = array("q")  # microseconds
        self._start = array("q")  # bytes from the beginning of the file
        self._id = array("Q")  # hashed

    def add(self, line: Line, start: int) -> None:
        """The next line of the file."""
        self._at.append((line.at - EARLIEST) // _MICROSECOND)
        self._start.append(start)
        self._id.append(_hashed(str(line.id)))

    def __len__(self) -> int:
        return len(self._at)

    def starts(self) -> Iterator[int]:
        """Where the lines begin, the oldest article first."""
        for place in sorted(range(len(self._at)), key=self._at.__getitem__):
            yield self._start[place]

    def repeated(self) -> frozenset[int]:
        """The hashes of ids that come more than once."""
        return frozenset(one for one, other in pairwise(sorted(self._id)) if one == other)


class Lines:
    """The articles of a file. ``complain`` is told of every line that cannot be replayed, with its number and what is wrong."""

    def __init__(self, path: Path, complain: Complain) -> None:
        """Checks every line. Raises Fatal where the file cannot be read, or not twice."""
        self._path = path
        self._complain = complain
        self._index = Index()
        self.bad = 0
        with self._opened() as source:
            self._read(source)
        self._repeated = self._index.repeated()

    def __len__(self) -> int:
        return len(self._index)

    def __iter__(self) -> Iterator[Line]:
        """In the order of time. Raises Fatal if the file has changed since it was checked."""
        with self._opened() as source:
            for start in self._index.starts():
                source.seek(start)
                try:
                    yield _decoded(source.readline(MAX_LINE + 1))
                except ValueError as error:
                    raise Fatal(f"{self._path}: has changed while it was replayed") from error

    def comes_again(self, line: Line) -> bool:
        """Whether the file has its id more than once."""
        return _hashed(str(line.id)) in self._repeated

    def _opened(self) -> BinaryIO:
        try:
            source = self._path.open("rb")
        except OSError as error:
            raise Fatal(f"{self._path}: cannot be read: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            source.close()
            raise Fatal(f"{self._path}: not a regular file; a replay reads its articles twice")
        return source

    def _read(self, source: BinaryIO) -> None:
        number, start = 0, 0
        while raw := source.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                self._refuse(number, f"has more than {MAX_LINE} bytes")
                start += len(raw) + _skip_line(source, raw)
                continue
            if len(self._index) == MAX_LINES:
                self._refuse(number, f"a replay takes up to {MAX_LINES} articles; the rest of the file is not read")
                return
            self._note(raw, number, start)
            start += len(raw)

    def _note(self, raw: bytes, number: int, start: int) -> None:
        if not raw.strip():
            return
        try:
            self._index.add(_decoded(raw), start)
        except ValueError as error:  # msgspec's own among them
            self._refuse(number, str(error))

    def _refuse(self, number: int, what: str) -> None:
        self.bad += 1
        self._complain(f"{self._path}:{number}: {what}")


def _decoded(raw: bytes) -> Line:
    """The line, valid. Raises ValueError that says what is wrong and what is allowed."""
    try:
        line = msgspec.json.decode(raw, type=Line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not {_WANTED}: {error}") from error
    try:
        _ = line.at
    except (ValueError, OverflowError) as error:
        raise ValueError(f"published: {error}; allowed is 2026-01-31T12:00:00Z") from error
    if line.url and web_url(line.url) is None:
        raise ValueError(f"url: {line.url[:200]!r} is not an http or https address")
    if not (line.title.strip() or (line.text or "").strip()):
        raise ValueError("has neither title nor text")
    return line


def _skip_line(source: BinaryIO, raw: bytes) -> int:
    """Read on to the end of a line that is too long; how many bytes that were."""
    skipped = 0
    while raw and not raw.endswith(b"\n"):
        raw = source.readline(MAX_LINE)
        skipped += len(raw)
    return skipped


def _hashed(ident: str) -> int:
    return int.from_bytes(blake2b(ident.encode("utf-8", "replace"), digest_size=8).digest(), "big")
