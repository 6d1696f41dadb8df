"""Groups of alerts and silences: what they hold survives, in the transaction that decides it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.core.group import Group, Kind, Member
from services.core.silence import Silence
from services.store.engine import Store
from tests.builders import alert, at

LONG = "x" * 5000
SILENCE = Silence(
    id="si1", matchers=('topic="arms"',), author="jo", comment="exercise", starts_at=at(0), ends_at=at(60), created_at=at(0)
)  # fmt: skip


def group(key: str = "{}:{}", due: float = 1, **changes: object) -> Group:
    member = Member(alert_id="al1", since=at(0), by="muted nights")
    return Group(
        key=key, kind=Kind.GROUP, route="{}", receiver="desk", labels={"topic": "arms"}, due_at=at(due), waiting=(member,),
        open_until=at(60), **changes,
    )  # fmt: skip


def save(store: Store, *groups: Group) -> None:
    with store.alerts.transaction() as transaction:
        transaction.save_groups({one.key: one for one in groups})


def test_a_group_is_kept_as_it_was_and_replaced_by_key(store: Store) -> None:
    first = group(flushed_at=at(1), told_at=at(2), day=at(0).date(), told=(Member(alert_id="al0", since=at(0)),))
    save(store, first, group(LONG))
    save(store, replace(first, due_at=at(9)))
    with store.alerts.transaction() as transaction:
        assert transaction.groups([first.key, LONG, "another"]) == {
            first.key: replace(first, due_at=at(9)), LONG: group(LONG)
        }  # fmt: skip


def test_those_are_due_whose_time_has_come_the_longest_due_first(store: Store) -> None:
    assert store.alerts.next_due() is None
    save(store, group("b", 5), group("a", 7), group("c", 8))
    with store.alerts.transaction() as transaction:
        assert [one.key for one in transaction.due_groups(at(7), 9)] == ["b", "a"]
        assert [one.key for one in transaction.due_groups(at(9), 2)] == ["b", "a"]
        assert transaction.due_groups(at(5) - timedelta(microseconds=1), 9) == ()
    assert store.alerts.next_due() == at(5)


def test_a_group_that_has_ended_is_gone(store: Store) -> None:
    save(store, group("b", 5), group("a", 7))
    with store.alerts.transaction() as transaction:
        transaction.save_groups({"b": None, "never": None, "a": group("a", 8)})
    assert store.alerts.next_due() == at(8)


def test_groups_stand_or_fall_with_their_transaction(store: Store) -> None:
    save(store, group("a", 5))

    def fail() -> None:
        with store.alerts.transaction() as transaction:
            transaction.save_groups({"a": None, "b": group("b", 1)})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.alerts.next_due() == at(5)


def test_alerts_are_found_by_id_and_by_age(store: Store) -> None:
    decided = [alert(id=f"al{n}", decided_at=at(n)) for n in range(4)]
    with store.alerts.transaction() as transaction:
        transaction.add_alerts(decided, [])
        assert transaction.alerts(["al1", "al3", "none"]) == {"al1": decided[1], "al3": decided[3]}
        assert transaction.latest_alerts(at(1), 9) == (decided[3], decided[2])
        assert transaction.latest_alerts(at(0), 1) == (decided[3],)


def test_silences_are_listed_by_their_end(store: Store) -> None:
    later = replace(SILENCE, id="si2", ends_at=at(90))
    for one in (later, SILENCE, replace(SILENCE, comment="the same id")):
        store.silences.add(one)
    assert store.silences.all() == (SILENCE, later)
    assert store.silences.all(ending_after=at(60)) == (later,)
    assert store.silences.all(limit=1) == (SILENCE,)
    with store.alerts.transaction() as transaction:
        assert transaction.silences(at(59)) == (later, SILENCE)
        assert transaction.silences(at(60)) == (later,)


def test_an_expired_silence_is_over_at_once(store: Store) -> None:
    store.silences.add(SILENCE)
    assert store.silences.expire("si1", at(30)) == SILENCE
    assert store.silences.expire("other", at(30)) is None
    assert store.silences.all() == (replace(SILENCE, ends_at=at(30)),)
    with store.alerts.transaction() as transaction:
        assert transaction.silences(at(31)) == ()
    assert store.silences.expire("si1", at(40)) == replace(SILENCE, ends_at=at(30))  # it stays as it ended
    assert store.silences.all() == (replace(SILENCE, ends_at=at(30)),)


def test_silences_that_ended_long_ago_are_forgotten(store: Store) -> None:
    store.silences.add(SILENCE)
    assert store.alerts.forget(at(60), 10) == 0
    assert store.alerts.forget(at(61), 10) == 1
    assert store.silences.all() == ()
