"""Several alerts told together: what a summary says, and that hostile text can inject nothing into it."""

import io
import re
from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from services.alerter.render.summary import heading, summary
from services.alerter.slack import SlackNotifier
from services.alerter.smtp import SmtpNotifier
from services.alerter.stdout import StdoutNotifier
from services.alerter.webhook import WebhookNotifier
from services.core.alert import Alert, Severity
from services.core.group import Kind, Telling
from services.core.notification import DeliveryState, Notification, OutboxRow, Sent
from services.core.settings import Receiver, SlackReceiver
from tests.alerter.outgoing import ALERTMANAGER, MAIL, SECRET, SLACK, STDOUT, WEBHOOK, RealClock
from tests.alerter.test_injection import CASES, HOSTILE, INVISIBLE, Tags, check_slack, poisoned
from tests.builders import alert, at
from tests.servers.slack import SlackServer
from tests.servers.smtp import MailServer
from tests.servers.webhook import SECRET as SIGNING
from tests.servers.webhook import WebhookServer

ALLOWED_TAGS = {"html", "head", "meta", "title", "body", "p", "strong", "ul", "li", "a", "br", "span"}


def telling(*alerts: Alert, receiver: str = "desk", **changes: object) -> Telling:
    plain = Telling(
        key='{}:{topic="arms"}', kind=Kind.GROUP, route="{}", receiver=receiver, labels={"topic": "arms"},
        alert_ids=tuple(one.id for one in alerts),
    )  # fmt: skip
    return replace(plain, **changes)


def told(receiver: Receiver, *alerts: Alert, **changes: object) -> list[Notification]:
    return list(summary(telling(*alerts, receiver=receiver.name, **changes), alerts, receiver, at(9)))


def row(receiver: Receiver, *alerts: Alert, **changes: object) -> OutboxRow:
    note = told(receiver, *alerts, **changes)[0]
    return OutboxRow(notification=note, state=DeliveryState.SENDING, attempts=1, due_at=at(9))


def many(count: int) -> list[Alert]:
    return [alert(id=f"al{n}", story_id=f"s{n % 3}", decided_at=at(n)) for n in range(count)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "2 alerts (topic arms)"), ({"again": True}, "Again: 2 alerts (topic arms)"), ({"kind": Kind.QUIET}, "After quiet hours: 2 alerts"),
        ({"kind": Kind.DIGEST, "day": date(2026, 3, 29)}, "Digest of 2026-03-29: 2 alerts"), ({"labels": {}}, "2 alerts"),
    ],
)  # fmt: skip
def test_the_heading_says_what_it_is(changes: dict[str, object], says: str) -> None:
    assert heading(telling(alert(), alert(id="al2"), **changes), [alert(), alert(id="al2")]) == says


def test_on_a_terminal_each_alert_has_its_lines_the_most_severe_first() -> None:
    out = io.StringIO()
    urgent = alert(id="al2", severity=Severity.CRITICAL)
    assert isinstance(StdoutNotifier(out).send(row(STDOUT, alert(), urgent), thread=None, timeout=5), Sent)
    shown = out.getvalue().splitlines()
    assert shown[0] == "2 alerts (topic arms)"
    assert [line.split(":")[0].strip() for line in shown if line.startswith("  ") and line[2] != " "] == [
        "CRITICAL",
        "WARNING",
    ]
    assert sum("alert al" in line for line in shown) == 2


def test_the_same_telling_has_the_same_ids_and_bytes_and_another_has_others() -> None:
    first, again = told(STDOUT, *many(2)), told(STDOUT, *many(2))
    assert first == again
    others = [told(STDOUT, *many(3)), told(STDOUT, *many(2), day=date(2026, 1, 1)), told(STDOUT, *many(2), again=True)]
    assert len({first[0].id, *(one[0].id for one in others)}) == 4


def test_alerts_of_one_story_stay_in_its_thread() -> None:
    same = [alert(id="al1"), alert(id="al2")]
    assert told(SLACK, *same)[0].story_id == "s1"
    assert told(SLACK, *many(3))[0].story_id.startswith("group.")


