"""A digest goes out once for each date of its place."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.digest import Digest, due_after, latest

ZONES = ("Europe/Berlin", "America/Nuuk", "Australia/Lord_Howe", "Africa/Casablanca")
DECADE = (date(2020, 1, 1), date(2030, 1, 1))
CLOCK_CHANGES = ("00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "07:00", "23:30", "23:59")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", CLOCK_CHANGES)
def test_every_date_of_ten_years_has_one(zone: str, at: str) -> None:
    digest, where = Digest(at=at, zone=zone), ZoneInfo(zone)
    now, last, days = datetime(2019, 12, 31, 12, tzinfo=where).astimezone(UTC), date(2019, 12, 31), []
    while not days or days[-1] < DECADE[1]:
        due = due_after(digest, now, last)
        assert due.at > now
        assert latest(digest, due.at) == due.day
        assert latest(digest, due.at - timedelta(microseconds=1)) < due.day
        wall = due.at.astimezone(where).replace(tzinfo=None)
        planned = datetime.fromisoformat(f"{due.day}T{at}")
        assert timedelta(0) <= wall - planned <= timedelta(hours=1)  # later only where the clock skips the time
        days.append(due.day)
        now, last = due.at, due.day
    assert days == [DECADE[0] + timedelta(days=n) for n in range(len(days))]


@given(
    st.sampled_from(ZONES), st.sampled_from(CLOCK_CHANGES), st.integers(0, 10 * 365 * 24),
    st.floats(0, 80),
)  # fmt: skip
def test_after_an_outage_one_is_made_up_for(zone: str, at: str, begin: int, hours: float) -> None:
    digest, begun = Digest(at=at, zone=zone), datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=begin)
    due = due_after(digest, begun)
    late = due.at + timedelta(hours=hours)
    told = latest(digest, late)
    following = due_after(digest, late, told)
    assert told >= due.day
    assert following.day == told + timedelta(days=1)
    assert following.at > late


@pytest.mark.parametrize(
    ("at", "zone", "after", "due"),
    [
        ("02:30", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:30"),  # does not exist: 03:30 on the wall
        ("02:30", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T00:30"),  # exists twice: the first
        ("02:30", "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),  # and not again an hour later
        ("02:15", "Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-03T15:45"),  # skipped by half an hour: 02:45
        ("23:30", "America/Nuuk", "2026-03-28T12:00", "2026-03-29T01:30"),  # the last hour of that date is skipped
        ("07:00", "Pacific/Apia", "2011-12-29T18:00", "2011-12-30T17:00"),  # of 31 December: there was no 30
    ],
)  # fmt: skip
def test_times_that_do_not_exist_or_exist_twice(at: str, zone: str, after: str, due: str) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (after, due)]
    assert due_after(Digest(at=at, zone=zone), moments[0]).at == moments[1]


def test_a_date_that_a_place_has_skipped_has_no_digest() -> None:
    apia, now, days = Digest(at="07:00", zone="Pacific/Apia"), datetime(2011, 12, 28, tzinfo=UTC), []
    for _ in range(4):
        due = due_after(apia, now)
        days.append(due.day.isoformat())
        now = due.at
        assert latest(apia, now) == due.day
    assert days == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]
