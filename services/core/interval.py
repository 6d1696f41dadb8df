"""Recurring times, in Alertmanager's words and with its meaning.

https://prometheus.io/docs/alerting/latest/configuration/#time_interval-0
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
_DAY = timedelta(days=1)
_FURTHEST = 400  # days looked ahead for an end
_YEARS = (1970, 9999)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_Clock = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
_Ranges = Annotated[tuple[str, ...], Meta(max_length=50)]


class IntervalError(ValueError):
    """A time interval that cannot be read; says what is wrong and what is allowed."""


class TimeRange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a day on the wall clock: the start belongs to it, the end does not."""

    start_time: _Clock
    end_time: _Clock


class TimeSpan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Moments at which all that is given holds; within one field, any. Ranges are written ``monday:friday``, both ends in it."""

    times: Annotated[tuple[TimeRange, ...], Meta(max_length=50)] = ()
    weekdays: _Ranges = ()
    days_of_month: _Ranges = ()  # 1 to 31, or counted from the end: -1 is the last
    months: _Ranges = ()  # names or 1 to 12
    years: _Ranges = ()
    location: str = "UTC"


class TimeInterval(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time spans under a name that routes refer to. A moment belongs to it if it belongs to one of them."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
    time_intervals: Annotated[tuple[TimeSpan, ...], Meta(min_length=1, max_length=50)]


class _Kind(Struct, frozen=True):
    """What a range is of."""

    what: str
    names: tuple[str, ...]
    bounds: tuple[int, int]
    example: str


class _Read(Struct, frozen=True):
    """A time span, read. Empty: no limit."""

    zone: ZoneInfo
    minutes: tuple[tuple[int, int], ...]
    weekdays: frozenset[int]
    days: tuple[tuple[int, int], ...]
    months: frozenset[int]
    years: tuple[tuple[int, int], ...]

    def contains(self, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return (
            (not self.minutes or any(start <= minute < end for start, end in self.minutes))
            and (not self.weekdays or local.weekday() in self.weekdays)
            and (not self.days or any(_has_day(days, local) for days in self.days))
            and (not self.months or local.month in self.months)
            and (not self.years or any(first <= local.year <= last for first, last in self.years))
        )


def check(span: TimeSpan) -> None:
    """Raises IntervalError for what no schema can tell."""
    _read(span)


def contains(interval: TimeInterval, now: datetime) -> bool:
    """Whether the moment belongs to the interval. Raises IntervalError."""
    return any(_read(span).contains(now) for span in interval.time_intervals)


def end(intervals: Sequence[TimeInterval], now: datetime) -> datetime | None:
    """The first moment from ``now`` on that belongs to none of the intervals; None if there is none for over a year.

    To the minute of the wall clock, over changes of its time too.
    """
    spans = [_read(span) for interval in intervals for span in interval.time_intervals]
    if not any(span.contains(now) for span in spans):
        return now
    for day in range(_FURTHEST):
        since, until = now + day * _DAY, now + (day + 1) * _DAY
        # Clocks of other zones, and clocks that change, are up to two dates from where a day from now is.
        near = {moment for later in range(day - 1, day + 3) for moment in _edges(spans, now, later)}
        for moment in sorted(moment for moment in near if since <= moment < until):
            if moment > now and not any(span.contains(moment) for span in spans):
                return moment
    return None


def zone(name: str) -> ZoneInfo:
    """The time zone. Raises IntervalError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise IntervalError(f'unknown time zone "{name[:80]}"; allowed: names such as Europe/Berlin, or UTC') from None


def instant(day: date, minute: int, where: ZoneInfo, fold: int = 0) -> datetime:
    """The moment of a wall-clock time in UTC; one that the clock skips is as much later as it skips. ``minute`` counts from midnight."""
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=where, fold=fold)
    return local.astimezone(UTC)


def _edges(spans: Iterable[_Read], now: datetime, later: int) -> Iterator[datetime]:
    """Moments of the local day so many days after ``now`` at which belonging can change."""
    for span in spans:
        day = now.astimezone(span.zone).date() + later * _DAY
        for minute in {0, *(one for pair in span.minutes for one in pair if one < 24 * 60)}:
            yield from (instant(day, minute, span.zone, fold) for fold in (0, 1))
        yield from _change(day, span.zone)
        yield instant(day + _DAY, 0, span.zone)