@pytest.mark.parametrize("receiver", [STDOUT, SLACK, MAIL, WEBHOOK], ids=lambda one: one.name)
def test_a_thousand_alerts_make_one_message_of_bounded_size(receiver: Receiver) -> None:
    notes = told(receiver, *many(1000), kind=Kind.QUIET)
    assert len(notes) == (len(MAIL.to) if receiver is MAIL else 1)
    assert len(notes[0].payload) < (1_000_000 if receiver is WEBHOOK else 60_000)
    assert len(notes[0].alert_ids) == 1000
    if receiver is not WEBHOOK:
        assert re.search(rb"and 9[68]0 more", notes[0].payload)


def test_slack_is_not_given_more_than_it_takes() -> None:
    long = [alert(id=f"al{n}", title="w" * 2000, url="https://harbour.example/" + "u" * 290) for n in range(50)]
    payload = msgspec.json.decode(told(SLACK, *long)[0].payload)
    assert len(payload["blocks"]) <= 50
    assert (
        sum(
            len(word)
            for word in re.findall(r'"(?:text|url)":"([^"]*)"', msgspec.json.encode(payload["blocks"]).decode())
        )
        < 13_000
    )


@pytest.mark.parametrize("text", CASES)
def test_slack_shows_hostile_text_as_text(text: str) -> None:
    with SlackServer() as server:
        receiver = SlackReceiver(name="slack", token=SECRET, channel="#desk", api_url=server.api_url)
        both = (poisoned(text), replace(poisoned(text), id="al2"))
        sent = row(SLACK, *both, labels={"topic": text})
        assert isinstance(SlackNotifier(receiver, "xoxb-1", RealClock()).send(sent, thread=None, timeout=5), Sent)
        check_slack(server.posts[-1].text, server.posts[-1].blocks)


@pytest.mark.parametrize("text", CASES)
def test_mail_carries_hostile_text_in_its_place(text: str) -> None:
    with MailServer() as server:
        receiver = replace(MAIL, port=server.port)
        both = (poisoned(text), replace(poisoned(text), id="al2"))
        sent = row(MAIL, *both, labels={"topic": text})
        assert isinstance(SmtpNotifier(receiver, None).send(sent, thread=None, timeout=5), Sent)
        (kept,) = server.mails
    assert kept.recipients == ("ann@desk.example",)
    assert "Bcc" not in kept.message
    parts = {part.get_content_type(): part.get_content() for part in kept.message.walk() if not part.is_multipart()}
    tags = Tags()
    tags.feed(parts["text/html"])
    assert {tag for tag, _ in tags.seen} <= ALLOWED_TAGS
    assert all(re.fullmatch(r"https?://[\x21-\x7e]+", link) for link in tags.links)
    assert not INVISIBLE.search(parts["text/plain"].replace("\r\n", "\n"))
    assert not INVISIBLE.search(parts["text/html"].rstrip("\r\n"))


@pytest.mark.parametrize("text", CASES)
def test_a_terminal_gets_lines_and_nothing_else(text: str) -> None:
    out = io.StringIO()
    both = (poisoned(text), replace(poisoned(text), id="al2"))
    sent = row(STDOUT, *both, labels={"topic": text})
    assert isinstance(StdoutNotifier(out).send(sent, thread=None, timeout=5), Sent)
    assert not INVISIBLE.search(out.getvalue())
    assert len(out.getvalue().splitlines()) == 8  # heading, three for each, and an empty one


@pytest.mark.parametrize("text", CASES)
def test_alertmanager_gets_labels_and_annotations(text: str) -> None:
    both = (poisoned(text), replace(poisoned(text), id="al2"))
    first, second = msgspec.json.decode(row(ALERTMANAGER, *both, labels={"topic": text}).notification.payload)
    assert (first["labels"]["alert"], second["labels"]["alert"]) == ("al1", "al2")
    for value in (*first["labels"].values(), *first["annotations"].values()):
        assert not INVISIBLE.search(value)
        assert 0 < len(value) <= 1000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_webhook_gets_valid_json(name: str) -> None:
    with WebhookServer() as server:
        notifier = WebhookNotifier(server.url, SIGNING, RealClock())
        both = (poisoned(HOSTILE[name]), replace(poisoned(HOSTILE[name]), id="al2"))
        assert isinstance(notifier.send(row(WEBHOOK, *both), thread=None, timeout=5), Sent)
    body = msgspec.json.decode(told(WEBHOOK, *both)[0].payload)
    assert body["type"] == "alerts.summary"
    assert body["data"]["alert_ids"] == ["al1", "al2"]
    assert [one["id"] for one in body["data"]["alerts"]] == ["al1", "al2"]
    assert body["data"]["group"] == '{}:{topic="arms"}'
