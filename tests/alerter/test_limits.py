"""How fast one receiver is served, and when it is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerter.limits import Breaker, Bucket


def test_a_bucket_lets_a_seconds_worth_go_at_once_and_then_keeps_the_rate() -> None:
    bucket, went = Bucket(2.0), []
    for tenth in range(60):
        now = tenth / 10
        while bucket.wait(now) == 0 and len(went) < 100:
            bucket.take(now)
            went.append(now)
    assert went[:4] == [0, 0, 0.5, 1.0]
    assert len(went) == 13


def test_a_bucket_under_one_a_second_holds_one() -> None:
    bucket = Bucket(0.5)
    bucket.take(0.0)
    assert bucket.wait(0.0) == pytest.approx(2.0)
    assert bucket.wait(100.0) == 0.0


def test_no_rate_is_no_limit() -> None:
    bucket = Bucket(None)
    for _ in range(1000):
        bucket.take(0.0)
    assert bucket.wait(0.0) == 0.0


@given(st.floats(0.1, 50), st.lists(st.floats(0, 3), max_size=80))
def test_never_more_than_the_rate_and_a_burst(rate: float, gaps: list[float]) -> None:
    bucket, now, sent = Bucket(rate), 0.0, 0
    for gap in gaps:
        now += gap
        if bucket.wait(now) == 0:
            bucket.take(now)
            sent += 1
    assert sent <= now * rate + max(1.0, rate) + 1e-6


def test_first_failures_of_a_message_pause_its_destination_as_long_as_it_waits() -> None:
    breaker = Breaker(patience=3)
    breaker.failed(10.0, attempts=1, row_wait=2.0, asked=None, chance=1.0)
    assert (breaker.wait(10.0), breaker.wait(12.0), breaker.open) == (2.0, 0.0, False)


def test_a_message_that_goes_on_failing_while_others_pass_holds_up_nobody() -> None:
    breaker = Breaker(patience=3)
    for attempts in (4, 5, 6):
        breaker.failed(10.0, attempts=attempts, row_wait=500.0, asked=None, chance=1.0)
        breaker.succeeded()
    assert breaker.wait(10.0) == 0.0


def test_failures_in_a_row_pause_longer_and_longer_up_to_the_cap() -> None:
    breaker, now, waits = Breaker(patience=2, base=1.0, cap=30.0), 0.0, []
    for _ in range(9):
        breaker.failed(now, attempts=9, row_wait=0.0, asked=None, chance=1.0)
        waits.append(breaker.wait(now))
        now += breaker.wait(now)
    assert waits == [0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_a_success_ends_it() -> None:
    breaker = Breaker(patience=0)
    breaker.failed(0.0, attempts=1, row_wait=9.0, asked=None, chance=1.0)
    assert breaker.open
    breaker.succeeded()
    assert (breaker.open, breaker.wait(0.0)) == (False, 0.0)


def test_a_pause_that_the_destination_asks_for_is_kept() -> None:
    breaker = Breaker()
    breaker.failed(0.0, attempts=1, row_wait=1.0, asked=75.0, chance=0.0)
    assert breaker.wait(0.0) == 75.0
