"""The digest of what could not be delivered in time: who still waits for what, and the messages that tell it together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from services.alerter.render.mail import MailPayload
from services.alerter.render.summary import summary
from services.core.alert import Alert
from services.core.feedback_link import FeedbackLinks
from services.core.group import Kind, Telling
from services.core.notification import DeliveryState, Notification, OutboxRow, late_story
from services.core.settings import Receiver, SmtpReceiver

MOST = 5000  # alerts of one digest

_decoder = msgspec.json.Decoder(MailPayload)


def by_recipient(rows: Iterable[OutboxRow], receiver: Receiver) -> dict[str, list[OutboxRow]]:
    """The rows that one digest takes the place of, by who gets it: each recipient of a mail receiver has a fate of their own.

    Earlier digests that wait are taken in where there is something new to tell, and as long as it stays within bounds.
    """
    found: dict[str, list[OutboxRow]] = {}
    alerts: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row.state is not DeliveryState.LATE):  # what is new first
        to, late = _recipient(row, receiver), row.state is DeliveryState.LATE
        size = alerts.get(to, 0) + len(row.notification.alert_ids)
        if (late or to in found) and (size <= MOST or to not in found):
            found.setdefault(to, []).append(row)
            alerts[to] = size
    return found


def digests(
    rows: Sequence[OutboxRow], to: str, alerts: Mapping[str, Alert], receiver: Receiver, now: datetime,
    *, links: FeedbackLinks | None = None,
) -> tuple[Notification, ...]:  # fmt: skip
    """The messages that tell ``to`` of the alerts of these rows; none where the alerts are no longer kept."""
    ids = dict.fromkeys(ident for row in rows for ident in row.notification.alert_ids if ident in alerts)
    if not ids:
        return ()
    unsure = {ident for row in rows if row.repeat for ident in row.notification.alert_ids}
    telling = Telling(
        key=late_story(receiver.name), kind=Kind.LATE, route="", receiver=receiver.name, labels={}, alert_ids=tuple(ids)
    )
    known = [alerts[ident] for ident in ids]
    notes = {alert.id: _note(alert, unsure) for alert in known}
    whom = replace(receiver, to=(to,)) if isinstance(receiver, SmtpReceiver) and to else receiver
    made = summary(telling, known, whom, now, notes=notes, links=links)
    return tuple(replace(one, story_id=late_story(receiver.name)) for one in made)


def _note(alert: Alert, unsure: set[str]) -> str:
    doubt = ", may have arrived before" if alert.id in unsure else ""
    return f"decided {alert.decided_at:%Y-%m-%d %H:%M} UTC{doubt}"


def _recipient(row: OutboxRow, receiver: Receiver) -> str:
    """Whom a mail is for; nobody in particular for other receivers, or for what was rendered for another type."""
    if not isinstance(receiver, SmtpReceiver):
        return ""
    try:
        return _decoder.decode(row.notification.payload).to
    except msgspec.MsgspecError:
        return ""
