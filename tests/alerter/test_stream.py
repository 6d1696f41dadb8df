"""The built-in receiver that publishes every alert, over the memory bus."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.alerter.render.notifications import STREAM_RECEIVER, notifications
from services.alerter.stream import StreamNotifier
from services.bus.memory import MemoryBus
from services.core.alert import Alert
from services.core.codec import decode
from services.core.errors import Fatal
from services.core.notification import DeliveryState, Failed, OutboxRow, Refused, Sent
from services.core.ports.bus import Headers, Partition, Producer, Record
from services.core.settings import Route
from services.core.streams import ALERTS, STREAMS
from tests.alerter.outgoing import RealClock
from tests.alerter.sending import alerts, decide, opened, sending, until
from tests.builders import T0, alert


@pytest.fixture
def bus() -> Iterator[MemoryBus]:
    bus = MemoryBus(RealClock())
    bus.ensure(STREAMS)
    yield bus
    bus.close()


def row(told: Alert, **changes: bool) -> OutboxRow:
    note = notifications(told, Route(), {}, T0)[0]
    return OutboxRow(notification=note, state=DeliveryState.SENDING, attempts=1, due_at=T0, **changes)


def published(bus: MemoryBus) -> list[Record]:
    return [record for index in range(3) for record in bus.browse(Partition(ALERTS, index), 0, 100)]


def stream(bus: MemoryBus) -> StreamNotifier:
    return StreamNotifier(lambda: bus.producer("alerts"))


def test_an_alert_is_published_under_its_storys_key(bus: MemoryBus) -> None:
    assert stream(bus).send(row(alert()), thread=None, timeout=2) == Sent()
    (record,) = published(bus)
    assert (record.key, decode(Alert, record.value)) == (b"s1", alert())
    assert dict(record.headers) == {"schema": b"alert/1", "trace": b"t1"}


def test_a_repeat_says_so_beside_the_alert(bus: MemoryBus) -> None:
    stream(bus).send(row(alert(), repeat=True), thread=None, timeout=2)
    (record,) = published(bus)
    assert dict(record.headers)["repeat"] == b"true"


def test_while_the_bus_is_away_the_alert_waits(bus: MemoryBus) -> None:
    notifier = stream(bus)
    bus.away = True
    assert isinstance(notifier.send(row(alert()), thread=None, timeout=0.5), Failed)
    bus.away = False
    assert notifier.send(row(alert()), thread=None, timeout=2) == Sent()


def test_an_alert_larger_than_the_stream_takes_is_refused(bus: MemoryBus) -> None:
    outcome = stream(bus).send(row(alert(title="x" * 1_100_000)), thread=None, timeout=2)
    assert isinstance(outcome, Refused)
    assert outcome.reason.startswith("too_large")


class _BreaksOnce:
    """A producer that is broken, and then the real one."""

    def __init__(self, bus: MemoryBus) -> None:
        self.made = 0
        self._bus = bus

    def __call__(self) -> Producer:
        self.made += 1
        return self._bus.producer("alerts") if self.made > 1 else self

    def send(self, stream: str, *, key: bytes, value: bytes, headers: Headers = (), timeout: float = 30.0) -> None:
        """Taken, and lost by flush."""

    def flush(self, timeout: float = 30.0) -> None:
        raise Fatal("fenced")

    def close(self, timeout: float = 10.0) -> None:
        """Nothing held."""


def test_a_broken_producer_is_replaced(bus: MemoryBus) -> None:
    producers = _BreaksOnce(bus)
    notifier = StreamNotifier(producers)
    assert notifier.send(row(alert()), thread=None, timeout=2) == Failed(reason="the bus is broken: fenced")
    assert notifier.send(row(alert()), thread=None, timeout=2) == Sent()
    assert (producers.made, len(published(bus))) == (2, 1)


def test_every_alert_goes_through_the_outbox_to_the_stream(bus: MemoryBus, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        decide(store, [], alerts(50), stream=True)
        with sending(store.outbox, {STREAM_RECEIVER: stream(bus)}, []):
            until(lambda: len(store.outbox.rows(states=[DeliveryState.SENT])) == 50)
    assert [decode(Alert, record.value).id for record in published(bus)] == [f"al{number}" for number in range(50)]


def test_lone_surrogates_do_not_keep_an_alert_from_the_stream(bus: MemoryBus) -> None:
    assert stream(bus).send(row(alert(title="half \ud83d")), thread=None, timeout=2) == Sent()
    (record,) = published(bus)
    assert decode(Alert, record.value).title == "half \ufffd"
