"""The producer of the SQLite bus: a bounded buffer that is written in one transaction."""

import threading
import time
from pathlib import Path

import msgspec
import structlog

from services.bus.groups import partition_of
from services.bus.sizes import record_size
from services.bus.sqlite_database import connect, renamed, transaction, wait_at_most
from services.core.errors import BufferFull, Fatal, Poison, PoisonReason, Retriable
from services.core.ports.bus import Headers
from services.core.ports.edges import Clock

log = structlog.get_logger(__name__)

_Row = tuple[str, bytes, bytes, bytes, float]
_FORGET_EVERY = 60.0
_FORGET_ROWS = 2000  # per partition
_FORGET = (
    "DELETE FROM records WHERE rowid IN (SELECT rowid FROM"
    " (SELECT rowid, timestamp FROM records WHERE partition = ? ORDER BY offset LIMIT ?) WHERE timestamp < ?)"
)

encode_headers = msgspec.msgpack.Encoder().encode


class SqliteProducer:
    """See :class:`services.core.ports.bus.Producer`."""

    def __init__(
        self, path: Path, clock: Clock, wake: threading.Condition, *, max_bytes: int, max_records: int
    ) -> None:
        self._path = path
        self._clock = clock
        self._wake = wake
        self._max_bytes = max_bytes
        self._max_records = max_records
        self._lock = threading.RLock()
        self._connection = connect(path)
        self._streams: dict[str, tuple[int, int]] = {}
        self._buffer: list[_Row] = []
        self._bytes = 0
        self._forgotten = clock.monotonic()
        self._closed = False

    def send(self, stream: str, *, key: bytes, value: bytes, headers: Headers = (), timeout: float = 30.0) -> None:
        """Take the record; where the buffer is full, write it out first."""
        head = encode_headers(headers)
        size = record_size(key, value, headers)
        deadline = time.monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise BufferFull(f"the buffer of the bus {self._path} stayed in use for {timeout:g} s")
        try:
            self._check(stream, size)
            if self._buffer and (self._bytes + size > self._max_bytes or len(self._buffer) >= self._max_records):
                self._make_room(deadline)
            self._buffer.append((stream, key, value, head, self._clock.now().timestamp()))
            self._bytes += size
        finally:
            self._lock.release()

    def flush(self, timeout: float = 30.0) -> None:
        """Write what is in the buffer, in one transaction. After a failure none of it is kept: the caller sends it again."""
        deadline = time.monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise Retriable(f"the bus {self._path} was still being written after {timeout:g} s")
        try:
            self._usable()
            rows, self._buffer, self._bytes = self._buffer, [], 0
            if rows:
                self._write(rows, deadline)
        finally:
            self._lock.release()

    def close(self, timeout: float = 10.0) -> None:
        """Let go of the connection."""
        if self._lock.acquire(timeout=timeout):
            self._closed = True
            self._connection.close()
            self._lock.release()

    def _usable(self) -> None:
        if self._closed:
            raise Fatal("the producer is closed")

    def _check(self, stream: str, size: int) -> None:
        self._usable()
        if stream not in self._streams:
            query = "SELECT partitions, max_record FROM streams WHERE name = ?"
            with renamed(self._path):
                row = self._connection.execute(query, (stream,)).fetchone()
            if row is None:
                raise Fatal(f"the bus {self._path} has no stream {stream}")
            self._streams[stream] = row
        limit = self._streams[stream][1]
        if size > limit:
            raise Poison(PoisonReason.TOO_LARGE, f"a record of {size} bytes; {stream} takes {limit}")

    def _make_room(self, deadline: float) -> None:
        """Write the buffer out early. What cannot be written stays in it, and the new record is not taken."""
        try:
            self._write(self._buffer, deadline)
        except Retriable as error:
            raise BufferFull(f"{len(self._buffer)} records wait and cannot be written: {error}") from error
        self._buffer, self._bytes = [], 0

    def _write(self, rows: list[_Row], deadline: float) -> None:
        with renamed(self._path):
            wait_at_most(self._connection, deadline - time.monotonic())
        with transaction(self._connection, self._path) as connection:
            places: dict[tuple[str, int], list[int]] = {}  # partition -> its id and next offset
            placed = []
            for stream, key, value, head, timestamp in rows:
                where = (stream, partition_of(key, self._streams[stream][0]))
                if where not in places:
                    found = connection.execute(
                        "SELECT id, next_offset FROM partitions WHERE stream = ? AND number = ?", where
                    )
                    places[where] = list(found.fetchone())
                place = places[where]
                placed.append((place[0], place[1], timestamp, key, value, head))
                place[1] += 1
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", placed)
            connection.executemany(
                "UPDATE partitions SET next_offset = ? WHERE id = ?",
                [(after, ident) for ident, after in places.values()],
            )
        with self._wake:
            self._wake.notify_all()
        self._forget()

    def _forget(self) -> None:
        """Delete some of what retention no longer keeps: a bounded number of rows, once in a while, in short transactions.

        A failure is logged and no failure of the caller: the records are durable, and the next time comes.
        """
        if self._clock.monotonic() - self._forgotten < _FORGET_EVERY:
            return
        self._forgotten = self._clock.monotonic()
        now = self._clock.now().timestamp()
        query = "SELECT p.id, s.retention FROM partitions p JOIN streams s ON s.name = p.stream"
        try:
            with renamed(self._path):
                kept = self._connection.execute(query).fetchall()
            for ident, retention in kept:
                with transaction(self._connection, self._path):
                    self._connection.execute(_FORGET, (ident, _FORGET_ROWS, now - retention))
        except Retriable as error:
            log.warning("old records not deleted, will be tried again", error=str(error))
