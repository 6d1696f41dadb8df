"""A notification is sent by one sender at a time, and what became of it is written by that one only."""

import threading
from datetime import timedelta

import pytest

from services.core.errors import Lost
from services.core.notification import Ambiguous, DeliveryState, Failed, OutboxRow, Outcome, Refused, Sent
from services.store.engine import Store, open_store
from tests.builders import alert, at, notification


def put(store: Store, *idents: str, receiver: str = "desk", story_id: str = "s1", minutes: float = 2) -> None:
    rows = [
        notification(id=ident, receiver=receiver, story_id=story_id, alert_ids=(f"of {ident}",), created_at=at(minutes))
        for ident in idents
    ]
    with store.alerts.transaction() as transaction:
        transaction.add_alerts([alert(id=f"of {ident}") for ident in idents], rows)


def claim(
    store: Store, minutes: float = 3, *, owner: str = "anna", receivers: tuple[str, ...] = ("desk",), limit: int = 10
) -> tuple[OutboxRow, ...]:
    return store.outbox.claim(owner, at(minutes), receivers=receivers, limit=limit, seconds=60)


def settle(
    store: Store,
    row: OutboxRow,
    outcome: Outcome,
    state: DeliveryState,
    *,
    minutes: float = 3,
    due: float = 3,
    owner: str = "anna",
) -> None:
    store.outbox.settle(owner, row, outcome, at(minutes), state=state, due_at=at(due))


def names(rows: tuple[OutboxRow, ...]) -> list[str]:
    return [row.notification.id for row in rows]


def test_a_notification_is_due_at_once_and_comes_as_it_was_decided(store: Store) -> None:
    payload = bytes(range(256))
    with store.alerts.transaction() as transaction:
        transaction.add_alerts([alert()], [notification(payload=payload)])
    assert claim(store, 1.9) == ()
    (row,) = claim(store, 2)
    assert row.notification == notification(payload=payload)
    assert (row.state, row.attempts, row.repeat, row.due_at) == (DeliveryState.SENDING, 1, False, at(3))


def test_only_the_receivers_asked_for_are_claimed(store: Store) -> None:
    put(store, "n1")
    put(store, "n2", receiver="post")
    assert names(claim(store, receivers=("post", "nobody"))) == ["n2"]
    assert claim(store, receivers=()) == ()


def test_the_oldest_come_first_and_no_receiver_waits_behind_anothers_backlog(store: Store) -> None:
    put(store, "d1", "d2", "d3", "d4")
    put(store, "p1", "p2", receiver="post")
    assert names(claim(store, receivers=("desk", "post"), limit=3)) == ["d1", "p1", "d2"]
    assert names(claim(store, receivers=("desk", "post"))) == ["d3", "p2", "d4"]


def test_a_claimed_row_is_not_claimed_again_before_its_lease_has_run_out(store: Store) -> None:
    put(store, "n1")
    (first,) = claim(store, 3)
    assert claim(store, 3.9, owner="boris") == ()
    (again,) = claim(store, 4, owner="boris")
    assert (first.repeat, again.repeat, again.attempts) == (False, True, 2)


def test_that_an_earlier_try_may_have_arrived_is_not_forgotten(store: Store) -> None:
    put(store, "n1")
    claim(store, 3)
    (expired,) = claim(store, 5)
    settle(store, expired, Failed(reason="503"), DeliveryState.RETRY)
    (again,) = claim(store, 5)
    assert again.repeat


def test_an_ambiguous_outcome_makes_the_next_try_a_repeat(store: Store) -> None:
    put(store, "n1")
    (row,) = claim(store)
    settle(store, row, Ambiguous(reason="connection reset"), DeliveryState.RETRY, due=6)
    (waiting,) = store.outbox.rows()
    assert (waiting.state, waiting.repeat, waiting.error, waiting.due_at) == (
        DeliveryState.RETRY,
        True,
        "connection reset",
        at(6),
    )
    assert claim(store, 5.9) == ()
    (again,) = claim(store, 6)
    assert (again.repeat, again.attempts, again.error) == (True, 2, "connection reset")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Sent(remote_id="17.2"), DeliveryState.SENT),
        (Refused(reason="404"), DeliveryState.DEAD),
        (Ambiguous(reason="reset"), DeliveryState.UNKNOWN),
    ],
)
def test_what_is_settled_is_not_claimed_again(store: Store, outcome: Outcome, state: DeliveryState) -> None:
    put(store, "n1")
    (row,) = claim(store)
    settle(store, row, outcome, state)
    assert claim(store, 1000) == ()
    (settled,) = store.outbox.rows()
    assert (settled.state, settled.remote_id) == (state, getattr(outcome, "remote_id", None))
    assert settled.error == getattr(outcome, "reason", None)


def test_success_clears_the_error_of_an_earlier_try(store: Store) -> None:
    put(store, "n1")
    settle(store, claim(store)[0], Failed(reason="503"), DeliveryState.RETRY)
    settle(store, claim(store)[0], Sent(), DeliveryState.SENT)
    (row,) = store.outbox.rows()
    assert (row.state, row.error, row.attempts, row.repeat) == (DeliveryState.SENT, None, 2, False)


