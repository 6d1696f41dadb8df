"""When an act happened or is due."""

from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from services.core.mention import Span

_BACKGROUND = timedelta(days=365)


class Granularity(StrEnum):
    """How exactly the text tells the time: a unit of the calendar, or a period that is none."""

    DAY = "day"
    WEEK = "week"  # Monday to Sunday; a weekend is two days of it
    MONTH = "month"
    QUARTER = "quarter"  # of the calendar year; seasons count as three months
    HALF = "half"
    YEAR = "year"
    DECADE = "decade"
    PERIOD = "period"  # "since 2022", "by March", "over the past 17 months"


class When(Struct, frozen=True, kw_only=True):
    """The interval from ``start`` up to, not including, ``end``; always ``start < end``. ``span``: the words that tell it."""

    start: date
    end: date
    granularity: Granularity
    span: Span

    def before(self, published: date) -> bool:
        """Whether it ended more than a year before ``published``: background, not news."""
        return published - self.end > _BACKGROUND

    def __str__(self) -> str:
        """As a reader sees it: ``2019``, ``March 2025``, ``2026-03-03``, ``2026-01-01 to 2026-06-30``."""
        if self.granularity is Granularity.YEAR:
            return f"{self.start.year}"
        if self.granularity is Granularity.MONTH:
            return f"{self.start:%B} {self.start.year}"
        last = self.end - timedelta(days=1)
        return f"{self.start}" if last == self.start else f"{self.start} to {last}"
