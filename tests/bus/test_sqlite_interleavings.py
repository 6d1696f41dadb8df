"""Any order of calls, over both embedded buses."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from services.bus.memory import MemoryBus
from services.bus.sqlite import SqliteBus
from services.bus.sqlite_consumer import SqliteConsumer
from services.core.ports.bus import Consumer
from tests.bus.clocks import LeapingClock
from tests.bus.interleavings import STEPS, Interleaving


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_in_memory(steps: list[tuple[str, int]]) -> None:
    clock = LeapingClock()
    Interleaving(MemoryBus(clock), lambda: clock.leap(310), lambda _: None).run(steps)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_in_a_file(steps: list[tuple[str, int]]) -> None:
    clock = LeapingClock()
    with TemporaryDirectory() as directory:
        bus = SqliteBus(Path(directory) / "bus.sqlite3", clock)
        Interleaving(bus, lambda: clock.leap(310), _look).run(steps)
        bus.close()


def _look(consumer: Consumer) -> None:
    assert isinstance(consumer, SqliteConsumer)
    consumer._membership.look_again()
