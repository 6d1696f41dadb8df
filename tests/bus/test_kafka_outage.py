"""The broker goes and comes back while records flow."""

import signal
import time
from collections.abc import Callable, Iterator

import pytest

from services.bus.kafka import KafkaBus
from services.core.errors import BufferFull, Retriable
from services.core.ports.bus import Partition, Producer, StreamSpec
from services.core.settings import KafkaBus as Settings
from tests.bus.kafka_workers import Clock, Reader, Sender, until
from tests.servers.kafka import KafkaBroker
from tests.servers.ports import free_port

pytestmark = pytest.mark.kafka

NUMBERS = StreamSpec(name="numbers", partitions=4, retention=86400)


@pytest.fixture
def bus(own_kafka: KafkaBroker) -> Iterator[KafkaBus]:
    bus = KafkaBus(Settings(servers=own_kafka.servers), password=None, clock=Clock())
    yield bus
    bus.close()


def stopped(broker: KafkaBroker) -> Callable[[], None]:
    broker.stop()
    return broker.start


def killed(broker: KafkaBroker) -> Callable[[], None]:
    broker.signal(signal.SIGKILL)
    return broker.start


def frozen(broker: KafkaBroker) -> Callable[[], None]:
    broker.signal(signal.SIGSTOP)
    return lambda: broker.signal(signal.SIGCONT)


@pytest.mark.parametrize("goes", [stopped, killed, frozen])
def test_nothing_is_lost_and_records_flow_again_within_seconds(
    goes: Callable[[KafkaBroker], Callable[[], None]], own_kafka: KafkaBroker, bus: KafkaBus
) -> None:
    stream, address = f"numbers-{goes.__name__}", own_kafka.servers[0]
    bus.ensure([StreamSpec(name=stream, partitions=4, retention=86400)])
    with Reader(bus, stream) as reader, Sender(bus, stream) as sender:
        until("records flow", lambda: len(reader.numbers) > 200, 20)
        gone = time.monotonic()
        comes_back = goes(own_kafka)
        noticed = until("the reader says who is away", lambda: address in str(reader.failures), 30)
        durable, seen = sender.durable, len(reader.numbers)
        comes_back()
        back = time.monotonic()
        until("a flush returns", lambda: sender.durable > durable + 100, 30)
        until("records are read", lambda: len(reader.numbers) > seen + 100, 30)
        flow = time.monotonic() - back
        sender.finish()
        until("everything is read", lambda: len(reader.numbers) >= sender.durable, 30)
    print(
        f"\n{goes.__name__} for {back - gone:.1f} s, noticed after {noticed:.1f} s, records flow {flow:.1f} s after it answers"
    )
    print(f"{sender.durable} durable, {reader.repeats()} read twice")
    assert not set(range(sender.durable)) - set(reader.numbers)
    assert reader.in_order()
    assert all(isinstance(error, Retriable) for error in sender.failures), sender.failures
    in_doubt = sum("flushing" in str(error) for error in sender.failures) * 20  # chunks that were sent again
    uncommitted = 50 * len(reader.failures)  # what one poll brings
    assert reader.repeats() <= in_doubt + uncommitted


def test_what_is_made_during_an_outage_works_after_it(own_kafka: KafkaBroker, bus: KafkaBus) -> None:
    bus.ensure([NUMBERS])
    comes_back = stopped(own_kafka)
    producer = bus.producer("early")
    consumer = bus.consumer([NUMBERS.name], group="early", name="early")
    with pytest.raises(Retriable, match=own_kafka.servers[0]):
        producer.send(NUMBERS.name, key=b"k", value=b"1", timeout=1)
    with pytest.raises(Retriable, match=own_kafka.servers[0]):
        consumer.poll(1)
    with pytest.raises(Retriable, match=own_kafka.servers[0]):
        bus.lag("early", [NUMBERS.name])
    comes_back()
    producer.send(NUMBERS.name, key=b"k", value=b"1")
    producer.flush()
    found = [record for _ in range(20) for record in consumer.poll(0.5).records]
    assert [record.value for record in found] == [b"1"]
    producer.close()
    consumer.close()


def test_an_address_where_nobody_listens_is_named_at_once() -> None:
    port = free_port()
    address = f"127.0.0.1:{port}"
    bus = KafkaBus(Settings(servers=(address,)), password=None, clock=Clock())
    begun = time.monotonic()
    for call in (
        lambda: bus.ensure([NUMBERS]),
        lambda: bus.lag("g", [NUMBERS.name]),
        lambda: bus.browse(Partition("numbers", 0), 0, 1),
        lambda: bus.consumer(["numbers"], group="g", name="n").poll(1),
        lambda: bus.producer("p").send("numbers", key=b"k", value=b"v", timeout=1),
    ):
        with pytest.raises(Retriable, match=f"{address}.*refused"):
            call()
    assert time.monotonic() - begun < 5


def overfill(producer: Producer) -> None:
    for _ in range(200):
        producer.send(NUMBERS.name, key=b"k", value=bytes(400_000), timeout=0.2)


def test_a_buffer_that_is_full_during_an_outage_says_so(own_kafka: KafkaBroker, bus: KafkaBus) -> None:
    bus.ensure([NUMBERS])
    producer = bus.producer("eager")
    producer.send(NUMBERS.name, key=b"k", value=b"0")
    producer.flush()
    comes_back = frozen(own_kafka)
    try:
        with pytest.raises(BufferFull, match=r"no room in the buffer within 0\.2 s"):
            overfill(producer)
        with pytest.raises(Retriable, match="not acknowledged within 1 s"):
            producer.flush(1)
    finally:
        comes_back()
    producer.flush()  # what an earlier flush has reported is not reported again
    producer.send(NUMBERS.name, key=b"k", value=b"1")
    producer.flush()
    producer.close()
