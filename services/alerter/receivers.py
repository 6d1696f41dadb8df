"""From the receivers of the configuration to notifiers."""

from collections.abc import Callable, Iterable
from typing import TextIO

from services.alerter.alertmanager import AlertmanagerNotifier
from services.alerter.apprise import AppriseNotifier
from services.alerter.file import FileNotifier
from services.alerter.render.notifications import STREAM_RECEIVER
from services.alerter.slack import SlackNotifier
from services.alerter.slack_webhook import SlackWebhookNotifier
from services.alerter.smtp import SmtpNotifier
from services.alerter.stdout import StdoutNotifier
from services.alerter.stream import StreamNotifier
from services.alerter.webhook import WebhookNotifier
from services.core.errors import ConfigInvalid
from services.core.ports.bus import Producer
from services.core.ports.edges import Clock, Notifier
from services.core.settings import (
    AlertmanagerReceiver,
    AppriseReceiver,
    FileReceiver,
    Receiver,
    Secret,
    SlackReceiver,
    SlackWebhookReceiver,
    SmtpReceiver,
    StdoutReceiver,
)

Secrets = Callable[[Secret], str]


def build_notifiers(
    receivers: Iterable[Receiver], secrets: Secrets, producer: Callable[[], Producer], out: TextIO, clock: Clock
) -> dict[str, Notifier]:
    """A notifier per receiver, and the built-in one for the alerts stream, by name.

    ``secrets`` reads a secret and raises ConfigInvalid where it is missing. ``producer`` makes a producer of the bus.
    Raises ConfigInvalid with every mistake of every receiver, without the secrets.
    """
    notifiers: dict[str, Notifier] = {STREAM_RECEIVER: StreamNotifier(producer)}
    problems: list[str] = []
    for receiver in receivers:
        try:
            notifiers[receiver.name] = build_notifier(receiver, secrets, out, clock)
        except ConfigInvalid as error:
            problems += (f"receiver {receiver.name}: {problem}" for problem in error.problems)
        except ValueError as error:
            problems.append(f"receiver {receiver.name}: {error}")
    if problems:
        raise ConfigInvalid(problems)
    return notifiers


def build_notifier(receiver: Receiver, secrets: Secrets, out: TextIO, clock: Clock) -> Notifier:  # noqa: PLR0911  one per type
    """The notifier of one receiver. Raises ConfigInvalid for a secret that is missing, ValueError for settings that cannot be used."""
    match receiver:
        case StdoutReceiver():
            return StdoutNotifier(out)
        case SlackReceiver():
            return SlackNotifier(receiver, secrets(receiver.token), clock)
        case SlackWebhookReceiver():
            return SlackWebhookNotifier(secrets(receiver.url), clock)
        case SmtpReceiver():
            return SmtpNotifier(receiver, secrets(receiver.password) if receiver.password else None)
        case AlertmanagerReceiver():
            password = secrets(receiver.password) if receiver.password else None
            return AlertmanagerNotifier(secrets(receiver.url), receiver.username, password, clock)
        case AppriseReceiver():
            return AppriseNotifier(secrets(receiver.url))
        case FileReceiver():
            return FileNotifier(receiver, clock)
        case _:
            return WebhookNotifier(secrets(receiver.url), secrets(receiver.secret), clock)
