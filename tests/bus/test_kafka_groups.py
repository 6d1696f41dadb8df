"""Members of a group share the work, and hand it over."""

import random
import threading
import time
from collections.abc import Iterator
from itertools import count

import pytest

from services.bus.kafka import KafkaBus
from services.bus.kafka_consumer import Leases
from services.core.errors import Lost
from services.core.ports.bus import Batch, Consumer, Partition, StreamSpec
from services.core.settings import KafkaBus as Settings
from tests.bus.kafka_workers import Clock, Reader, Sender, until

pytestmark = pytest.mark.kafka

_numbers = count(1)


def bus_on(servers: tuple[str, ...], leases: Leases | None = None) -> KafkaBus:
    return KafkaBus(Settings(servers=servers), password=None, clock=Clock(), leases=leases)


@pytest.fixture
def bus(kafka_servers: tuple[str, ...]) -> Iterator[KafkaBus]:
    bus = bus_on(kafka_servers)
    yield bus
    bus.close()


@pytest.fixture
def stream(bus: KafkaBus, worker_id: str) -> str:
    name = f"groups-{worker_id}-{next(_numbers)}"
    bus.ensure([StreamSpec(name=name, partitions=6, retention=3600)])
    return name


def test_a_member_that_works_is_waited_for_and_nothing_is_read_twice(bus: KafkaBus, stream: str) -> None:
    with Sender(bus, stream, pause=0.15) as sender, Reader(bus, stream, "first", work=0.3) as first:
        until("the first reads", lambda: len(first.numbers) > 100, 20)
        with Reader(bus, stream, "second", work=0.3) as second:
            took = until("the second reads", lambda: len(second.numbers) > 100, 30)
            until("both read on", lambda: first.last_record > time.monotonic() - 1, 10)
        read_by_second = len(second.numbers)
        sender.finish()
        until("the first reads the rest", lambda: len(first.numbers | second.numbers) >= sender.durable, 60)
    print(f"\nthe second member read after {took:.1f} s; {read_by_second} of {sender.durable} were its own")
    both = first.numbers + second.numbers
    assert [number for number, times in both.items() if times > 1] == []
    assert first.failures == second.failures == []
    assert first.in_order()
    assert second.in_order()


def until_assigned(consumer: Consumer, timeout: float = 20) -> Batch:
    deadline = time.monotonic() + timeout
    while not (batch := consumer.poll(0.5)).assigned:
        assert time.monotonic() < deadline
    return batch


def test_who_is_away_for_too_long_loses_its_partitions_and_learns_it(
    kafka_servers: tuple[str, ...], stream: str
) -> None:
    bus = bus_on(kafka_servers, Leases(silent=6, busy=2))
    producer = bus.producer("tests")
    for number in range(30):
        producer.send(stream, key=b"k%d" % number, value=b"%d" % number)
    producer.flush()
    slow = bus.consumer([stream], group=f"of-{stream}", name="slow")
    mine = until_assigned(slow).assigned
    in_hand = slow.poll(5).records
    heir = bus.consumer([stream], group=f"of-{stream}", name="heir")
    inherited: list[Batch] = []
    stop = threading.Event()
    thread = threading.Thread(target=lambda: [inherited.append(heir.poll(0.2)) for _ in iter(stop.is_set, True)])
    thread.start()
    until("the heir has everything", lambda: any(len(batch.assigned) == 6 for batch in inherited), 20)
    with pytest.raises(Lost):
        slow.commit({record.partition: record.offset + 1 for record in in_hand})
    batch = slow.poll(0)
    assert batch.lost == mine
    assert batch.records == ()
    until("the heir reads from the beginning", lambda: sum(len(batch.records) for batch in inherited) >= 30, 20)
    stop.set()
    thread.join()
    for end in (slow, heir, producer, bus):
        end.close()


def test_pausing_and_seeking_at_random_neither_loses_nor_repeats_a_record(bus: KafkaBus, stream: str) -> None:
    choose = random.Random(7)
    producer = bus.producer("tests")
    for number in range(6000):
        producer.send(stream, key=b"%d" % choose.randrange(60), value=bytes(choose.randrange(400)))
        if number % 700 == 0:
            producer.flush()  # several batches, so that pauses fall into the middle of one
    producer.flush()
    producer.close()
    ends = {lag.partition: lag.end for lag in bus.lag("nobody", [stream])}
    consumer = bus.consumer([stream], group=f"of-{stream}", name="tests")
    position = dict.fromkeys(ends, 0)
    paused: frozenset[Partition] = frozenset()
    owned: list[Partition] = []
    deadline = time.monotonic() + 30
    while position != ends:
        assert time.monotonic() < deadline, f"at {position} of {ends}, paused {paused}"
        batch = consumer.poll(0.05, choose.choice([7, 37, 500]))
        owned += sorted(batch.assigned)
        for record in batch.records:
            assert record.partition not in paused
            assert record.offset == position[record.partition]
            position[record.partition] += 1
        if owned and choose.random() < 0.3:
            consumer.resume(paused)
            paused = frozenset(choose.sample(owned, choose.randrange(4)))
            consumer.pause(paused)
        if owned and choose.random() < 0.02:
            partition = choose.choice(owned)
            position[partition] = max(0, position[partition] - choose.randrange(50))
            consumer.seek(partition, position[partition])
    consumer.close()
