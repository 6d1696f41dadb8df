"""The alerter's loop: it wakes when something is due, obeys silences at once, and two alerters tell once."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.alerter.render.notifications import STREAM_RECEIVER, notifications
from services.bus.memory import MemoryBus
from services.core.silence import Silence
from services.core.streams import STREAMS
from services.store.engine import Store, open_store
from services.telemetry import metrics
from tests.alerter.outgoing import RealClock
from tests.alerter.routing_desk import routing
from tests.alerter.test_service import alerter, kinds, publish_script, run_until

SCRIPT = """
    09:00 harbour: Sudmark asks Norland for coastal radars {NO>SD sought} => new_story
    09:05 harbour: Westria imposes sanctions on Kestria {WS!KE imposed} => new_story
"""


class Then(RealClock):
    """The clock of the timelines' day."""

    _ahead = datetime.now(UTC) - datetime(2026, 1, 5, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return super().now() - self._ahead


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/desk.sqlite3") as opened:
        yield opened


@pytest.fixture
def bus() -> MemoryBus:
    made = MemoryBus(Then())
    made.ensure(STREAMS)
    return made


def routed(bus: MemoryBus, store: Store, routes: dict[str, Any], **changes: Any) -> Any:
    made = routing(routes)
    return alerter(
        bus, store.alerts, clock=Then(), routing=made, poll_seconds=1.5, **changes,
        notify=lambda one: notifications(one, made.file.route, made.receivers, one.decided_at),
    )  # fmt: skip


def told(store: Store) -> list[int]:
    """Of each notification to the desk, of how many alerts."""
    notes = [row.notification for row in store.outbox.rows()]
    return [len(one.alert_ids) for one in notes if one.receiver != STREAM_RECEIVER]


def test_the_loop_wakes_when_a_group_is_due(bus: MemoryBus, store: Store) -> None:
    woken: list[float] = []
    routes = {"route": {"receiver": "desk", "group_by": ["rule"], "group_wait": 0.4}}
    service = routed(bus, store, routes, on_told=lambda: woken.append(time.monotonic()))
    publish_script(bus, SCRIPT)
    begun = time.monotonic()
    run_until(service, lambda: bool(woken))
    assert woken[0] - begun < 1.4  # and not only with the next poll
    assert told(store) == [2]
    assert len(store.outbox.rows()) == 3  # each was on the stream at once


def test_two_alerters_tell_a_group_once(bus: MemoryBus, store: Store) -> None:
    routes = {"route": {"receiver": "desk", "group_by": ["rule"], "group_wait": 0.5, "group_interval": 3600}}
    publish_script(bus, SCRIPT)
    standby, stop = routed(bus, store, routes, name="standby"), threading.Event()
    thread = threading.Thread(target=standby.run, args=(stop,))
    thread.start()
    run_until(routed(bus, store, routes), lambda: bool(told(store)))
    time.sleep(0.3)
    stop.set()
    thread.join(20)
    assert told(store) == [2]


def test_a_silence_is_obeyed_at_once_and_counted(bus: MemoryBus, store: Store) -> None:
    now = Then().now()
    silence = Silence(
        id="si1", matchers=("act=sanction",), author="jo", comment="exercise", starts_at=now, ends_at=now + timedelta(hours=1),
        created_at=now,
    )  # fmt: skip
    store.silences.add(silence)
    before = {fate: metrics.ROUTED.labels("desk", fate)._value.get() for fate in ("told", "silenced")}
    publish_script(bus, SCRIPT)
    run_until(routed(bus, store, {}), lambda: len(kinds(store)) == 2)
    assert told(store) == [1]
    entry = next(one for one in store.alerts.ledger() if one.fate == "silenced")
    assert (entry.by, entry.route, entry.receiver) == ("si1", "{}", "desk")
    assert "silenced by si1 of jo" in entry.reason
    assert "exercise" in entry.reason
    after = {fate: metrics.ROUTED.labels("desk", fate)._value.get() for fate in ("told", "silenced")}
    assert after == {fate: count + 1 for fate, count in before.items()}
