"""The alerter on a bus and a store: every record decided once, whatever breaks in between."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from services.alerter.service import Alerter
from services.bus.memory import MemoryBus
from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.codec import decode, encode, headers
from services.core.dead_letter import DeadLetter
from services.core.errors import Fatal, Lost, Retriable
from services.core.feed import Outlet
from services.core.notification import Notification
from services.core.ports.bus import Partition
from services.core.ports.store import AlertStore, AlertTransaction
from services.core.rule import RuleSource
from services.core.rules.problem import RuleError
from services.core.rules.vocabulary import Vocabulary
from services.core.settings import AlerterSettings
from services.core.streams import ALERTERS, DEAD_LETTERS, STREAMS, TAGGED
from services.store.engine import Store, open_store
from tests.alerter.timeline import DAY, steps

RULES = (RuleSource(id="acts", title="Acts", when="act:any"),)
SCRIPT = """
    09:00 harbour: Sudmark asks Norland for coastal radars {NO>SD sought} => new_story
    09:05 harbour: Westria imposes sanctions on Kestria {WS!KE imposed} => new_story
    09:10 ledger: Westria puts sanctions on Kestria {WS!KE imposed} => more_outlets
    10:00 harbour: Norland agrees to sell coastal radars to Sudmark {NO>SD agreed} => stage_moved
    10:10 harbour: Norland agrees to sell coastal radars to Sudmark {NO>SD agreed} => -
    10:20 harbour: Rain over the cape => -
    11:00 ledger: Marland denies arming Eastmere {MA>EE delivered denied by Marland} => new_story
    12:00 harbour: Norland delivers coastal radars to Sudmark {NO>SD delivered} => stage_moved
"""
EXPECTED = sorted(kind for step in steps(SCRIPT) for kind in step.expected)


class Standing:
    """A clock that stands, but for durations."""

    def now(self) -> datetime:
        return DAY + timedelta(days=1)

    def monotonic(self) -> float:
        return time.monotonic()


class Breaking:
    """A real store whose transactions break: ``at(n)`` is asked before the n-th call on a transaction, and after the last as ``n = -1``."""

    def __init__(self, store: AlertStore, at: Callable[[int, str], None]) -> None:
        self._store = store
        self._at = at
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def transaction(self) -> Iterator[AlertTransaction]:
        with self._store.transaction() as real:
            yield _Watched(real, self)  # type: ignore[misc]
            self.called("commit")

    def called(self, name: str) -> None:
        self.calls += 1
        self._at(self.calls, name)


class _Watched:
    def __init__(self, real: AlertTransaction, store: Breaking) -> None:
        self._real = real
        self._store = store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)

        def watched(*args: Any, **named: Any) -> Any:
            self._store.called(name)
            return method(*args, **named)

        return watched


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/desk.sqlite3") as opened:
        yield opened


@pytest.fixture
def bus() -> MemoryBus:
    made = MemoryBus(Standing())
    made.ensure(STREAMS)
    return made


def notify(alert: Alert) -> Sequence[Notification]:
    return [
        Notification(
            id=f"n-{alert.id}", receiver="desk", story_id=alert.story_id, alert_ids=(alert.id,), payload=b"{}",
            created_at=alert.decided_at, trace_id=alert.trace_id,
        )
    ]  # fmt: skip


def alerter(bus: MemoryBus, store: AlertStore, **changes: Any) -> Alerter:
    plain: dict[str, Any] = {
        "bus": bus, "store": store, "rules": RULES, "outlets": (), "notify": notify, "clock": Standing(),
        "settings": AlerterSettings(batch=3), "name": "alerter", "poll_seconds": 0.05,
    }  # fmt: skip
    return Alerter(**(plain | changes))


def publish(bus: MemoryBus, articles: Sequence[TaggedArticle]) -> None:
    producer = bus.producer("test")
    for one in articles:
        producer.send(TAGGED, key=b"one partition", value=encode(one), headers=headers(one))
    producer.flush()


def publish_script(bus: MemoryBus, script: str = SCRIPT) -> None:
    publish(bus, [step.tagged for step in steps(script)])


def run_until(service: Alerter, done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Run in a thread until ``done``; whatever the service raised is raised here."""
    stop, failed = threading.Event(), []

    def work() -> None:
        try:
            service.run(stop)
        except BaseException as error:  # noqa: BLE001  handed to the test
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + seconds
    while not done() and not failed and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join(20.0)
    assert not thread.is_alive()
    if failed:
        raise failed[0]
    assert done(), "not done in time"


