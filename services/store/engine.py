"""Where a store comes from: a URL, the database behind it, its schema brought up to date."""

from pathlib import Path
from types import TracebackType

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from services.core.errors import Fatal
from services.core.ports.store import AlertStore, FeedbackStore, FeedStore, Outbox, SilenceStore
from services.store.alerts import SqlAlertStore
from services.store.database import Database
from services.store.feedback import SqlFeedbackStore
from services.store.feeds import SqlFeedStore
from services.store.migrate import migrate
from services.store.outbox import SqlOutbox
from services.store.postgresql import open_postgresql
from services.store.silences import SqlSilenceStore
from services.store.sqlite import open_sqlite

_SQLITE = "sqlite:///"


class Store:
    """The ports of :mod:`services.core.ports.store` over one database. Used by any number of threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name = database.name  # for people; without the password
        self.feeds: FeedStore = SqlFeedStore(database)
        self.alerts: AlertStore = SqlAlertStore(database)
        self.outbox: Outbox = SqlOutbox(database)
        self.silences: SilenceStore = SqlSilenceStore(database)
        self.feedback: FeedbackStore = SqlFeedbackStore(database)

    def close(self) -> None:
        """Let go of every connection that is not in use. Safe to call twice."""
        self._database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, patience: float = 10.0, longest: float = 60.0) -> Store:
    """The store at ``url``, migrated: ``sqlite:///path`` (four slashes before an absolute path) or ``postgresql://user@host/name``.

    ``patience`` is how many seconds a call waits for a connection or for a lock before it raises Retriable,
    ``longest`` how many it waits for one statement of a PostgreSQL server. Raises Retriable while the database is away, Fatal for a URL of another kind, a file that is no database, or a schema
    that a newer release has written. No error shows the password.
    """
    database = _open(url, patience, longest)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def _open(url: str, patience: float, longest: float) -> Database:
    scheme = url.partition(":")[0]
    if url.startswith(_SQLITE) and url.removeprefix(_SQLITE) not in ("", ":memory:"):
        return open_sqlite(Path(url.removeprefix(_SQLITE)), patience)
    if scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise Fatal(f"a database URL starts with sqlite:///PATH or postgresql://, not with {scheme[:40]!r}")
    try:
        return open_postgresql(make_url(url), patience, longest)
    except (ArgumentError, ValueError):  # their texts can hold parts of the password
        raise Fatal(
            "not a database URL: postgresql://USER:PASSWORD@HOST:PORT/NAME, special characters as %XX"
        ) from None
