"""What people say of alerts, as they say it, and counted by rule."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Row, case, func, select

from services.core.feedback import Judgement, Opinion, Tally
from services.store.database import Database, insert
from services.store.tables import alerts, judgements


class SqlFeedbackStore:
    """Keeps :class:`services.core.ports.store.FeedbackStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def judge(self, judgement: Judgement) -> bool:
        """Keep it instead of what its author said of the alert before; False, keeping nothing, if there is no such alert."""
        row = {
            "alert_id": judgement.alert_id, "author": judgement.author, "at": judgement.at,
            "opinion": judgement.opinion.value, "note": judgement.note,
        }  # fmt: skip
        known = select(alerts.c.seq).where(alerts.c.alert_id == judgement.alert_id)
        with self._database.write() as connection:
            if connection.scalar(known) is None:
                return False
            added = insert(connection, judgements).values(row)
            new = {name: added.excluded[name] for name in ("at", "opinion", "note")}
            connection.execute(added.on_conflict_do_update(index_elements=["alert_id", "author"], set_=new))
        return True

    def of(self, alert_id: str, limit: int = 100) -> tuple[Judgement, ...]:
        """What was said of an alert, oldest first."""
        columns = judgements.c
        wanted = select(judgements).where(columns.alert_id == alert_id).order_by(columns.at, columns.author)
        with self._database.read() as connection:
            return tuple(map(_judgement, connection.execute(wanted.limit(limit))))

    def starting(self, prefix: str, limit: int) -> tuple[str, ...]:
        """Ids of alerts that begin with ``prefix``, in order."""
        ident = alerts.c.alert_id
        # Bounds, not LIKE, whose index SQLite and PostgreSQL use only under conditions. No id has a character beyond ASCII.
        wanted = select(ident).where(ident >= prefix, ident < f"{prefix}\x7f").order_by(ident).limit(limit)
        with self._database.read() as connection:
            return tuple(connection.scalars(wanted))

    def tallies(self, since: datetime) -> tuple[Tally, ...]:
        """Alerts decided at ``since`` or later by rule and version, in their order."""
        # An alert that several have judged counts once, as was said last.
        place = func.row_number().over(
            partition_by=judgements.c.alert_id, order_by=(judgements.c.at.desc(), judgements.c.author.desc())
        )
        ranked = select(judgements.c.alert_id, judgements.c.opinion, place.label("place")).subquery()
        last = select(ranked.c.alert_id, ranked.c.opinion).where(ranked.c.place == 1).subquery()
        version = (alerts.c.rule, alerts.c.rule_version)
        wanted = (
            select(*version, func.count().label("told"), *_counts(last.c.opinion))
            .join(last, last.c.alert_id == alerts.c.alert_id, isouter=True)
            .where(alerts.c.decided_at >= since, alerts.c.rule.is_not(None))
            .group_by(*version)
            .order_by(*version)
        )
        with self._database.read() as connection:
            return tuple(map(_tally, connection.execute(wanted)))


def _counts(opinion: ColumnElement[str]) -> Iterator[ColumnElement[int]]:
    for one in Opinion:
        yield func.sum(case((opinion == one.value, 1), else_=0)).label(one.value)


def _tally(row: Row[tuple[object, ...]]) -> Tally:
    return Tally(
        rule=row.rule, version=row.rule_version, told=row.told, useful=row.useful, wrong=row.wrong, repeat=row.repeat
    )  # fmt: skip


def _judgement(row: Row[tuple[object, ...]]) -> Judgement:
    return Judgement(
        alert_id=row.alert_id, author=row.author, opinion=Opinion(row.opinion), note=row.note, at=row.at
    )  # fmt: skip
