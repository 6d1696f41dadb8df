"""The notification that tries a receiver: an alert in every respect but that it says, wherever it shows, that it is a test."""

from datetime import datetime

from services.alerter.render.own import for_receiver, own_alert
from services.core.alert import Severity
from services.core.notification import Notification
from services.core.settings import Receiver

RULE = "wirewatch-notify-test"
_TITLE = "TEST of the receiver {receiver}: nothing has happened"
_SENTENCE = "This is a test, sent by hand to see whether alerts arrive here."


def trial(receiver: Receiver, ident: str, now: datetime) -> tuple[Notification, ...]:
    """One notification per recipient of ``receiver``. ``ident`` tells this test from others."""
    name = f"test.{ident}"
    alert = own_alert(
        rule=RULE, ident=name, story=name, title=_TITLE.format(receiver=receiver.name), sentence=_SENTENCE, mark="test",
        why="somebody ran `wirewatch notify test`", severity=Severity.INFO, now=now, labels={"test": "true"},
    )  # fmt: skip
    return for_receiver(alert, receiver)
