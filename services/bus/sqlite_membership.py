"""Membership in a consumer group of the SQLite bus: who is there, and who holds the lease on which partition.

A thread of its own says every second that the member lives, so that a killed process is noticed within seconds. It
stops saying so when the member has not called poll for ``patience`` seconds: a member that hangs loses its partitions too.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import structlog
from msgspec import Struct

from services.bus.groups import share
from services.bus.sqlite_database import connect, renamed, transaction
from services.core.errors import Fatal, Retriable
from services.core.ports.bus import Partition
from services.core.ports.edges import Clock

log = structlog.get_logger(__name__)

_BEAT_EVERY = 1.0
_SYNCHRONISE_EVERY = 0.2


class Change(Struct, frozen=True, kw_only=True):
    """What a look at the group changed for this member. ``assigned`` holds the committed offsets, 0 where there is none."""

    lost: frozenset[Partition]
    revoked: frozenset[Partition]
    assigned: Mapping[Partition, int]


class Membership:
    """One member of the group ``team``. ``ids`` are the partitions of its streams with their row ids."""

    def __init__(
        self, path: Path, clock: Clock, *, team: str, member: str, streams: Iterable[str], lease: float, patience: float
    ) -> None:
        self.team = team
        self.ids: dict[Partition, int] = {}
        self._path = path
        self._clock = clock
        self._member = member
        self._streams = tuple(streams)
        self._lease = lease
        self._patience = patience
        self._tokens: dict[Partition, int] = {}  # the leases we believe to hold
        self._polled_at = clock.monotonic()
        self._looked_at = float("-inf")
        self._ended = threading.Event()
        self._load()
        self._thread: threading.Thread | None = None

    def polled(self) -> None:
        """The member has called poll: it does not hang. With the first poll it joins."""
        self._polled_at = self._clock.monotonic()
        if self._thread is None:
            connection = connect(self._path, durable=False)
            self._thread = threading.Thread(
                target=self._beat, args=(connection,), name=f"lease {self._member}", daemon=True
            )
            self._thread.start()

    def look_again(self) -> None:
        """The next :meth:`synchronise` looks, however short ago the last one was."""
        self._looked_at = float("-inf")

    def stale(self, connection: sqlite3.Connection, partitions: Iterable[Partition]) -> frozenset[Partition]:
        """Which of these are no longer ours, as seen in the transaction of ``connection``."""
        held = self._held(connection)
        return frozenset(
            p for p in partitions if p not in self._tokens or held.get(p) != (self._member, self._tokens[p])
        )

    def synchronise(self, connection: sqlite3.Connection) -> Change | None:
        """Look at the group, give up and take over what falls due; None where nothing changed."""
        now = time.monotonic()
        if now - self._looked_at < _SYNCHRONISE_EVERY:
            return None
        self._looked_at = now
        with renamed(self._path):
            if not self._due(connection):
                return None
        with transaction(connection, self._path):
            change, tokens = self._move(connection)
        self._tokens = tokens  # only now: a transaction that failed has moved nothing
        return change if change.lost or change.revoked or change.assigned else None

    def leave(self) -> None:
        """Give back every lease, so that others take over at once."""
        self._ended.set()
        if self._thread is None:
            return
        self._thread.join(_BEAT_EVERY + 10)
        mine = (self.team, self._member)
        try:
            with closing(connect(self._path)) as connection, transaction(connection, self._path):
                connection.execute("UPDATE leases SET member = NULL WHERE team = ? AND member = ?", mine)
                connection.execute("DELETE FROM members WHERE team = ? AND member = ?", mine)
        except Retriable as error:
            log.warning(
                "leases not given back, they run out", member=self._member, seconds=self._lease, error=str(error)
            )

    def _load(self) -> None:
        query = "SELECT number, id FROM partitions WHERE stream = ?"
        with closing(connect(self._path)) as connection, renamed(self._path):
            for stream in self._streams:
                rows = connection.execute(query, (stream,)).fetchall()
                if not rows:
                    raise Fatal(f"the bus {self._path} has no stream {stream}")
                self.ids |= {Partition(stream, number): ident for number, ident in rows}

    def _beat(self, connection: sqlite3.Connection) -> None:
        with closing(connection):
            while not self._ended.wait(_BEAT_EVERY):
                if self._clock.monotonic() - self._polled_at > self._patience:
                    continue
                try:
                    with transaction(connection, self._path):
                        if not self._ended.is_set():  # waiting for the lock may have outlasted the member
                            self._say_alive(connection)
                except Retriable:
                    continue  # the next beat may come through; if none does, the lease runs out, as it should
                except Fatal as error:
                    log.error("heart stopped, the leases run out", member=self._member, error=str(error))
                    return

    def _say_alive(self, connection: sqlite3.Connection) -> None:
        until = self._now() + self._lease
        connection.execute(
            "INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)",
            (self.team, self._member, json.dumps(self._streams), until),
        )
        connection.execute(
            "UPDATE leases SET deadline = ? WHERE team = ? AND member = ?", (until, self.team, self._member)
        )

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _members(self, connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
        rows = connection.execute(
            "SELECT member, streams FROM members WHERE team = ? AND deadline >= ?", (self.team, self._now())
        )
        return {member: tuple(json.loads(streams)) for member, streams in rows} | {self._member: self._streams}

    def _target(self, connection: sqlite3.Connection) -> frozenset[Partition]:
        members = self._members(connection)
        wanted: set[Partition] = set()
        for stream in self._streams:
            readers = [member for member, streams in members.items() if stream in streams]
            wanted |= share(self._member, readers, [p for p in self.ids if p.stream == stream])
        return frozenset(wanted)

    def _leases(self, connection: sqlite3.Connection) -> Mapping[Partition, tuple[str | None, int, float]]:
        names = {ident: partition for partition, ident in self.ids.items()}
        rows = connection.execute("SELECT partition, member, token, deadline FROM leases WHERE team = ?", (self.team,))
        return {names[ident]: (member, token, deadline) for ident, member, token, deadline in rows if ident in names}

    def _held(self, connection: sqlite3.Connection) -> dict[Partition, tuple[str | None, int]]:
        return {partition: (member, token) for partition, (member, token, _) in self._leases(connection).items()}

    def _due(self, connection: sqlite3.Connection) -> bool:
        """Whether anything must move, or a lease of ours be renewed before the next beat, by reading alone."""
        target, leases = self._target(connection), self._leases(connection)
        ran_out = any(leases[p][2] < self._now() for p in self._tokens if p in leases)
        gone = any(leases.get(p, (None, 0, 0))[:2] != (self._member, token) for p, token in self._tokens.items())
        return (
            gone
            or ran_out
            or bool(set(self._tokens) - target)
            or any(self._free(leases.get(p)) for p in target - set(self._tokens))
        )

    def _free(self, lease: tuple[str | None, int, float] | None) -> bool:
        return lease is None or lease[0] is None or lease[0] == self._member or lease[2] < self._now()

    def _move(self, connection: sqlite3.Connection) -> tuple[Change, dict[Partition, int]]:
        """What moves, and the tokens held once the transaction of ``connection`` is committed."""
        self._say_alive(connection)
        connection.execute("DELETE FROM members WHERE team = ? AND deadline < ?", (self.team, self._now()))
        target, leases = self._target(connection), self._leases(connection)
        lost = {p for p, token in self._tokens.items() if leases.get(p, (None, 0, 0))[:2] != (self._member, token)}
        revoked = set(self._tokens) - lost - target
        assigned = {p for p in target if (p not in self._tokens or p in lost) and self._free(leases.get(p))}
        until = self._now() + self._lease
        for partition in revoked:
            connection.execute(
                "UPDATE leases SET member = NULL WHERE team = ? AND partition = ?", (self.team, self.ids[partition])
            )
        for partition in assigned:
            token = leases[partition][1] + 1 if partition in leases else 1
            row = (self.team, self.ids[partition], self._member, token, until)
            connection.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?)", row)
            leases = {**leases, partition: (self._member, token, until)}
        kept = (set(self._tokens) - lost - revoked) | assigned
        starts = {p: self._committed(connection, p) for p in assigned}
        change = Change(lost=frozenset(lost), revoked=frozenset(revoked), assigned=starts)
        return change, {p: leases[p][1] for p in kept}

    def _committed(self, connection: sqlite3.Connection, partition: Partition) -> int:
        query = "SELECT next_offset FROM committed WHERE team = ? AND partition = ?"
        row = connection.execute(query, (self.team, self.ids[partition])).fetchone()
        return int(row[0]) if row else 0
