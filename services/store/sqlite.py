"""SQLite: one file, several processes of one machine, one writer at a time."""

import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from services.core.errors import Fatal, Retriable
from services.store.database import Database
from services.store.failures import named


def open_sqlite(path: Path, patience: float) -> Database:
    """The database in the file ``path``, made where it is missing. ``patience``: seconds that a call waits for the write lock."""
    name = f"SQLite at {path}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fatal(f"{name}: cannot make the directory: {error.strerror}") from error
    _write_ahead(path, name, patience)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        # No transaction but those we begin: the module's own would be deferred, and fail at once when they turn to writing.
        connect_args={"isolation_level": None, "timeout": patience},
        pool_timeout=patience,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return Database(engine, name)


def _write_ahead(path: Path, name: str, patience: float) -> None:
    """Make the file a write-ahead one, for good. Two processes at it would wait for each other in SQLite, so they try again here."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection = sqlite3.connect(path, timeout=0, isolation_level=None)
            try:
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            finally:
                connection.close()
            break
        except sqlite3.Error as error:
            failure = named(error, name)
            if not isinstance(failure, Retriable) or time.monotonic() > deadline:
                raise failure from error
            time.sleep(0.05)
    if mode != "wal":
        raise Fatal(
            f"{name}: needs a file system that SQLite can share memory on (journal mode is {mode!r}, not 'wal')"
        )


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = FULL")  # what is committed survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_size_limit = 67108864")
    cursor.close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
