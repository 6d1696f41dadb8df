"""Rows of an outbox as the alerter fills it, and a clock."""

import time
from datetime import UTC, datetime
from typing import Any

from services.alerter.render.notifications import notifications
from services.core.alert import Alert
from services.core.notification import DeliveryState, Notification, OutboxRow
from services.core.settings import (
    AlertmanagerReceiver,
    AppriseReceiver,
    FileReceiver,
    Receiver,
    Route,
    Secret,
    SlackReceiver,
    SlackWebhookReceiver,
    SmtpReceiver,
    StdoutReceiver,
    WebhookReceiver,
)
from tests.builders import T0, alert

SECRET = Secret(env="UNUSED")
STDOUT = StdoutReceiver(name="terminal")
SLACK = SlackReceiver(name="slack", token=SECRET, channel="#desk", rate=50.0)
SLACK_WEBHOOK = SlackWebhookReceiver(name="slack-hook", url=SECRET, rate=50.0)
MAIL = SmtpReceiver(
    name="mail",
    host="127.0.0.1",
    port=25,
    tls="none",
    sender="Wire Watch <watch@desk.example>",
    to=("ann@desk.example",),
    rate=50.0,
)
WEBHOOK = WebhookReceiver(name="hook", url=SECRET, secret=SECRET, rate=1000.0)
ALERTMANAGER = AlertmanagerReceiver(name="alertmanager", url=SECRET, rate=1000.0)
APPRISE = AppriseReceiver(name="apprise", url=SECRET, rate=50.0)
FILE = FileReceiver(name="file", path="alerts.jsonl")


class RealClock:
    """Time as it passes."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def rendered(receiver: Receiver, told: Alert | None = None) -> tuple[Notification, ...]:
    """What the routes make of an alert for one receiver."""
    made = notifications(told or alert(), Route(receiver=receiver.name), {receiver.name: receiver}, T0)
    return tuple(note for note in made if note.receiver == receiver.name)


def row(receiver: Receiver, told: Alert | None = None, **changes: Any) -> OutboxRow:
    """The row that a sender has claimed."""
    plain: dict[str, Any] = {"state": DeliveryState.SENDING, "attempts": 1, "due_at": T0}
    return OutboxRow(notification=rendered(receiver, told)[0], **(plain | changes))
