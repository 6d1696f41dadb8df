"""The sender over the real outbox, against servers that misbehave."""

import io
import socket
import threading
import time
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.alerter.lane import Pace
from services.alerter.receivers import build_notifiers
from services.alerter.smtp import SmtpNotifier
from services.alerter.stdout import StdoutNotifier
from services.alerter.webhook import WebhookNotifier
from services.core.delivery import Policy
from services.core.errors import ConfigInvalid, Fatal, Retriable
from services.core.notification import DeliveryState, OutboxRow, Outcome, Sent
from services.core.ports.store import Outbox
from services.core.settings import AlerterSettings, Secret
from services.store.engine import Store
from tests.alerter.outgoing import MAIL, SLACK, STDOUT, WEBHOOK, RealClock
from tests.alerter.sending import PACE, alerts, decide, opened, row_of, sending, to_slack, until
from tests.builders import alert
from tests.servers.http import DROP, slow, status
from tests.servers.slack import SlackServer, error, rate_limited
from tests.servers.smtp import MailServer
from tests.servers.webhook import SECRET as SIGNING
from tests.servers.webhook import WebhookServer

HOLD = AlerterSettings(ambiguous="hold")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        yield opened_store


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


def state(store: Store, alert_id: str = "al1") -> DeliveryState:
    return row_of(store, alert_id).state


def test_every_receiver_gets_every_alert_once(store: Store, slack: SlackServer) -> None:
    out = io.StringIO()
    with MailServer() as mail, WebhookServer() as hook:
        receivers = [STDOUT, SLACK, msgspec.structs.replace(MAIL, port=mail.port), WEBHOOK]
        notifiers = to_slack(slack) | {
            "terminal": StdoutNotifier(out),
            "mail": SmtpNotifier(msgspec.structs.replace(MAIL, port=mail.port), None),
            "hook": WebhookNotifier(hook.hook_url, SIGNING, RealClock()),
        }
        decide(store, receivers, alerts(3))
        with sending(store.outbox, notifiers, receivers) as sender:
            until(lambda: len(store.outbox.rows(states=[DeliveryState.SENT])) == 12)
            totals = sender.totals
    assert {name: counted.sent for name, counted in totals.items()} == {"terminal": 3, "slack": 3, "mail": 3, "hook": 3}
    assert [post.metadata["event_payload"]["alert_id"] for post in slack.posts] == ["al0", "al1", "al2"]
    assert [post.thread_ts for post in slack.posts] == [None, slack.posts[0].ts, slack.posts[0].ts]
    assert [kept.message["X-Wirewatch-Alert"] for kept in mail.mails] == ["al0", "al1", "al2"]
    assert mail.mails[2].message["In-Reply-To"] == mail.mails[0].message["Message-ID"]
    assert (len(hook.events), hook.repeats) == (3, [])
    assert out.getvalue().count("WARNING") == 3


def test_retry_after_is_honoured(store: Store, slack: SlackServer) -> None:
    slack.script(rate_limited(1))
    decide(store, [SLACK], alerts(2))
    with sending(store.outbox, to_slack(slack), [SLACK]):
        until(lambda: len(slack.posts) == 2)
    first, second = slack.requests[0], slack.requests[1]
    assert second.at - first.at >= 1.0
    assert len(slack.requests) == 3  # the second alert did not knock meanwhile


def test_after_failures_that_pass_an_alert_arrives_once_and_in_order(store: Store, slack: SlackServer) -> None:
    slack.script(status(500), status(503), status(500))
    decide(store, [SLACK], alerts(4))
    with sending(store.outbox, to_slack(slack), [SLACK]):
        until(lambda: len(slack.posts) == 4)
        until(lambda: state(store, "al3") is DeliveryState.SENT)
    assert [post.metadata["event_payload"]["alert_id"] for post in slack.posts] == ["al0", "al1", "al2", "al3"]
    assert (row_of(store, "al0").attempts, row_of(store, "al1").attempts) == (4, 1)
    assert not row_of(store, "al0").repeat


