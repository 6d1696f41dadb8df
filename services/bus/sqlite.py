"""The embedded bus: one SQLite file, any number of threads and processes on one machine.

WAL with one writer at a time (BEGIN IMMEDIATE). ``synchronous = FULL``: what flush and commit have returned for
survives a power cut. A killed process loses its leases after ``lease`` seconds, a hanging one after ``patience``.
"""

import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

from services.bus.sqlite_consumer import SqliteConsumer, decode_headers
from services.bus.sqlite_database import connect, create, renamed, transaction
from services.bus.sqlite_membership import Membership
from services.bus.sqlite_producer import SqliteProducer
from services.core.errors import Fatal
from services.core.ports.bus import Lag, Partition, Record, StreamSpec
from services.core.ports.edges import Clock


class SqliteBus:
    """See :class:`services.core.ports.bus.Bus`."""

    def __init__(
        self, path: Path, clock: Clock, *, lease: float = 6.0, patience: float = 300.0,
        max_bytes: int = 16_000_000, max_records: int = 10_000,
    ) -> None:  # fmt: skip
        """Open or create the file at ``path``. ``max_bytes`` and ``max_records`` bound the buffer of each producer."""
        self._path = path
        self._clock = clock
        self._lease = lease
        self._patience = patience
        self._bounds = (max_bytes, max_records)
        self._wake = threading.Condition()
        self._lock = threading.Lock()
        self._connection = connect(path)
        create(self._connection, path)

    def ensure(self, streams: Sequence[StreamSpec]) -> None:
        """One transaction; retention and record limit follow the specification."""
        with self._lock, transaction(self._connection, self._path) as connection:
            for spec in streams:
                row = connection.execute("SELECT partitions FROM streams WHERE name = ?", (spec.name,)).fetchone()
                if row and row[0] != spec.partitions:
                    raise Fatal(
                        f"the stream {spec.name} of {self._path} has {row[0]} partitions, not {spec.partitions}"
                    )
                values = (spec.name, spec.partitions, spec.retention, spec.max_record)
                connection.execute(
                    "INSERT INTO streams VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
                    " SET retention = excluded.retention, max_record = excluded.max_record",
                    values,
                )
                numbers = [(spec.name, number) for number in range(spec.partitions)]
                connection.executemany("INSERT OR IGNORE INTO partitions (stream, number) VALUES (?, ?)", numbers)

    def producer(self, name: str) -> SqliteProducer:  # noqa: ARG002  the file keeps no log of names
        """A producer with a connection of its own."""
        max_bytes, max_records = self._bounds
        return SqliteProducer(self._path, self._clock, self._wake, max_bytes=max_bytes, max_records=max_records)

    def consumer(self, streams: Sequence[str], *, group: str, name: str) -> SqliteConsumer:
        """A member with connections of its own. It joins at its first poll. Raises Fatal where a stream is missing."""
        member = f"{name}-{uuid.uuid4().hex[:12]}"
        membership = Membership(
            self._path,
            self._clock,
            team=group,
            member=member,
            streams=streams,
            lease=self._lease,
            patience=self._patience,
        )
        return SqliteConsumer(self._path, self._wake, membership)

    def lag(self, group: str, streams: Sequence[str]) -> tuple[Lag, ...]:
        """One query per stream."""
        query = (
            "SELECT p.number, c.next_offset, p.next_offset FROM partitions p"
            " LEFT JOIN committed c ON c.partition = p.id AND c.team = ? WHERE p.stream = ? ORDER BY p.number"
        )
        with self._lock, renamed(self._path):
            return tuple(
                Lag(partition=Partition(stream, number), committed=committed, end=end)
                for stream in sorted(streams)
                for number, committed, end in self._connection.execute(query, (group, stream))
            )

    def browse(self, partition: Partition, offset: int, limit: int) -> tuple[Record, ...]:
        """One query."""
        query = (
            "SELECT r.offset, r.timestamp, r.key, r.value, r.headers FROM records r JOIN partitions p ON p.id = r.partition"
            " WHERE p.stream = ? AND p.number = ? AND r.offset >= ? ORDER BY r.offset LIMIT ?"
        )
        with self._lock, renamed(self._path):
            rows = self._connection.execute(query, (partition.stream, partition.index, offset, limit)).fetchall()
        return tuple(
            Record(
                partition=partition,
                offset=at,
                timestamp=timestamp,
                key=key,
                value=value,
                headers=decode_headers(headers),
            )
            for at, timestamp, key, value, headers in rows
        )

    def close(self) -> None:
        """Let go of the bus's own connection; producers and consumers are closed by those who made them."""
        with self._lock:
            self._connection.close()
