"""Time intervals mean what they mean in Alertmanager, and their ends are found over every change of the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.core.interval import IntervalError, TimeInterval, TimeRange, TimeSpan, check, contains, end

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Nuuk", "Asia/Beirut")
NIGHT = (TimeRange(start_time="22:00", end_time="24:00"), TimeRange(start_time="00:00", end_time="06:30"))


def interval(**fields: Any) -> TimeInterval:
    times = tuple(TimeRange(start_time=a, end_time=b) for a, b in (one.split("-") for one in fields.pop("times", ())))
    lists = {name: tuple(given) if isinstance(given, list) else given for name, given in fields.items()}
    return TimeInterval(name="x", time_intervals=(TimeSpan(times=times, **lists),))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "inside", "outside"),
    [
        ({}, ["2026-01-05T00:00"], []),
        ({"times": ["09:00-17:00"]}, ["2026-01-05T09:00", "2026-01-05T16:59:59"], ["2026-01-05T08:59:59", "2026-01-05T17:00"]),
        ({"times": ["22:00-24:00", "00:00-06:00"]}, ["2026-01-05T23:59:59", "2026-01-05T05:59"], ["2026-01-05T06:00", "2026-01-05T21:59"]),
        ({"weekdays": ["monday:wednesday", "Saturday"]}, ["2026-01-05", "2026-01-07", "2026-01-10"], ["2026-01-08", "2026-01-11"]),
        ({"weekdays": ["sunday:tuesday"]}, ["2026-01-04", "2026-01-05", "2026-01-06"], ["2026-01-07", "2026-01-03"]),
        ({"days_of_month": ["1:3"]}, ["2026-02-01", "2026-02-03T23:59"], ["2026-02-04", "2026-01-31"]),
        ({"days_of_month": ["-1"]}, ["2026-02-28", "2024-02-29", "2026-12-31"], ["2024-02-28", "2026-12-30"]),
        ({"days_of_month": ["-3:-2"]}, ["2026-02-26", "2026-02-27"], ["2026-02-28", "2026-02-25"]),
        ({"days_of_month": ["30:-1"]}, ["2026-01-31", "2026-04-30"], ["2026-02-28", "2026-01-29"]),
        ({"months": ["november:12", "february"]}, ["2026-11-01", "2026-12-31", "2026-02-10"], ["2026-01-01", "2026-10-31"]),
        ({"years": ["2026:2027"]}, ["2026-01-01", "2027-12-31"], ["2025-12-31", "2028-01-01"]),
        ({"weekdays": ["monday"], "times": ["09:00-10:00"], "location": "Europe/Berlin"}, ["2026-07-06T07:30", "2026-01-05T08:30"], ["2026-07-06T08:30", "2026-01-06T08:30"]),
        ({"days_of_month": ["-1"], "location": "Europe/Berlin"}, ["2026-03-30T22:30", "2026-10-30T23:30"], ["2026-03-30T21:30", "2026-10-31T23:30"]),
    ],
)  # fmt: skip
def test_moments_inside_and_outside(fields: dict[str, Any], inside: list[str], outside: list[str]) -> None:
    assert [text for text in inside if not contains(interval(**fields), moment(text))] == []
    assert [text for text in outside if contains(interval(**fields), moment(text))] == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"times": ["22:00-06:00"]}, "22:00 to 24:00, and 00:00 to 06:00"), ({"times": ["09:00-09:00"]}, "does not end"),
        ({"times": ["9:00-10:00"]}, '"9:00" is no time'), ({"weekdays": ["mon"]}, '"mon" is no weekday'),
        ({"weekdays": ["1"]}, "no weekday"), ({"months": ["december:january"]}, "two entries"),
        ({"days_of_month": ["0"]}, "no day"), ({"days_of_month": ["-1:5"]}, "two entries"), ({"days_of_month": ["32"]}, "no day"),
        ({"months": ["13"]}, "no month"), ({"months": ["a:b:c"]}, "no month"), ({"years": ["26"]}, "no year"),
        ({"location": "Berlin"}, 'unknown time zone "Berlin"'), ({"location": "../etc/passwd"}, "unknown time zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(IntervalError, match=says):
        check(interval(**fields).time_intervals[0])


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-05T12:00", "2026-01-05T12:00"),  # not inside: at once
        ("2026-01-05T21:30", "2026-01-06T05:30"),
        ("2026-03-28T22:30", "2026-03-29T04:30"),  # the night that is an hour shorter
        ("2026-10-24T21:30", "2026-10-25T05:30"),  # and longer
    ],
)
def test_a_night_in_berlin_ends_in_the_morning(now: str, until: str) -> None:
    night = TimeInterval(name="night", time_intervals=(TimeSpan(times=NIGHT, location="Europe/Berlin"),))
    assert end([night], moment(now)) == moment(until)


def test_an_end_that_the_clock_skips_is_where_it_skips() -> None:
    early = interval(times=["01:00-02:30"], location="Europe/Berlin")
    assert end([early], moment("2026-03-29T00:30")) == moment("2026-03-29T01:00")  # 03:00 on the wall


def test_what_always_is_has_no_end() -> None:
    assert end([interval()], moment("2026-01-05")) is None
    august = interval(months=["august"])
    assert end([august], moment("2026-08-01")) == moment("2026-09-01")


_CLOCKS = st.integers(0, 24 * 12).map(lambda n: f"{n * 5 // 60:02}:{n * 5 % 60:02}")
_TIMES = st.lists(
    st.lists(_CLOCKS, min_size=2, max_size=2, unique=True).map(
        lambda pair: TimeRange(start_time=min(pair), end_time=max(pair))
    ),
    min_size=1, max_size=3,
).map(tuple)  # fmt: skip
_DAYS = st.lists(st.sampled_from(["monday", "saturday:sunday", "tuesday:thursday"]), max_size=2).map(tuple)
_SPANS = st.builds(TimeSpan, times=_TIMES, weekdays=_DAYS, location=st.sampled_from(ZONES))
_CHANGES = st.sampled_from(
    ["2026-03-08T07:00", "2026-11-01T06:00", "2026-03-29T01:00", "2026-10-25T01:00", "2026-04-04T15:00", "2026-10-03T15:30", "2026-03-28T22:00"]
)  # fmt: skip


_TWO_ZONES = [
    TimeSpan(times=(TimeRange(start_time="00:00", end_time="00:05"),), location="America/New_York"),
    TimeSpan(times=(TimeRange(start_time="00:05", end_time="05:00"),), location="UTC"),
]  # one goes on where the other ends, on another date


@example(_TWO_ZONES, "2026-03-08T07:00", -121)
@given(st.lists(_SPANS, min_size=1, max_size=2), _CHANGES, st.integers(-36 * 60, 12 * 60))
def test_the_end_is_the_first_minute_outside(spans: list[TimeSpan], change: str, minutes: int) -> None:
    now = moment(change) + timedelta(minutes=minutes)
    wanted = TimeInterval(name="x", time_intervals=tuple(spans))
    found = end([wanted], now)
    for minute in range(3 * 24 * 60):
        at = now + timedelta(minutes=minute)
        if not contains(wanted, at):
            assert found == at
            return
    assert found is None or found > at
