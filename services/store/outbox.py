"""Notifications decided but not yet delivered."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, RowMapping, case, delete, func, select, update

from services.core.alert import Alert
from services.core.errors import Lost
from services.core.notification import Ambiguous, DeliveryState, Notification, OutboxRow, Outcome, Sent, late_story
from services.store.columns import note
from services.store.database import Database, chunks
from services.store.tables import outbox, outbox_alerts
from services.store.transaction import SqlAlertTransaction

_WAITING = (DeliveryState.PENDING.value, DeliveryState.RETRY.value, DeliveryState.SENDING.value)
_OVER = (DeliveryState.SENT.value, DeliveryState.DEAD.value, DeliveryState.DIGESTED.value)
_NOT_ARRIVED = (DeliveryState.PENDING.value, DeliveryState.RETRY.value)


class SqlOutbox:
    """Keeps :class:`services.core.ports.store.Outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, owner: str, now: datetime, *, receivers: Collection[str], limit: int, seconds: float
    ) -> tuple[OutboxRow, ...]:
        """Lease due rows: the oldest per receiver, and the receivers in turn, so that none waits behind another's backlog.

        The ``due_at`` of a claimed row is the end of its lease.
        """
        until = now + timedelta(seconds=seconds)
        if not self._waits(receivers, now):  # the usual case, and on SQLite it must not take the write lock
            return ()
        with self._database.write() as connection:
            waiting = [_due(connection, receiver, now, limit) for receiver in sorted(set(receivers))]
            in_turn = (row for row in chain.from_iterable(zip_longest(*waiting)) if row is not None)
            rows = tuple(islice(in_turn, limit))
            if rows:
                connection.execute(_claimed(rows, owner, until))
        return tuple(_sending(row, until) for row in rows)

    def _waits(self, receivers: Collection[str], now: datetime) -> bool:
        """Whether anything is due, by reading alone."""
        with self._database.read() as connection:
            return any(_due(connection, receiver, now, 1) for receiver in sorted(set(receivers)))

    def settle(
        self, owner: str, row: OutboxRow, outcome: Outcome, now: datetime, *, state: DeliveryState, due_at: datetime
    ) -> None:
        """Write what became of a claimed row. Settling the same attempt again is allowed, for a caller that did not hear the answer."""
        ident = row.notification.id
        mine = (outbox.c.notification_id == ident, outbox.c.owner == owner, outbox.c.attempts == row.attempts)
        result: dict[str, object] = {"state": state.value, "due_at": due_at, "settled_at": now}
        if isinstance(outcome, Sent):
            result |= {"error": None, "remote_id": note(outcome.remote_id)}
        else:
            result |= {"error": note(outcome.reason)}
        if isinstance(outcome, Ambiguous):
            result["repeat"] = True
        with self._database.write() as connection:
            if not connection.execute(update(outbox).where(*mine).values(**result)).rowcount:
                raise Lost(f"notification {ident} was claimed by another after attempt {row.attempts} of {owner}")

    def put(self, notifications: Sequence[Notification]) -> None:
        """Put notifications into the outbox that no alert of a rule stands behind. An id that exists already is left as it is."""
        with self._database.write() as connection:
            SqlAlertTransaction(connection).add_alerts([], notifications)

    def overflow(self, receiver: str, keep: int, now: datetime) -> int:
        """Call all but the youngest ``keep`` of those that wait for the receiver too late; how many."""
        waiting = (
            outbox.c.receiver == receiver, outbox.c.state.in_(_NOT_ARRIVED), outbox.c.story_id != late_story(receiver)
        )  # fmt: skip
        edge = select(outbox.c.seq).where(*waiting).order_by(outbox.c.seq.desc()).offset(keep).limit(1)
        with self._database.read() as connection:
            oldest = connection.scalar(edge)
        if oldest is None:
            return 0
        late = {"state": DeliveryState.LATE.value, "settled_at": now, "error": f"more than {keep} were waiting"}
        with self._database.write() as connection:
            return connection.execute(update(outbox).where(*waiting, outbox.c.seq <= oldest).values(**late)).rowcount

    def late(self, receiver: str, *, limit: int, alone: bool) -> tuple[OutboxRow, ...]:
        """What came too late and waits for a digest, oldest first, and with it earlier digests that have certainly not arrived."""
        of_receiver = select(outbox).where(outbox.c.receiver == receiver).order_by(outbox.c.seq).limit(limit)
        late = of_receiver.where(outbox.c.state == DeliveryState.LATE.value)
        before = of_receiver.where(
            outbox.c.story_id == late_story(receiver), outbox.c.state.in_(_NOT_ARRIVED), outbox.c.repeat.is_(False)
        )
        others = of_receiver.where(outbox.c.state.in_(_WAITING), outbox.c.story_id != late_story(receiver)).limit(1)
        with self._database.read() as connection:
            if alone and connection.execute(others).first():
                return ()
            found = connection.execute(late).mappings().all()
            if not found:
                return ()
            return tuple(map(_row, [*found, *connection.execute(before).mappings()]))

    def gather(self, rows: Sequence[OutboxRow], digests: Sequence[Notification], now: datetime) -> bool:
        """Put the digests into the outbox in the place of these rows. False, changing nothing, if another has taken one meanwhile."""
        expected = {row.notification.id: (row.state.value, row.attempts) for row in rows}
        where = ", ".join(digest.id for digest in digests) or "no digest: its alerts are no longer kept"
        with self._database.write() as connection:
            if _standing(connection, expected) != expected:
                return False
            for row in rows:
                why = f"{row.error or 'not delivered before the next of its kind'}; told in {where}"
                values = {"state": DeliveryState.DIGESTED.value, "settled_at": now, "error": note(why)}
                connection.execute(
                    update(outbox).where(outbox.c.notification_id == row.notification.id).values(**values)
                )
            SqlAlertTransaction(connection).add_alerts([], digests)
        return True

    def alerts(self, ids: Collection[str]) -> dict[str, Alert]:
        """These alerts, as far as they are kept."""
        with self._database.read() as connection:
            return SqlAlertTransaction(connection).alerts(ids)

    def thread(self, receiver: str, story_id: str) -> str | None:
        """The remote id of the notification about the story that this receiver accepted first; it never changes later."""
        accepted = (
            select(outbox.c.remote_id)
            .where(outbox.c.story_id == story_id, outbox.c.receiver == receiver)
            .where(outbox.c.state == DeliveryState.SENT.value, outbox.c.remote_id.is_not(None))
            .order_by(outbox.c.settled_at, outbox.c.seq)
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.scalar(accepted)

    def depth(self) -> dict[tuple[str, DeliveryState], int]:
        """Rows per receiver and state; where there are none, no entry."""
        counted = select(outbox.c.receiver, outbox.c.state, func.count()).group_by(outbox.c.receiver, outbox.c.state)
        with self._database.read() as connection:
            rows = connection.execute(counted).all()
        return {(receiver, DeliveryState(state)): count for receiver, state, count in rows}

    def rows(
        self, *, alert_id: str | None = None, story_id: str | None = None, states: Collection[DeliveryState] = (),
        limit: int = 1000,
    ) -> tuple[OutboxRow, ...]:  # fmt: skip
        """Rows for people to look at, oldest first."""
        wanted = select(outbox).order_by(outbox.c.seq).limit(limit)
        if alert_id is not None:
            about = select(outbox_alerts.c.notification_id).where(outbox_alerts.c.alert_id == alert_id)
            wanted = wanted.where(outbox.c.notification_id.in_(about))
        if story_id is not None:
            wanted = wanted.where(outbox.c.story_id == story_id)
        if states:
            wanted = wanted.where(outbox.c.state.in_([state.value for state in states]))
        with self._database.read() as connection:
            return tuple(_row(row) for row in connection.execute(wanted).mappings())

    def forget(self, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` rows that are sent, dead or digested and were settled before ``before``, the oldest first; how many."""
        old = select(outbox.c.seq).where(outbox.c.settled_at < before, outbox.c.state.in_(_OVER))
        batch = old.order_by(outbox.c.settled_at).limit(limit)
        with self._database.write() as connection:
            return connection.execute(delete(outbox).where(outbox.c.seq.in_(batch))).rowcount


def _due(connection: Connection, receiver: str, now: datetime, limit: int) -> list[RowMapping]:
    due = (
        select(outbox)
        .where(outbox.c.receiver == receiver, outbox.c.state.in_(_WAITING), outbox.c.due_at <= now)
        .order_by(outbox.c.seq)
        .limit(limit)
        .with_for_update(skip_locked=True)  # nothing on SQLite, where the transaction holds the only write lock
    )
    return list(connection.execute(due).mappings())


def _standing(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, int]]:
    """State and attempts of rows, held until the transaction ends."""
    columns = outbox.c
    found: dict[str, tuple[str, int]] = {}
    for portion in chunks(sorted(ids)):
        wanted = select(columns.notification_id, columns.state, columns.attempts)
        rows = connection.execute(wanted.where(columns.notification_id.in_(portion)).with_for_update())
        found |= {row.notification_id: (row.state, row.attempts) for row in rows}
    return found


def _claimed(rows: Collection[RowMapping], owner: str, until: datetime) -> Any:
    expired = outbox.c.state == DeliveryState.SENDING.value  # the sender may have died after the receiver accepted
    return (
        update(outbox)
        .where(outbox.c.seq.in_([row["seq"] for row in rows]))
        .values(
            state=DeliveryState.SENDING.value,
            owner=owner,
            attempts=outbox.c.attempts + 1,
            due_at=until,
            repeat=case((expired, True), else_=outbox.c.repeat),
        )
    )


def _sending(row: RowMapping, until: datetime) -> OutboxRow:
    repeat = row["repeat"] or row["state"] == DeliveryState.SENDING.value
    return replace(_row(row), state=DeliveryState.SENDING, attempts=row["attempts"] + 1, due_at=until, repeat=repeat)


def _row(row: RowMapping) -> OutboxRow:
    return OutboxRow(
        notification=row["notification"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        due_at=row["due_at"],
        repeat=row["repeat"],
        remote_id=row["remote_id"],
        error=row["error"],
        settled_at=row["settled_at"],
    )
