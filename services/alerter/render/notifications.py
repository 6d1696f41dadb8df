"""From an alert to its notifications: one per receiver that the routes name, one per recipient of a mail receiver."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from services.alerter.render import alertmanager, apprise, event, mail, slack, text
from services.alerter.render.card import Card, card
from services.core.alert import Alert
from services.core.feedback_link import FeedbackLinks
from services.core.notification import Notification
from services.core.route import alert_labels, receivers_for
from services.core.settings import (
    AlertmanagerReceiver,
    AppriseReceiver,
    Receiver,
    Route,
    SlackReceiver,
    SlackWebhookReceiver,
    SmtpReceiver,
    StdoutReceiver,
)

STREAM_RECEIVER = "@stream"  # built in: every alert goes to the alerts stream, whatever the routes say


def notifications(
    alert: Alert, route: Route, receivers: Mapping[str, Receiver], now: datetime, links: FeedbackLinks | None = None
) -> tuple[Notification, ...]:
    """What has to be sent about ``alert``, rendered. ``receivers`` are those of the configuration by name;
    with ``links``, mails and Slack messages ask what the alert was worth.

    The same alert gives the same ids and bytes again. Raises KeyError for a route that names no receiver of the configuration.
    """
    shown = card(alert)
    made = [_notification(alert, STREAM_RECEIVER, "", event.stream(alert), now)]
    for name in receivers_for(route, alert_labels(alert)):
        made += [
            _notification(alert, name, part, payload, now)
            for part, payload in _payloads(alert, _judged(shown, alert, name, links), receivers[name])
        ]
    return tuple(made)


def notification_id(alert_id: str, receiver: str, part: str) -> str:
    """The id that stays the same over retries and restarts. ``part`` tells the recipients of one receiver apart."""
    return hashlib.sha256("\0".join((alert_id, receiver, part)).encode()).hexdigest()[:32]


def _judged(shown: Card, alert: Alert, receiver: str, links: FeedbackLinks | None) -> Card:
    return replace(shown, judge=links.of(alert.id, receiver)) if links else shown


def _payloads(alert: Alert, shown: Card, receiver: Receiver) -> Iterator[tuple[str, bytes]]:
    match receiver:
        case StdoutReceiver():
            yield "", text.payload(shown)
        case SlackReceiver() | SlackWebhookReceiver():
            yield "", slack.payload(shown, notification_id(alert.id, receiver.name, ""))
        case AlertmanagerReceiver():
            yield "", alertmanager.payload([(alert, shown)], receiver.resolve_after)
        case AppriseReceiver():
            yield "", apprise.payload(shown)
        case SmtpReceiver():
            for to in dict.fromkeys(receiver.to):
                yield to, mail.payload(shown, to=to, story_id=alert.story_id, receiver=receiver.name)
        case _:
            yield "", event.webhook(alert, shown)


def _notification(alert: Alert, receiver: str, part: str, payload: bytes, now: datetime) -> Notification:
    return Notification(
        id=notification_id(alert.id, receiver, part),
        receiver=receiver,
        story_id=alert.story_id,
        alert_ids=(alert.id,),
        payload=payload,
        created_at=now,
        trace_id=alert.trace_id,
    )
