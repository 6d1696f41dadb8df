"""One database: its engine, its name for people, and transactions whose failures are Retriable or Fatal."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import SQLAlchemyError

from services.core.errors import WirewatchError
from services.store.failures import named

T = TypeVar("T")

# Far below what either database takes as parameters of one statement.
CHUNK = 500


class Database:
    """``name`` says which database it is, without the password. Used by any number of threads."""

    def __init__(self, engine: Engine, name: str, secret: str | None = None) -> None:
        self.engine = engine
        self.name = name
        self._secret = secret
        self._writer = engine.execution_options(immediate=True)
        event.listen(engine, "handle_error", self._rename)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises Retriable or Fatal."""
        with self._renamed(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: commits when the block ends, rolls back when it raises. Raises Retriable or Fatal."""
        with self._renamed(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the connections that nobody uses. Safe to call twice."""
        self.engine.dispose()

    def _rename(self, context: ExceptionContext) -> WirewatchError | None:
        # A failed ping makes the pool connect anew; that must not look like a failure of the call.
        error = context.sqlalchemy_exception
        return None if error is None or context.is_pre_ping else named(error, self.name, self._secret)

    @contextmanager
    def _renamed(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:  # those that no statement raised, such as the wait for a connection
            raise named(error, self.name, self._secret) from error


def insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that can say ON CONFLICT, which both databases spell alike and SQLAlchemy builds apart."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def chunks(values: Collection[T]) -> Iterator[Sequence[T]]:
    """``values`` in bounded portions."""
    rest = iter(values)
    while portion := tuple(islice(rest, CHUNK)):
        yield portion
