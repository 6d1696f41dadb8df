"""Articles to the bus: shared flushes, and nobody left in the dark."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.bus.memory import MemoryBus
from services.core.errors import Fatal, Retriable
from services.core.ports.bus import Headers, Partition, Producer
from services.core.streams import ARTICLES, STREAMS
from services.poller.publish import Publisher
from tests.builders import article
from tests.poller.running import TurnedClock


@pytest.fixture
def bus() -> MemoryBus:
    made = MemoryBus(TurnedClock(), max_records=500)
    made.ensure(STREAMS)
    return made


def publishing(produce: Callable[[], Producer], use: Callable[[Publisher], Awaitable[None]]) -> None:
    async def run() -> None:
        with ThreadPoolExecutor(2) as threads:
            publisher = Publisher(produce, threads)
            await use(publisher)
            await publisher.close()

    asyncio.run(run())


def ids(bus: MemoryBus) -> list[str]:
    parts = range(bus.specs[ARTICLES].partitions)
    return sorted(
        (record.key or b"").decode() for part in parts for record in bus.browse(Partition(ARTICLES, part), 0, 2000)
    )


def test_more_articles_than_the_buffer_holds_all_arrive(bus: MemoryBus) -> None:
    many = [article(id=f"a{number:04}") for number in range(1200)]
    publishing(lambda: bus.producer("p"), lambda publisher: publisher.publish(many))
    assert ids(bus) == [one.id for one in many]


def test_polls_that_publish_at_the_same_time_share_a_flush(bus: MemoryBus) -> None:
    flushes = []

    class Counting:
        def __init__(self) -> None:
            self._inner = bus.producer("p")

        def send(self, stream: str, *, key: bytes, value: bytes, headers: Headers = (), timeout: float = 30.0) -> None:
            self._inner.send(stream, key=key, value=value, headers=headers, timeout=timeout)

        def flush(self, timeout: float = 30.0) -> None:
            flushes.append(1)
            self._inner.flush(timeout)

        def close(self, timeout: float = 10.0) -> None:
            self._inner.close(timeout)

    async def use(publisher: Publisher) -> None:
        await asyncio.gather(*(publisher.publish([article(id=f"a{number}")]) for number in range(8)))

    publishing(Counting, use)
    assert len(ids(bus)) == 8
    assert len(flushes) < 8


def test_a_bus_that_is_away_fails_everyone_who_waits_and_not_for_ever(bus: MemoryBus) -> None:
    async def use(publisher: Publisher) -> None:
        bus.away = True
        outcomes = await asyncio.gather(
            *(publisher.publish([article(id=f"a{number}")]) for number in range(3)), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [Retriable] * 3
        bus.away = False
        await publisher.publish([article(id="a9")])

    publishing(lambda: bus.producer("p"), use)
    assert "a9" in ids(bus)


@pytest.mark.parametrize("error", [Fatal("broken"), RuntimeError("a bug")])
def test_a_producer_that_breaks_is_replaced(bus: MemoryBus, error: Exception) -> None:
    made = []

    def produce() -> Producer:
        made.append(1)
        if len(made) == 1:
            raise error
        return bus.producer("p")

    async def use(publisher: Publisher) -> None:
        with pytest.raises(Retriable):
            await publisher.publish([article()])
        await publisher.publish([article()])

    publishing(produce, use)
    assert ids(bus) == ["a1"]
    assert len(made) == 2
