"""What people say of alerts, and how often each version of a rule was right."""

from enum import StrEnum
from math import sqrt
from typing import NamedTuple

from msgspec import Struct

from services.core.moment import Moment

LONGEST_AUTHOR, LONGEST_NOTE = 100, 500  # code points

_Z = 1.959963984540054  # a standard normal variable is within +-Z in 95 of 100 cases


class Opinion(StrEnum):
    """What somebody thinks of an alert. The same words label metrics."""

    USEFUL = "useful"
    WRONG = "wrong"  # it does not say what the rule asks for
    REPEAT = "repeat"  # true, and told before


class Judgement(Struct, frozen=True, kw_only=True):
    """What ``author`` said of an alert at ``at``; a later one by the same author replaces it."""

    alert_id: str
    author: str
    opinion: Opinion
    note: str = ""
    at: Moment


class Share(NamedTuple):
    """A share with the bounds of its 95 % interval, each from 0 to 1."""

    low: float
    value: float
    high: float


class Tally(Struct, frozen=True, kw_only=True):
    """Alerts of one version of a rule: how many were told, and how many of these were last judged as what."""

    rule: str
    version: str
    told: int
    useful: int = 0
    wrong: int = 0
    repeat: int = 0

    @property
    def judged(self) -> int:
        """Alerts that somebody has judged."""
        return self.useful + self.wrong + self.repeat

    @property
    def precision(self) -> Share | None:
        """Useful ones among those judged, by Wilson's interval; None where none is judged."""
        return wilson(self.useful, self.judged) if self.judged else None


def wilson(hits: int, trials: int) -> Share:
    """The share of ``hits`` in ``trials`` with Wilson's score interval at 95 %. Raises ValueError unless 0 <= hits <= trials and trials > 0.

    It holds for few trials and for shares of 0 and 1 as well (https://doi.org/10.1080/01621459.1927.10502953).
    """
    if not 0 <= hits <= trials or trials == 0:
        raise ValueError(f"{hits} of {trials} is no share")
    share, square = hits / trials, _Z * _Z / trials
    middle = (share + square / 2) / (1 + square)
    half = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    # The bounds meet the share itself at 0 and at 1, where rounding may put them beyond it.
    return Share(max(0.0, min(share, middle - half)), share, min(1.0, max(share, middle + half)))


def mistake(judgement: Judgement) -> str | None:
    """What keeps this judgement from being kept, or None."""
    if not judgement.author.strip():
        return "a judgement needs an author"
    for what, text, longest in (("author", judgement.author, LONGEST_AUTHOR), ("note", judgement.note, LONGEST_NOTE)):
        if len(text) > longest:
            return f"the {what} has {len(text)} characters; allowed: up to {longest}"
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            return f"the {what} holds characters that cannot be kept"
    return None