def test_a_sender_whose_row_was_claimed_by_another_has_lost_it(store: Store) -> None:
    put(store, "n1")
    (stale,) = claim(store, 3)
    (current,) = claim(store, 4, owner="boris")
    with pytest.raises(Lost, match="n1"):
        settle(store, stale, Sent(), DeliveryState.SENT)
    (row,) = store.outbox.rows()
    assert row == current


def test_only_the_sender_that_claimed_a_row_settles_it(store: Store) -> None:
    put(store, "n1")
    (row,) = claim(store)
    with pytest.raises(Lost, match="boris"):
        settle(store, row, Sent(), DeliveryState.SENT, owner="boris")


def test_a_sender_that_claimed_its_row_anew_cannot_settle_the_old_try(store: Store) -> None:
    put(store, "n1")
    (old,) = claim(store, 3)
    (new,) = claim(store, 4)
    with pytest.raises(Lost):
        settle(store, old, Failed(reason="late"), DeliveryState.RETRY)
    settle(store, new, Sent(), DeliveryState.SENT)
    settle(store, new, Sent(), DeliveryState.SENT)  # the answer to the first was not heard


def test_what_a_destination_answers_cannot_hurt(store: Store) -> None:
    put(store, "n1")
    settle(store, claim(store)[0], Failed(reason="nul \0 surrogate \ud800 " + "x" * 10_000), DeliveryState.RETRY)
    settle(store, claim(store)[0], Sent(remote_id="a\0b"), DeliveryState.SENT)
    (row,) = store.outbox.rows()
    assert row.remote_id == "a\ufffdb"


def test_many_senders_never_hold_the_same_row(database: str) -> None:
    stores = [open_store(database) for _ in range(4)]
    put(stores[0], *(f"n{number}" for number in range(60)))
    claimed: list[tuple[str, int]] = []

    def send(number: int) -> None:
        owner = f"sender {number}"
        for _ in range(60):
            for row in claim(stores[number], owner=owner, limit=3):
                claimed.append((row.notification.id, row.attempts))
                settle(stores[number], row, Sent(), DeliveryState.SENT, owner=owner)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(claimed) == sorted((f"n{number}", 1) for number in range(60))
    assert stores[0].outbox.depth() == {("desk", DeliveryState.SENT): 60}
    for store in stores:
        store.close()


def test_a_thread_begins_with_what_the_receiver_accepted_first(store: Store) -> None:
    put(store, "n1", "n2", "n3")
    put(store, "other", receiver="post")
    put(store, "elsewhere", story_id="s2")
    assert store.outbox.thread("desk", "s1") is None
    first, second, third, elsewhere = claim(store)
    settle(store, first, Failed(reason="503"), DeliveryState.RETRY, due=4)
    settle(store, second, Sent(remote_id="second"), DeliveryState.SENT, minutes=3.1)
    settle(store, third, Sent(remote_id="third"), DeliveryState.SENT, minutes=3.2)
    settle(store, elsewhere, Sent(remote_id="elsewhere"), DeliveryState.SENT, minutes=3)
    assert store.outbox.thread("desk", "s1") == "second"
    (late,) = claim(store, 4)
    settle(store, late, Sent(remote_id="first"), DeliveryState.SENT, minutes=4)
    assert store.outbox.thread("desk", "s1") == "second"
    assert store.outbox.thread("post", "s1") is None
    assert store.outbox.thread("desk", "s2") == "elsewhere"


def test_depth_counts_per_receiver_and_state(store: Store) -> None:
    put(store, "n1", "n2")
    put(store, "p1", receiver="post")
    settle(store, claim(store, limit=1)[0], Refused(reason="no"), DeliveryState.DEAD)
    assert store.outbox.depth() == {
        ("desk", DeliveryState.DEAD): 1,
        ("desk", DeliveryState.PENDING): 1,
        ("post", DeliveryState.PENDING): 1,
    }


def test_rows_are_found_by_alert_and_by_state(store: Store) -> None:
    put(store, "n1", "n2", "n3")
    settle(store, claim(store, limit=1)[0], Refused(reason="no"), DeliveryState.DEAD)
    assert names(store.outbox.rows()) == ["n1", "n2", "n3"]
    assert names(store.outbox.rows(limit=2)) == ["n1", "n2"]
    assert names(store.outbox.rows(alert_id="of n2")) == ["n2"]
    assert names(store.outbox.rows(states=[DeliveryState.DEAD, DeliveryState.UNKNOWN])) == ["n1"]
    assert store.outbox.rows(alert_id="of n2", states=[DeliveryState.DEAD]) == ()