def test_with_hold_what_may_have_arrived_is_left_for_people(store: Store, slack: SlackServer) -> None:
    slack.script(DROP)
    decide(store, [SLACK], alerts(2))
    with sending(store.outbox, to_slack(slack), [SLACK], settings=HOLD):
        until(lambda: len(slack.posts) == 2)
        time.sleep(0.3)
    assert (state(store, "al0"), state(store, "al1")) == (DeliveryState.UNKNOWN, DeliveryState.SENT)
    assert row_of(store, "al0").error == "connection lost before the answer: RemoteDisconnected"
    assert len(slack.posts) == 2


def test_with_resend_it_is_sent_once_more_and_says_so(store: Store, slack: SlackServer) -> None:
    slack.script(DROP)
    decide(store, [SLACK], alerts(1))
    with sending(store.outbox, to_slack(slack), [SLACK]) as sender:
        until(lambda: state(store, "al0") is DeliveryState.SENT)
        assert sender.totals["slack"].repeats == 1
    first, second = slack.posts
    assert first.notification_id == second.notification_id
    assert second.text.startswith("(possible repeat) ")


def test_it_is_never_sent_a_third_time(store: Store, slack: SlackServer) -> None:
    slack.script(DROP, DROP)
    decide(store, [SLACK], alerts(1))
    with sending(store.outbox, to_slack(slack), [SLACK]):
        until(lambda: state(store, "al0") is DeliveryState.UNKNOWN)
        time.sleep(0.3)
    assert len(slack.posts) == 2


def test_what_a_dead_sender_had_in_hand_is_sent_again_with_the_same_id_and_marked(
    store: Store, slack: SlackServer
) -> None:
    decide(store, [SLACK], alerts(2))
    died = store.outbox.claim("died", RealClock().now(), receivers=["slack"], limit=1, seconds=0.3)
    to_slack(slack)["slack"].send(died[0], thread=None, timeout=1)  # and then the process was killed
    with sending(store.outbox, to_slack(slack), [SLACK]):
        until(lambda: state(store, "al0") is DeliveryState.SENT)
    again = [post for post in slack.posts if post.notification_id == died[0].notification.id]
    assert [post.text.startswith("(possible repeat)") for post in again] == [False, True]
    assert len(slack.posts) == 3