def read_to_the_end(bus: MemoryBus, store: AlertStore) -> Callable[[], bool]:
    def done() -> bool:
        offsets = store.offsets(ALERTERS)
        return all(offsets.get(p, 0) == len(log) for p, log in bus.logs.items() if p.stream == TAGGED)

    return done


def kinds(store: Store) -> list[str]:
    return sorted(alert.development.kind.value for alert in store.alerts.alerts())


def test_a_stream_becomes_alerts_notifications_archive_and_ledger(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)
    seen: list[Alert] = []
    service = alerter(bus, store.alerts, on_alert=seen.append)
    run_until(service, read_to_the_end(bus, store.alerts))
    assert kinds(store) == EXPECTED
    assert [alert.id for alert in seen] == [alert.id for alert in store.alerts.alerts()]
    assert {row.notification.alert_ids[0] for row in store.outbox.rows()} == {alert.id for alert in seen}
    assert len(store.alerts.articles("n5")) == 1
    assert len(store.alerts.ledger()) == len(steps(SCRIPT))
    totals = service.totals()
    assert (totals.articles, totals.new_stories, totals.joined) == (8, 3, 4)
    assert totals.alerts == {"new_story": 3, "more_outlets": 1, "stage_moved": 2}
    assert totals.fates == {"alerted": 6, "not_new": 1, "no_rule": 1}
    assert bus.lag(ALERTERS, [TAGGED])[0].records == 0 or sum(one.records for one in bus.lag(ALERTERS, [TAGGED])) == 0


def test_labels_say_what_routes_match_on(bus: MemoryBus, store: Store) -> None:
    publish_script(bus, "09:00 harbour: Westria imposes sanctions on Kestria {WS!KE imposed} => new_story")
    rules = [RuleSource(id="acts", title="Acts", when="act:any", labels={"desk": "night", "rule": "no"})]
    run_until(alerter(bus, store.alerts, rules=rules), read_to_the_end(bus, store.alerts))
    (alert,) = store.alerts.alerts()
    assert alert.labels == {
        "desk": "night", "rule": "acts", "severity": "warning", "development": "new_story", "topic": "sanctions",
        "act": "sanction", "stage": "imposed", "certainty": "asserted", "imposer": "WS", "target": "KE",
        "countries": "KE,WS", "outlet": "harbour", "lang": "en",
    }  # fmt: skip


class Crash(BaseException):
    """The process dies here."""


def calls_of_a_whole_run(bus: MemoryBus, store: Store) -> int:
    counted = Breaking(store.alerts, lambda number, name: None)
    run_until(alerter(bus, counted), read_to_the_end(bus, store.alerts))
    return counted.calls


def test_a_crash_anywhere_in_a_transaction_changes_nothing(tmp_path: Path) -> None:
    whole = MemoryBus(Standing())
    whole.ensure(STREAMS)
    publish_script(whole)
    with open_store(f"sqlite:///{tmp_path}/whole.sqlite3") as store:
        calls = calls_of_a_whole_run(whole, store)
        uninterrupted = store.alerts.alerts()
    assert calls > 20
    for point in range(1, calls + 1):
        bus = MemoryBus(Standing())
        bus.ensure(STREAMS)
        publish_script(bus)
        with open_store(f"sqlite:///{tmp_path}/{point}.sqlite3") as store:

            def crash(number: int, name: str, point: int = point) -> None:
                if number == point:
                    raise Crash

            with pytest.raises(Crash):
                run_until(alerter(bus, Breaking(store.alerts, crash)), lambda: False)
            run_until(alerter(bus, store.alerts), read_to_the_end(bus, store.alerts))
            assert store.alerts.alerts() == uninterrupted
            assert len(store.outbox.rows()) == len(uninterrupted)
            assert len(store.alerts.ledger()) == len(steps(SCRIPT))


def test_a_failure_that_passes_is_tried_again(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)
    failing = [3, 4, 17]

    def sometimes(number: int, name: str) -> None:
        if number in failing:
            raise Retriable("the database is busy")

    run_until(alerter(bus, Breaking(store.alerts, sometimes)), read_to_the_end(bus, store.alerts))
    assert kinds(store) == EXPECTED


