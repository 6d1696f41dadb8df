"""The rules that read a base of time: each a pattern and what it means against the day of publication."""

# ruff: noqa: ARG001 - every meaning has the same signature

import re
from collections.abc import Callable
from datetime import date, timedelta
from enum import Enum

from msgspec import Struct

from services.core.interval import MONTHS, WEEKDAYS
from services.core.when import Granularity
from services.extractor import calendar_units as units
from services.extractor.calendar_units import ONE, Interval
from services.extractor.number_words import COUNT, number

_SOON = 60
_NEXT_TO = {"last": -1, "this": 0, "next": 1}
_VAGUE = 9  # "several weeks" are two to nine of them


class Needs(Enum):
    """What a base must have before it to be a time at all."""

    NOTHING = 0
    PREPOSITION = 1  # "in March", "since 2019"
    EDGE = 2  # "the end of the year"


Meaning = Callable[[re.Match[str], date, int], Interval | None]


class Rule(Struct, frozen=True):
    """``meaning`` takes the match, the day of publication and where the sentence looks: 1 ahead, -1 back, 0 unknown.

    ``words``: no match without one of them, in lower case; looking for them is cheaper than the pattern.
    """

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    meaning: Meaning
    needs: Needs = Needs.NOTHING
    free: bool = True


class Base(Struct, frozen=True):
    """A match of a rule."""

    rule: Rule
    match: re.Match[str]

    def interval(self, published: date, toward: int) -> Interval | None:
        """What it means. Raises ValueError or OverflowError for what is on no calendar."""
        return self.rule.meaning(self.match, published, toward)


def _named(names: tuple[str, ...], short: str) -> str:
    """Names as they must be written: ``March`` or ``MARCH``, not ``march``."""
    written = [form for name in names for form in (name.title(), name.upper())]
    return f"(?-i:{'|'.join(written)}|{short})"


_MONTH = _named(MONTHS, r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?:\.|\b)")
_DAY = _named(WEEKDAYS, r"(?:Mon|Tues?|Weds?|Thurs?|Fri|Sat|Sun)(?=\.?,?\s+(?:\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)))\.?")  # fmt: skip
_YEAR = r"(?:19|20)\d\d(?![\d%]|[.,:]\d|-(?:strong|mile|year|km)|\w)"
_ENDING = r"(?:st|nd|rd|th)?"
_SIDE = r"(?P<side>last|past|previous|this|next|coming|upcoming)"
_UNIT = r"(?P<unit>week|weekend|month|quarter|year|decade)"
_SPAN = r"(?P<unit>day|week|month|quarter|year|decade)s?"
_WEEKDAY = rf"(?:{_DAY},?\s+)?"
# what a number and a month or year before it count, so that the number is none of the calendar
_COUNTED = r"(?!\s*(?:%|percent|per\s+cent|people|troops|soldiers|tanks|missiles|rounds|shells|drones|vehicles|aircraft|jets|ships|million|billion|thousand|hundred|men|women|civilians|times|miles|km|kilometers|kilometres|metres|meters|tons|tonnes|hours))"  # fmt: skip


def _month(match: re.Match[str], group: str = "month") -> int:
    return next(n for n, name in enumerate(MONTHS, 1) if name.startswith(match[group].lower().rstrip(".")[:3]))


def _day_of(month: int, number: int, published: date, toward: int) -> date:
    """The day in the year that fits: the latest, the next, or the nearest where no word tells.

    News gives the year of days long past: one nearly a year back is the coming one, whatever the tense.
    """
    found = []
    for of in (published.year - 1, published.year, published.year + 1):
        try:
            found.append(date(of, month, number))
        except ValueError:
            continue
    nearest = min(found, key=lambda at: abs((at - published).days))
    if toward and not 0 < (nearest - published).days <= _SOON:
        found = [at for at in found if (at - published).days * toward >= 0]
    return min(found, key=lambda at: abs((at - published).days))


