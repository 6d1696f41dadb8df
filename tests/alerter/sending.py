"""A sender that runs over a real outbox, for tests."""

import atexit
import functools
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from services.alerter.lane import Pace
from services.alerter.render.notifications import STREAM_RECEIVER, notifications
from services.alerter.sender import Sender
from services.alerter.slack import SlackNotifier
from services.core.alert import Alert
from services.core.delivery import Policy
from services.core.notification import OutboxRow
from services.core.ports.edges import Notifier
from services.core.ports.store import Outbox
from services.core.settings import AlerterSettings, Receiver, Route, SlackReceiver, Trouble
from services.store.engine import Store, open_store
from tests.alerter.outgoing import SECRET, RealClock
from tests.builders import alert
from tests.servers.slack import SlackServer

PACE = Pace(poll=0.02, timeout=2.0, lease=8.0, observe=0.1)
POLICY = Policy(base=0.02, cap=0.1, resend_after=0.1)


def to_slack(slack: SlackServer) -> dict[str, Notifier]:
    """A receiver of the Web API at this server."""
    receiver = SlackReceiver(name="slack", token=SECRET, channel="#desk", api_url=slack.api_url)
    return {"slack": SlackNotifier(receiver, "xoxb-1", RealClock())}


def opened(directory: Path) -> Store:
    """A store of its own, the second time the same."""
    path = directory / "store.sqlite3"
    if not path.exists():
        shutil.copy(_migrated(), path)
    return open_store(f"sqlite:///{path}")


@functools.cache
def _migrated() -> Path:
    """An empty store: the migrations take longer than most tests."""
    path = Path(tempfile.mkdtemp(prefix="wirewatch-tests-")) / "empty.sqlite3"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    open_store(f"sqlite:///{path}").close()
    return path


def decide(
    store: Store,
    receivers: Sequence[Receiver],
    told: Sequence[Alert],
    *,
    at: datetime | None = None,
    stream: bool = False,
) -> None:
    """Put alerts in the outbox for these receivers, as the alerter's transaction does."""
    route = Route(routes=tuple(Route(receiver=receiver.name, continue_=True) for receiver in receivers))
    named = {receiver.name: receiver for receiver in receivers}
    made = [note for one in told for note in notifications(one, route, named, at or RealClock().now())]
    with store.alerts.transaction() as transaction:
        transaction.add_alerts(told, [note for note in made if stream or note.receiver != STREAM_RECEIVER])


def alerts(count: int) -> list[Alert]:
    """Alerts of one story, numbered."""
    return [alert(id=f"al{number}") for number in range(count)]


@contextmanager
def sending(
    outbox: Outbox,
    notifiers: Mapping[str, Notifier],
    receivers: Sequence[Receiver],
    *,
    settings: AlerterSettings | None = None,
    pace: Pace = PACE,
    policy: Policy = POLICY,
    trouble: Trouble | None = None,
) -> Iterator[Sender]:
    """A sender at work; at the end it has stopped, and what broke it is raised."""
    sender = Sender(
        outbox,
        notifiers,
        receivers,
        RealClock(),
        settings or AlerterSettings(),
        "test",
        pace=pace,
        policy=policy,
        trouble=trouble,
    )
    stop, broken = threading.Event(), []

    def run() -> None:
        try:
            sender.run(stop)
        except BaseException as error:  # noqa: BLE001  raised below, in the test's own thread
            broken.append(error)

    thread = threading.Thread(target=run, name="sender")
    thread.start()
    try:
        yield sender
    finally:
        stop.set()
        thread.join(10)
        sender.close()
    if broken:
        raise broken[0]


def until(holds: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something to come true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


def row_of(store: Store, alert_id: str = "al1") -> OutboxRow:
    """The one row about an alert."""
    (found,) = store.outbox.rows(alert_id=alert_id)
    return found
