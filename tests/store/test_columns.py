"""What goes into a column comes out of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from services.store.columns import Moment, note

DIALECT = sqlite.dialect()
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds have no zone


@given(TIMES)
def test_a_time_keeps_its_microseconds_and_comes_back_in_utc(time: datetime) -> None:
    stored = Moment().process_bind_param(time, DIALECT)
    back = Moment().process_result_value(stored, DIALECT)
    assert back == time
    assert back.tzinfo is UTC


@given(TIMES, TIMES)
def test_times_are_ordered_as_stored(one: datetime, other: datetime) -> None:
    stored = [Moment().process_bind_param(time, DIALECT) for time in (one, other)]
    assert (one < other) == (stored[0] < stored[1])


def test_a_time_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        Moment().process_bind_param(datetime(2026, 1, 5), DIALECT)  # noqa: DTZ001 - that is the mistake


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=3000))
def test_a_note_is_bounded_and_fits_both_databases(text: str) -> None:
    kept = note(text)
    assert len(kept) <= 2000
    assert "\0" not in kept
    assert kept.encode("utf-8").decode() == kept