def test_a_dead_destination_holds_up_nobody_else(store: Store, slack: SlackServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = WebhookNotifier(f"http://127.0.0.1:{taken.getsockname()[1]}/", SIGNING, RealClock())
        decide(store, [WEBHOOK, SLACK], alerts(5))
        with sending(store.outbox, to_slack(slack) | {"hook": dead}, [WEBHOOK, SLACK]) as sender:
            until(lambda: len(slack.posts) == 5)
            until(lambda: sender.totals["hook"].failed >= 3)
    waiting = {(row.notification.receiver, row.state) for row in store.outbox.rows()}
    assert waiting == {("slack", DeliveryState.SENT), ("hook", DeliveryState.RETRY), ("hook", DeliveryState.PENDING)}
    errors = {row.error for row in store.outbox.rows(states=[DeliveryState.RETRY])}
    assert errors - {"given back before it was tried"} == {"cannot connect: Connection refused"}


def test_a_destination_that_comes_back_gets_all_that_waited(store: Store) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    mail = msgspec.structs.replace(MAIL, port=port)
    decide(store, [mail], alerts(3))
    with sending(store.outbox, {"mail": SmtpNotifier(mail, None)}, [mail]) as sender:
        until(lambda: sender.totals["mail"].failed >= 1)
        with MailServer() as other:
            sender.reload({"mail": SmtpNotifier(msgspec.structs.replace(MAIL, port=other.port), None)}, [mail])
            until(lambda: len(other.mails) == 3, 15)


def test_a_slow_destination_holds_up_nobody_else(store: Store, slack: SlackServer) -> None:
    with WebhookServer() as hook:
        hook.script(*[slow(1.0)] * 5)
        decide(store, [WEBHOOK, SLACK], alerts(5))
        notifiers = to_slack(slack) | {"hook": WebhookNotifier(hook.hook_url, SIGNING, RealClock())}
        with sending(store.outbox, notifiers, [WEBHOOK, SLACK]):
            until(lambda: len(slack.posts) == 5, 4.0)
            assert len(hook.requests) < 5


def test_a_refused_message_is_dead_with_its_reason_and_the_next_goes_on(store: Store, slack: SlackServer) -> None:
    slack.script(error("invalid_blocks"))
    decide(store, [SLACK], alerts(2))
    with sending(store.outbox, to_slack(slack), [SLACK]) as sender:
        until(lambda: state(store, "al1") is DeliveryState.SENT)
        assert (sender.totals["slack"].dead, sender.totals["slack"].refused) == (1, 1)
    assert (state(store, "al0"), row_of(store, "al0").error) == (DeliveryState.DEAD, "Slack says invalid_blocks")


def test_each_recipient_of_a_mail_has_a_fate_of_its_own(store: Store) -> None:
    with MailServer() as server:
        mail = msgspec.structs.replace(
            MAIL, port=server.port, to=("ann@desk.example", "bo@desk.example", "cy@desk.example")
        )
        server.refuse = {"ann@desk.example": "550 no such user", "bo@desk.example": "450 greylisted"}
        decide(store, [mail], [alert()])
        with sending(store.outbox, {"mail": SmtpNotifier(mail, None)}, [mail]):
            until(lambda: len(server.mails) == 1)
            del server.refuse["bo@desk.example"]
            until(lambda: len(server.mails) == 2)
            until(lambda: len(store.outbox.rows(states=[DeliveryState.SENT])) == 2)
    assert [kept.recipients[0] for kept in server.mails] == ["cy@desk.example", "bo@desk.example"]
    assert server.mails[0].message["Message-ID"] == server.mails[1].message["Message-ID"]
    assert [row.error for row in store.outbox.rows(states=[DeliveryState.DEAD])] == ["recipient: 550 no such user"]


def test_a_receiver_gets_no_more_messages_a_second_than_its_rate(store: Store, slack: SlackServer) -> None:
    receiver = msgspec.structs.replace(SLACK, rate=10.0)
    decide(store, [receiver], alerts(16))
    with sending(store.outbox, to_slack(slack), [receiver]):
        until(lambda: len(slack.posts) == 16)
    times = [request.at for request in slack.requests]
    assert times[15] - times[0] >= 0.5  # ten at once, and six tenths of a second for the other six


def test_a_waiting_sender_wakes_when_told(store: Store, slack: SlackServer) -> None:
    pace = msgspec.structs.replace(PACE, poll=4.0)
    with sending(store.outbox, to_slack(slack), [SLACK], pace=pace) as sender:
        time.sleep(0.2)
        decide(store, [SLACK], alerts(1))
        begun = time.monotonic()
        sender.wake()
        until(lambda: slack.posts)
        assert time.monotonic() - begun < 2.5


def test_reload_swaps_receivers_and_closes_the_old_ones(store: Store, slack: SlackServer) -> None:
    old = _Kept()
    with sending(store.outbox, {"slack": old}, [SLACK]) as sender:
        decide(store, [SLACK], alerts(1))
        until(lambda: old.rows)
        sender.reload(to_slack(slack), [SLACK])
        until(lambda: old.closed)
        decide(store, [SLACK], [alert(id="new")])
        until(lambda: slack.posts)
        until(lambda: sender.totals["slack"].sent == 2)
    assert len(old.rows) == 1


def test_a_stop_gives_back_what_was_not_tried(store: Store) -> None:
    slow_terminal = _Kept(seconds=0.3)
    decide(store, [STDOUT], alerts(10))
    with sending(store.outbox, {"terminal": slow_terminal}, [STDOUT]):
        until(lambda: slow_terminal.rows)
    states = [row.state for row in store.outbox.rows()]
    assert states.count(DeliveryState.SENT) in (1, 2)
    assert states.count(DeliveryState.SENT) + states.count(DeliveryState.RETRY) == 10
    assert not any(row.repeat for row in store.outbox.rows())


def test_while_the_outbox_is_away_nothing_is_sent_twice(store: Store, slack: SlackServer) -> None:
    decide(store, [SLACK], alerts(3))
    flaky = _Flaky(store.outbox, failures=2)
    with sending(flaky, to_slack(slack), [SLACK]) as sender:
        until(lambda: len(slack.posts) == 3, 10)
        until(lambda: sender.ready)
    assert {state(store, f"al{n}") for n in range(3)} == {DeliveryState.SENT}
    assert flaky.failed == 2 * 3


def test_a_lease_that_has_passed_to_another_is_let_go(store: Store, slack: SlackServer) -> None:
    slack.script(slow(1.0))
    decide(store, [SLACK], alerts(1))
    with capture_logs() as logs, sending(store.outbox, to_slack(slack), [SLACK]):
        until(lambda: slack.requests)
        later = RealClock().now() + timedelta(minutes=1)
        assert store.outbox.claim("other", later, receivers=["slack"], limit=1, seconds=60)
        until(lambda: any(entry["event"] == "lease lost" for entry in logs))
    assert state(store, "al0") is DeliveryState.SENDING


def test_a_store_that_is_broken_ends_the_run(store: Store, slack: SlackServer) -> None:
    with pytest.raises(Fatal, match="schema"), sending(_Broken(store.outbox), to_slack(slack), [SLACK]):
        until(lambda: all(thread.name != "sender" for thread in threading.enumerate()))


def test_a_notifier_that_breaks_is_ambiguous_and_what_it_says_stays_inside(store: Store) -> None:
    decide(store, [SLACK], alerts(1))
    with (
        capture_logs() as logs,
        sending(store.outbox, {"slack": _Raises("https://hooks/secret")}, [SLACK], settings=HOLD),
    ):
        until(lambda: state(store, "al0") is DeliveryState.UNKNOWN)
    assert row_of(store, "al0").error == "the notifier broke: RuntimeError"
    assert "secret" not in str(logs)


def test_a_row_rendered_for_another_type_of_receiver_is_refused(store: Store) -> None:
    decide(store, [msgspec.structs.replace(WEBHOOK, name="desk")], alerts(1))
    with sending(store.outbox, {"desk": StdoutNotifier(io.StringIO())}, [msgspec.structs.replace(STDOUT, name="desk")]):
        until(lambda: state(store, "al0") is DeliveryState.DEAD)
    assert row_of(store, "al0").error == "it was rendered for another type of receiver"


def test_rows_that_no_receiver_will_take_are_named(store: Store) -> None:
    decide(store, [SLACK, STDOUT], alerts(1))
    with capture_logs() as logs, sending(store.outbox, {"terminal": StdoutNotifier(io.StringIO())}, [STDOUT]):
        until(lambda: any("not configured" in entry["event"] for entry in logs))
    (entry,) = [entry for entry in logs if "not configured" in entry["event"]]
    assert entry["receivers"] == "slack"


def test_what_happens_is_counted(store: Store, slack: SlackServer) -> None:
    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    before = value("wirewatch_deliveries_total", receiver="slack", outcome="failed")
    slack.script(status(500))
    decide(store, [SLACK], alerts(2))
    with sending(store.outbox, to_slack(slack), [SLACK]):
        until(lambda: value("wirewatch_outbox_notifications", receiver="slack", state="sent") == 2)
    assert value("wirewatch_deliveries_total", receiver="slack", outcome="failed") == before + 1
    assert value("wirewatch_outbox_notifications", receiver="slack", state="pending") == 0


def test_one_log_line_for_each_attempt(store: Store, slack: SlackServer) -> None:
    slack.script(status(500))
    decide(store, [SLACK], alerts(1))
    with capture_logs() as logs, sending(store.outbox, to_slack(slack), [SLACK]):
        until(lambda: state(store, "al0") is DeliveryState.SENT)
    seen = [(entry["event"], entry["attempt"], entry["reason"]) for entry in logs if "attempt" in entry]
    assert seen == [("notification retry", 1, "HTTP 500"), ("notification sent", 2, None)]


def test_two_senders_share_an_outbox_without_sending_twice(store: Store, slack: SlackServer) -> None:
    decide(store, [SLACK], alerts(30))
    with (
        sending(store.outbox, to_slack(slack), [SLACK]),
        sending(store.outbox, to_slack(slack), [SLACK]),
    ):
        until(lambda: len(store.outbox.rows(states=[DeliveryState.SENT])) == 30, 10)
    assert len({post.notification_id for post in slack.posts}) == len(slack.posts) == 30


def test_notifiers_are_built_or_every_mistake_is_named() -> None:
    secrets = {"UNUSED": "\n"}

    def secret(where: Secret) -> str:
        if where.env not in secrets:
            raise ConfigInvalid([f"environment variable {where.env} is not set"])
        return secrets[where.env]

    missing = msgspec.structs.replace(WEBHOOK, secret=Secret(env="NOWHERE"))
    with pytest.raises(ConfigInvalid) as caught:
        build_notifiers([STDOUT, SLACK, missing], secret, _no_producer, io.StringIO(), RealClock())
    assert caught.value.problems == (
        "receiver slack: the token is empty or holds characters that no token has",
        "receiver hook: environment variable NOWHERE is not set",
    )
    assert list(build_notifiers([STDOUT], secret, _no_producer, io.StringIO(), RealClock())) == ["@stream", "terminal"]


def test_the_default_lease_is_longer_than_a_send_can_take() -> None:
    pace = Pace()
    assert pace.lease > 3 * pace.timeout
    assert Policy().resend_after > pace.timeout


def _no_producer() -> Any:
    raise AssertionError("nothing was to be published")


class _Kept:
    """A destination that keeps what it gets."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.rows: list[OutboxRow] = []
        self.closed = False
        self._seconds = seconds

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:
        self.rows.append(row)
        time.sleep(self._seconds)
        return Sent()

    def close(self) -> None:
        self.closed = True


class _Raises(_Kept):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:
        raise RuntimeError(self._text)


class _Flaky:
    """The real outbox behind a bad line: each method fails a few times before every success is let through."""

    def __init__(self, outbox: Outbox, failures: int) -> None:
        self._outbox = outbox
        self._left = dict.fromkeys(("claim", "settle", "thread"), failures)
        self.failed = 0

    def claim(
        self, owner: str, now: datetime, *, receivers: Collection[str], limit: int, seconds: float
    ) -> tuple[OutboxRow, ...]:
        self._perhaps("claim")
        return self._outbox.claim(owner, now, receivers=receivers, limit=limit, seconds=seconds)

    def settle(self, *args: Any, **named: Any) -> None:
        self._perhaps("settle")
        self._outbox.settle(*args, **named)

    def thread(self, receiver: str, story_id: str) -> str | None:
        self._perhaps("thread")
        return self._outbox.thread(receiver, story_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    def _perhaps(self, name: str) -> None:
        if self._left[name]:
            self._left[name] -= 1
            self.failed += 1
            raise Retriable("the database is away")


class _Broken(_Flaky):
    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox, 0)

    def claim(
        self, owner: str, now: datetime, *, receivers: Collection[str], limit: int, seconds: float
    ) -> tuple[OutboxRow, ...]:
        raise Fatal("the schema does not fit")
