"""The bus in memory, behind the contract."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.bus.memory import MemoryBus
from services.core.errors import Retriable
from services.core.ports.bus import Consumer
from tests.bus.clocks import LeapingClock
from tests.bus.contract import BusContract, Harness
from tests.bus.members import new_stream


class MemoryHarness:
    """See tests.bus.harness.Harness."""

    def __init__(self) -> None:
        self._clock = LeapingClock()
        self._bus = MemoryBus(self._clock, max_records=1500)

    def bus(self) -> MemoryBus:
        return self._bus

    def expire(self, consumer: Consumer) -> None:
        self._clock.leap(self._bus.patience + 1)

    @contextmanager
    def outage(self) -> Iterator[None]:
        self._bus.away = True
        yield
        self._bus.away = False

    def buffer(self) -> int:
        return 2000

    def restart(self) -> None:
        raise NotImplementedError("memory survives nothing, and no test of BusContract asks for it")


@pytest.fixture
def harness() -> Harness:
    return MemoryHarness()


class TestMemory(BusContract):
    pass


def test_while_it_is_away_everything_says_so() -> None:
    bus = MemoryBus(LeapingClock())
    stream = new_stream(bus)
    consumer = bus.consumer([stream], group="g", name="n")
    bus.away = True
    for attempt in (
        lambda: bus.lag("g", [stream]),
        lambda: consumer.poll(0.0),
        lambda: consumer.commit({}),
        lambda: bus.producer("p").flush(),
        lambda: bus.ensure([]),
    ):
        with pytest.raises(Retriable):
            attempt()
