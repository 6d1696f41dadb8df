"""Reading from Kafka as a member of a group."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import structlog
from kafka import ConsumerRebalanceListener, OffsetAndMetadata, TopicPartition
from kafka import KafkaConsumer as Member
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.base import MemberState
from kafka.errors import LogTruncationError, NoOffsetForPartitionError, OffsetOutOfRangeError
from msgspec import Struct

from services.bus.kafka_assignment import Assignment
from services.bus.kafka_clients import Client, Cluster, close
from services.bus.kafka_failures import Call, within
from services.core.errors import Fatal, Lost, Retriable
from services.core.ports.bus import Batch, Partition, Record

T = TypeVar("T")

log = structlog.get_logger(__name__)

_CALL_SECONDS = 10.0  # commit, and placing after an assignment
_GRACE = 15.0  # seconds beyond its own timeout after which a call counts as hanging
_SLICE = 0.2  # seconds; how soon a poll that waits returns with a new assignment
_AWAY_AFTER = 2.0  # seconds without any connection: a broker that restarts cleanly is not worth an error

READING = {
    "enable_auto_commit": False,
    "auto_offset_reset": "none",  # anything else jumps without a word
    "allow_auto_create_topics": False,
    "fetch_max_bytes": 16 * 1024 * 1024,
    "max_partition_fetch_bytes": 2 * 1024 * 1024,  # one larger batch still comes through
    "fetch_max_wait_ms": 500,
    "metrics_enabled": False,
}


class Leases(Struct, frozen=True, kw_only=True):
    """How long a member keeps its partitions, in seconds.

    ``silent``: without a heartbeat (the process was killed, the network is gone). ``busy``: between two polls, while the
    heart beats; it is also how long a rebalance waits for a member that works. After either the partitions are lost:
    others read them from the committed offset.
    """

    silent: float = 10.0
    busy: float = 600.0


class KafkaConsumer:
    """A member of a group (services.core.ports.bus.Consumer). Joins at the first poll.

    A rebalance begins only inside poll: all partitions are revoked there, and the member joins again ("eager"). A new assignment
    is read from the poll on that follows the one that reports it.

    A join takes as long as the slowest member works, but a poll ends in time. kafka-python forgets a join that ends between two
    of its polls, and may never join again. So its polls go on, on a thread (a "turn"), until the member has joined; a
    poll of ours that ends before leaves the turn to the next one. A turn that is left holds no partitions and no records.
    """

    def __init__(self, cluster: Cluster, streams: Sequence[str], group: str, name: str, leases: Leases) -> None:
        self._cluster = cluster
        self._streams = tuple(streams)
        self._name = name
        self._leases = leases
        self._options = READING | {
            "group_id": group,
            "partition_assignment_strategy": [RangePartitionAssignor],
            "session_timeout_ms": int(leases.silent * 1000),
            "heartbeat_interval_ms": int(leases.silent * 1000 / 5),
            "max_poll_interval_ms": int(leases.busy * 1000),
        }
        self._client: Client | None = None
        self._assignment = Assignment()
        self._paused: set[Partition] = set()
        self._turn: Call[tuple[Record, ...]] | None = None
        self._turn_ends = 0.0  # monotonic; when a turn of a joined member counts as hanging
        self._joined = False
        self._broken: str | None = None
        self._last_connected = time.monotonic()

    def poll(self, timeout: float, max_records: int = 500) -> Batch:
        """See the port. Raises Retriable when no broker has been connected for 2 s."""
        deadline = time.monotonic() + timeout
        client = self._connected(timeout)
        found: tuple[Record, ...] = ()
        while not self._assignment.news():
            if self._turn is None:
                self._begin_turn(client, deadline, max_records)
            found = self._end_turn(deadline)
            if found or time.monotonic() >= deadline:
                break
        self._paused &= self._assignment.owned()
        self._notice_absence(client, heard=bool(found))
        return self._assignment.batch(found)

    def _begin_turn(self, client: Client, deadline: float, max_records: int) -> None:
        self._call("placing partitions", _CALL_SECONDS, lambda: self._place(client.kafka))
        wait = min(_SLICE, max(0.0, deadline - time.monotonic()))
        self._turn_ends = time.monotonic() + wait + _GRACE
        self._turn = Call(self._saying("poll"), lambda: self._poll_until_joined(client.kafka, wait, max_records))

    def _end_turn(self, deadline: float) -> tuple[Record, ...]:
        """What the turn brought; nothing if the deadline comes while it waits for other members."""
        assert self._turn is not None
        while not self._turn.done(0.02 if time.monotonic() >= deadline else min(deadline - time.monotonic(), 1.0)):
            now = time.monotonic()
            if now >= deadline and not self._joined:
                return ()
            if self._joined and now > self._turn_ends:
                self._broken = self._saying(f"no return from poll within {_GRACE:g} s, the client stands still")
                raise Fatal(self._broken)
        turn, self._turn = self._turn, None
        return self._result_of(turn.result)

    def _poll_until_joined(self, kafka: Any, wait: float, max_records: int) -> tuple[Record, ...]:
        until = time.monotonic() + self._leases.busy + _GRACE
        while True:
            found = self._poll_once(kafka, wait, max_records)
            self._joined = kafka.group_metadata().state is MemberState.STABLE
            if found or self._joined or self._broken is not None:
                return found
            if time.monotonic() > until:
                raise Fatal(self._saying("the group does not let this member join"))
            kafka._coordinator.request_rejoin()  # noqa: SLF001  it does not remember that it was about to
            wait = _SLICE

    def _poll_once(self, kafka: Any, wait: float, max_records: int) -> tuple[Record, ...]:
        try:
            found = kafka.poll(timeout_ms=int(wait * 1000), max_records=max_records)
        except NoOffsetForPartitionError:
            return ()  # just assigned; the next turn places them
        except OffsetOutOfRangeError as error:
            self._move_to_oldest(kafka, error.args[0])
            return ()
        except LogTruncationError as error:
            self._move_back(kafka, error.divergent_offsets)
            return ()
        return tuple(record for records in found.values() for record in map(as_record, records))

    def _place(self, kafka: Any) -> None:
        """Put fresh partitions at their committed offset, whatever position kafka-python remembers of them, and let them go."""
        for partition in self._assignment.fresh():
            place = _place(partition)
            committed = kafka.committed(place, timeout_ms=int(_CALL_SECONDS * 500))
            if committed is None:
                kafka.seek_to_beginning(place)
            else:
                kafka.seek(place, committed)
            self._assignment.placed(partition)
        kafka.resume(*(_place(partition) for partition in self._assignment.owned() - self._paused))

    def _move_to_oldest(self, kafka: Any, out_of_range: Mapping[Any, int]) -> None:
        oldest = kafka.beginning_offsets(list(out_of_range), timeout_ms=int(_CALL_SECONDS * 500))
        for place, offset in out_of_range.items():
            log.warning(
                "offset is not kept, reading from the oldest record",
                stream=place.topic, partition=place.partition, offset=offset, oldest=oldest[place],
            )  # fmt: skip
            kafka.seek(place, oldest[place])

    def _move_back(self, kafka: Any, divergent: Mapping[Any, Any]) -> None:
        """The cluster has lost records that we have read (an unclean election): go on where both agree."""
        for place, agreed in divergent.items():
            log.error("records that were read no longer exist", stream=place.topic, partition=place.partition)
            if agreed is None:
                kafka.seek_to_beginning(place)
            else:
                kafka.seek(place, agreed)

    def _notice_absence(self, client: Client, *, heard: bool) -> None:
        now = time.monotonic()
        if heard or client.connected():
            self._last_connected = now
        elif now - self._last_connected > _AWAY_AFTER:
            raise Retriable(self._saying(f"no connection for {now - self._last_connected:.1f} s"))

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """See the port. What is still ours is committed even when the rest is Lost."""
        owned = self._assignment.owned()
        ours = {_place(part): OffsetAndMetadata(offset) for part, offset in offsets.items() if part in owned}
        if ours:
            client = self._connected(_CALL_SECONDS)
            if self._turn is not None and not self._turn.done(_CALL_SECONDS):
                raise Retriable(self._saying("commit: the group is being rebalanced"))
            wait = int(_CALL_SECONDS * 1000)
            self._call("commit", _CALL_SECONDS, lambda: client.kafka.commit(ours, timeout_ms=wait))
        gone = sorted(offsets.keys() - owned)
        if gone:
            raise Lost(f"commit: no longer ours: {', '.join(f'{part.stream}/{part.index}' for part in gone)}")

    def seek(self, partition: Partition, offset: int) -> None:
        """See the port. Raises Lost for a partition that is not ours."""
        if partition not in self._assignment.owned():
            raise Lost(f"seek: not ours: {partition.stream}/{partition.index}")
        client = self._connected(_CALL_SECONDS)
        client.kafka.seek(_place(partition), offset)
        self._assignment.placed(partition)

    def pause(self, partitions: frozenset[Partition]) -> None:
        """See the port."""
        self._paused |= partitions & self._assignment.owned()
        if self._client is not None:
            self._client.kafka.pause(*(_place(partition) for partition in self._paused))

    def resume(self, partitions: frozenset[Partition]) -> None:
        """See the port. The next poll resumes what is not paused."""
        self._paused -= partitions

    def close(self) -> None:
        """See the port."""
        self._broken = self._broken or "the consumer is closed"
        client, self._client = self._client, None
        if client is None:
            return
        if self._turn is not None:
            self._turn.done(1.0)
        trouble = close(
            client, f"closing {self._name}", 5.0, lambda: client.kafka.close(autocommit=False, timeout_ms=5_000)
        )
        if trouble is not None:
            log.warning("consumer not closed in order", consumer=self._name, error=trouble)

    def _connected(self, timeout: float) -> Client:
        if self._broken is not None:
            raise Fatal(self._broken)
        if self._client is None:
            client = self._cluster.connect(Member, max(timeout, 1.0), name=self._name, **self._options)
            client.kafka.subscribe(list(self._streams), listener=_Listener(self._assignment, client.kafka))
            self._client = client
            self._call("looking for streams", 2.0, lambda: self._look(client))
            self._last_connected = time.monotonic()
            log.info("consumer connected", consumer=self._name, streams=self._streams, servers=self._cluster.servers)
        return self._client

    def _look(self, client: Client) -> None:
        """A member that joins before it knows the streams' partitions is assigned none of them, and the whole group joins again."""
        until = time.monotonic() + 2.0
        while time.monotonic() < until:
            if all(client.network.cluster.partitions_for_topic(stream) is not None for stream in self._streams):
                return
            time.sleep(0.01)

    def _call(self, doing: str, wait: float, act: Callable[[], T]) -> T:
        return self._result_of(lambda: within(wait + _GRACE, self._saying(doing), act))

    def _result_of(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except Fatal as error:
            # After an exception of unknown kind kafka-python's next poll may turn in circles for ever.
            self._broken = str(error)
            raise

    def _saying(self, what: str) -> str:
        return f"{self._name}, Kafka at {', '.join(self._cluster.servers)}: {what}"


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Called on kafka-python's network thread, where nothing may wait."""

    def __init__(self, assignment: Assignment, kafka: Any) -> None:
        self._assignment = assignment
        self._kafka = kafka

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        self._assignment.revoke(map(_partition, revoked))

    def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        self._assignment.lose(map(_partition, lost))

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        self._kafka.pause(*assigned)  # the caller may seek first
        self._assignment.assign(map(_partition, assigned))


def _partition(place: Any) -> Partition:
    return Partition(place.topic, place.partition)


def _place(partition: Partition) -> Any:
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