def _full(match: re.Match[str], published: date, toward: int) -> Interval:
    """``3 March 2025``, ``March 3``; a range ``March 3-7`` is a period."""
    number, month = int(match["day"]), _month(match)
    written = match["year"] or (match["side"] and published.year + _NEXT_TO[match["side"].lower()])
    first = date(int(written), month, number) if written else _day_of(month, number, published, toward)
    if match["to"]:
        return units.days(first, first.replace(day=int(match["to"])))
    return units.day(first)


def _iso(match: re.Match[str], published: date, toward: int) -> Interval:
    return units.day(date(int(match["year"]), int(match["number"]), int(match["day"])))


def _slashed(match: re.Match[str], published: date, toward: int) -> Interval | None:
    """``28/03/2024`` and ``03/28/2024``; where both numbers may be months it is not read."""
    one, two = int(match["one"]), int(match["two"])
    if (one > 12) == (two > 12):
        return None
    return units.day(date(int(match["year"]), min(one, two), max(one, two)))


def _month_of_year(match: re.Match[str], published: date, toward: int) -> Interval:
    side = (match["side"] or "").lower()
    of = int(match["year"]) if match["year"] else published.year + _NEXT_TO.get(side, 0)
    last = _month(match, "to") if match["to"] else _month(match)
    first = _month(match)
    whole = units.months(of, first, (last - first) % 12 + 1, Granularity.MONTH)
    return whole if last == first else Interval(whole.start, whole.end, Granularity.PERIOD)


def _bare_month(match: re.Match[str], published: date, toward: int) -> Interval:
    """Last and next mean the one before and after the running month; else the tense tells, else the nearer one."""
    ahead = (_month(match) - published.month) % 12
    side = (match["side"] or "").lower()
    if side in {"last", "past", "previous"}:
        back = ahead or 12
        return units.unit("month", units.shift(published, "month", back - 12 if ahead else -12))
    if side in {"next", "coming", "upcoming"}:
        return units.unit("month", published, ahead or 12)
    coming = toward > 0 or (toward == 0 and ahead <= 3) or ahead == 0
    return units.unit("month", published, ahead if coming else ahead - 12)


def _year(match: re.Match[str], published: date, toward: int) -> Interval:
    return units.year(int(match["year"]))


def _years(match: re.Match[str], published: date, toward: int) -> Interval | None:
    first = int(match["year"])
    last = int(match["to"]) if len(match["to"]) == 4 else first // 100 * 100 + int(match["to"])
    if not first < last <= first + 50:
        return None
    return Interval(units.year(first).start, units.year(last).end, Granularity.PERIOD)


def _decade(match: re.Match[str], published: date, toward: int) -> Interval:
    return units.decade(int(match["century"] or "19") * 100 + int(match["ten"]))


def _code(match: re.Match[str], published: date, toward: int) -> Interval:
    """``Q3 2025`` and ``H1 2026``."""
    of = int(match["year"])
    if match["half"]:
        return units.months(of, 6 * int(match["which"]) - 5, 6, Granularity.HALF)
    return units.quarter(int(match["number"]) - 1, of)


def _season(match: re.Match[str], published: date, toward: int) -> Interval:
    """Of the north. The winter of a year begins in its December."""
    begins = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}[match["season"].lower()]
    if match["year"]:
        return units.months(int(match["year"]), begins, 3, Granularity.QUARTER)
    side = (match["side"] or "").lower()
    seasons = [units.months(published.year + by, begins, 3, Granularity.QUARTER) for by in (-2, -1, 0, 1)]
    if side in {"next", "coming", "upcoming"} or (not side and toward > 0):
        return next(one for one in seasons if (one.start if side else one.end) > published)
    if side == "this":
        return min(seasons, key=lambda one: abs((one.start + timedelta(days=45) - published).days))
    return [one for one in seasons if (one.end if side else one.start) <= published][-1]


def _relative_day(match: re.Match[str], published: date, toward: int) -> Interval:
    word = " ".join(match[0].lower().split())
    by = {"the day before yesterday": -2, "the day after tomorrow": 2, "last night": -1}.get(word)
    if by is None:
        by = -1 if word.startswith("yesterday") else 1 if word.startswith("tomorrow") else 0
    return units.day(published + timedelta(days=by))


