"""Dates as outlets write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.dates import parse_date

_FROM, _TO = datetime(1971, 1, 1), datetime(2090, 1, 1)  # noqa: DTZ001  Hypothesis wants them without a zone
NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 05 Jan 2026 09:00:00 GMT", "Mon, 5 Jan 2026 09:00 +0000", "Mon,05 Jan 2026 18:0:0 GMT+9", "05 Jan 26 04:00 EST", "Mon, 05 Jan 2026 18:00:00 KST",
        "Mon, 05 Jan 2026 12:00:00 MSK", "Mon, 05 January 2026 10:00:00 CET", "Tue, 05 Jan 2026 09:00:00 Z", "Mon, 05 Jan 2026 09:00:00 +0000 (UTC)",
        "Mon Jan  5 09:00:00 2026", "Jan 5, 2026 4:00 AM ET", "Monday, January 5, 2026 9:00 am", "Mon, 05-Jan-2026 09:00:00 GMT", "lun., 05 janv. 2026 10:00:00 +0100",
        "2026-01-05T09:00:00Z", "2026-01-05T09:00:00.123+00:00", "2026-01-05T11:00:00+0200", "2026-01-05 03:30:00 -05:30", "2026-1-5 09:00", "2026/01/05 09:00:00", " 2026-01-05T09:00Z ",
    ],
)  # fmt: skip
def test_one_moment_in_many_spellings(text: str) -> None:
    read = parse_date(text)
    assert read is not None
    assert read.replace(microsecond=0) == NINE


@pytest.mark.parametrize(
    "text",
    [
        "", None, "yesterday", "2024년 1월 2일", "1718000000", "Mon, 05 Jan 2026 09:00:00 XYZ", "Mon, 32 Jan 2026 09:00:00 GMT", "2026-02-30", "2026-01-05T25:00:00Z",
        "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "99999-01-01", "05/01/2026", "Mon, 05 Jan 2026 13:00 PM", "9" * 100_000, "2026-01-05T09:00:00+99:00",
    ],
)  # fmt: skip
def test_what_cannot_be_read_for_sure_is_no_date(text: str | None) -> None:
    assert parse_date(text) is None


def test_a_day_is_its_midnight_and_midnight_at_its_end_the_next() -> None:
    assert parse_date("2026-01-05") == datetime(2026, 1, 5, tzinfo=UTC)
    assert parse_date("Sun, 04 Jan 2026 24:00:00 GMT") == datetime(2026, 1, 5, tzinfo=UTC)


@given(st.datetimes(_FROM, _TO), st.integers(-14 * 60, 14 * 60))
def test_what_computers_write_is_read_back(naive: datetime, minutes: int) -> None:
    moment = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_date(moment.isoformat()) == moment
    assert parse_date(moment.strftime("%a, %d %b %Y %H:%M:%S %z")) == moment


@given(st.text(max_size=100))
def test_anything_else_is_no_error(text: str) -> None:
    read = parse_date(text)
    assert read is None or read.tzinfo is UTC
