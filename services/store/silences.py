"""Silences, as people add and expire them."""

from datetime import datetime

from sqlalchemy import select, update

from services.core.silence import Silence, expired
from services.store.database import Database, insert
from services.store.tables import silences


class SqlSilenceStore:
    """Keeps :class:`services.core.ports.store.SilenceStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, silence: Silence) -> None:
        """Add a silence. One whose id exists already is left as it is."""
        row = {"silence_id": silence.id, "ends_at": silence.ends_at, "silence": silence}
        with self._database.write() as connection:
            connection.execute(insert(connection, silences).on_conflict_do_nothing(), [row])

    def all(self, *, ending_after: datetime | None = None, limit: int = 1000) -> tuple[Silence, ...]:
        """Silences, those that end first first; only those that end later than a moment, where it is given."""
        wanted = select(silences.c.silence).order_by(silences.c.ends_at, silences.c.silence_id).limit(limit)
        if ending_after is not None:
            wanted = wanted.where(silences.c.ends_at > ending_after)
        with self._database.read() as connection:
            return tuple(connection.scalars(wanted))

    def expire(self, ident: str, now: datetime) -> Silence | None:
        """End a silence now; how it was before. None if there is no such."""
        mine = silences.c.silence_id == ident
        with self._database.write() as connection:
            before = connection.scalar(select(silences.c.silence).where(mine).with_for_update())
            if before is not None:
                after = expired(before, now)
                connection.execute(update(silences).where(mine).values(ends_at=after.ends_at, silence=after))
            return before
