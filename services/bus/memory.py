"""The bus in memory, for tests: real groups, leases and bounds, and nothing that survives the process."""

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from services.bus.groups import partition_of, share
from services.bus.sizes import record_size
from services.core.errors import BufferFull, Fatal, Lost, Poison, PoisonReason, Retriable
from services.core.ports.bus import Batch, Headers, Lag, Partition, Record, StreamSpec
from services.core.ports.edges import Clock


class _Member(Struct):
    streams: tuple[str, ...]
    deadline: float


class MemoryBus:
    """See :class:`services.core.ports.bus.Bus`. ``away`` set, everything raises Retriable, as when a broker is down."""

    def __init__(
        self, clock: Clock, *, patience: float = 300.0, max_records: int = 10_000, max_bytes: int = 16_000_000
    ) -> None:
        self.away = False
        self.clock = clock
        self.patience = patience
        self.max_records = max_records
        self.max_bytes = max_bytes
        self.changed = threading.Condition(threading.RLock())
        self.specs: dict[str, StreamSpec] = {}
        self.logs: dict[Partition, list[Record]] = {}
        self.committed: dict[tuple[str, Partition], int] = {}
        self.members: dict[str, dict[str, _Member]] = defaultdict(dict)
        self.owners: dict[tuple[str, Partition], str] = {}
        self._made = 0

    def ensure(self, streams: Sequence[StreamSpec]) -> None:
        """Create what is missing."""
        with self.reached():
            for spec in streams:
                known = self.specs.get(spec.name)
                if known and known.partitions != spec.partitions:
                    raise Fatal(f"the stream {spec.name} has {known.partitions} partitions, not {spec.partitions}")
                self.specs[spec.name] = spec
                for number in range(spec.partitions):
                    self.logs.setdefault(Partition(spec.name, number), [])

    def producer(self, name: str) -> "MemoryProducer":  # noqa: ARG002  there is no log that would show it
        """A producer."""
        return MemoryProducer(self)

    def consumer(self, streams: Sequence[str], *, group: str, name: str) -> "MemoryConsumer":
        """A member of ``group``."""
        with self.reached():
            self._made += 1
            return MemoryConsumer(self, tuple(streams), group, f"{name}-{self._made}")

    def lag(self, group: str, streams: Sequence[str]) -> tuple[Lag, ...]:
        """From the logs."""
        with self.reached():
            found = sorted(partition for partition in self.logs if partition.stream in streams)
            return tuple(
                Lag(partition=p, committed=self.committed.get((group, p)), end=len(self.logs[p])) for p in found
            )

    def browse(self, partition: Partition, offset: int, limit: int) -> tuple[Record, ...]:
        """From the log."""
        with self.reached():
            return tuple(self.logs.get(partition, [])[max(offset, 0) : max(offset, 0) + limit])

    def close(self) -> None:
        """Nothing to let go of."""

    def reached(self) -> threading.Condition:
        """The lock. Raises Retriable while the bus is away."""
        if self.away:
            raise Retriable("the memory bus is away")
        return self.changed


