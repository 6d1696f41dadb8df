"""A configuration file as plain values, with the place of each."""

from typing import Any

from msgspec import Struct

from services.config.problems import Path, Problem, dotted


class Place(Struct, frozen=True):
    """Where something stands: line and column from 1, and the code points ``start`` to ``end`` of the file."""

    line: int
    column: int
    start: int
    end: int


class Document:
    """``values`` holds the place of every value, ``keys`` that of every key, by key path."""

    def __init__(self, file: str, text: str = "") -> None:
        self.file = file
        self.text = text
        self.content: object = None
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}

    def problem(self, path: Path, message: str) -> Problem:
        """A mistake at ``path``, or where it is missing at the nearest thing around it."""
        place = self._nearest(path)
        return Problem(self.file, place.line, place.column, dotted(path), message)

    def problem_inside(self, path: Path, line: int, column: int, message: str) -> Problem:
        """A mistake within the text at ``path``, whose own lines and columns count from 1."""
        text = self._text_at(path)
        place = self.values.get(path)
        if place is None or text is None:
            return self.problem(path, message)
        before = "".join(text.splitlines(keepends=True)[: line - 1])
        at = _written(self.text, place, text, len(before) + column - 1)
        begin = self.text.rfind("\n", 0, at) + 1
        return Problem(self.file, self.text.count("\n", 0, at) + 1, at - begin + 1, dotted(path), message)

    def _nearest(self, path: Path) -> Place:
        for length in range(len(path), -1, -1):
            found = self.keys.get(path[:length]) or self.values.get(path[:length])
            if found is not None:
                return found
        return Place(1, 1, 0, 0)

    def _text_at(self, path: Path) -> str | None:
        found: Any = self.content
        for part in path:
            found = found[part]
        return found if isinstance(found, str) else None


def _written(source: str, place: Place, text: str, offset: int) -> int:
    """Where in ``source`` the character ``text[offset]`` of a scalar is written.

    Folding, indentation, quotation marks and escapes put characters between those of the text and take none away,
    so its visible characters are found one after the other.
    """
    at = place.start
    if source[at] in "|>":  # the header of a block ends with its line
        at = source.find("\n", at) + 1
    elif source[at] in "\"'":
        at += 1
    for char in text[:offset]:
        if not char.isspace():
            found = source.find(char, at, place.end)
            at = at if found < 0 else found + 1
    while at < place.end - 1 and source[at].isspace():
        at += 1
    return at
