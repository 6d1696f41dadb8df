"""One transaction of the alerter."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Integer, TextualSelect, and_, bindparam, delete, select, text, update

from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.background import Counted
from services.core.errors import Lost
from services.core.group import Group
from services.core.ledger import LedgerEntry
from services.core.notification import DeliveryState, Notification
from services.core.ports.bus import Partition
from services.core.silence import Silence
from services.core.story import Story
from services.store import tables
from services.store.columns import Ident, Moment
from services.store.database import chunks, insert

_MAX_KEY = 200  # characters


class SqlAlertTransaction:
    """Keeps :class:`services.core.ports.store.AlertTransaction`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def advance(self, group: str, offsets: Mapping[Partition, tuple[int | None, int]]) -> None:
        """Move the group's offsets. Raises Lost if another alerter has moved one."""
        for partition in sorted(offsets):
            first, following = offsets[partition]
            if not self._moved(group, partition, first, following):
                expected = "no offset" if first is None else f"offset {first}"
                raise Lost(f"another alerter of {group} has moved {partition.stream}/{partition.index} from {expected}")

    def _moved(self, group: str, partition: Partition, first: int | None, following: int) -> bool:
        place = {"consumers": group, "stream": partition.stream, "partition": partition.index}
        if first is None:
            row = insert(self._connection, tables.offsets).values(**place, next=following).on_conflict_do_nothing()
            return self._connection.execute(row.execution_options(preserve_rowcount=True)).rowcount == 1
        expected = and_(
            *(tables.offsets.c[name] == value for name, value in place.items()), tables.offsets.c.next == first
        )
        return self._connection.execute(update(tables.offsets).where(expected).values(next=following)).rowcount == 1

    def decided(self, articles: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
        """Which of these (article id, revision) have been archived already."""
        columns = tables.articles.c
        found: set[tuple[str, int]] = set()
        for portion in chunks({article_id for article_id, _ in articles}):
            rows = self._connection.execute(
                select(columns.article_id, columns.revision).where(columns.article_id.in_(portion))
            )
            found |= {(row.article_id, row.revision) for row in rows}
        return found & set(articles)

    def sharing(self, keys: Collection[str], since: datetime, most: int) -> dict[str, tuple[tuple[datetime, str], ...]]:
        """For each key the youngest stories that have it."""
        found: dict[str, tuple[tuple[datetime, str], ...]] = {}
        for portion in chunks(dict.fromkeys(keys)):
            given = {f"k{number}": _fitting(key) for number, key in enumerate(portion)}
            rows = self._connection.execute(_sharing(len(portion)), given | {"since": since, "most": most})
            for number, group in groupby(rows, key=lambda row: row.number):
                found[portion[number]] = tuple((row.last_at, row.story_id) for row in group)
        return found

    def stories(self, ids: Collection[str]) -> dict[str, Story]:
        """These stories, as far as they are kept."""
        columns = tables.stories.c
        found: dict[str, Story] = {}
        for portion in chunks(set(ids)):
            rows = self._connection.scalars(select(columns.story).where(columns.story_id.in_(portion)))
            found |= {story.id: story for story in rows}
        return found

    def save_stories(self, stories: Sequence[Story]) -> None:
        """Insert or replace, with their keys. Of the same story twice the last is kept."""
        for portion in chunks({story.id: story for story in stories}.values()):
            statement = insert(self._connection, tables.stories)
            upsert = statement.on_conflict_do_update(
                index_elements=[tables.stories.c.story_id],
                set_={"last_at": statement.excluded.last_at, "story": statement.excluded.story},
            )
            rows = [{"story_id": story.id, "last_at": story.last_at, "story": story} for story in portion]
            self._connection.execute(upsert, rows)
            self._save_keys(portion)

    def _save_keys(self, stories: Sequence[Story]) -> None:
        """Write only what differs: a story has many keys, and most stay."""
        key = tables.story_keys.c
        ids = [story.id for story in stories]
        rows = self._connection.execute(select(key.story_id, key.key, key.last_at).where(key.story_id.in_(ids)))
        before = {(row.story_id, row.key): row.last_at for row in rows}
        after = {(story.id, _fitting(one)): story.last_at for story in stories for one in story.keys}
        here = [key.story_id == bindparam("of"), key.key == bindparam("which")]
        self._many(delete(tables.story_keys).where(*here), before.keys() - after.keys())
        new = insert(self._connection, tables.story_keys).values(
            story_id=bindparam("of"), key=bindparam("which"), last_at=bindparam("at")
        )
        self._many(new, after.keys() - before.keys(), after)
        moved = {place for place in after.keys() & before.keys() if after[place] != before[place]}
        self._many(update(tables.story_keys).where(*here).values(last_at=bindparam("at")), moved, after)

    def _many(
        self, statement: Any, places: Collection[tuple[str, str]], at: Mapping[Any, datetime] | None = None
    ) -> None:
        rows = [{"of": story, "which": key} | ({"at": at[story, key]} if at else {}) for story, key in sorted(places)]
        if rows:
            self._connection.execute(statement, rows)

    def background(self, after: int) -> tuple[tuple[int, Counted], ...]:
        """What was kept after this place, in order."""
        columns = tables.backgrounds.c
        rows = self._connection.execute(
            select(columns.place, columns.counted).where(columns.place > after).order_by(columns.place)
        )
        return tuple((row.place, row.counted) for row in rows)

    def keep_background(self, counted: Counted) -> int:
        """Keep what was counted; its place. A whole one replaces all before."""
        row = tables.backgrounds.insert().values(whole=counted.whole, counted=counted)
        place = int(self._connection.execute(row.returning(tables.backgrounds.c.place)).scalar_one())
        if counted.whole:
            self._connection.execute(delete(tables.backgrounds).where(tables.backgrounds.c.place < place))
        return place

    def story_of(self, article_id: str) -> str | None:
        """The story that the latest archived revision of this article with a story was assigned to."""
        columns = tables.articles.c
        assigned = select(columns.story_id).where(columns.article_id == article_id, columns.story_id.is_not(None))
        return self._connection.scalar(assigned.order_by(columns.revision.desc()).limit(1))

    def archive(self, articles: Sequence[tuple[TaggedArticle, str | None]]) -> None:
        """Keep tagged articles, each with the id of its story. A revision that is archived already is left as it is."""
        rows = [
            {
                "article_id": tagged.article.id,
                "revision": tagged.article.revision,
                "story_id": story_id,
                "tagged_at": tagged.tagged_at,
                "article": tagged,
            }
            for tagged, story_id in articles
        ]
        if rows:
            self._connection.execute(insert(self._connection, tables.articles).on_conflict_do_nothing(), rows)

    def add_alerts(self, alerts: Sequence[Alert], notifications: Sequence[Notification]) -> None:
        """Record alerts and put their notifications in the outbox, due at once. An id that exists already is left as it is."""
        decided = [
            {
                "alert_id": alert.id,
                "article_id": alert.article_id,
                "story_id": alert.story_id,
                "decided_at": alert.decided_at,
                "alert": alert,
                "rule": alert.rule,
                "rule_version": alert.rule_version,
            }
            for alert in alerts
        ]
        if decided:
            self._connection.execute(insert(self._connection, tables.alerts).on_conflict_do_nothing(), decided)
        if notifications:
            self._connection.execute(
                insert(self._connection, tables.outbox).on_conflict_do_nothing(),
                [_pending(one) for one in notifications],
            )
        links = [
            {"alert_id": alert_id, "notification_id": one.id} for one in notifications for alert_id in one.alert_ids
        ]
        if links:
            self._connection.execute(insert(self._connection, tables.outbox_alerts).on_conflict_do_nothing(), links)

    def alerts(self, ids: Collection[str]) -> dict[str, Alert]:
        """These alerts, as far as they have been decided."""
        columns = tables.alerts.c
        found: dict[str, Alert] = {}
        for portion in chunks(set(ids)):
            rows = self._connection.scalars(select(columns.alert).where(columns.alert_id.in_(portion)))
            found |= {alert.id: alert for alert in rows}
        return found

    def latest_alerts(self, since: datetime, limit: int) -> tuple[Alert, ...]:
        """Alerts decided after ``since``, the youngest first."""
        columns = tables.alerts.c
        recent = select(columns.alert).where(columns.decided_at > since)
        youngest = recent.order_by(columns.decided_at.desc(), columns.seq.desc()).limit(limit)
        return tuple(self._connection.scalars(youngest))

    def groups(self, keys: Collection[str]) -> dict[str, Group]:
        """The groups of alerts at these keys, where there are any."""
        columns = tables.alert_groups.c
        found: dict[str, Group] = {}
        for portion in chunks({_fitting(key) for key in keys}):
            rows = self._connection.scalars(select(columns.state).where(columns.group_key.in_(portion)))
            found |= {group.key: group for group in rows}
        return found

    def due_groups(self, now: datetime, limit: int) -> tuple[Group, ...]:
        """Groups whose time has come, the longest due first."""
        columns = tables.alert_groups.c
        due = select(columns.state).where(columns.due_at <= now).order_by(columns.due_at, columns.group_key)
        return tuple(self._connection.scalars(due.limit(limit)))

    def save_groups(self, groups: Mapping[str, Group | None]) -> None:
        """Insert or replace by key; None deletes."""
        column = tables.alert_groups.c.group_key
        gone = [{"gone": _fitting(key)} for key, group in groups.items() if group is None]
        rows = [
            {"group_key": _fitting(key), "due_at": group.due_at, "state": group}
            for key, group in groups.items()
            if group is not None
        ]
        if gone:
            self._connection.execute(delete(tables.alert_groups).where(column == bindparam("gone")), gone)
        if rows:
            statement = insert(self._connection, tables.alert_groups)
            changed = {"due_at": statement.excluded.due_at, "state": statement.excluded.state}
            self._connection.execute(statement.on_conflict_do_update(index_elements=[column], set_=changed), rows)

    def silences(self, now: datetime, limit: int = 1000) -> tuple[Silence, ...]:
        """Silences that have not ended, those that end last first."""
        columns = tables.silences.c
        living = select(columns.silence).where(columns.ends_at > now).order_by(columns.ends_at.desc())
        return tuple(self._connection.scalars(living.limit(limit)))

    def log(self, entries: Sequence[LedgerEntry]) -> None:
        """Append to the ledger."""
        rows = [
            {
                "article_id": entry.article_id,
                "story_id": entry.story_id,
                "alert_id": entry.alert_id,
                "at": entry.at,
                "entry": entry,
            }
            for entry in entries
        ]
        if rows:
            self._connection.execute(insert(self._connection, tables.ledger), rows)


@cache
def _sharing(count: int) -> TextualSelect:
    """The youngest stories of each of so many keys; bounded, however many stories share a key."""
    one = (
        "SELECT * FROM (SELECT {0} AS number, story_id, last_at FROM story_keys WHERE key = :k{0} AND last_at >= :since "
        "ORDER BY last_at DESC, story_id DESC LIMIT :most) AS p{0}"
    )
    parts = " UNION ALL ".join(one.format(number) for number in range(count))
    typed = text(f"{parts} ORDER BY number, last_at DESC, story_id DESC").bindparams(bindparam("since", type_=Moment))
    return typed.columns(number=Integer, story_id=Ident, last_at=Moment)


def _fitting(key: str) -> str:
    """The key as an index entry can hold it: PostgreSQL refuses longer ones, and a key can quote a text."""
    return key if len(key) <= _MAX_KEY else sha256(key.encode("utf-8", "replace")).hexdigest()


def _pending(notification: Notification) -> dict[str, object]:
    return {
        "notification_id": notification.id,
        "receiver": notification.receiver,
        "story_id": notification.story_id,
        "state": DeliveryState.PENDING.value,
        "due_at": notification.created_at,
        "notification": notification,
    }
