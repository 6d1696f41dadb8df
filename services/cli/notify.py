"""``wirewatch notify test``: does an alert arrive at this receiver? Sent at once, past routes and outbox, and told what came back."""

import argparse
import secrets
import sys

from services.alerter.render.trial import trial
from services.cli.arguments import add_config, configuration
from services.config.secrets import resolve_secret
from services.core.errors import ConfigInvalid
from services.core.notification import Ambiguous, DeliveryState, Failed, Notification, OutboxRow, Outcome, Refused, Sent
from services.core.ports.edges import Clock, Notifier
from services.core.printable import printable
from services.core.rules.problem import allowed
from services.core.settings import Receiver
from services.openers import SystemClock

SENT, NOT_DELIVERED, REFUSED, UNSURE = 0, 3, 4, 5

_LONGEST = 120.0  # seconds
# What to look at first, by a word of the reason.
_ADVICE = {
    "Connection refused": "nothing listens there; is host and port right?",
    "Name or service not known": "the host has no address; is its name right, and does this machine have a resolver?",
    "certificate is not trusted": "is it the right host, and does this machine know who signed its certificate?",
    "no TLS": "does the destination speak TLS on this port?",
    "cannot connect": "is the destination up, and does a firewall let this machine out?",
    "No such file or directory": "make the directory first",
    "Permission denied": "may this user write there?",
    "not a regular file": "name a plain file",
    "HTTP 401": "is the secret or token right?",
    "HTTP 403": "is the secret or token right, and may it post here?",
    "HTTP 404": "is the path of the URL right?",
    "redirects are not followed": "name the address that it redirects to",
    "HTTP 429": "it is told too much; lower the receiver's rate",
    "Apprise could not deliver it": "is the URL what Apprise asks for, and is the service up?",
    "invalid_auth": "is the token right?",
    "not_authed": "is the token right?",
    "token_revoked": "make a new token",
    "account_inactive": "make a new token",
    "missing_scope": "give the bot the scope chat:write",
    "channel_not_found": "is the channel's name or id right, and is the bot in it?",
    "not_in_channel": "invite the bot to the channel",
    "is_archived": "take the channel out of the archive, or name another",
    "login:": "are username and password right?",
    "STARTTLS": "does the server speak STARTTLS on this port? see `tls`",
    "sender:": "does the server take mail from this sender?",
    "recipient:": "is the address right, and does the server relay for it?",
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("notify", help="try a receiver")
    verbs = own.add_subparsers(required=True, metavar="test")
    test = verbs.add_parser("test", help="send one notification that is marked as a test, and say what came back")
    test.add_argument("receiver", metavar="RECEIVER", help="its name in routes.yaml")
    test.add_argument(
        "--timeout", type=_seconds, default=10.0, metavar="SECONDS", help="how long to wait for each answer (10)"
    )
    add_config(test)
    test.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Send it to every recipient. 0 all took it, 1 the configuration, 3 not delivered, 4 refused, 5 it may have arrived."""
    receiver = _receiver(args)
    clock = SystemClock()
    notifier = _notifier(receiver, clock)
    worst = SENT
    try:
        for note in trial(receiver, secrets.token_hex(6), clock.now()):
            outcome = notifier.send(_row(note), thread=None, timeout=args.timeout)
            worst = max(worst, _status(outcome))
            said = f"{receiver.name} ({receiver.__struct_config__.tag}): {_told(outcome)}"
            print(printable(said), file=sys.stdout if isinstance(outcome, Sent) else sys.stderr)
    finally:
        notifier.close()
    return worst


def _receiver(args: argparse.Namespace) -> Receiver:
    receivers = {receiver.name: receiver for receiver in configuration(args).routes.receivers}
    if args.receiver not in receivers:
        raise ConfigInvalid([f"no receiver is named {args.receiver}; {allowed(args.receiver, receivers)}"])
    return receivers[args.receiver]


def _notifier(receiver: Receiver, clock: Clock) -> Notifier:
    from services.alerter.receivers import build_notifier  # with the clients of every destination

    try:
        return build_notifier(receiver, resolve_secret, sys.stdout, clock)
    except ValueError as error:
        raise ConfigInvalid([f"receiver {receiver.name}: {error}"]) from error


def _row(note: Notification) -> OutboxRow:
    return OutboxRow(notification=note, state=DeliveryState.SENDING, attempts=1, due_at=note.created_at)


def _status(outcome: Outcome) -> int:
    match outcome:
        case Sent():
            return SENT
        case Failed():
            return NOT_DELIVERED
        case Refused():
            return REFUSED
        case Ambiguous():
            return UNSURE


def _told(outcome: Outcome) -> str:
    """What came back, and what to look at."""
    match outcome:
        case Sent(remote_id=name):
            return "sent; the destination took the test" + (f" and calls it {name}" if name else "")
        case Failed(reason=reason, retry_after=None):
            return f"not delivered: {reason}{_advice(reason)}"
        case Failed(reason=reason, retry_after=seconds):
            return f"not delivered: {reason}; the sender would wait {seconds:g} s{_advice(reason)}"
        case Refused(reason=reason):
            return f"refused, and would be again: {reason}{_advice(reason)}"
        case Ambiguous(reason=reason):
            return f"it may have arrived: {reason}; look there before you try again"


def _advice(reason: str) -> str:
    return next((f" ({advice})" for word, advice in _ADVICE.items() if word in reason), "")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f'"{text[:40]}" is not allowed; allowed: seconds above 0, up to {_LONGEST:g}')
    return seconds
