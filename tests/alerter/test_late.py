"""What could not be delivered in time: told in a digest once the receiver is back, never lost, and never one message for each."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from prometheus_client import REGISTRY

from services.alerter.late import Late
from services.alerter.render.late import MOST, by_recipient
from services.alerter.smtp import SmtpNotifier
from services.alerter.webhook import WebhookNotifier
from services.core.notification import DeliveryState, Failed, OutboxRow, Sent
from services.core.ports.edges import Notifier
from services.store.engine import Store
from tests.alerter import sending as sends
from tests.alerter.outgoing import MAIL, SLACK, WEBHOOK, RealClock
from tests.alerter.sending import alerts, decide, opened, sending, to_slack
from tests.builders import T0, alert, notification
from tests.servers.http import DROP, status
from tests.servers.slack import SlackServer
from tests.servers.smtp import MailServer
from tests.servers.webhook import SECRET as SIGNING
from tests.servers.webhook import WebhookServer

BRIEF = msgspec.structs.replace(SLACK, max_age=60.0)
LONG_AGO = timedelta(minutes=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        yield opened_store


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


def until(holds: Callable[[], object]) -> None:
    """A destination that has failed is left alone for some seconds."""
    sends.until(holds, 30)


def count(store: Store, state: DeliveryState) -> int:
    return store.outbox.depth().get(("slack", state), 0) + store.outbox.depth().get(("mail", state), 0)


def test_what_is_too_old_is_told_in_one_digest_without_being_sent_alone(store: Store, slack: SlackServer) -> None:
    decide(store, [BRIEF], alerts(3), at=RealClock().now() - LONG_AGO)
    with sending(store.outbox, to_slack(slack), [BRIEF]) as sender:
        until(lambda: count(store, DeliveryState.SENT) == 1)
        assert (sender.totals["slack"].late, sender.totals["slack"].sent) == (3, 1)
    (post,) = slack.posts
    assert post.blocks[0]["text"]["text"] == "Not delivered in time: 3 alerts"
    assert post.thread_ts is None
    lines = str(post.blocks)
    assert lines.count("decided 2026-") == 3
    assert "may have arrived" not in lines
    *late, digest = store.outbox.rows()
    assert [row.state for row in late] == [DeliveryState.DIGESTED] * 3
    assert late[0].error == f"not delivered within 60 s; told in {digest.notification.id}"
    assert digest.notification.alert_ids == ("al0", "al1", "al2")
    assert REGISTRY.get_sample_value("wirewatch_deliveries_total", {"receiver": "slack", "outcome": "late"}) >= 3


def test_after_an_outage_the_fresh_ones_come_first_and_the_late_ones_together(store: Store, slack: SlackServer) -> None:
    away = [True]
    slack.choose = lambda _request: status(503) if away[0] else None
    decide(store, [BRIEF], alerts(4), at=RealClock().now() - LONG_AGO)
    decide(store, [BRIEF], [alert(id="fresh", story_id="other")])
    with sending(store.outbox, to_slack(slack), [BRIEF]) as sender:
        until(lambda: sender.totals["slack"].late == 4 and sender.totals["slack"].failed >= 3)
        assert count(store, DeliveryState.LATE) == 4  # no digest is made while others try whether the receiver is back
        away[0] = False
        until(lambda: count(store, DeliveryState.SENT) == 2)
    told = [post.metadata["event_payload"].get("alert_id", "digest") for post in slack.posts]
    assert told == ["fresh", "digest"]


def test_when_nothing_else_waits_the_digest_itself_tries_and_what_comes_too_late_meanwhile_joins_it(
    store: Store, slack: SlackServer
) -> None:
    away = [True]
    slack.choose = lambda _request: status(503) if away[0] else None
    decide(store, [BRIEF], alerts(2), at=RealClock().now() - LONG_AGO)
    with sending(store.outbox, to_slack(slack), [BRIEF]) as sender:
        until(lambda: sender.totals["slack"].failed >= 2)
        decide(store, [BRIEF], [alert(id="later")], at=RealClock().now() - LONG_AGO)
        until(lambda: count(store, DeliveryState.DIGESTED) == 4)  # the digest before is one of them
        away[0] = False
        until(lambda: count(store, DeliveryState.SENT) == 1)
    assert [post.blocks[0]["text"]["text"] for post in slack.posts] == ["Not delivered in time: 3 alerts"]


def test_a_digest_that_is_too_late_itself_becomes_part_of_the_next(store: Store, slack: SlackServer) -> None:
    away = [True]
    slack.choose = lambda _request: status(503) if away[0] else None
    receiver = msgspec.structs.replace(SLACK, max_age=0.5)
    decide(store, [receiver], alerts(2), at=RealClock().now() - LONG_AGO)
    with sending(store.outbox, to_slack(slack), [receiver]) as sender:
        until(lambda: sender.totals["slack"].late >= 4)  # two alerts, and two digests
        away[0] = False
        until(lambda: count(store, DeliveryState.SENT) == 1)
    assert [post.blocks[0]["text"]["text"] for post in slack.posts] == ["Not delivered in time: 2 alerts"]
    assert {state for _, state in store.outbox.depth()} == {DeliveryState.SENT, DeliveryState.DIGESTED}


def test_what_may_have_arrived_says_so_in_its_line(store: Store, slack: SlackServer) -> None:
    slack.script(DROP)
    receiver = msgspec.structs.replace(SLACK, max_age=1.0)
    decide(store, [receiver], alerts(1))
    with sending(store.outbox, to_slack(slack), [receiver]) as sender:
        until(lambda: sender.totals["slack"].ambiguous == 1)
        slack.choose = lambda _request: status(503)
        until(lambda: sender.totals["slack"].late == 1)
        slack.choose = lambda _request: None
        until(lambda: count(store, DeliveryState.SENT) == 1)
    assert "may have arrived before" in str(slack.posts[-1].blocks)
    assert len(slack.posts) == 2


def test_each_recipient_of_a_mail_is_told_only_what_did_not_reach_them(store: Store) -> None:
    with MailServer() as server:
        mail = msgspec.structs.replace(MAIL, port=server.port, to=("ann@desk.example", "bo@desk.example"))
        decide(store, [mail], alerts(2))
        for row in store.outbox.claim("me", RealClock().now(), receivers=["mail"], limit=9, seconds=60):
            if b"bo@desk" in row.notification.payload:
                settle_late(store, row)
            else:
                store.outbox.settle("me", row, Sent(), T0, state=DeliveryState.SENT, due_at=T0)
        with sending(store.outbox, {"mail": SmtpNotifier(mail, None)}, [mail]):
            until(lambda: count(store, DeliveryState.SENT) == 3)
        (told,) = server.mails
    assert (told.recipients, told.message["Subject"]) == (("bo@desk.example",), "Not delivered in time: 2 alerts")


def test_a_webhook_gets_it_as_an_event_of_its_own_kind(store: Store) -> None:
    receiver = msgspec.structs.replace(WEBHOOK, max_age=60.0)
    decide(store, [receiver], alerts(2), at=RealClock().now() - LONG_AGO)
    with WebhookServer() as hook:
        notifiers: dict[str, Notifier] = {"hook": WebhookNotifier(hook.hook_url, SIGNING, RealClock())}
        with sending(store.outbox, notifiers, [receiver]):
            until(lambda: hook.events)
        (event,) = hook.events.values()
    assert (event["type"], event["data"]["kind"]) == ("alerts.summary", "late")
    assert event["data"]["alert_ids"] == ["al0", "al1"]


def test_two_senders_make_one_digest_of_it(store: Store) -> None:
    decide(store, [BRIEF], alerts(5), at=RealClock().now() - LONG_AGO)
    for row in store.outbox.claim("me", RealClock().now(), receivers=["slack"], limit=9, seconds=60):
        settle_late(store, row)
    rows = store.outbox.late("slack", limit=9, alone=True)
    assert Late(store.outbox, BRIEF).gather(RealClock().now(), answers=False)
    assert not store.outbox.gather(rows, [notification(id="other")], RealClock().now())
    assert not Late(store.outbox, BRIEF).gather(RealClock().now(), answers=False)
    assert count(store, DeliveryState.PENDING) == 1


def test_a_thousand_late_ones_are_a_few_messages(store: Store, slack: SlackServer) -> None:
    decide(store, [BRIEF], alerts(1200), at=RealClock().now() - LONG_AGO)
    for row in store.outbox.claim("me", RealClock().now(), receivers=["slack"], limit=1200, seconds=60):
        settle_late(store, row)
    with sending(store.outbox, to_slack(slack), [BRIEF]):
        until(lambda: slack.posts and count(store, DeliveryState.LATE) == 0 and not count(store, DeliveryState.PENDING))
    assert 1 <= len(slack.posts) <= 2
    told = [
        ident for row in store.outbox.rows(states=[DeliveryState.SENT], limit=9) for ident in row.notification.alert_ids
    ]
    assert (len(told), len(set(told))) == (1200, 1200)


def test_of_too_many_that_wait_the_oldest_are_told_in_the_digest(store: Store, slack: SlackServer) -> None:
    receiver = msgspec.structs.replace(SLACK, queue=10)
    decide(store, [receiver], alerts(40))
    slack.choose = lambda _request: status(503)
    with sending(store.outbox, to_slack(slack), [receiver]) as sender:
        until(lambda: sender.totals["slack"].late >= 29)  # of 40; one or two may have been in hand
        slack.choose = lambda _request: None
        until(lambda: sum("summary" in post.metadata["event_type"] for post in slack.posts) == 1)
        until(lambda: not count(store, DeliveryState.PENDING) + count(store, DeliveryState.RETRY))
    assert slack.posts[-1].metadata["event_type"] == "wirewatch_summary"
    told = [ident for row in store.outbox.rows(states=[DeliveryState.SENT]) for ident in row.notification.alert_ids]
    assert sorted(told) == sorted(f"al{n}" for n in range(40))
    assert len(slack.posts) <= 12


def settle_late(store: Store, row: OutboxRow) -> None:
    now = RealClock().now()
    store.outbox.settle("me", row, Failed(reason="not in time"), now, state=DeliveryState.LATE, due_at=now)


def test_a_digest_stays_within_bounds() -> None:
    def row(name: str, alerts_in_it: int, state: DeliveryState) -> OutboxRow:
        ids = tuple(f"{name}{n}" for n in range(alerts_in_it))
        return OutboxRow(notification=notification(id=name, alert_ids=ids), state=state, due_at=T0)

    big, small = row("digest", MOST, DeliveryState.RETRY), row("one", 1, DeliveryState.LATE)
    assert [one.notification.id for one in by_recipient([big, small], SLACK)[""]] == ["one"]
    assert by_recipient([big], SLACK) == {}  # nothing new to tell: it goes out as it is


def test_alerts_that_are_no_longer_kept_end_without_a_digest(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.add_alerts([], [notification(id="n1", receiver="slack", alert_ids=("gone",), created_at=T0)])
    (row,) = store.outbox.claim("me", RealClock().now(), receivers=["slack"], limit=1, seconds=60)
    settle_late(store, row)
    assert Late(store.outbox, BRIEF).gather(RealClock().now(), answers=True)
    (ended,) = store.outbox.rows()
    assert (ended.state, ended.error) == (
        DeliveryState.DIGESTED,
        "not in time; told in no digest: its alerts are no longer kept",
    )
