"""Threads of one process over the embedded buses: a producer that several share, and members that work side by side."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from services.bus.memory import MemoryBus
from services.bus.sqlite import SqliteBus
from services.core.ports.bus import Bus, Partition, Producer
from tests.bus.clocks import LeapingClock
from tests.bus.members import DEADLINE, Member, new_stream

THREADS, EACH = 4, 300


@pytest.fixture(params=["memory", "sqlite"])
def bus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bus]:
    bus: Bus = (
        MemoryBus(LeapingClock(), max_records=64)
        if request.param == "memory"
        else SqliteBus(tmp_path / "bus.sqlite3", LeapingClock(), max_records=64)
    )
    yield bus
    bus.close()


def all_at_once(jobs: Sequence[Callable[[], None]]) -> None:
    """Run each in a thread; the first failure of any is raised here."""
    failures: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001  it is raised by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
        assert not thread.is_alive(), "a thread hangs"
    for failure in failures:
        raise failure


def sends(producer: Producer, stream: str, key: bytes, *, flush_every: int) -> Callable[[], None]:
    def job() -> None:
        for number in range(EACH):
            producer.send(stream, key=key, value=b"%s-%d" % (key, number))
            if number % flush_every == flush_every - 1:
                producer.flush()
        producer.flush()

    return job


def expected() -> dict[bytes, list[bytes]]:
    return {b"%d" % thread: [b"%d-%d" % (thread, number) for number in range(EACH)] for thread in range(THREADS)}


def kept(bus: Bus, stream: str, partitions: int) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for index in range(partitions):
        for record in bus.browse(Partition(stream, index), 0, 10_000):
            found.setdefault(record.key or b"", []).append(record.value or b"")
    return found


@pytest.mark.parametrize("flush_every", [1, 50, 10_000], ids=["each", "some", "at the end"])
def test_a_producer_may_be_shared(bus: Bus, flush_every: int) -> None:
    stream, producer = new_stream(bus, 3), bus.producer("p")
    all_at_once([sends(producer, stream, b"%d" % thread, flush_every=flush_every) for thread in range(THREADS)])
    assert kept(bus, stream, 3) == expected()


def test_members_in_threads_read_everything_once_while_producers_write(bus: Bus) -> None:
    stream, total = new_stream(bus, 6), THREADS * EACH
    seen: list[bytes] = []
    deadline = time.monotonic() + DEADLINE

    def reads() -> None:
        member = Member(bus, [stream], group="g")
        while len(seen) < total and time.monotonic() < deadline:
            seen.extend([record.value or b"" for record in member.work(0.2).records])
        member.consumer.close()
        assert not member.lost()

    writers = [sends(bus.producer("p"), stream, b"%d" % thread, flush_every=20) for thread in range(THREADS)]
    all_at_once([*writers, reads, reads, reads])
    assert Counter(seen) == Counter(value for values in expected().values() for value in values)
