"""Mistakes in configuration files: where, what, and what is allowed instead."""

from collections.abc import Sequence

from msgspec import Struct

from services.core.errors import ConfigInvalid

MOST = 200  # mistakes shown; a file of another kind altogether would give thousands

Path = tuple[str | int, ...]


class Problem(Struct, frozen=True, order=True):
    """One mistake. ``line`` and ``column`` count from 1; 0 where the mistake has no place, such as a missing file."""

    file: str
    line: int
    column: int
    key: str  # the key path, such as feeds[3].url; empty for the file as a whole
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.key + ': ' if self.key else ''}{self.message}"


def dotted(path: Path) -> str:
    """The key path as people write it: ``feeds[3].url``, counted from 0."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def invalid(problems: Sequence[Problem], more: Sequence[str] = ()) -> ConfigInvalid:
    """The error that carries these mistakes, in the order of the files, each once; at most MOST of them."""
    lines = [*dict.fromkeys(str(problem) for problem in sorted(problems)), *more]
    kept = lines[:MOST]
    return ConfigInvalid([*kept, f"and {len(lines) - MOST} more mistakes"] if len(lines) > MOST else kept)
