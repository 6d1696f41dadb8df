"""The file behind the SQLite bus: its tables, connections, transactions, and what its errors mean."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.core.errors import Fatal, Retriable

_BUSY_SECONDS = 10.0
_FORMAT = 1  # of the file; another number is another release's
_TABLES = """
CREATE TABLE IF NOT EXISTS streams (
    name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, retention REAL NOT NULL, max_record INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS partitions (
    id INTEGER PRIMARY KEY, stream TEXT NOT NULL REFERENCES streams (name), number INTEGER NOT NULL,
    next_offset INTEGER NOT NULL DEFAULT 0, UNIQUE (stream, number));
CREATE TABLE IF NOT EXISTS records (
    partition INTEGER NOT NULL REFERENCES partitions (id), offset INTEGER NOT NULL, timestamp REAL NOT NULL,
    key BLOB, value BLOB, headers BLOB NOT NULL, PRIMARY KEY (partition, offset));
CREATE TABLE IF NOT EXISTS members (
    team TEXT NOT NULL, member TEXT NOT NULL, streams TEXT NOT NULL, deadline REAL NOT NULL, PRIMARY KEY (team, member));
CREATE TABLE IF NOT EXISTS leases (
    team TEXT NOT NULL, partition INTEGER NOT NULL, member TEXT, token INTEGER NOT NULL, deadline REAL NOT NULL,
    PRIMARY KEY (team, partition));
CREATE TABLE IF NOT EXISTS committed (
    team TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL, PRIMARY KEY (team, partition));
"""


def connect(path: Path, *, durable: bool = True) -> sqlite3.Connection:
    """A connection in WAL mode, for one thread at a time. ``durable``: a commit survives a power cut, not only kill -9."""
    with renamed(path):
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        _write_ahead(connection)
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """WAL mode. While others open the same new file, SQLite refuses at once instead of waiting, so we wait."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def wait_at_most(connection: sqlite3.Connection, seconds: float) -> None:
    """Bound the time that ``connection`` waits from now on for another writer, per statement."""
    connection.execute(f"PRAGMA busy_timeout = {max(1, int(seconds * 1000))}")


def create(connection: sqlite3.Connection, path: Path) -> None:
    """Create the tables in a new file. Raises Fatal where the file was written in another format."""
    with renamed(path):
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found not in {0, _FORMAT}:
            raise Fatal(f"the bus {path} has the format {found} of another release; this one reads {_FORMAT}")
        if found == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_FORMAT}; COMMIT;")


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """One write transaction: the write lock is taken first, so that it never fails half way for want of it."""
    with renamed(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def renamed(path: Path) -> Iterator[None]:
    """sqlite3's errors as ours: busy, full and input/output errors pass, a broken or closed file does not."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Retriable(f"the bus {path}: {error}") from error
    except sqlite3.Error as error:
        raise Fatal(f"the bus {path}: {error}") from error