@lru_cache(maxsize=2048)
def _change(day: date, where: ZoneInfo) -> tuple[datetime, ...]:
    """The moment at which the offset of the clock changes on this day, if it does."""
    before, after = instant(day, 0, where) - timedelta(hours=1), instant(day + _DAY, 0, where)
    first = before.astimezone(where).utcoffset()
    if after.astimezone(where).utcoffset() == first:
        return ()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(where).utcoffset() == first:
            before = middle
        else:
            after = middle
    return (after.replace(microsecond=0),)


@lru_cache(maxsize=1024)
def _read(span: TimeSpan) -> _Read:
    return _Read(
        zone(span.location),
        tuple(_minutes(one) for one in span.times),
        frozenset(_members(span.weekdays, _Kind("weekday", WEEKDAYS, (0, 6), "monday:friday, sunday"))),
        tuple(_days(one) for one in span.days_of_month),
        frozenset(_members(span.months, _Kind("month", MONTHS, (1, 12), "january:march, 12"))),
        tuple(_range(one, _Kind("year", (), _YEARS, "2026, 2026:2028")) for one in span.years),
    )


def _minutes(times: TimeRange) -> tuple[int, int]:
    for written in (times.start_time, times.end_time):
        if not _CLOCK.fullmatch(written):
            raise IntervalError(f'"{written[:20]}" is no time of day; allowed: "00:00" to "24:00"')
    start, stop = (int(text[:2]) * 60 + int(text[3:]) for text in (times.start_time, times.end_time))
    if start >= stop:
        raise IntervalError(
            f"{times.start_time} to {times.end_time} does not end after its start; a night is written as two entries: "
            f"{times.start_time} to 24:00, and 00:00 to {times.end_time}"
        )
    return start, stop


def _members(ranges: Sequence[str], kind: _Kind) -> Iterator[int]:
    for written in ranges:
        first, last = _range(written, kind)
        yield from range(first, last + 1) if first <= last else (*range(first, kind.bounds[1] + 1), *range(last + 1))


def _range(written: str, kind: _Kind) -> tuple[int, int]:
    """Both ends. Only a range of weekdays may begin after it ends: where a week begins is a matter of taste."""
    least, most = kind.bounds
    parts = [_number(part, kind.names, least) for part in written.lower().split(":")]
    first, last = parts[0], parts[-1]
    if len(parts) > 2 or first is None or last is None or not least <= first <= most or not least <= last <= most:
        raise IntervalError(f'"{written[:40]}" is no {kind.what} and no range of them; allowed: {kind.example}')
    if first > last and kind.names is not WEEKDAYS:
        raise IntervalError(f'"{written[:40]}" ends before it begins; write two entries')
    return first, last


def _number(written: str, names: Sequence[str], least: int) -> int | None:
    text = written.strip()
    if text in names:
        return names.index(text) + least
    is_number = re.fullmatch(r"-?[0-9]{1,4}", text) and names is not WEEKDAYS
    return int(text) if is_number else None


def _days(written: str) -> tuple[int, int]:
    parts = [_number(part, (), 0) for part in written.split(":")]
    first, last = parts[0], parts[-1]
    if len(parts) > 2 or first is None or last is None or not (1 <= abs(first) <= 31 and 1 <= abs(last) <= 31):
        allowed = "allowed: 1:5, -3:-1, 1:-1"
        raise IntervalError(f'"{written[:40]}" is no day of a month and no range of them; {allowed}')
    if (first < 0 < last) or _of_month(first, 31) > _of_month(last, 31):
        raise IntervalError(f'"{written[:40]}" ends before it begins; write two entries')
    return first, last


def _of_month(day: int, length: int) -> int:
    return length + day + 1 if day < 0 else day


def _has_day(days: tuple[int, int], local: datetime) -> bool:
    length = calendar.monthrange(local.year, local.month)[1]
    first, last = (_of_month(day, length) for day in days)
    return first <= local.day <= last