class MemoryProducer:
    """See :class:`services.core.ports.bus.Producer`."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self._buffer: list[tuple[str, bytes, bytes, Headers]] = []
        self._bytes = 0
        self._closed = False

    def send(self, stream: str, *, key: bytes, value: bytes, headers: Headers = (), timeout: float = 30.0) -> None:
        """Buffer the record; where the buffer is full, write it out first, or wait until the bus is back."""
        spec = self._usable(stream)
        size = record_size(key, value, headers)
        if size > spec.max_record:
            raise Poison(PoisonReason.TOO_LARGE, f"a record of {size} bytes; {stream} takes {spec.max_record}")
        with self._bus.changed:
            if not self._bus.changed.wait_for(lambda: self._has_room(size), timeout):
                raise BufferFull(f"{len(self._buffer)} records wait and cannot be written")
            self._buffer.append((stream, key, value, headers))
            self._bytes += size

    def flush(self, timeout: float = 30.0) -> None:  # noqa: ARG002  memory does not keep one waiting
        """Append what is buffered to the logs."""
        if self._closed:
            raise Fatal("the producer is closed")
        with self._bus.changed:
            taken, self._buffer, self._bytes = self._buffer, [], 0
            with self._bus.reached():
                self._write(taken)

    def close(self, timeout: float = 10.0) -> None:  # noqa: ARG002
        """Forget what was not flushed."""
        self._closed = True

    def _usable(self, stream: str) -> StreamSpec:
        if self._closed:
            raise Fatal("the producer is closed")
        if stream not in self._bus.specs:
            raise Fatal(f"there is no stream {stream}")
        return self._bus.specs[stream]

    def _has_room(self, size: int) -> bool:
        full = len(self._buffer) >= self._bus.max_records or self._bytes + size > self._bus.max_bytes
        if self._buffer and full and not self._bus.away:
            self._write(self._buffer)
            self._buffer, self._bytes = [], 0
        return not (self._buffer and full)

    def _write(self, taken: list[tuple[str, bytes, bytes, Headers]]) -> None:
        for stream, key, value, headers in taken:
            self._append(stream, key, value, headers)
        self._bus.changed.notify_all()

    def _append(self, stream: str, key: bytes, value: bytes, headers: Headers) -> None:
        partition = Partition(stream, partition_of(key, self._bus.specs[stream].partitions))
        log = self._bus.logs[partition]
        now = self._bus.clock.now().timestamp()
        log.append(Record(partition=partition, offset=len(log), key=key, value=value, headers=headers, timestamp=now))


class MemoryConsumer:
    """See :class:`services.core.ports.bus.Consumer`. It joins at its first poll; its lease runs out ``patience`` seconds after the last."""

    def __init__(self, bus: MemoryBus, streams: tuple[str, ...], group: str, member: str) -> None:
        self._bus = bus
        self._streams = streams
        self._group = group
        self._member = member
        self._position: dict[Partition, int] = {}
        self._paused: set[Partition] = set()
        self._turn = 0  # which partition is read first, so that none is starved
        self._closed = False

    def poll(self, timeout: float, max_records: int = 500) -> Batch:
        """Events first, else records, else wait for either."""
        self._usable()
        deadline = time.monotonic() + timeout  # waiting is real, whatever clock leases go by
        with self._bus.reached():
            while True:
                self._alive()
                batch = self._events() or self._records(max_records)
                left = deadline - time.monotonic()
                if batch or left <= 0:
                    return batch or Batch()
                self._bus.changed.wait(min(left, 0.05))

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """For the partitions that are ours."""
        self._usable()
        with self._bus.reached():
            stale = {partition for partition in offsets if not self._owns(partition)}
            self._bus.committed |= {(self._group, p): offset for p, offset in offsets.items() if p not in stale}
        if stale:
            raise Lost(f"no longer ours: {', '.join(f'{p.stream}/{p.index}' for p in sorted(stale))}")

    def seek(self, partition: Partition, offset: int) -> None:
        """Takes effect with the next poll. Nothing happens for a partition that is not ours."""
        if partition in self._position:
            with self._bus.changed:
                end = len(self._bus.logs[partition])
            self._position[partition] = offset if 0 <= offset <= end else 0

    def pause(self, partitions: frozenset[Partition]) -> None:
        """Until resumed or lost."""
        self._paused |= partitions & set(self._position)

    def resume(self, partitions: frozenset[Partition]) -> None:
        """Undo."""
        self._paused -= partitions

    def close(self) -> None:
        """Leave the group."""
        if not self._closed:
            self._closed = True
            with self._bus.changed:
                self._bus.members[self._group].pop(self._member, None)
                for key in [key for key, owner in self._bus.owners.items() if owner == self._member]:
                    del self._bus.owners[key]
                self._bus.changed.notify_all()

    def _usable(self) -> None:
        if self._closed:
            raise Fatal("the consumer is closed")

    def _alive(self) -> None:
        deadline = self._bus.clock.monotonic() + self._bus.patience
        self._bus.members[self._group][self._member] = _Member(self._streams, deadline)

    def _owns(self, partition: Partition) -> bool:
        return partition in self._position and self._bus.owners.get((self._group, partition)) == self._member

    def _target(self) -> frozenset[Partition]:
        now = self._bus.clock.monotonic()
        members = self._bus.members[self._group]
        for member in [name for name, state in members.items() if state.deadline < now]:
            del members[member]
        wanted: set[Partition] = set()
        for stream in self._streams:
            readers = [name for name, state in members.items() if stream in state.streams]
            wanted |= share(self._member, readers, [p for p in self._bus.logs if p.stream == stream])
        return frozenset(wanted)

    def _events(self) -> Batch | None:
        target, owners = self._target(), self._bus.owners
        lost = {p for p in self._position if owners.get((self._group, p)) != self._member}
        revoked = set(self._position) - lost - target
        alive = self._bus.members[self._group]
        free = {p for p in target if owners.get((self._group, p)) not in alive}
        if not (lost or revoked or free):
            return None
        for partition in revoked:
            del owners[self._group, partition]
        for partition in lost | revoked:
            del self._position[partition]
            self._paused.discard(partition)
        for partition in free:
            owners[self._group, partition] = self._member
            self._position[partition] = self._bus.committed.get((self._group, partition), 0)
        self._bus.changed.notify_all()
        return Batch(lost=frozenset(lost), revoked=frozenset(revoked), assigned=frozenset(free))

    def _records(self, limit: int) -> Batch | None:
        found: list[Record] = []
        order = sorted(set(self._position) - self._paused)
        for place in range(len(order)):
            partition = order[(place + self._turn) % len(order)]
            position = self._position[partition]
            found += self._bus.logs[partition][position : position + limit - len(found)]
            if found and found[-1].partition == partition:
                self._position[partition] = found[-1].offset + 1
        self._turn += 1
        return Batch(records=tuple(found)) if found else None