def _overnight(match: re.Match[str], published: date, toward: int) -> Interval:
    return units.days(published - ONE, published)


def _weekday(match: re.Match[str], published: date, toward: int) -> Interval:
    """The latest, today included; the next where the sentence looks ahead. "Next" and "last" leave today out."""
    number = next(n for n, name in enumerate(WEEKDAYS) if name == match["weekday"].lower())
    back = (published.weekday() - number) % 7
    side = (match["side"] or "").lower()
    if side in {"last", "past", "previous"}:
        return units.day(published - timedelta(days=back or 7))
    ahead = side in {"next", "coming", "upcoming"} or toward > 0 or (side == "this" and toward >= 0)
    if ahead:
        return units.day(published + timedelta(days=(-back) % 7 or (7 if side in {"next", "coming"} else 0)))
    return units.day(published - timedelta(days=back))


def _side_unit(match: re.Match[str], published: date, toward: int) -> Interval:
    by = {"this": 0, "next": 1, "coming": 1, "upcoming": 1}.get(match["side"].lower(), -1)
    name = match["unit"].lower()
    if name == "weekend":
        now = units.weekend(published)
        return units.weekend(published - timedelta(days=7)) if by < 0 and now.end > published else units.unit(name, published, max(by, 0) if toward >= 0 or by > 0 else by)  # fmt: skip
    return units.unit(name, published, by)


def _the_weekend(match: re.Match[str], published: date, toward: int) -> Interval:
    now = units.weekend(published)
    return now if toward > 0 or now.start <= published else units.weekend(published - timedelta(days=7))


def _the_unit(match: re.Match[str], published: date, toward: int) -> Interval:
    return units.unit(match["unit"].lower(), published)


def _year_end(match: re.Match[str], published: date, toward: int) -> Interval:
    return units.month(int(match["year"] or published.year), 12)


def _ago(match: re.Match[str], published: date, toward: int) -> Interval:
    return units.unit(match["unit"].lower(), published, -number(match["count"]))


def _some_ago(match: re.Match[str], published: date, toward: int) -> Interval:
    name = match["unit"].lower()
    start, end = units.shift(published, name, -_VAGUE), units.shift(published, name, -2) + ONE
    return Interval(start, end, Granularity.PERIOD)


def _lasting(match: re.Match[str], published: date, toward: int) -> Interval:
    """``the past 17 months``, ``the next two years``, ``the coming weeks``."""
    name, ahead = match["unit"].lower(), match["side"].lower() in {"next", "coming", "following"}
    count = number(match["count"]) if match["count"] else 1 if match["count"] == "" else _VAGUE
    if ahead:
        return Interval(published, units.shift(published, name, count) + ONE, Granularity.PERIOD)
    return Interval(units.shift(published, name, -count), published + ONE, Granularity.PERIOD)


def _within(match: re.Match[str], published: date, toward: int) -> Interval | None:
    """``within 30 days`` and ``in two weeks``, where the sentence looks ahead."""
    if toward <= 0:
        return None
    name, count = match["unit"].lower(), number(match["count"])
    if match["how"].lower() == "in":
        return units.unit(name, published, count)
    return Interval(published, units.shift(published, name, count) + ONE, Granularity.PERIOD)


# not within a word, number, price or model ("Su-30"), but in "mid-2025"
_BEGINS = r"(?<![\w$€£/.])(?:(?<!-)|(?<=mid-)|(?<=end-)|(?<=early-)|(?<=late-))"


def _rule(words: tuple[str, ...], pattern: str, meaning: Meaning, needs: Needs = Needs.NOTHING, *, free: bool = True) -> Rule:  # fmt: skip
    return Rule(words, re.compile(rf"{_BEGINS}{pattern}", re.IGNORECASE), meaning, needs, free)


