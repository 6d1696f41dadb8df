"""Mails and Slack messages ask what an alert was worth, where an address for the answer is configured."""

import re
from html import unescape

import msgspec
import pytest

from services.alerter.render.notifications import notifications
from services.core.feedback_link import FeedbackLinks
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
