"""What a receiver is told of another that does not deliver, and that it delivers again."""

import hashlib
from datetime import datetime

from services.alerter.render.own import for_receiver, own_alert
from services.core.alert import DevelopmentKind, Severity
from services.core.notification import Notification
from services.core.settings import Receiver

RULE = "wirewatch-trouble"


def broken(name: str, since: datetime, reason: str, receiver: Receiver, now: datetime) -> tuple[Notification, ...]:
    """That ``name`` has not delivered since then. Within an hour it is the same message, so that restarts do not repeat it."""
    story = _story(name, now)
    alert = own_alert(
        rule=RULE, ident=story, story=story, title=f"The receiver {name} does not deliver",
        sentence=f"Nothing has reached {name} since {since:%Y-%m-%d %H:%M} UTC; the latest attempt failed: {reason}.", mark="failed",
        why="what is meant for it waits, and is told when it is back", severity=Severity.CRITICAL, now=now,
        labels={"trouble": "true"},
    )  # fmt: skip
    return for_receiver(alert, receiver)


def repaired(name: str, reported: datetime, receiver: Receiver, now: datetime) -> tuple[Notification, ...]:
    """That ``name`` delivers again, in the thread of what was reported then."""
    story = _story(name, reported)
    alert = own_alert(
        rule=RULE, ident=f"{story}.over", story=story, title=f"The receiver {name} does not deliver",
        sentence=f"The receiver {name} delivers again.", mark="again", why="an attempt went through", severity=Severity.INFO, now=now,
        labels={"trouble": "true"}, kind=DevelopmentKind.CONFIRMED,
    )  # fmt: skip
    return for_receiver(alert, receiver)


def _story(name: str, at: datetime) -> str:
    return f"trouble.{hashlib.sha256(f'{name} {at:%Y-%m-%dT%H}'.encode()).hexdigest()[:24]}"
