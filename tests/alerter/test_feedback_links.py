"""Mails and Slack messages ask what an alert was worth, where an address for the answer is configured."""

import re
from html import unescape

import msgspec
import pytest

from services.alerter.render.notifications import notifications
from services.alerter.render.summary import summary
from services.core.feedback_link import FeedbackLinks
from services.core.group import Kind, Telling
from services.core.settings import (
    Receiver,
    Route,
    Secret,
    SlackReceiver,
    SlackWebhookReceiver,
    SmtpReceiver,
    StdoutReceiver,
    WebhookReceiver,
)
from tests.builders import alert, at

LINKS = FeedbackLinks("https://desk.example/feedback", "0123456789abcdef")
SECRET = Secret(env="UNUSED")
SLACK = (
    SlackReceiver(name="slack", token=SECRET, channel="C1"),
    SlackWebhookReceiver(name="hooked", url=SECRET),
)
MAIL = SmtpReceiver(
    name="mail", host="mail.example", sender="ww@desk.example", to=("jo@desk.example", "mo@desk.example")
)
OTHERS = (StdoutReceiver(name="terminal"), WebhookReceiver(name="hook", url="https://hook.example/", secret=SECRET))


def payloads(receiver: Receiver, links: FeedbackLinks | None) -> list[bytes]:
    made = notifications(alert(), Route(receiver=receiver.name), {receiver.name: receiver}, at(3), links)
    return [note.payload for note in made if note.receiver == receiver.name]


@pytest.mark.parametrize("receiver", SLACK, ids=lambda one: one.name)
def test_slack_shows_a_button_for_each_opinion(receiver: Receiver) -> None:
    [payload] = payloads(receiver, LINKS)
    last = msgspec.json.decode(payload)["blocks"][-1]
    assert last["type"] == "actions"
    assert [(one["text"]["text"], one["url"]) for one in last["elements"]] == list(LINKS.of("al1", receiver.name))


def test_a_mail_has_a_link_for_each_opinion_in_both_of_its_parts() -> None:
    wanted = list(LINKS.of("al1", "mail"))
    for payload in payloads(MAIL, LINKS):
        mail = msgspec.json.decode(payload)
        assert re.findall(r"^(\w+)\?\s+(\S+)$", mail["text"], re.MULTILINE) == wanted
        shown = re.findall(r'<a href="(https://desk.example[^"]*)"[^>]*>(\w+)</a>', mail["html"])
        assert [(opinion, unescape(link)) for link, opinion in shown] == wanted


@pytest.mark.parametrize("receiver", OTHERS, ids=lambda one: one.name)
def test_programs_and_terminals_are_not_asked(receiver: Receiver) -> None:
    assert payloads(receiver, LINKS) == payloads(receiver, None)


@pytest.mark.parametrize("receiver", [*SLACK, MAIL], ids=lambda one: one.name)
def test_where_no_address_is_configured_nobody_is_asked(receiver: Receiver) -> None:
    for payload in payloads(receiver, None):
        assert b"actions" not in payload
        assert b"useful" not in payload


@pytest.mark.parametrize("receiver", [*SLACK, MAIL], ids=lambda one: one.name)
def test_a_retry_sends_the_same_links(receiver: Receiver) -> None:
    assert payloads(receiver, LINKS) == payloads(receiver, LINKS)


def summed(receiver: Receiver, links: FeedbackLinks | None, count: int = 2) -> list[bytes]:
    both = [alert(id=f"al{n}") for n in range(count)]
    telling = Telling(
        key="k", kind=Kind.GROUP, route="{}", receiver=receiver.name, labels={}, alert_ids=tuple(one.id for one in both)
    )
    return [note.payload for note in summary(telling, both, receiver, at(3), links=links)]


@pytest.mark.parametrize("receiver", SLACK, ids=lambda one: one.name)
def test_a_summary_in_slack_asks_of_each_alert(receiver: Receiver) -> None:
    [payload] = summed(receiver, LINKS)
    for number, block in enumerate(msgspec.json.decode(payload)["blocks"][1:]):
        links = [(one["text"], one["url"]) for one in block["elements"][0]["elements"] if one["type"] == "link"]
        assert links[1:] == list(LINKS.of(f"al{number}", receiver.name))


def test_a_summary_with_links_is_as_much_as_slack_takes() -> None:
    [payload] = summed(SLACK[0], LINKS, 50)
    blocks = msgspec.json.decode(payload)["blocks"]
    assert len(msgspec.json.encode(blocks)) < 13_000
    shown = len(blocks) - 2  # between heading and rest
    assert shown >= 8
    assert blocks[-1]["elements"][0]["text"].startswith(f"and {50 - shown} more")


def test_a_summary_by_mail_asks_of_each_alert_in_both_of_its_parts() -> None:
    wanted = [*LINKS.of("al0", "mail"), *LINKS.of("al1", "mail")]
    for payload in summed(MAIL, LINKS):
        mail = msgspec.json.decode(payload)
        assert re.findall(r"^ +(\w+)\? (\S+)$", mail["text"], re.MULTILINE) == wanted
        shown = re.findall(r'<a href="(https://desk.example[^"]*)"[^>]*>(\w+)</a>', mail["html"])
        assert [(opinion, unescape(link)) for link, opinion in shown] == wanted


@pytest.mark.parametrize("receiver", OTHERS, ids=lambda one: one.name)
def test_programs_and_terminals_are_not_asked_in_a_summary_either(receiver: Receiver) -> None:
    assert summed(receiver, LINKS) == summed(receiver, None)