def test_it_is_not_ready_while_the_store_is_away(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)
    away = [True]

    def gone(number: int, name: str) -> None:
        if away:
            raise Retriable("the database is away")

    breaking = Breaking(store.alerts, gone)
    service = alerter(bus, breaking)
    stop = threading.Event()
    thread = threading.Thread(target=service.run, args=(stop,))
    thread.start()
    try:
        assert wait(lambda: breaking.calls > 1)
        assert not service.ready
        away.clear()
        assert wait(lambda: service.ready and read_to_the_end(bus, store.alerts)())
    finally:
        stop.set()
        thread.join(20)
    assert kinds(store) == EXPECTED


def wait(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def test_the_bus_forgetting_what_was_committed_decides_nothing_again(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)
    run_until(alerter(bus, store.alerts), read_to_the_end(bus, store.alerts))
    bus.committed.clear()
    before = (store.alerts.alerts(), store.alerts.ledger())
    publish_script(bus, "13:00 herald #n90: Rain again => -")
    run_until(alerter(bus, store.alerts), read_to_the_end(bus, store.alerts))
    assert (store.alerts.alerts(), store.alerts.ledger()[:-1]) == before


def test_an_article_sent_twice_is_decided_once(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)
    publish_script(bus)
    service = alerter(bus, store.alerts)
    run_until(service, read_to_the_end(bus, store.alerts))
    assert kinds(store) == EXPECTED
    assert service.totals().fates["seen"] == len(steps(SCRIPT))


def test_what_cannot_be_read_goes_to_the_dead_letters_and_the_rest_goes_on(bus: MemoryBus, store: Store) -> None:
    producer = bus.producer("test")
    producer.send(TAGGED, key=b"one partition", value=b"\xff not JSON", headers=(("trace", b"t-1"),))
    producer.send(TAGGED, key=b"one partition", value=b'{"schema": "tagged-article/99"}')
    producer.flush()
    publish_script(bus)
    service = alerter(bus, store.alerts)
    run_until(service, read_to_the_end(bus, store.alerts))
    assert kinds(store) == EXPECTED
    letters = dead_letters(bus)
    assert [(one.reason.value, one.value, one.trace_id) for one in letters] == [
        ("malformed", b"\xff not JSON", "t-1"),
        ("unknown_schema", b'{"schema": "tagged-article/99"}', None),
    ]
    assert service.totals().dead_letters == 2


def dead_letters(bus: MemoryBus) -> list[DeadLetter]:
    return [decode(DeadLetter, record.value) for record in bus.browse(Partition(DEAD_LETTERS, 0), 0, 100)]


def test_an_article_that_breaks_a_decision_is_a_dead_letter_and_can_be_put_back(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)

    def breaks_on_denials(alert: Alert) -> Sequence[Notification]:
        if "Marland" in alert.title:
            raise ZeroDivisionError("a bug in a template")
        return notify(alert)

    run_until(alerter(bus, store.alerts, notify=breaks_on_denials), read_to_the_end(bus, store.alerts))
    (letter,) = dead_letters(bus)
    assert (letter.reason, "ZeroDivisionError: a bug in a template" in letter.detail) == ("crashed", True)
    assert len(kinds(store)) == len(EXPECTED) - 1
    producer = bus.producer("dead-letters")
    producer.send(letter.stream, key=letter.key or b"", value=letter.value or b"", headers=letter.headers)
    producer.flush()
    run_until(alerter(bus, store.alerts), read_to_the_end(bus, store.alerts))
    assert kinds(store) == EXPECTED


def test_another_alerter_having_moved_the_offsets_is_noticed(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)
    place = next(partition for partition, log in bus.logs.items() if log and partition.stream == TAGGED)
    once = [True]

    def another(number: int, name: str) -> None:
        if name == "advance" and once:
            once.clear()
            raise Lost("moved")

    service = alerter(bus, Breaking(store.alerts, another))
    with store.alerts.transaction() as transaction:
        transaction.advance(ALERTERS, {place: (None, 4)})
    run_until(service, read_to_the_end(bus, store.alerts))
    assert {entry.article_id for entry in store.alerts.ledger()} == {"n4", "n5", "n6", "n7"}


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_two_alerters_share_partitions_and_their_stories(
    bus: MemoryBus, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    postgresql = database == "postgresql"
    url = request.getfixturevalue("postgresql_url") if postgresql else f"sqlite:///{tmp_path}/two.sqlite3"
    with open_store(url) as store:
        share_partitions(bus, store)


def share_partitions(bus: MemoryBus, store: Store) -> None:
    script = [step.tagged for step in steps(SCRIPT)] * 12
    producer = bus.producer("test")
    for number, one in enumerate(script):
        read = replace(one, article=replace(one.article, id=f"k{number}"))
        producer.send(TAGGED, key=f"k{number}".encode(), value=encode(read), headers=headers(read))
    producer.flush()
    slow = Breaking(store.alerts, lambda _, name: time.sleep(0.02 if name == "save_stories" else 0))
    services = [alerter(bus, slow, name=name) for name in ("first", "second")]
    stop = threading.Event()
    threads = [threading.Thread(target=service.run, args=(stop,)) for service in services]
    for thread in threads:
        thread.start()
    done, deadline = read_to_the_end(bus, store.alerts), time.monotonic() + 60
    while not done() and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join(20)
    assert done()
    assert all(service.totals().articles > 0 for service in services)
    assert len(store.alerts.ledger()) == len(script)
    told = {alert.story_id for alert in store.alerts.alerts()}
    assert len(told) == 3
    with store.alerts.transaction() as transaction:
        remembered = sum(story.articles for story in transaction.stories(told).values())
    assert remembered == sum(
        bool(one.acts) for one in script
    )  # no story was overwritten with one that lacks an article


def test_rules_have_the_lists_of_the_configuration_at_start_and_on_reload(bus: MemoryBus, store: Store) -> None:
    rules = [RuleSource(id="listed", title="Listed", when="country:@near")]
    near, far = (Vocabulary(lists={name: ("NO",)}) for name in ("near", "far"))
    with pytest.raises(RuleError):
        alerter(bus, store.alerts, rules=rules)
    service = alerter(bus, store.alerts, rules=rules, vocabulary=near)
    service.reload(rules, (), notify, None, near)
    with pytest.raises(RuleError, match='no list "near"'):
        service.reload(rules, (), notify, None, far)


def test_a_reload_takes_effect_with_the_next_batch_and_a_bad_rule_changes_nothing(bus: MemoryBus, store: Store) -> None:
    service = alerter(bus, store.alerts)
    with pytest.raises(RuleError):
        service.reload([RuleSource(id="bad", title="Bad", when="radar and")], (), notify)
    service.reload([RuleSource(id="denials", title="Denials", when="act:any(certainty: denied)")], (), notify)
    publish_script(bus)
    run_until(service, read_to_the_end(bus, store.alerts))
    assert [(alert.rule, alert.article_id) for alert in store.alerts.alerts()] == [("denials", "n6")]


def test_outlets_of_one_owner_count_once(bus: MemoryBus, store: Store) -> None:
    owned = [Outlet(id=name, name=name, owner="press") for name in ("harbour", "ledger")]
    publish_script(bus)
    run_until(alerter(bus, store.alerts, outlets=owned), read_to_the_end(bus, store.alerts))
    assert "more_outlets" not in kinds(store)


def test_a_broken_consumer_is_replaced(bus: MemoryBus, store: Store) -> None:
    class Broken(MemoryBus):
        left = 2

        def consumer(self, streams: Sequence[str], *, group: str, name: str) -> Any:
            if self.left:
                self.left -= 1
                raise Fatal("cannot join")
            return super().consumer(streams, group=group, name=name)

    broken = Broken(Standing())
    broken.ensure(STREAMS)
    publish_script(broken)
    run_until(alerter(broken, store.alerts), read_to_the_end(broken, store.alerts))
    assert kinds(store) == EXPECTED


def test_a_bus_that_is_away_is_waited_for(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)
    bus.away = True
    threading.Timer(0.3, lambda: setattr(bus, "away", False)).start()
    run_until(alerter(bus, store.alerts), read_to_the_end(bus, store.alerts))
    assert kinds(store) == EXPECTED


def test_what_the_store_believes_stands_above_what_the_bus_believes(bus: MemoryBus, store: Store) -> None:
    publish_script(bus)
    place = next(partition for partition, log in bus.logs.items() if log and partition.stream == TAGGED)
    bus.committed[ALERTERS, place] = 6  # as after a database restored from a backup
    run_until(alerter(bus, store.alerts), read_to_the_end(bus, store.alerts))
    assert kinds(store) == EXPECTED
