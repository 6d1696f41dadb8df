"""What is asked of the cluster itself: streams as they must exist, lag, limits."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
from kafka import KafkaAdminClient, OffsetSpec, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from services.bus.kafka_clients import Client, Cluster, close
from services.bus.kafka_failures import in_our_words, within
from services.core.errors import Fatal, Retriable
from services.core.ports.bus import Lag, Partition, StreamSpec

T = TypeVar("T")

log = structlog.get_logger(__name__)

_SECONDS = 10.0  # a call of the admin client has no timeout of its own
_OVERHEAD = 4096  # bytes of a batch around one record, and what zstd may add to bytes that do not shrink
_SMALLEST_BATCH = 1_048_576  # the producer fills batches up to half of this


class Admin:
    """The admin client of one cluster, made when first needed and again after a failure. Safe to use from any thread."""

    def __init__(self, cluster: Cluster, name: str, replication: int) -> None:
        self._cluster = cluster
        self._name = name
        self._replication = replication
        self._one_at_a_time = threading.Lock()
        self._client: Client | None = None

    def ensure(self, streams: Sequence[StreamSpec]) -> None:
        """Create what is missing, then compare everything with what the cluster says. Raises Fatal naming every difference."""
        by_name = {stream.name: stream for stream in streams}
        for name in self._missing(by_name):
            self._create(by_name[name])
        found = self._call("describing streams", lambda kafka: kafka.describe_topics(list(by_name)))
        unseen = sorted(topic["name"] for topic in found if not topic["partitions"])
        if unseen:  # made a moment ago, by us or by another process; not every broker knows of it yet
            raise Retriable(f"Kafka does not show the streams {', '.join(unseen)} yet")
        configs = self._configs(list(by_name))
        differences = []
        for topic in found:
            differences += _differences(by_name[topic["name"]], topic, configs[topic["name"]], self._replication)
        if differences:
            raise Fatal(f"streams on Kafka are not as they must be: {'; '.join(differences)}")

    def _missing(self, names: Sequence[str] | dict[str, StreamSpec]) -> list[str]:
        topics = self._call("looking for streams", lambda kafka: kafka.describe_topics(list(names)))
        return [topic["name"] for topic in topics if for_code(topic["error_code"]) is UnknownTopicOrPartitionError]

    def _create(self, stream: StreamSpec) -> None:
        wanted = {
            "num_partitions": stream.partitions,
            "replication_factor": self._replication,
            "configs": {
                "retention.ms": str(_milliseconds(stream.retention)),
                "max.message.bytes": str(largest_batch(stream.max_record)),
            },
        }
        doing = f"creating stream {stream.name}"
        answer = self._call(doing, lambda kafka: kafka.create_topics({stream.name: wanted}, raise_errors=False))
        problem = for_code(answer["topics"][0]["error_code"])
        faster = problem is TopicAlreadyExistsError  # another process
        if answer["topics"][0]["error_code"] != 0 and not faster:
            raise in_our_words(problem(answer["topics"][0]["error_message"]), doing)
        self._call(doing, lambda kafka: kafka.wait_for_topics([stream.name], timeout_ms=int(_SECONDS * 800)))
        if not faster:
            log.info("stream created", stream=stream.name, partitions=stream.partitions, replication=self._replication)

    def largest_record(self, stream: str) -> int:
        """Bytes of the largest record that the stream takes. Raises Fatal if there is no such stream."""
        if self._missing([stream]):
            raise Fatal(f"there is no stream {stream} on Kafka at {', '.join(self._cluster.servers)}")
        return int(self._configs([stream])[stream]["max.message.bytes"]) - _OVERHEAD

    def _configs(self, names: list[str]) -> dict[str, dict[str, str]]:
        """Effective configuration of each topic."""
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found = self._call("reading configurations", lambda kafka: kafka.describe_configs(wanted, config_filter="all"))
        return {
            name: {key: entry["value"] for key, entry in entries.items()} for name, entries in found["topic"].items()
        }

    def lag(self, group: str, streams: Sequence[str]) -> tuple[Lag, ...]:
        """See the port. Raises Fatal for a stream that does not exist."""
        topics = self._call("looking for streams", lambda kafka: kafka.describe_topics(list(streams)))
        missing = sorted(topic["name"] for topic in topics if not topic["partitions"])
        if missing:
            raise Fatal(f"there is no stream {', '.join(missing)} on Kafka at {', '.join(self._cluster.servers)}")
        places = [
            TopicPartition(topic["name"], part["partition_index"]) for topic in topics for part in topic["partitions"]
        ]
        ends = self._call(
            "reading ends", lambda kafka: kafka.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        )
        committed = self._call(
            f"reading offsets of {group}", lambda kafka: kafka.list_group_offsets({group: places})[group]
        )
        return tuple(_lag(place, committed.get(place), ends[place].offset) for place in sorted(places))

    def close(self) -> None:
        """Let go of the connection."""
        with self._one_at_a_time:
            self._drop()

    def _call(self, doing: str, act: Callable[[Any], T]) -> T:
        """One call with a deadline; what a living broker takes a moment for is asked again until then."""
        deadline = time.monotonic() + _SECONDS
        with self._one_at_a_time:
            while True:
                kafka = self._connected().kafka
                try:
                    return within(max(1.0, deadline - time.monotonic()), doing, lambda: act(kafka))  # noqa: B023  called at once
                except Retriable:
                    self._drop()
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)
                except Fatal:
                    self._drop()
                    raise

    def _connected(self) -> Client:
        if self._client is None:
            self._client = self._cluster.connect(KafkaAdminClient, _SECONDS, name=self._name)
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            close(client, "closing the admin client", 2.0, client.kafka.close)


def largest_batch(max_record: int) -> int:
    """max.message.bytes of a stream: it bounds batches, which hold a record and more."""
    return max(max_record + _OVERHEAD, _SMALLEST_BATCH)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _differences(wanted: StreamSpec, topic: dict[str, Any], configs: dict[str, str], replication: int) -> list[str]:
    name = wanted.name
    found = []
    if len(topic["partitions"]) != wanted.partitions:
        found.append(f"{name} has {len(topic['partitions'])} partitions, not {wanted.partitions}")
    replicas = min(len(partition["replica_nodes"]) for partition in topic["partitions"])
    if replicas < replication:
        found.append(f"{name} has {replicas} replicas, fewer than {replication}")
    if int(configs["retention.ms"]) != _milliseconds(wanted.retention):
        found.append(f"{name} has retention.ms={configs['retention.ms']}, not {_milliseconds(wanted.retention)}")
    if int(configs["max.message.bytes"]) < largest_batch(wanted.max_record):
        least = largest_batch(wanted.max_record)
        found.append(f"{name} has max.message.bytes={configs['max.message.bytes']}, less than {least}")
    return found


def _lag(place: Any, committed: Any, end: int) -> Lag:
    offset = committed.offset if committed is not None and committed.offset >= 0 else None
    return Lag(partition=Partition(place.topic, place.partition), committed=offset, end=end)