# A name is no day, month or season: newspapers, holidays, agreements, people.
_NO_NAME = r"(?!\s+(?:(?-i:Times|Mirror|Express|Telegraph|Mail|Herald|Post|Star|Agreement|Club|Hui|Prayers?|Spring|Uprising))|\s+(?:school|prayers?)\b)"  # fmt: skip
_NO_HOLIDAY = r"(?<!Black )(?<!Bloody )(?<!Good )(?<!Cyber )(?<!Ash )(?<!Super )(?<!Mail on )(?<!Palm )(?<!Easter )(?<!Theresa )(?<!Mrs )(?<!Ms )(?<!Mrs\. )"  # fmt: skip
_NO_PERSON = r"(?!\s+(?-i:(?!In|On|At|By|To|For|The|After|With|Over|And|As|Of|From)[A-Z][a-z]+))"

_IN_MONTHS = tuple(name[:3] for name in MONTHS)
_IN_YEARS = ("19", "20")
_IN_SEASONS = ("spring", "summer", "autumn", "fall", "winter")
_IN_UNITS = ("day", "week", "month", "quarter", "year", "decade")

RULES: tuple[Rule, ...] = (
    _rule(_IN_YEARS, r"(?P<year>(?:19|20)\d\d)([-/])(?P<number>\d{1,2})\2(?P<day>\d{1,2})(?![\w-])", _iso),
    _rule(_IN_YEARS, r"(?P<one>\d{1,2})([./-])(?P<two>\d{1,2})\2(?P<year>(?:19|20)\d\d)(?!\w)", _slashed),
    _rule(_IN_MONTHS, rf"{_WEEKDAY}(?P<day>\d{{1,2}}){_ENDING}(?:\s*(?:-|to|and)\s*(?P<to>\d{{1,2}}){_ENDING})?(?:\s+of)?[\s-]+(?P<month>{_MONTH})(?:,?[\s-]+(?P<year>{_YEAR})|,?\s+(?P<side>last|this|next)\s+year)?(?!\w)", _full),
    _rule(_IN_MONTHS, rf"{_WEEKDAY}(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}}){_ENDING}(?![\d%]|[.,:]\d|\w)(?:\s*-\s*(?P<to>\d{{1,2}}){_ENDING}(?![\d%]|,\d|\w))?{_COUNTED}(?:,?\s+(?P<year>{_YEAR})|,?\s+(?P<side>last|this|next)\s+year(?!\w))?", _full),
    _rule(_IN_MONTHS, rf"(?P<month>{_MONTH})(?:\s*(?:-|to|and|until|through)\s*(?P<to>{_MONTH}))?,?\s+(?:of\s+)?(?:(?P<year>{_YEAR})|(?P<side>last|this|next)\s+year)", _month_of_year),
    _rule(_IN_MONTHS, rf"{_NO_HOLIDAY}(?P<side>last|past|previous|this|next|coming|upcoming)\s+(?P<month>{_MONTH})(?!\w){_NO_NAME}", _bare_month),
    _rule(_IN_MONTHS, rf"{_NO_HOLIDAY}(?P<side>)(?P<month>{_MONTH})(?!\w|'|\s+\d){_NO_NAME}{_NO_PERSON}", _bare_month, Needs.PREPOSITION),
    _rule(_IN_YEARS, rf"(?P<year>(?:19|20)\d\d)\s*(?:-|to|and|until|through)\s*(?P<to>(?:19|20)\d\d|\d\d)(?![\w%]|[.,-]\d|-\w){_COUNTED}", _years, Needs.PREPOSITION),
    _rule(_IN_YEARS, rf"(?P<year>{_YEAR}){_COUNTED}", _year, Needs.PREPOSITION),
    _rule(_IN_YEARS, rf"(?<=\ba )(?P<year>{_YEAR})(?=\s+[a-z])", _year, free=False),
    _rule(_IN_YEARS, rf"(?<=\bthe )(?P<year>{_YEAR})(?=\s+[a-z])", _year, free=False),
    _rule(("0s",), r"(?P<century>19|20)(?P<ten>\d0)s\b", _decade),
    _rule(("0s",), r"(?<=the )'?(?P<century>)(?P<ten>[2-9]0)s\b", _decade),
    _rule(_IN_YEARS, rf"(?-i:(?P<code>Q)(?P<number>[1-4])|(?P<half>H)(?P<which>[12]))(?:\s+of)?\s+(?P<year>{_YEAR})", _code),
    _rule(_IN_SEASONS, rf"{_SIDE}\s+(?P<season>spring|summer|autumn|fall|winter)(?P<year>)(?!\w)", _season),
    _rule(_IN_SEASONS, rf"(?P<season>spring|summer|autumn|fall|winter)(?P<side>)(?:\s+of)?\s+(?P<year>{_YEAR})", _season),
    _rule(_IN_SEASONS, r"(?P<side>)(?P<season>spring|summer|autumn|winter)(?P<year>)(?=\s*(?:[.,;:)\"]|$)|\s+(?:and|or|to|by|with|for|when|as|at|after|before|from|that|the|a|his)\b)", _season, Needs.PREPOSITION),
    _rule(("day", "morrow", "night", "morning", "afternoon", "evening"), r"(?:the\s+day\s+before\s+yesterday|the\s+day\s+after\s+tomorrow|last\s+night|this\s+(?:morning|afternoon|evening)|tonight|(?:yesterday|tomorrow)(?:\s+(?:morning|afternoon|evening|night))?|today)(?!\w|'s)", _relative_day),
    _rule(("overnight",), r"overnight(?=[\s,.;]|$)(?!\s+(?:stay|train|success|bag))", _overnight),
    _rule(("day",), rf"{_NO_HOLIDAY}(?:{_SIDE}\s+)?(?P<weekday>{_named(WEEKDAYS, 'SUNDAY')})(?:\s+(?:morning|afternoon|evening|night))?(?![\w'])(?!-(?-i:[A-Z])){_NO_NAME}", _weekday),
    _rule(_IN_UNITS, r"(?P<side>this|next|last|coming|previous)\s+" + _UNIT + r"(?![\w'-])", _side_unit),
    _rule(_IN_UNITS, rf"(?:the\s+)?(?P<side>past)\s+(?P<count>){_UNIT}(?![\w'-])", _lasting),
    _rule(_IN_UNITS, rf"(?<=in )the\s+(?P<side>last|coming)\s+(?P<count>){_UNIT}(?![\w'-])", _lasting),
    _rule(_IN_UNITS, rf"(?<=over )the\s+(?P<side>last|coming|next)\s+(?P<count>){_UNIT}(?![\w'-])", _lasting),
    _rule(("weekend",), r"the\s+weekend(?!\w)", _the_weekend),
    _rule(_IN_UNITS, r"(?P<unit>week|month|quarter|year|decade)(?![\w'-]|\s+(?:ago|before|after|earlier|later))", _the_unit, Needs.EDGE),
    _rule(("year",), rf"(?:year-end|year's\s+end|the\s+year\s+end)(?:\s+(?P<year>{_YEAR}))?(?!\w)", _year_end),
    _rule(("ago",), rf"{COUNT}\s+{_SPAN}\s+ago(?!\w)", _ago),
    _rule(("ago",), r"(?<!thousand )(?<!hundred )(?<!million )(?<!billion )(?<!dozen )(?<!\d )(?:(?:a\s+few|several|some|many)\s+)?(?P<unit>day|week|month|year|decade)s\s+ago(?!\w)", _some_ago),
    _rule(_IN_UNITS, rf"(?P<side>past|last|previous|next|coming|following)\s+{COUNT}\s+{_SPAN}(?![\w-])", _lasting),
    _rule(_IN_UNITS, r"(?P<side>past|last|recent|next|coming)\s+(?:few\s+|several\s+)?(?P<unit>day|week|month|year|decade)s(?P<count>(?!))?(?![\w'])", _lasting),
    _rule(_IN_UNITS, rf"(?P<how>within|in)\s+(?:the\s+next\s+)?{COUNT}\s+{_SPAN}(?![\w'-]|\s+of\b)", _within),
)  # fmt: skip
