"""Word pieces of a text with their offsets, as the encoder was trained on them.

Wu et al., "Google's Neural Machine Translation System", arXiv:1609.08144; case and accents are dropped as in the uncased
vocabulary of Devlin et al., arXiv:1810.04805. The same pieces as ``tokenizers`` gives, without the dozen packages it brings.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from msgspec import Struct

_LONGEST = 100  # code points of a word that is still cut into pieces
_MOST_WORDS = 100_000  # remembered
_MARKS = "!-/:-@\\[-`{-~\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e\u3001-\u3003\u3008-\u3011\u3014-\u301f"
_WORDS = re.compile(rf"[^\s{_MARKS}]+|[{_MARKS}]")  # every mark of punctuation is a word by itself
_WIDE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")  # ideographs, each a word
UNKNOWN = "[UNK]"


class Coded(Struct):
    """Numbers of the pieces, and ``start, end`` of each in the text."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class WordPieces:
    """Cuts words greedily into the longest pieces of a vocabulary."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._unknown = vocabulary[UNKNOWN]
        self._known: dict[str, tuple[tuple[int, int], ...]] = {}

    @classmethod
    def of(cls, vocabulary: str) -> "WordPieces":
        """Of a vocabulary with one piece a line; the first has number 0."""
        return cls({piece: number for number, piece in enumerate(vocabulary.split("\n")) if piece})

    def encode(self, text: str) -> Coded:
        """The pieces of a text, in order. Control characters belong to none."""
        coded = Coded([], [])
        for start, end in _words(text):
            word = text[start:end]
            if word not in self._known:
                if len(self._known) >= _MOST_WORDS:
                    self._known.clear()
                self._known[word] = tuple(self._cut(word))
            begin = start
            for number, finish in self._known[word]:
                coded.ids.append(number)
                coded.offsets.append((begin, start + finish))
                begin = start + finish
        return coded

    def _cut(self, word: str) -> Iterator[tuple[int, int]]:
        """Numbers of the pieces, each with where it ends in ``word``."""
        plain, ends = _plain(word)
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(plain):
            end = next(
                (end for end in range(len(plain), at, -1) if ("##" if at else "") + plain[at:end] in self._vocabulary),
                0,
            )
            if not end or len(plain) > _LONGEST:
                yield self._unknown, len(word)
                return
            found.append((self._vocabulary[("##" if at else "") + plain[at:end]], ends[end - 1]))
            at = end
        yield from found


def _words(text: str) -> Iterator[tuple[int, int]]:
    for match in _WORDS.finditer(text):
        start, end = match.span()
        for wide in _WIDE.finditer(text, start, end):
            if wide.start() > start:
                yield start, wide.start()
            yield wide.span()
            start = wide.end()
        if start < end:
            yield start, end


def _plain(word: str) -> tuple[str, list[int]]:
    """In lower case and without accents; where each character of that ends in ``word``."""
    plain: list[str] = []
    ends: list[int] = []
    for at, char in enumerate(word):
        for part in unicodedata.normalize("NFD", char.lower()):
            if unicodedata.category(part) not in {"Mn", "Cc", "Cf"}:
                plain.append(part)
                ends.append(at + 1)
    return "".join(plain), ends
