"""Words of a text, folded so that case and diacritics do not matter, each with its place in the original."""

import re
import unicodedata
from typing import NamedTuple

_WORD = re.compile(r"[\w\u0300-\u036f]+")


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


def keys(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order."""
    return tuple(word.key for word in words(text))
