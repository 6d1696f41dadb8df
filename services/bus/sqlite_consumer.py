"""The consumer of the SQLite bus: a member of a group, with leases on its partitions."""

import threading
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import msgspec
import structlog

from services.bus.sizes import POLL_BYTES, record_size
from services.bus.sqlite_database import connect, renamed, transaction, wait_at_most
from services.bus.sqlite_membership import Membership
from services.core.errors import Fatal, Lost
from services.core.ports.bus import Batch, Headers, Partition, Record

log = structlog.get_logger(__name__)

_MOVE_SECONDS = 0.5  # a poll waits at least so long for other writers before it says that it cannot join or move
_COMMIT_SECONDS = 10.0
_LOOK_EVERY = 0.02  # seconds between looks at a file that another process may have written

decode_headers = msgspec.msgpack.Decoder(Headers).decode


class SqliteConsumer:
    """See :class:`services.core.ports.bus.Consumer`."""

    def __init__(self, path: Path, wake: threading.Condition, membership: Membership) -> None:
        self._path = path
        self._wake = wake
        self._membership = membership
        self._connection = connect(path)
        self._position: dict[Partition, int] = {}
        self._paused: set[Partition] = set()
        self._turn = 0  # which partition is read first, so that none is starved
        self._version = -1
        self._closed = False

    def poll(self, timeout: float, max_records: int = 500) -> Batch:
        """Events first, else records, else wait for either."""
        self._usable()
        deadline = time.monotonic() + timeout  # waiting is real, whatever clock leases go by
        self._membership.polled()
        wait_at_most(self._connection, max(timeout, _MOVE_SECONDS))
        while True:
            batch = self._events() or self._records(max_records)
            left = deadline - time.monotonic()
            if batch or left <= 0:
                return batch or Batch()
            self._wait(left)

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """One transaction that checks each lease."""
        self._usable()
        wait_at_most(self._connection, _COMMIT_SECONDS)
        with transaction(self._connection, self._path) as connection:
            stale = self._membership.stale(connection, offsets)
            mine = [
                (self._membership.team, self._membership.ids[p], offset)
                for p, offset in offsets.items()
                if p not in stale
            ]
            connection.executemany(
                "INSERT INTO committed VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
                mine,
            )
        with self._wake:
            self._wake.notify_all()
        if stale:
            self._membership.look_again()  # so that the next poll tells before it returns more of their records
            raise Lost(f"no longer ours: {', '.join(f'{p.stream}/{p.index}' for p in sorted(stale))}")

    def seek(self, partition: Partition, offset: int) -> None:
        """Takes effect with the next poll. Nothing happens for a partition that is not ours."""
        if partition in self._position:
            self._position[partition] = self._within(partition, offset)
            self._version = -1

    def pause(self, partitions: frozenset[Partition]) -> None:
        """Until resumed or lost."""
        self._paused |= partitions & set(self._position)

    def resume(self, partitions: frozenset[Partition]) -> None:
        """Undo."""
        self._paused -= partitions
        self._version = -1

    def close(self) -> None:
        """Give the leases back."""
        if not self._closed:
            self._closed = True
            try:
                self._membership.leave()
            finally:
                self._connection.close()
            with self._wake:
                self._wake.notify_all()

    def _usable(self) -> None:
        if self._closed:
            raise Fatal("the consumer is closed")

    def _events(self) -> Batch | None:
        change = self._membership.synchronise(self._connection)
        if change is None:
            return None
        for partition in change.lost | change.revoked:
            self._position.pop(partition, None)
            self._paused.discard(partition)
        self._position |= change.assigned
        self._version = -1
        return Batch(lost=change.lost, revoked=change.revoked, assigned=frozenset(change.assigned))

    def _within(self, partition: Partition, offset: int) -> int:
        """``offset``, or the beginning where the stream has never been that long: waiting for it would skip what comes."""
        query = "SELECT next_offset FROM partitions WHERE id = ?"
        with renamed(self._path):
            end = self._connection.execute(query, (self._membership.ids[partition],)).fetchone()[0]
        if 0 <= offset <= end:
            return offset
        log.warning(
            "offset is not kept, reading from the oldest record",
            stream=partition.stream,
            partition=partition.index,
            offset=offset,
            end=end,
        )
        return 0

    def _records(self, limit: int) -> Batch | None:
        """Up to ``limit`` records, each partition in turn the first; None without looking where the file has not changed."""
        with renamed(self._path):
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version == self._version:
                return None
            order = sorted(set(self._position) - self._paused)
            found: list[Record] = []
            room = POLL_BYTES
            for place in range(len(order)):
                came, room = self._read(order[(place + self._turn) % len(order)], limit - len(found), room)
                found += came
                if len(found) >= limit or room <= 0:
                    break
            else:
                self._version = version
        self._turn += 1
        # Only now, when nothing can fail any more: a poll that raises has moved nothing, and the next brings it all.
        self._position |= {record.partition: record.offset + 1 for record in found}
        return Batch(records=tuple(found)) if found else None

    def _read(self, partition: Partition, limit: int, room: int) -> tuple[list[Record], int]:
        """Up to ``limit`` records, the last of them the one that fills ``room``; and the room that is left."""
        position, found = self._position[partition], []
        query = "SELECT offset, timestamp, key, value, headers FROM records WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?"
        rows = self._connection.execute(query, (self._membership.ids[partition], position, limit))
        with closing(rows):  # an open query would keep the log of writes from being folded into the file
            for offset, timestamp, key, value, head in rows:
                headers = decode_headers(head)
                found.append(
                    Record(
                        partition=partition,
                        offset=offset,
                        timestamp=timestamp,
                        key=key,
                        value=value,
                        headers=headers,
                    )
                )
                room -= record_size(key or b"", value or b"", headers)
                if room <= 0:
                    break
        if found:
            self._note_gap(partition, position, found[0].offset)
        return found, room

    def _note_gap(self, partition: Partition, position: int, first: int) -> None:
        if first > position > 0:
            log.warning(
                "records were deleted by retention before they were read",
                stream=partition.stream,
                partition=partition.index,
                first=position,
                kept=first,
            )

    def _wait(self, left: float) -> None:
        with self._wake:
            self._wake.wait(min(left, _LOOK_EVERY))
