"""Errors of the databases, named for what the caller does next. The only place that knows them."""

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.core.errors import Fatal, Retriable, WirewatchError

# Primary result codes, https://www.sqlite.org/rescode.html
_SQLITE_PASSES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_PROTOCOL,
    }
)

# Classes and codes, https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL_PASSES = (
    "08",  # connection
    "40",  # transaction rollback: serialization, deadlock
    "53",  # insufficient resources: disk, memory, connections
    "57",  # operator intervention: shutdown, cancelled by statement_timeout
    "55P03",  # lock_timeout
    "25006",  # a standby that is not promoted yet
    "25P03",  # idle_in_transaction_session_timeout
)


def named(error: BaseException, where: str, secret: str | None = None) -> WirewatchError:
    """``error`` as Retriable or Fatal, naming the database ``where`` and never showing ``secret``."""
    if isinstance(error, WirewatchError):
        return error
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = " ".join(str(cause).split())[:500] or type(cause).__name__
    if secret:
        text = text.replace(secret, "***")
    kind = Retriable if _passes(cause) else Fatal
    return kind(f"{where}: {text}")


def _passes(cause: BaseException) -> bool:
    if isinstance(cause, PoolTimeout):
        return True
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _SQLITE_PASSES
    if isinstance(cause, psycopg.Error):
        if cause.sqlstate is None:  # nobody at the other end said anything: no connection, or it broke
            return isinstance(cause, psycopg.OperationalError)
        return cause.sqlstate.startswith(_POSTGRESQL_PASSES)
    # What SQLAlchemy itself refuses is our mistake, except for work on a connection that has just broken.
    return isinstance(cause, SQLAlchemyError) and getattr(cause, "connection_invalidated", False)
