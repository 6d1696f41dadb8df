"""When a daily digest goes out: once for each date of its place, whatever the clock there does."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from services.core.interval import instant, zone

_DAY = timedelta(days=1)


class Digest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Alerts are told together once a day: at this time of the wall clock, in this time zone."""

    at: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    zone: str = "UTC"


class Due(Struct, frozen=True):
    """A digest: the date it is of, and the moment it goes out, in UTC."""

    day: date
    at: datetime


def due_after(digest: Digest, now: datetime, last: date | None = None) -> Due:
    """The first digest of a date after ``last`` that goes out after ``now``.

    A time that the clock skips on that date is as much later as it skips; of one that comes twice it is the first. A
    date that a place has skipped has no digest. Raises IntervalError for an unknown zone.
    """
    where, minute = zone(digest.zone), int(digest.at[:2]) * 60 + int(digest.at[3:])
    day = (now.astimezone(where) - 2 * _DAY).date()
    day = max(day, last + _DAY) if last else day
    while True:
        at = instant(day, minute, where)
        if at > now and _exists(day, where):
            return Due(day, at)
        day += _DAY


def latest(digest: Digest, now: datetime) -> date:
    """The date of the digest that a summary made now is: that of the latest moment for one."""
    where, minute = zone(digest.zone), int(digest.at[:2]) * 60 + int(digest.at[3:])
    day = (now.astimezone(where) + 2 * _DAY).date()
    while instant(day, minute, where) > now:
        day -= _DAY
    return day


def _exists(day: date, where: ZoneInfo) -> bool:
    """Whether some moment has this date: Apia had no 30 December in 2011."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=where)
    return noon.astimezone(UTC).astimezone(where).date() == day
