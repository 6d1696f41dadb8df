"""Polling state. Leases are fenced by a token that grows with every lease of a feed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, case, delete, or_, select, update

from services.core.errors import Lost
from services.core.feed import Feed, FeedLease, FeedState, Seen
from services.store.database import Database, chunks, insert
from services.store.tables import feeds as feed_table
from services.store.tables import seen as seen_table


class SqlFeedStore:
    """Keeps :class:`services.core.ports.store.FeedStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Know exactly these feeds. A poller that holds a lease on a feed whose URL changed loses it."""
        wanted = {feed.id: feed for feed in feeds}
        with self._database.write() as connection:
            known = _known(connection)
            _add(connection, [wanted[name] for name in sorted(wanted.keys() - known.keys())], now)
            for name in sorted(known):
                _change(connection, known[name], wanted.get(name), now)

    def lease(self, owner: str, now: datetime, *, limit: int, seconds: float) -> tuple[FeedLease, ...]:
        """Lease up to ``limit`` feeds that are due and not leased, the longest due first."""
        until = now + timedelta(seconds=seconds)
        free = or_(feed_table.c.leased_until.is_(None), feed_table.c.leased_until <= now)
        due = (
            select(feed_table.c.feed, feed_table.c.token, feed_table.c.state)
            .where(feed_table.c.listed, feed_table.c.due_at <= now, free)
            .order_by(feed_table.c.due_at, feed_table.c.feed)
            .limit(limit)
            .with_for_update(skip_locked=True)  # nothing on SQLite, where the transaction holds the only write lock
        )
        with self._database.write() as connection:
            rows = connection.execute(due).all()
            taken = update(feed_table).where(feed_table.c.feed.in_([row.feed for row in rows]))
            if rows:
                connection.execute(taken.values(token=feed_table.c.token + 1, leased_until=until))
        return tuple(FeedLease(state=row.state, owner=owner, token=row.token + 1, until=until) for row in rows)

    def seen(self, article_ids: Collection[str]) -> dict[str, Seen]:
        """What was published before of these articles."""
        found: dict[str, Seen] = {}
        with self._database.read() as connection:
            for portion in chunks(set(article_ids)):
                rows = connection.execute(select(seen_table).where(seen_table.c.article_id.in_(portion)))
                found |= {row["article_id"]: Seen(**row) for row in rows.mappings()}
        return found

    def save(self, lease: FeedLease, state: FeedState, seen: Sequence[Seen]) -> None:
        """End the lease. Saving again under the same lease is allowed, for a caller that did not hear the answer."""
        held = update(feed_table).where(feed_table.c.feed == lease.state.feed, feed_table.c.token == lease.token)
        with self._database.write() as connection:
            if not connection.execute(held.values(state=state, due_at=state.due_at, leased_until=None)).rowcount:
                raise Lost(f"the lease of {lease.owner} on feed {lease.state.feed} has passed to another")
            _remember(connection, seen)

    def forget(self, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` Seen not seen since ``before``, the oldest first; how many."""
        old = select(seen_table.c.article_id).where(seen_table.c.last_seen_at < before)
        batch = old.order_by(seen_table.c.last_seen_at).limit(limit)
        # The age is asked twice: PostgreSQL looks again only at the outer condition if the row was just seen.
        gone = delete(seen_table).where(seen_table.c.article_id.in_(batch), seen_table.c.last_seen_at < before)
        with self._database.write() as connection:
            return connection.execute(gone).rowcount


def _known(connection: Connection) -> dict[str, RowMapping]:
    rows = connection.execute(select(feed_table.c.feed, feed_table.c.url, feed_table.c.listed))
    return {row["feed"]: row for row in rows.mappings()}


def _add(connection: Connection, new: Sequence[Feed], now: datetime) -> None:
    if new:
        rows = [
            {"feed": feed.id, "url": feed.url, "listed": True, "due_at": now, "state": _afresh(feed, now)}
            for feed in new
        ]
        connection.execute(insert(connection, feed_table).on_conflict_do_nothing(), rows)


def _change(connection: Connection, known: RowMapping, wanted: Feed | None, now: datetime) -> None:
    this = update(feed_table).where(feed_table.c.feed == known["feed"])
    if wanted is None:
        if known["listed"]:
            connection.execute(this.values(listed=False))
    elif wanted.url != known["url"]:
        anew = {"url": wanted.url, "due_at": now, "state": _afresh(wanted, now), "leased_until": None}
        connection.execute(this.values(listed=True, token=feed_table.c.token + 1, **anew))
    elif not known["listed"]:
        connection.execute(this.values(listed=True))


def _afresh(feed: Feed, now: datetime) -> FeedState:
    return FeedState(feed=feed.id, url=feed.url, due_at=now)


def _remember(connection: Connection, seen: Sequence[Seen]) -> None:
    """Newer revisions win over older ones that another feed of the outlet still carries; sightings only move forward."""
    if not seen:
        return
    statement = insert(connection, seen_table)
    new, old = statement.excluded, seen_table.c
    advanced = new.revision >= old.revision
    winner = {
        name: case((advanced, new[name]), else_=old[name])
        for name in ("revision", "content_hash", "feed", "first_seen_at")
    }
    latest = case((new.last_seen_at > old.last_seen_at, new.last_seen_at), else_=old.last_seen_at)
    upsert = statement.on_conflict_do_update(index_elements=[old.article_id], set_={**winner, "last_seen_at": latest})
    rows = sorted((_row(one) for one in seen), key=lambda row: str(row["article_id"]))  # one order: no deadlocks
    connection.execute(upsert, rows)


def _row(one: Seen) -> dict[str, object]:
    return {name: getattr(one, name) for name in Seen.__struct_fields__}
