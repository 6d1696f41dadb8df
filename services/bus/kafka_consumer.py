"""Reading from Kafka as a member of a group."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import structlog
from msgspec import Struct

from services.bus.kafka_assignment import Assignment
from services.bus.kafka_clients import Cluster, close
from services.bus.kafka_failures import Call, within
from services.bus.kafka_reader import Reader, connect_reader
from services.core.errors import Fatal, Lost, Retriable
from services.core.ports.bus import Batch, Partition, Record

T = TypeVar("T")

log = structlog.get_logger(__name__)

_CALL_SECONDS = 5.0  # a commit, and placing after an assignment
_GRACE = 15.0  # seconds beyond its own timeout after which a call counts as hanging
_SLICE = 0.2  # seconds; how soon a poll that waits returns with a new assignment
_AWAY_AFTER = 2.0  # seconds without any connection: a broker that restarts cleanly is not worth an error


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
        self._options = {
            "group_id": group,
            "session_timeout_ms": int(leases.silent * 1000),
            "heartbeat_interval_ms": int(leases.silent * 1000 / 5),
            "max_poll_interval_ms": int(leases.busy * 1000),
        }
        self._reader: Reader | None = None
        self._assignment = Assignment()
        self._turn: Call[tuple[Record, ...]] | None = None
        self._turn_ends = 0.0  # monotonic; when a turn of a joined member counts as hanging
        self._joined = False
        self._broken: str | None = None
        self.closed = False
        self._last_connected = time.monotonic()

    def poll(self, timeout: float, max_records: int = 500) -> Batch:
        """See the port. Raises Retriable when no broker has been connected for 2 s."""
        deadline = time.monotonic() + timeout
        reader = self._connected(timeout)
        found: tuple[Record, ...] = ()
        while not self._assignment.news():
            if self._turn is None:
                self._turn = self._new_turn(reader, deadline, max_records)
            found = self._end_of(self._turn, deadline)
            if found or time.monotonic() >= deadline:
                break
        self._notice_absence(reader, heard=bool(found))
        return self._assignment.batch(found)

    def _new_turn(self, reader: Reader, deadline: float, max_records: int) -> Call[tuple[Record, ...]]:
        self._call("placing partitions", _CALL_SECONDS, reader.place)
        wait = min(_SLICE, max(0.0, deadline - time.monotonic()))
        self._turn_ends = time.monotonic() + wait + _GRACE
        return Call(self._saying("poll"), lambda: self._poll_until_joined(reader, wait, max_records))

    def _poll_until_joined(self, reader: Reader, wait: float, max_records: int) -> tuple[Record, ...]:
        until = time.monotonic() + self._leases.busy + _GRACE
        while True:
            found = reader.poll(wait, max_records)
            self._joined = reader.joined()
            if found or self._joined or self._broken is not None:
                return found
            if time.monotonic() > until:
                raise Fatal(self._saying(f"has not joined its group within {self._leases.busy + _GRACE:g} s"))
            wait = _SLICE

    def _end_of(self, turn: Call[tuple[Record, ...]], deadline: float) -> tuple[Record, ...]:
        """What the turn brought; nothing, and it goes on, if the deadline comes while it waits for other members."""
        while not turn.done(max(0.02, min(deadline - time.monotonic(), 1.0))):
            now = time.monotonic()
            if now >= deadline and not self._joined:
                return ()
            if now > self._turn_ends and self._joined:
                self._broken = self._saying(f"poll has not returned within {_GRACE:g} s, the client stands still")
                raise Fatal(self._broken)
        self._turn = None
        return self._noting_fatal(turn.result)

    def _notice_absence(self, reader: Reader, *, heard: bool) -> None:
        now = time.monotonic()
        if heard or reader.client.connected():
            self._last_connected = now
        elif now - self._last_connected > _AWAY_AFTER:
            raise Retriable(self._saying(f"no connection for {now - self._last_connected:.1f} s"))

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """See the port. What is still ours is committed even when the rest is Lost."""
        owned = self._assignment.owned()
        ours = {partition: offset for partition, offset in offsets.items() if partition in owned}
        if ours:
            reader = self._connected(_CALL_SECONDS)
            if self._turn is not None and not self._turn.done(_CALL_SECONDS):
                raise Retriable(self._saying("commit: the group is being rebalanced"))
            self._call("commit", _CALL_SECONDS, lambda: reader.commit(ours, _CALL_SECONDS))
        gone = sorted(offsets.keys() - owned)
        if gone:
            raise Lost(f"commit: no longer ours: {', '.join(f'{part.stream}/{part.index}' for part in gone)}")

    def seek(self, partition: Partition, offset: int) -> None:
        """See the port. Raises Lost for a partition that is not ours."""
        if partition not in self._assignment.owned():
            raise Lost(f"seek: not ours: {partition.stream}/{partition.index}")
        self._connected(_CALL_SECONDS).seek(partition, offset)

    def pause(self, partitions: frozenset[Partition]) -> None:
        """See the port."""
        self._connected(_CALL_SECONDS).pause(partitions)

    def resume(self, partitions: frozenset[Partition]) -> None:
        """See the port."""
        self._connected(_CALL_SECONDS).resume(partitions)

    def close(self) -> None:
        """See the port."""
        self.closed = True
        self._broken = self._broken or self._saying("the consumer is closed")
        reader, self._reader = self._reader, None
        if reader is None:
            return
        if self._turn is not None:
            self._turn.done(1.0)
        trouble = close(reader.client, self._saying("close"), 5.0, lambda: reader.close(5.0))
        if trouble is not None:
            log.warning("consumer not closed in order", consumer=self._name, error=trouble)

    def _connected(self, timeout: float) -> Reader:
        if self._broken is not None:
            raise Fatal(self._broken)
        if self._reader is None:
            reader = connect_reader(
                self._cluster, max(timeout, 1.0), self._assignment, name=self._name, **self._options
            )
            self._reader = reader
            missing = self._call("looking for streams", 2.0, lambda: reader.subscribe(self._streams, 2.0))
            if missing:
                log.warning("streams not found so far", consumer=self._name, streams=missing)
            self._last_connected = time.monotonic()
            log.info("consumer connected", consumer=self._name, streams=self._streams, servers=self._cluster.servers)
        return self._reader

    def _call(self, doing: str, wait: float, act: Callable[[], T]) -> T:
        return self._noting_fatal(lambda: within(wait + _GRACE, self._saying(doing), act))

    def _noting_fatal(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except Fatal as error:
            # After an exception of unknown kind kafka-python's next poll may turn in circles for ever.
            self._broken = str(error)
            raise

    def _saying(self, what: str) -> str:
        return f"{self._name}, Kafka at {', '.join(self._cluster.servers)}: {what}"
