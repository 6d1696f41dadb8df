"""What follows from an attempt to deliver."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.delivery import Policy, expired, verdict
from services.core.notification import Ambiguous, DeliveryState, Failed, OutboxRow, Outcome, Refused, Sent
from tests.builders import T0, notification

POLICY = Policy(max_age=3600.0, base=2.0, cap=600.0, resend_after=30.0)


def row(**changes: Any) -> OutboxRow:
    plain: dict[str, Any] = {"state": DeliveryState.SENDING, "attempts": 1, "due_at": T0}
    return OutboxRow(notification=notification(created_at=T0), **(plain | changes))


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("outcome", "changes", "state", "seconds"),
    [
        (Sent(), {}, DeliveryState.SENT, 0),
        (Refused(reason="no"), {}, DeliveryState.DEAD, 0),
        (Failed(reason="away"), {"attempts": 1}, DeliveryState.RETRY, 2),
        (Failed(reason="away"), {"attempts": 4}, DeliveryState.RETRY, 16),
        (Failed(reason="away"), {"attempts": 40}, DeliveryState.RETRY, 600),
        (Failed(reason="busy", retry_after=75), {}, DeliveryState.RETRY, 75),
        (Failed(reason="busy", retry_after=1), {"attempts": 4}, DeliveryState.RETRY, 16),
        (Failed(reason="busy", retry_after=1e9), {}, DeliveryState.RETRY, 3600),
        (Failed(reason="busy", retry_after=-5), {}, DeliveryState.RETRY, 2),
        (Ambiguous(reason="lost"), {}, DeliveryState.RETRY, 30),
        (Ambiguous(reason="lost"), {"repeat": True}, DeliveryState.UNKNOWN, 0),
    ],
)
def test_the_outcome_decides_the_state_and_when_it_is_due(
    outcome: Outcome, changes: dict[str, Any], state: DeliveryState, seconds: float
) -> None:
    chosen = verdict(row(**changes), outcome, T0, POLICY, chance=1.0)
    assert (chosen.state, chosen.due_at) == (state, after(seconds))


def test_with_hold_what_may_have_arrived_waits_for_people() -> None:
    hold = Policy(resend=False)
    chosen = verdict(row(), Ambiguous(reason="lost"), T0, hold, chance=1.0)
    assert (chosen.state, chosen.reason) == (DeliveryState.UNKNOWN, "may have arrived: lost")


def test_what_is_looked_for_before_it_is_sent_is_tried_until_it_is_too_old() -> None:
    policy = msgspec.structs.replace(POLICY, reconciles=True)
    lost, again = Ambiguous(reason="lost"), row(repeat=True, attempts=9)
    assert verdict(again, lost, T0, policy, chance=1.0).state is DeliveryState.RETRY
    assert verdict(again, lost, after(3600), policy, chance=1.0).state is DeliveryState.LATE


def test_what_fails_for_too_long_is_late_and_says_why() -> None:
    chosen = verdict(row(), Failed(reason="connection refused"), after(3600), POLICY, chance=1.0)
    assert chosen.state is DeliveryState.LATE
    assert chosen.reason == "not delivered within 3600 s: connection refused"


def test_what_fails_too_often_is_late() -> None:
    chosen = verdict(row(attempts=5), Failed(reason="away"), T0, Policy(max_attempts=5), chance=1.0)
    assert (chosen.state, chosen.reason) == (DeliveryState.LATE, "not delivered in 5 attempts: away")


def test_what_may_have_arrived_says_so_when_its_time_is_over() -> None:
    chosen = expired(row(repeat=True), after(3600), POLICY)
    assert chosen is not None
    assert (chosen.state, chosen.reason) == (DeliveryState.LATE, "may have arrived: not delivered within 3600 s")


def test_an_answer_lost_when_its_time_is_over_is_late_and_with_hold_for_people() -> None:
    lost = Ambiguous(reason="lost")
    assert verdict(row(), lost, after(3600), POLICY, chance=1.0).state is DeliveryState.LATE
    hold = msgspec.structs.replace(POLICY, resend=False)
    assert verdict(row(), lost, after(3600), hold, chance=1.0).state is DeliveryState.UNKNOWN


def test_a_row_in_time_is_not_expired() -> None:
    assert expired(row(), after(3599), POLICY) is None


_OUTCOMES = (
    st.just(Sent()) | st.just(Refused(reason="r")) | st.just(Ambiguous(reason="a"))
    | st.builds(lambda s: Failed(reason="f", retry_after=s), st.none() | st.floats(-10, 1e12))
)  # fmt: skip


_ROWS = st.builds(lambda attempts, repeat: row(attempts=attempts, repeat=repeat), st.integers(0, 10**6), st.booleans())


@given(_OUTCOMES, _ROWS, st.floats(0, 1e6), st.floats(0, 1), st.booleans())
def test_no_verdict_lies_in_the_past_or_beyond_the_longest_wait(
    outcome: Outcome, tried: OutboxRow, age: float, chance: float, resend: bool
) -> None:
    now, policy = after(age), Policy(resend=resend)
    chosen = verdict(tried, outcome, now, policy, chance=chance)
    assert now <= chosen.due_at <= now + timedelta(seconds=policy.longest_wait)
    assert chosen.state not in (DeliveryState.PENDING, DeliveryState.SENDING)
    assert (chosen.reason is None) == (chosen.state is DeliveryState.SENT)


@given(st.lists(_OUTCOMES, max_size=60))
def test_whatever_happens_at_most_one_send_follows_an_ambiguous_one(outcomes: list[Outcome]) -> None:
    """The store marks a row as a repeat when it settles an ambiguous outcome."""
    current, doubts = row(), 0
    for outcome in outcomes:
        chosen = verdict(current, outcome, T0, Policy(), chance=0.5)
        doubts += isinstance(outcome, Ambiguous)
        current = row(attempts=current.attempts + 1, repeat=current.repeat or isinstance(outcome, Ambiguous))
        if chosen.state is not DeliveryState.RETRY:
            break
    assert doubts <= 2
