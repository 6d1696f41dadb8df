"""The bus: bytes in, bytes out, over ordered and keyed streams.

Everything here is synchronous and used by one thread per producer or consumer, except :meth:`Producer.send` and
:meth:`Producer.flush`, which any thread may call. Every call is bounded in time.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

Headers = tuple[tuple[str, bytes], ...]


class StreamSpec(Struct, frozen=True, kw_only=True):
    """A stream as it must exist. ``retention`` in seconds, ``max_record`` in bytes of key, value and headers."""

    name: str
    partitions: int
    retention: float
    max_record: int = 1_000_000


class Partition(Struct, frozen=True, order=True):
    """One ordered part of a stream. Records with the same key are always in the same one."""

    stream: str
    index: int


class Record(Struct, frozen=True, kw_only=True):
    """One record as it was sent. ``timestamp`` is the sender's, in seconds since the epoch."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp: float


class Batch(Struct, frozen=True, kw_only=True):
    """What one poll brought. Events come before records: apply them first.

    ``lost``: no longer ours and already somebody else's (the lease ran out); drop what is in hand for them.
    ``revoked``: no longer ours, given up in order; everything committed before this poll counts.
    ``assigned``: ours from now on, from the committed offset. A batch never holds records of a partition that it
    assigns, so the caller may :meth:`Consumer.seek` first.
    """

    lost: frozenset[Partition] = frozenset()
    revoked: frozenset[Partition] = frozenset()
    assigned: frozenset[Partition] = frozenset()
    records: tuple[Record, ...] = ()


class Lag(Struct, frozen=True, kw_only=True):
    """How far a group is behind on a partition. ``committed`` and ``end`` are next offsets; ``committed`` is None before the first commit."""

    partition: Partition
    committed: int | None
    end: int

    @property
    def records(self) -> int:
        """Records not yet committed."""
        return self.end - (self.committed or 0)


class Producer(Protocol):
    """Sends records, at least once and in order per key. Buffers are bounded."""

    def send(self, stream: str, *, key: bytes, value: bytes, headers: Headers = (), timeout: float = 30.0) -> None:
        """Take the record for sending; it is durable only after :meth:`flush` returns.

        Blocks up to ``timeout`` seconds while the buffer is full, then raises BufferFull and has taken nothing.
        Raises Poison(TOO_LARGE) for a record over the stream's limit, Fatal when the producer is broken.
        """

    def flush(self, timeout: float = 30.0) -> None:
        """Return when every record taken since the last flush is durable.

        Raises Retriable if any of them failed or is not known to be durable within ``timeout``: send them all again.
        Raises Fatal when the producer is broken: build a new one and send them all again.
        """

    def close(self, timeout: float = 10.0) -> None:
        """Let go of connections and threads. Records not flushed may be lost. Safe to call twice."""


class Consumer(Protocol):
    """One member of a consumer group. A partition belongs to one member of the group at a time."""

    def poll(self, timeout: float, max_records: int = 500) -> Batch:
        """The next assignment events and records, in order per partition, within ``timeout`` seconds; possibly nothing.

        Calling poll says that everything returned before is dealt with: its effects are durable and its offsets were
        given to :meth:`commit`. That is how a rebalance drains: a partition moves only while its owner is in poll
        or after its lease has run out. Raises Retriable while the bus is away, Fatal when the consumer is broken.
        """

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Make ``offsets`` (the next offset to read per partition) durable for the group.

        Raises Lost, with nothing committed for the partitions that are no longer ours; Retriable when it may be tried again.
        """

    def seek(self, partition: Partition, offset: int) -> None:
        """Read on from ``offset``. An offset that retention has removed moves to the oldest record kept, and is logged."""

    def pause(self, partitions: frozenset[Partition]) -> None:
        """Keep these partitions, but return none of their records until :meth:`resume`."""

    def resume(self, partitions: frozenset[Partition]) -> None:
        """Undo :meth:`pause`."""

    def close(self) -> None:
        """Leave the group, so that others take over at once. Does not commit. Safe to call twice."""


class Bus(Protocol):
    """Where producers and consumers come from."""

    def ensure(self, streams: Sequence[StreamSpec]) -> None:
        """Create the streams that are missing. Raises Fatal where one exists with other partitions, Retriable while the bus is away."""

    def producer(self, name: str) -> Producer:
        """A new producer. ``name`` appears in logs of the bus."""

    def consumer(self, streams: Sequence[str], *, group: str, name: str) -> Consumer:
        """A new member of ``group``. A partition without a committed offset is read from its oldest record."""

    def lag(self, group: str, streams: Sequence[str]) -> tuple[Lag, ...]:
        """How far ``group`` is behind, over all partitions of ``streams``, sorted."""

    def browse(self, partition: Partition, offset: int, limit: int) -> tuple[Record, ...]:
        """Up to ``limit`` records from ``offset`` on (or from the oldest kept), outside any group."""

    def close(self) -> None:
        """Let go of everything. Safe to call twice."""
