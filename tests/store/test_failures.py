"""What the databases raise, named for what the caller does next."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.core.errors import Fatal, Lost, Retriable
from services.store.failures import named


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "cause",
    [
        sqlite_error(sqlite3.SQLITE_BUSY),
        sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT),
        sqlite_error(sqlite3.SQLITE_LOCKED),
        sqlite_error(sqlite3.SQLITE_FULL),
        sqlite_error(sqlite3.SQLITE_IOERR_WRITE),
        errors.SerializationFailure("could not serialize"),
        errors.DeadlockDetected("deadlock"),
        errors.LockNotAvailable("lock timeout"),
        errors.QueryCanceled("statement timeout"),
        errors.AdminShutdown("terminating connection"),
        errors.CannotConnectNow("the database system is starting up"),
        errors.TooManyConnections("sorry, too many clients already"),
        errors.DiskFull("no space left on device"),
        errors.IdleInTransactionSessionTimeout("terminating connection"),
        errors.ReadOnlySqlTransaction("cannot execute UPDATE in a read-only transaction"),
        psycopg.OperationalError("the connection is closed"),
        PoolTimeout("QueuePool limit"),
    ],
    ids=lambda cause: type(cause).__name__ + str(getattr(cause, "sqlite_errorcode", "")),
)
def test_what_passes_is_retriable(cause: Exception) -> None:
    assert isinstance(named(cause, "here"), Retriable)
    assert isinstance(named(DBAPIError("SELECT 1", {}, cause), "here"), Retriable)


@pytest.mark.parametrize(
    "cause",
    [
        sqlite_error(sqlite3.SQLITE_ERROR),
        sqlite_error(sqlite3.SQLITE_CORRUPT),
        sqlite_error(sqlite3.SQLITE_NOTADB),
        sqlite_error(sqlite3.SQLITE_READONLY),
        sqlite3.IntegrityError("no code"),
        errors.UndefinedTable("relation does not exist"),
        errors.UndefinedColumn("column does not exist"),
        errors.InsufficientPrivilege("permission denied"),
        errors.ProgramLimitExceeded("index row size exceeds maximum"),
        errors.UniqueViolation("duplicate key"),
        psycopg.ProgrammingError("invalid connection option"),
        InvalidRequestError("our mistake"),
    ],
    ids=lambda cause: type(cause).__name__ + str(getattr(cause, "sqlite_errorcode", "")),
)
def test_what_does_not_pass_is_fatal(cause: Exception) -> None:
    assert isinstance(named(cause, "here"), Fatal)


def test_an_error_of_ours_stays_what_it_is() -> None:
    lost = Lost("taken")
    assert named(lost, "here") is lost


def test_an_error_says_where_in_one_bounded_line_and_never_shows_the_secret() -> None:
    cause = psycopg.OperationalError("password=s3cretword\n  refused " + "x" * 5000)
    assert str(named(cause, "PostgreSQL at host", "s3cretword")).startswith(
        "PostgreSQL at host: password=*** refused xxx"
    )
    assert len(str(named(cause, "PostgreSQL at host", "s3cretword"))) < 600
    assert str(named(sqlite3.OperationalError(), "SQLite at file")) == "SQLite at file: OperationalError"


def test_a_file_that_may_only_be_read_is_fatal(tmp_path: Path) -> None:
    path = tmp_path / "store"
    sqlite3.connect(path).close()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection, pytest.raises(sqlite3.Error) as raised:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    assert isinstance(named(raised.value, "here"), Fatal)
