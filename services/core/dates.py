"""Dates of feeds as UTC. What cannot be read for sure is None: a wrong date is worse than none.

RFC 822 and RFC 3339 with the departures that outlets make from them. The day of the week is not believed. An
unknown zone name makes the date unreadable; none at all means UTC.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

_MAX = 80  # code points
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier janv ene enero gennaio gen januar", "feb february février fév févr febrero febbraio februar", "mar march mars marzo märz mär",
            "apr april avril avr abr abril aprile", "may mai mayo maggio mag", "jun june juin junio giugno giu juni",
            "jul july juillet juil julio luglio lug juli", "aug august août aout ago agosto", "sep sept september septembre septiembre settembre set",
            "oct october octobre octubre ottobre ott okt oktober", "nov november novembre noviembre", "dec december décembre déc dic diciembre dicembre dez dezember",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
# Hours ahead of UTC. Names that mean different zones to different people (IST, CST of China, BST of Bangladesh) stand
# for the one that feeds use them for.
_ZONES = {
    "ut": 0.0, "utc": 0.0, "gmt": 0.0, "z": 0.0, "wet": 0.0, "bst": 1.0, "ist": 5.5, "cet": 1.0, "met": 1.0, "cest": 2.0, "mest": 2.0, "west": 1.0,
    "eet": 2.0, "eest": 3.0, "msk": 3.0, "trt": 3.0, "idt": 3.0, "gst": 4.0, "pkt": 5.0, "wib": 7.0, "ict": 7.0, "hkt": 8.0, "sgt": 8.0, "myt": 8.0,
    "pht": 8.0, "awst": 8.0, "jst": 9.0, "kst": 9.0, "acst": 9.5, "acdt": 10.5, "aest": 10.0, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0, "sast": 2.0,
    "cat": 2.0, "eat": 3.0, "wat": 1.0, "nst": -3.5, "ndt": -2.5, "ast": -4.0, "adt": -3.0, "brt": -3.0, "art": -3.0, "clt": -4.0,
    "est": -5.0, "edt": -4.0, "et": -5.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0, "akst": -9.0, "hst": -10.0,
}  # fmt: skip

_TIME = r"(?:[T,\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d{1,9})?)?\s*(?P<half>[ap]\.?m\.?)?)?"
_ZONE = r"\s*(?P<zone>[A-Za-z]{1,5}(?![A-Za-z]))?\s*(?P<offset>[+-]\d{1,2}:?(?:\d{2})?)?(?:\s*\([A-Za-z ]{1,40}\))?"
_WHEN = _TIME + _ZONE
_WEEKDAY = r"(?:[^\W\d]{2,12}\.?,?\s*)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})" + _WHEN,
        r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})" + _WHEN,
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})" + _WHEN,
        _WEEKDAY
        + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -]+(?P<name>[^\W\d]{3,12})\.?,?[ -]+(?P<year>\d{4}|\d{2}(?=\s))"
        + _WHEN,
        _WEEKDAY + r"(?P<name>[^\W\d]{3,12})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _WHEN,
        _WEEKDAY + r"(?P<name>[^\W\d]{3,12}) (?P<day>\d{1,2})" + _TIME + r" (?P<year>\d{4})(?P<zone>)(?P<offset>)",
    )
)


def parse_date(text: str | None) -> datetime | None:
    """The moment that ``text`` names, in UTC, or None. A date without a time is its midnight."""
    if not text or len(text) > _MAX:
        return None
    text = " ".join(text.split()).strip("\"'")
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _moment(match.groupdict())
    return None


def _moment(parts: dict[str, str | None]) -> datetime | None:
    month = _MONTHS.get((parts.get("name") or "").lower()) or int(parts.get("month") or 0)
    ahead = _ahead(parts)
    if ahead is None:
        return None
    try:
        midnight = datetime(_year(parts["year"] or ""), month, int(parts["day"] or 0), tzinfo=timezone(ahead))
        clock = _clock(parts)
        return None if clock is None else (midnight + clock).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _year(text: str) -> int:
    """Two digits are of 1970 to 2069, as in RFC 2822 with its pivot moved to the epoch."""
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year < 70 else 1900)


def _clock(parts: dict[str, str | None]) -> timedelta | None:
    """Time of day. 24:00 and leap seconds run over into what follows."""
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = (parts["half"] or "").replace(".", "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _ahead(parts: dict[str, str | None]) -> timedelta | None:
    """How far the zone is ahead of UTC. An offset beats a name, except that "GMT+9" is both."""
    name, offset = (parts["zone"] or "").lower(), parts["offset"]
    if name and name not in _ZONES:
        return None
    if not offset:
        return timedelta(hours=_ZONES.get(name, 0.0))
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    ahead = timedelta(hours=hours, minutes=minutes)
    return -ahead if offset[0] == "-" else ahead