def test_only_what_is_over_is_forgotten_in_portions(store: Store) -> None:
    put(store, "sent", "dead", "unknown", "retry", "sent later", "pending")
    rows = claim(store, limit=5)
    settle(store, rows[0], Sent(), DeliveryState.SENT)
    settle(store, rows[1], Refused(reason="no"), DeliveryState.DEAD)
    settle(store, rows[2], Ambiguous(reason="reset"), DeliveryState.UNKNOWN)
    settle(store, rows[3], Failed(reason="503"), DeliveryState.RETRY)
    settle(store, rows[4], Sent(), DeliveryState.SENT, minutes=9)
    edge = at(3) + timedelta(microseconds=1)
    assert [store.outbox.forget(edge, 1) for _ in range(3)] == [1, 1, 0]
    assert names(store.outbox.rows()) == ["unknown", "retry", "sent later", "pending"]
    assert store.outbox.rows(alert_id="of sent") == ()


def test_rows_are_found_by_story_with_when_the_latest_try_ended(store: Store) -> None:
    put(store, "n1", story_id="s1")
    put(store, "n2", story_id="s2")
    (row, *_) = claim(store, 3)
    settle(store, row, Failed(reason="503"), DeliveryState.RETRY, minutes=4, due=9)
    (found,) = store.outbox.rows(story_id="s1")
    assert (found.notification.id, found.settled_at, found.error) == ("n1", at(4), "503")
    assert store.outbox.rows(story_id="s1", alert_id="of n2") == ()
    assert [one.settled_at for one in store.outbox.rows(story_id="s2")] == [None]


def late(store: Store, row: OutboxRow, minutes: float = 3) -> None:
    settle(store, row, Failed(reason="too late"), DeliveryState.LATE, minutes=minutes)


def test_what_came_too_late_is_found_alone_only_where_nothing_else_waits(store: Store) -> None:
    put(store, "n1", "n2")
    put(store, "p1", receiver="post")
    late(store, claim(store, limit=1)[0])
    assert names(store.outbox.late("desk", limit=9, alone=False)) == ["n1"]
    assert store.outbox.late("desk", limit=9, alone=True) == ()
    settle(store, claim(store, limit=1)[0], Sent(), DeliveryState.SENT)
    assert names(store.outbox.late("desk", limit=9, alone=True)) == ["n1"]
    assert store.outbox.late("post", limit=9, alone=False) == ()
    assert claim(store, 99) == ()  # it is not sent by itself any more


def test_a_digest_takes_the_place_of_what_came_too_late(store: Store) -> None:
    put(store, "n1", "n2")
    for row in claim(store):
        late(store, row)
    digest = notification(
        id="d1", receiver="desk", story_id="late.desk", alert_ids=("of n1", "of n2"), created_at=at(4)
    )
    rows = store.outbox.late("desk", limit=9, alone=True)
    assert store.outbox.gather(rows, [digest], at(4))
    assert not store.outbox.gather(rows, [digest], at(4))
    assert {row.notification.id: row.state for row in store.outbox.rows()} == {
        "n1": DeliveryState.DIGESTED, "n2": DeliveryState.DIGESTED, "d1": DeliveryState.PENDING,
    }  # fmt: skip
    assert names(store.outbox.rows(alert_id="of n2")) == ["n2", "d1"]
    assert store.outbox.rows()[0].error == "too late; told in d1"
    assert store.outbox.alerts(["of n1", "unknown"]).keys() == {"of n1"}


def test_a_digest_that_has_not_arrived_is_taken_into_the_next_and_one_that_may_have_is_not(store: Store) -> None:
    put(store, "d1", "d2", story_id="late.desk")
    put(store, "n1")
    first, second, third = claim(store)
    settle(store, first, Failed(reason="503"), DeliveryState.RETRY)
    settle(store, second, Ambiguous(reason="lost"), DeliveryState.RETRY)
    late(store, third)
    rows = store.outbox.late("desk", limit=9, alone=True)
    assert names(rows) == ["n1", "d1"]
    claim(store, 4)  # meanwhile a sender has taken it
    assert not store.outbox.gather(rows, [notification(id="d3", receiver="desk")], at(4))


def test_what_a_digest_has_told_is_forgotten(store: Store) -> None:
    put(store, "n1")
    late(store, claim(store)[0])
    store.outbox.gather(store.outbox.late("desk", limit=9, alone=True), [], at(4))
    assert store.outbox.forget(at(5), 9) == 1


def test_of_too_many_that_wait_the_oldest_come_too_late(store: Store) -> None:
    put(store, "n1", "n2", "n3", "n4", "n5")
    put(store, "d1", story_id="late.desk")
    put(store, "p1", receiver="post")
    settle(store, claim(store, limit=1)[0], Failed(reason="503"), DeliveryState.RETRY)
    settle(store, claim(store, limit=2)[1], Sent(), DeliveryState.SENT)
    assert store.outbox.overflow("desk", 3, at(4)) == 0  # n3, n4 and n5 wait; n1 is being sent
    assert store.outbox.overflow("desk", 1, at(4)) == 2
    states = {row.notification.id: row.state.value for row in store.outbox.rows()}
    assert states == {
        "n1": "sending", "n2": "sent", "n3": "late", "n4": "late", "n5": "pending", "d1": "pending", "p1": "pending",
    }  # fmt: skip
    assert store.outbox.rows()[2].error == "more than 1 were waiting"
