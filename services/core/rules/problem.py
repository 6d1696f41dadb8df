"""Mistakes in a rule: where, what, and what is allowed."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from msgspec import Struct

from services.core.errors import WirewatchError

_SHOWN = 12
_LINE = 160


class Place(Struct, frozen=True):
    """A stretch of the rule's text, in code points."""

    start: int
    end: int


class Problem(Struct, frozen=True, kw_only=True):
    """One mistake. ``line`` and ``column`` count from 1; ``excerpt`` is the line with a caret under the mistake."""

    line: int
    column: int
    message: str
    excerpt: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}\n{self.excerpt}"


class RuleError(WirewatchError):
    """A rule that cannot be compiled, with every mistake that was found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def problem_at(source: str, place: Place, message: str) -> Problem:
    """The mistake at ``place`` of ``source``, with the line it stands in."""
    start = min(place.start, len(source))
    begin = source.rfind("\n", 0, start) + 1
    stop = source.find("\n", begin)
    line = source[begin : len(source) if stop < 0 else stop]
    column = start - begin
    width = max(1, min(place.end, begin + len(line)) - start)
    return Problem(
        line=source.count("\n", 0, start) + 1,
        column=column + 1,
        message=message,
        excerpt=_excerpt(line, column, width),
    )


def _excerpt(line: str, column: int, width: int) -> str:
    cut = max(0, column - _LINE // 2)
    shown = line[cut : cut + _LINE].replace("\t", " ")
    carets = "^" * min(width, _LINE - (column - cut))
    return f"    {shown}".rstrip() + f"\n    {' ' * (column - cut)}{carets}"


def allowed(written: str, known: Collection[str]) -> str:
    """What is allowed instead of ``written``, the likeliest named first."""
    close = get_close_matches(written.lower(), sorted(known), n=1, cutoff=0.6)
    meant = f'did you mean "{close[0]}"? ' if close else ""
    listed = sorted(known) if len(known) <= _SHOWN else [*sorted(known)[:_SHOWN], f"and {len(known) - _SHOWN} more"]
    return f"{meant}Allowed: {', '.join(listed)}"
