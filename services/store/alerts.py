"""What the alerter decides on, and what analysts read of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Delete, Select, Table, delete, func, literal, select, text, tuple_

from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.ledger import LedgerEntry
from services.core.ports.bus import Partition
from services.core.story import Story
from services.store import tables
from services.store.database import Database
from services.store.transaction import SqlAlertTransaction

T = TypeVar("T")

_LOCK_ID = 0x64656369  # of the advisory lock that all alerters on one PostgreSQL database agree on

_AGES = (
    (tables.articles, "tagged_at"),
    (tables.stories, "last_at"),
    (tables.ledger, "at"),
    (tables.silences, "ends_at"),
)


class SqlAlertStore:
    """Keeps :class:`services.core.ports.store.AlertStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator[SqlAlertTransaction]:
        """One at a time over all processes, on both databases: what it reads stays true until it commits."""
        with self._database.write() as connection:
            if connection.dialect.name == "postgresql":  # on SQLite the transaction is the lock
                connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})
            yield SqlAlertTransaction(connection)

    def offsets(self, group: str) -> dict[Partition, int]:
        """The next offset per partition, as of the last transaction."""
        with self._database.read() as connection:
            rows = connection.execute(select(tables.offsets).where(tables.offsets.c.consumers == group))
            return {Partition(stream=row.stream, index=row.partition): row.next for row in rows}

    def articles(self, article_id: str) -> tuple[tuple[TaggedArticle, str | None], ...]:
        """All archived revisions of an article with their story ids, oldest first."""
        columns = tables.articles.c
        revisions = select(columns.article, columns.story_id).where(columns.article_id == article_id)
        with self._database.read() as connection:
            rows = connection.execute(revisions.order_by(columns.revision))
            return tuple((row.article, row.story_id) for row in rows)

    def archived(
        self, *, since: datetime, after: TaggedArticle | None = None, limit: int = 500
    ) -> tuple[tuple[TaggedArticle, str | None], ...]:
        """A page of the archive, in the order of tagging; ``after`` is the last of the page before."""
        columns = tables.articles.c
        place = (columns.tagged_at, columns.article_id, columns.revision)
        wanted = (
            select(columns.article, columns.story_id).where(columns.tagged_at >= since).order_by(*place).limit(limit)
        )
        if after is not None:
            last = (after.tagged_at, after.article.id, after.article.revision)
            bound = tuple_(*(literal(value, column.type) for value, column in zip(last, place, strict=True)))
            # The first condition says nothing new; by it SQLite begins at the right place of the index.
            wanted = wanted.where(columns.tagged_at >= after.tagged_at, tuple_(*place) > bound)
        with self._database.read() as connection:
            return tuple((row.article, row.story_id) for row in connection.execute(wanted))

    def story(self, story_id: str) -> Story | None:
        """One story, or None if it is unknown or forgotten."""
        columns = tables.stories.c
        with self._database.read() as connection:
            return connection.scalar(select(columns.story).where(columns.story_id == story_id))

    def alerts(
        self, *, since: datetime | None = None, article_id: str | None = None, story_id: str | None = None,
        alert_id: str | None = None, limit: int = 1000,
    ) -> tuple[Alert, ...]:  # fmt: skip
        """Alerts decided, oldest first."""
        columns = tables.alerts.c
        wanted = select(columns.alert).order_by(columns.decided_at, columns.seq).limit(limit)
        if since is not None:
            wanted = wanted.where(columns.decided_at >= since)
        with self._database.read() as connection:
            return tuple(connection.scalars(_about(wanted, tables.alerts, article_id, story_id, alert_id)))

    def ledger(
        self, *, article_id: str | None = None, since: datetime | None = None, story_id: str | None = None,
        alert_id: str | None = None, limit: int = 1000,
    ) -> tuple[LedgerEntry, ...]:  # fmt: skip
        """Ledger entries, oldest first."""
        columns = tables.ledger.c
        wanted = select(columns.entry).order_by(columns.at, columns.seq).limit(limit)
        if since is not None:
            wanted = wanted.where(columns.at >= since)
        with self._database.read() as connection:
            return tuple(connection.scalars(_about(wanted, tables.ledger, article_id, story_id, alert_id)))

    def next_due(self) -> datetime | None:
        """When the next group of alerts has to be looked at; None if there is no group."""
        with self._database.read() as connection:
            due: datetime | None = connection.scalar(select(func.min(tables.alert_groups.c.due_at)))
        return due

    def forget(self, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` rows in all: archived articles by when they were tagged, then stories, ledger entries, ended silences."""
        forgotten = 0
        with self._database.write() as connection:
            for table, age in _AGES:
                forgotten += connection.execute(_oldest(table, age, before, limit - forgotten)).rowcount
        return forgotten


def _about(
    wanted: Select[tuple[T]], table: Table, article_id: str | None, story_id: str | None, alert_id: str | None
) -> Select[tuple[T]]:
    """Only rows of these, where they are given."""
    for column, ident in (("article_id", article_id), ("story_id", story_id), ("alert_id", alert_id)):
        if ident is not None:
            wanted = wanted.where(table.c[column] == ident)
    return wanted


def _oldest(table: Table, age: str, before: datetime, limit: int) -> Delete:
    key = list(table.primary_key.columns)
    batch = select(*key).where(table.c[age] < before).order_by(table.c[age]).limit(limit)
    # The age is asked twice: PostgreSQL looks again only at the outer condition if the row has just changed.
    return delete(table).where(tuple_(*key).in_(batch), table.c[age] < before)
