"""kafka-python's consumer as we use it: every call of it is here, with the care that it needs."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.base import MemberState
from kafka.errors import LogTruncationError, NoOffsetForPartitionError, OffsetOutOfRangeError

from services.bus.kafka_assignment import Assignment
from services.bus.kafka_clients import Client, Cluster
from services.core.ports.bus import Partition, Record

log = structlog.get_logger(__name__)

_LOOK_UP = 5000  # milliseconds, for one offset

READING = {
    "enable_auto_commit": False,
    "auto_offset_reset": "none",  # anything else jumps without a word
    "allow_auto_create_topics": False,
    "partition_assignment_strategy": [RangePartitionAssignor],
    "fetch_max_bytes": 16 * 1024 * 1024,
    "max_partition_fetch_bytes": 2 * 1024 * 1024,  # one larger batch still comes through
    "fetch_max_wait_ms": 500,
    "metrics_enabled": False,
}


class Reader:
    """Reads for one member of a group. Nothing here bounds its time or translates its errors: the caller does."""

    def __init__(self, client: Client, assignment: Assignment) -> None:
        self.client = client
        self._kafka = client.kafka
        self._assignment = assignment
        self._paused: set[Partition] = set()
        self._busy: frozenset[Any] = frozenset()  # what filled the last poll

    def subscribe(self, streams: Sequence[str], seconds: float) -> list[str]:
        """Ask for the streams' partitions; which streams are not there.

        A member that joins before it knows the partitions is assigned none of them, and the whole group joins again.
        """
        self._kafka.subscribe(list(streams), listener=_Listener(self._assignment, self._kafka))
        until = time.monotonic() + seconds
        known = self.client.network.cluster.partitions_for_topic
        while time.monotonic() < until and any(known(stream) is None for stream in streams):
            time.sleep(0.01)
        return [stream for stream in streams if known(stream) is None]

    def joined(self) -> bool:
        """Whether no rebalance is under way."""
        return self._kafka.group_metadata().state is MemberState.STABLE

    def place(self) -> None:
        """Put fresh partitions at their committed offset, whatever position kafka-python remembers of them, and let them go."""
        owned = self._assignment.owned()
        self._paused &= owned
        self._busy = frozenset(place for place in self._busy if as_partition(place) in owned)
        for partition in self._assignment.fresh():
            place = as_place(partition)
            committed = self._kafka.committed(place, timeout_ms=_LOOK_UP)
            if committed is None:
                self._kafka.seek_to_beginning(place)
            else:
                self._kafka.seek(place, committed)
            self._assignment.placed(partition)
        self._kafka.resume(*map(as_place, owned - self._paused))

    def poll(self, seconds: float, max_records: int) -> tuple[Record, ...]:
        """What has come, waiting up to ``seconds`` for it."""
        if self._kafka.group_metadata().state is MemberState.REBALANCING:
            self._kafka._coordinator.request_rejoin()  # noqa: SLF001  it may not remember that it was about to
        try:
            found = self._poll_others(max_records) or self._poll(seconds, max_records)
        except NoOffsetForPartitionError:
            return ()  # just assigned, and to be placed
        except OffsetOutOfRangeError as error:
            self._move_to_oldest(error.args[0])
            return ()
        except LogTruncationError as error:
            self._move_back(error.divergent_offsets)
            return ()
        full = sum(map(len, found.values())) >= max_records
        self._busy = frozenset(found) if full else frozenset()
        return tuple(record for records in found.values() for record in map(as_record, records))

    def _poll_others(self, max_records: int) -> Any:
        """What there is beside the busy partitions: kafka-python hands out all it has fetched of one before the next."""
        if not self._busy:
            return None
        try:
            self._kafka.pause(*self._busy)
            return self._poll(0.0, max_records)
        finally:
            ours = self._assignment.owned() - self._assignment.fresh() - self._paused
            self._kafka.resume(*(place for place in self._busy if as_partition(place) in ours))

    def _poll(self, seconds: float, max_records: int) -> Any:
        """It keeps what it had fetched of a paused partition aside for ever, unless what it last read from is None."""
        fetcher = self._kafka._fetcher  # noqa: SLF001
        if not fetcher._next_partition_records:  # noqa: SLF001
            fetcher._next_partition_records = None  # noqa: SLF001
        return self._kafka.poll(int(seconds * 1000), max_records)

    def _move_to_oldest(self, out_of_range: Mapping[Any, int]) -> None:
        oldest = self._kafka.beginning_offsets(list(out_of_range), timeout_ms=_LOOK_UP)
        for place, offset in out_of_range.items():
            log.warning(
                "offset is not kept, reading from the oldest record",
                stream=place.topic, partition=place.partition, offset=offset, oldest=oldest[place],
            )  # fmt: skip
            self._kafka.seek(place, oldest[place])

    def _move_back(self, divergent: Mapping[Any, Any]) -> None:
        """The cluster has lost records that we have read (an unclean election): go on where both agree."""
        for place, agreed in divergent.items():
            log.error("records that were read no longer exist", stream=place.topic, partition=place.partition)
            if agreed is None:
                self._kafka.seek_to_beginning(place)
            else:
                self._kafka.seek(place, agreed)

    def commit(self, offsets: Mapping[Partition, int], seconds: float) -> None:
        """Make the offsets durable; tried again until ``seconds`` are over."""
        places = {as_place(partition): OffsetAndMetadata(offset) for partition, offset in offsets.items()}
        self._kafka.commit(places, timeout_ms=int(seconds * 1000))

    def seek(self, partition: Partition, offset: int) -> None:
        """Read on from there."""
        self._kafka.seek(as_place(partition), offset)
        self._assignment.placed(partition)

    def pause(self, partitions: frozenset[Partition]) -> None:
        """Return none of their records."""
        new = partitions & self._assignment.owned()
        self._paused |= new
        self._kafka.pause(*map(as_place, new))

    def resume(self, partitions: frozenset[Partition]) -> None:
        """Undo pause, with the next placing."""
        self._paused -= partitions

    def close(self, seconds: float) -> None:
        """Leave the group."""
        self._kafka.close(autocommit=False, timeout_ms=int(seconds * 1000))


def connect_reader(cluster: Cluster, timeout: float, assignment: Assignment, *, name: str, **options: Any) -> Reader:
    """A reader with a connection. Raises as Cluster.connect does."""
    return Reader(cluster.connect(KafkaConsumer, timeout, name=name, **READING, **options), assignment)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Called on kafka-python's network thread, where nothing may wait."""

    def __init__(self, assignment: Assignment, kafka: Any) -> None:
        self._assignment = assignment
        self._kafka = kafka

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        self._assignment.revoke(map(as_partition, revoked))

    def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        self._assignment.lose(map(as_partition, lost))

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        self._kafka.pause(*assigned)  # the caller may seek first
        self._assignment.assign(map(as_partition, assigned))


def as_partition(place: Any) -> Partition:
    """Kafka's name of a partition in our words."""
    return Partition(place.topic, place.partition)


def as_place(partition: Partition) -> Any:
    """Our name of a partition in Kafka's words."""
    return TopicPartition(partition.stream, partition.index)


def as_record(found: Any) -> Record:
    """Kafka's record in our words."""
    return Record(
        partition=Partition(found.topic, found.partition),
        offset=found.offset,
        key=found.key,
        value=found.value,
        headers=tuple((name, content) for name, content in found.headers),
        timestamp=found.timestamp / 1000,
    )
