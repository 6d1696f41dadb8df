"""Words of a text, folded so that case and diacritics do not matter, each with its place in the original."""

import re
import unicodedata
from typing import NamedTuple

_WORD = re.compile(r"\w[\w\u0300-\u036f]*")
_BEYOND = re.compile(r"[^\x00-\x7f]")
_WORD_SIGN = re.compile(r"[\w\u0300-\u036f]")
_PARTED = "".join(sign if _WORD.match(sign) else " " for sign in map(chr, range(128)))


class Word(NamedTuple):
    """A word of a text: ``text[start:end]`` folded is ``key``."""

    key: str
    start: int
    end: int


def fold(text: str) -> str:
    """The text without case and diacritics: ``Škoda`` and ``SKODA`` become ``skoda``."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def words(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """The words that stand in ``text[start:end]``, in order. Apostrophes, hyphens and full stops part words."""
    found = _WORD.finditer(text, start, len(text) if end is None else end)
    return [Word(fold(match.group()), match.start(), match.end()) for match in found]


def stretches(text: str) -> list[tuple[int, int]]:
    """Where the words of a text begin and end, in order."""
    return [match.span() for match in _WORD.finditer(text)]


def keys(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order: those of :func:`words`, at a tenth of the cost where the letters are ASCII."""
    lower = text.lower()
    if not lower.isascii():
        for sign in set(_BEYOND.findall(lower)):  # dashes, quotes and the like
            if not _WORD_SIGN.match(sign):
                lower = lower.replace(sign, " ")
    if lower.isascii():
        return tuple(lower.translate(_PARTED).split())
    return tuple(map(fold, _WORD.findall(text)))
