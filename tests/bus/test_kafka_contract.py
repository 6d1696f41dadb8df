"""The bus on a real Kafka broker, behind the contract."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.bus.kafka import KafkaBus
from services.bus.kafka_consumer import KafkaConsumer, Leases
from services.core.ports.bus import Consumer
from services.core.settings import KafkaBus as Settings
from tests.bus.contract import DurableBusContract, Harness
from tests.bus.kafka_workers import Clock
from tests.servers.kafka import KafkaBroker

pytestmark = pytest.mark.kafka


class KafkaHarness:
    """See tests.bus.contract.Harness."""

    def __init__(self, broker: KafkaBroker) -> None:
        self._broker = broker
        self._bus = self._open()

    def bus(self) -> KafkaBus:
        return self._bus

    def expire(self, consumer: Consumer) -> None:
        """It leaves the group as after ``Leases.busy`` seconds without a poll, only sooner."""
        assert isinstance(consumer, KafkaConsumer)
        assert consumer._reader is not None
        consumer._reader.client.kafka._coordinator.heartbeat.config["max_poll_interval_ms"] = 500

    @contextmanager
    def outage(self) -> Iterator[None]:
        self._broker.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._broker.signal(signal.SIGCONT)

    def buffer(self) -> int:
        return 21_000

    def restart(self) -> None:
        self._bus.close()
        self._broker.stop()
        self._broker.start()
        self._bus = self._open()

    def close(self) -> None:
        self._bus.close()

    def _open(self) -> KafkaBus:
        return KafkaBus(Settings(servers=self._broker.servers), password=None, clock=Clock(), leases=Leases(silent=6))


@pytest.fixture
def harness(own_kafka: KafkaBroker) -> Iterator[Harness]:
    harness = KafkaHarness(own_kafka)
    yield harness
    harness.close()


class TestKafka(DurableBusContract):
    pass
