"""What goes into Kafka comes out as it was, from where it is asked for."""

import random
from collections.abc import Iterator
from itertools import count

import pytest
import structlog
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from services.bus.kafka import KafkaBus
from services.core.errors import Fatal, Poison, PoisonReason
from services.core.ports.bus import Consumer, Partition, Producer, Record, StreamSpec
from services.core.settings import KafkaBus as Settings
from tests.bus.kafka_workers import Clock

pytestmark = pytest.mark.kafka

_numbers = count(1)


@pytest.fixture
def bus(kafka_servers: tuple[str, ...]) -> Iterator[KafkaBus]:
    bus = KafkaBus(Settings(servers=kafka_servers), password=None, clock=Clock())
    yield bus
    bus.close()


@pytest.fixture
def stream(bus: KafkaBus, worker_id: str) -> StreamSpec:
    spec = StreamSpec(name=f"records-{worker_id}-{next(_numbers)}", partitions=2, retention=3600, max_record=1_000_000)
    bus.ensure([spec])
    return spec


@pytest.fixture
def producer(bus: KafkaBus) -> Iterator[Producer]:
    producer = bus.producer("tests")
    yield producer
    producer.close()


@pytest.fixture
def consumer(bus: KafkaBus, stream: StreamSpec) -> Iterator[Consumer]:
    consumer = bus.consumer([stream.name], group=f"of-{stream.name}", name="tests")
    yield consumer
    consumer.close()


def read(consumer: Consumer, least: int, polls: int = 40) -> list[Record]:
    found: list[Record] = []
    for _ in range(polls):
        found += consumer.poll(0.5).records
        if len(found) >= least:
            break
    return found


def test_bytes_that_no_codec_understands_pass_untouched(
    producer: Producer, consumer: Consumer, stream: StreamSpec
) -> None:
    hostile = [b"", b"\x00\xff\xfe", b"{broken json", "naïve \N{SNOWMAN}".encode("utf-16"), bytes(range(256)) * 10]
    for value in hostile:
        producer.send(stream.name, key=b"k\x00\xff", value=value, headers=(("schema", b"\xff"), ("schema", b"")))
    producer.flush()
    found = read(consumer, len(hostile))
    assert [record.value for record in found] == hostile
    assert {record.key for record in found} == {b"k\x00\xff"}
    assert {record.headers for record in found} == {(("schema", b"\xff"), ("schema", b""))}


def test_what_other_programs_send_is_read_as_well(
    kafka_servers: tuple[str, ...], consumer: Consumer, stream: StreamSpec
) -> None:
    other = KafkaProducer(bootstrap_servers=list(kafka_servers), compression_type="gzip")
    other.send(stream.name, value=b"no key")
    other.send(stream.name, key=b"no value")
    other.flush()
    other.close()
    assert {(record.key, record.value) for record in read(consumer, 2)} == {(None, b"no key"), (b"no value", None)}


def test_the_largest_record_passes_and_one_byte_more_is_poison(
    producer: Producer, consumer: Consumer, stream: StreamSpec
) -> None:
    incompressible = random.Random(1).randbytes(stream.max_record)
    producer.send(stream.name, key=b"", value=incompressible)
    producer.flush()
    (found,) = read(consumer, 1)
    assert found.value == incompressible
    with pytest.raises(Poison, match=rf"1000001 bytes are over the limit of stream {stream.name}, 1000000") as caught:
        producer.send(stream.name, key=b"k", value=incompressible)
    assert caught.value.reason is PoisonReason.TOO_LARGE


def test_a_bus_that_did_not_create_the_stream_asks_for_its_limit(
    kafka_servers: tuple[str, ...], stream: StreamSpec
) -> None:
    stranger = KafkaBus(Settings(servers=kafka_servers), password=None, clock=Clock())
    producer = stranger.producer("stranger")
    producer.send(stream.name, key=b"k", value=b"v")
    producer.flush()
    with pytest.raises(Poison, match="over the limit"):
        producer.send(stream.name, key=b"k", value=bytes(3_000_000))
    with pytest.raises(Fatal, match=r"there is no stream nowhere on Kafka at 127\.0\.0\.1"):
        producer.send("nowhere", key=b"k", value=b"v")
    producer.close()
    stranger.close()


def remove_before(servers: tuple[str, ...], stream: StreamSpec, offset: int) -> int:
    """As retention does it. The partition that had records."""
    admin = KafkaAdminClient(bootstrap_servers=list(servers))
    ends = admin.list_partition_offsets({TopicPartition(stream.name, index): -1 for index in range(stream.partitions)})
    (place,) = (place for place, end in ends.items() if end.offset)
    admin.delete_records({place: offset})
    admin.close()
    return int(place.partition)


def test_offsets_that_retention_removed_move_to_the_oldest_record(
    kafka_servers: tuple[str, ...], bus: KafkaBus, consumer: Consumer, stream: StreamSpec
) -> None:
    producer = bus.producer("tests")
    for number in range(10):
        producer.send(stream.name, key=b"k", value=b"%d" % number)
    producer.flush()
    producer.close()
    assert len(read(consumer, 10)) == 10
    index = remove_before(kafka_servers, stream, 4)
    consumer.seek(Partition(stream.name, index), 1)
    with structlog.testing.capture_logs() as logs:
        assert [record.offset for record in read(consumer, 6)] == [4, 5, 6, 7, 8, 9]
    assert [(entry["offset"], entry["oldest"]) for entry in logs] == [(1, 4)]
    assert [record.offset for record in bus.browse(Partition(stream.name, index), 0, 3)] == [4, 5, 6]
    assert [record.offset for record in bus.browse(Partition(stream.name, index), 8, 30)] == [8, 9]
    assert bus.browse(Partition(stream.name, index), 10, 30) == ()


def test_a_stream_with_other_properties_is_refused_with_every_difference(bus: KafkaBus, stream: StreamSpec) -> None:
    other = StreamSpec(name=stream.name, partitions=3, retention=7200, max_record=5_000_000)
    with pytest.raises(Fatal) as caught:
        bus.ensure([other])
    for difference in ("has 2 partitions, not 3", "retention.ms=3600000, not 7200000", "max.message.bytes="):
        assert difference in str(caught.value)


def test_more_replicas_than_brokers_are_refused(kafka_servers: tuple[str, ...]) -> None:
    bus = KafkaBus(Settings(servers=kafka_servers, replication=3), password=None, clock=Clock())
    with pytest.raises(Fatal, match="creating stream replicated: InvalidReplicationFactorError"):
        bus.ensure([StreamSpec(name="replicated", partitions=1, retention=60)])
    bus.close()
