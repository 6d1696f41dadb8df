"""Response headers read with bounds: what a server may ask of us, and what we give back to it byte for byte."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

_LONGEST = 30 * 86400.0  # seconds; longer wishes are cut, the schedule has its own bounds
_MAX_VALIDATOR = 1000
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_MAX_AGE = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?(\d{1,18})', re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)(?:$|[,\s])", re.IGNORECASE)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks for, as a number or as a date; None where it is absent or neither."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:18]), _LONGEST)
    try:
        wait = (parsedate_to_datetime(text[:100]) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(wait, 0.0), _LONGEST)


def max_age(headers: Mapping[str, str]) -> float | None:
    """Seconds for which ``Cache-Control`` calls the document fresh, less its ``Age``; None where nothing is said."""
    control = headers.get("Cache-Control", "")
    match = _MAX_AGE.search(control)
    if match is None or _UNCACHED.search(control):
        return None
    age = headers.get("Age", "").strip()
    spent = float(age[:18]) if age.isascii() and age.isdigit() else 0.0
    return min(max(float(match.group(1)) - spent, 0.0), _LONGEST)


def validator(value: str | None) -> str | None:
    """An ``ETag`` or ``Last-Modified`` to give back as it is, or None where it cannot be kept byte for byte."""
    if value and len(value) <= _MAX_VALIDATOR and _PRINTABLE.fullmatch(value):
        return value
    return None
