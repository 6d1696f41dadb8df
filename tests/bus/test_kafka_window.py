"""The producer's window: bounded, and no failure is forgotten or told twice."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bus.kafka_window import Outcome, Window

DONE = Outcome(0, ())


def window(max_records: int = 3, max_bytes: int = 100) -> Window:
    return Window(max_records=max_records, max_bytes=max_bytes)


def taken(of: Window, size: int = 1) -> int:
    number = of.take(size, 0)
    assert number is not None
    return number


@pytest.mark.parametrize("sizes", [[1, 1, 1], [60, 40]])
def test_a_full_window_takes_nothing_more(sizes: list[int]) -> None:
    full = window()
    numbers = [taken(full, size) for size in sizes]
    assert full.take(1, 0.01) is None
    full.landed(numbers[0])
    assert full.take(1, 0) is not None


def test_a_record_larger_than_the_window_goes_alone() -> None:
    own = window()
    large = taken(own, 1000)
    assert own.take(1, 0) is None
    own.landed(large)
    taken(own)
    assert own.take(1000, 0) is None


def test_whoever_waits_for_room_gets_it_when_a_record_lands() -> None:
    own = window(max_records=1)
    first = taken(own)
    threading.Timer(0.05, own.landed, [first]).start()
    begun = time.monotonic()
    assert own.take(1, 5) is not None
    assert time.monotonic() - begun < 2


def test_a_flush_waits_for_what_was_taken_before_it() -> None:
    own = window()
    first = taken(own)
    threading.Timer(0.05, own.landed, [first]).start()
    assert own.flush(5) == DONE


def test_what_a_flush_has_given_up_does_not_trouble_the_next() -> None:
    own = window()
    slow = taken(own)
    assert own.flush(0.01) == Outcome(1, ())
    second = taken(own)
    own.landed(slow, ValueError("too late to matter"))
    own.landed(second)
    assert own.flush(0.01) == DONE


def test_a_failure_before_the_flush_is_told_by_it_and_only_by_it() -> None:
    own = window()
    error = ValueError("no")
    own.landed(taken(own), error)
    assert own.flush(0).failures == (error,)
    assert own.flush(0) == DONE


def test_what_is_given_up_fails_in_the_next_flush_and_makes_room() -> None:
    own = window()
    first, second = taken(own, 60), taken(own, 40)
    gone = ValueError("the connection is gone")
    own.give_up(gone)
    own.landed(first)
    own.landed(second, ValueError("too late to matter"))
    taken(own, 100)
    assert own.flush(0) == Outcome(1, (gone, gone))
    assert own.flush(0) == DONE


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=30))
def test_every_failure_is_told_exactly_once(records: list[tuple[int, bool]]) -> None:
    own = window(max_records=1000, max_bytes=10_000)
    told = 0
    for size, fails in records:
        own.landed(taken(own, size), ValueError() if fails else None)
        if size % 3 == 0:
            told += len(own.flush(0).failures)
    told += len(own.flush(0).failures)
    assert told == sum(fails for _, fails in records)
    assert [own.take(100, 0) is not None for _ in range(100)] == [True] * 100  # all room was given back
