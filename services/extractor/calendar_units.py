"""Units of the calendar as intervals of days."""

from datetime import date, timedelta

from msgspec import Struct

from services.core.when import Granularity

ONE = timedelta(days=1)


class Interval(Struct, frozen=True):
    """From ``start`` up to, not including, ``end``."""

    start: date
    end: date
    granularity: Granularity


def day(at: date) -> Interval:
    """One day."""
    return Interval(at, at + ONE, Granularity.DAY)


def days(first: date, last: date) -> Interval:
    """The period from the first to the last day, both within it."""
    return Interval(first, last + ONE, Granularity.PERIOD)


def week(at: date) -> Interval:
    """The week, from Monday, that holds the day."""
    monday = at - timedelta(days=at.weekday())
    return Interval(monday, monday + timedelta(days=7), Granularity.WEEK)


def weekend(at: date) -> Interval:
    """Saturday and Sunday of the week that holds the day."""
    whole = week(at)
    return Interval(whole.start + timedelta(days=5), whole.end, Granularity.WEEK)


def months(year: int, month: int, count: int, granularity: Granularity) -> Interval:
    """``count`` months from the one given, which may lie beyond its year: month 14 is February of the next."""
    return Interval(_first(year, month), _first(year, month + count), granularity)


def month(year: int, number: int) -> Interval:
    """One month."""
    return months(year, number, 1, Granularity.MONTH)


def year(number: int) -> Interval:
    """One year."""
    return months(number, 1, 12, Granularity.YEAR)


def decade(number: int) -> Interval:
    """The ten years that hold the year: 2020 to 2029."""
    return months(number // 10 * 10, 1, 120, Granularity.DECADE)


def quarter(number: int, of: int) -> Interval:
    """A quarter, from 0, of a year."""
    return months(of, 1 + 3 * number, 3, Granularity.QUARTER)


def unit(name: str, at: date, by: int = 0) -> Interval:
    """The day, week, month, quarter, year or decade that holds the day, or ``by`` units later."""
    moved = shift(at, name, by)
    if name == "quarter":
        return quarter((moved.month - 1) // 3, moved.year)
    if name == "month":
        return month(moved.year, moved.month)
    if name == "weekend":
        return weekend(moved)
    return {"day": day, "week": week}[name](moved) if name in {"day", "week"} else _years(name, moved)


def _years(name: str, at: date) -> Interval:
    return year(at.year) if name == "year" else decade(at.year)


def shift(at: date, name: str, by: int) -> date:
    """The day ``by`` units later; the last of its month where that month is shorter. Raises OverflowError or ValueError beyond the calendar."""
    if name in {"day", "week", "weekend"}:
        return at + timedelta(days=by * (1 if name == "day" else 7))
    moved = at.month - 1 + by * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[name]
    first = _first(at.year, moved + 1)
    return min(first + timedelta(days=at.day - 1), _first(first.year, first.month + 1) - ONE)


def third(whole: Interval, number: int) -> Interval:
    """The first, second or last third of a unit, in whole months where there are any: early, mid and late."""
    if whole.granularity in {Granularity.YEAR, Granularity.DECADE}:
        size = 4 if whole.granularity is Granularity.YEAR else 40
        return months(whole.start.year, 1 + size * number, size, Granularity.PERIOD)
    if whole.granularity is Granularity.DAY:
        return whole
    length = (whole.end - whole.start) / 3
    start = whole.start + length * number
    return Interval(start, whole.end if number == 2 else max(whole.start + length * (number + 1), start + ONE), Granularity.PERIOD)  # fmt: skip


def edge(whole: Interval, *, last: bool) -> Interval:
    """The first or last part of a unit: a month of a year, a week of a month, a year of a decade, a day of a week."""
    first, end = whole.start, whole.end
    if whole.granularity is Granularity.DECADE:
        return year(end.year - 1 if last else first.year)
    if whole.granularity in {Granularity.YEAR, Granularity.HALF, Granularity.QUARTER}:
        at = end - ONE if last else first
        return month(at.year, at.month)
    part = timedelta(days=7 if (end - first).days > 20 else 2)
    if end - first <= part:
        return whole
    return Interval(end - part, end, Granularity.PERIOD) if last else Interval(first, first + part, Granularity.PERIOD)


def _first(of: int, number: int) -> date:
    return date(of + (number - 1) // 12, (number - 1) % 12 + 1, 1)
