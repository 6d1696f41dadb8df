"""Both Slack receivers against a server in the shape of Slack."""

import socket
import time
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.models.blocks import Block

from services.alerter.slack import SlackNotifier
from services.alerter.slack_webhook import SlackWebhookNotifier
from services.core.notification import Ambiguous, Failed, OutboxRow, Outcome, Refused, Sent
from services.core.ports.edges import Notifier
from services.core.settings import SlackReceiver
from tests.alerter.outgoing import SECRET, SLACK, SLACK_WEBHOOK, RealClock, row
from tests.servers.http import DRIP, DROP, Behaviour, slow, status
from tests.servers.slack import SlackServer, error, rate_limited

TOKEN = "xoxb-1234-abcdef"


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer(token=TOKEN) as server:
        yield server


def api(slack: SlackServer) -> SlackNotifier:
    receiver = SlackReceiver(name="slack", token=SECRET, channel="#desk", api_url=slack.api_url)
    return SlackNotifier(receiver, TOKEN, RealClock())


def hook(slack: SlackServer) -> SlackWebhookNotifier:
    return SlackWebhookNotifier(slack.webhook_url, RealClock())


def send(notifier: Notifier, outgoing: OutboxRow, thread: str | None = None, timeout: float = 5.0) -> Outcome:
    return notifier.send(outgoing, thread=thread, timeout=timeout)


def test_an_alert_becomes_a_message_that_carries_its_ids(slack: SlackServer) -> None:
    outgoing = row(SLACK)
    assert send(api(slack), outgoing) == Sent(remote_id=f"#desk/{slack.posts[0].ts}")
    (post,) = slack.posts
    assert post.notification_id == outgoing.notification.id
    assert post.metadata["event_payload"]["alert_id"] == "al1"
    assert post.thread_ts is None


def test_later_alerts_of_a_story_go_to_its_thread(slack: SlackServer) -> None:
    notifier = api(slack)
    first = send(notifier, row(SLACK))
    assert isinstance(first, Sent)
    send(notifier, row(SLACK), thread=first.remote_id)
    assert slack.posts[1].thread_ts == slack.posts[0].ts


def test_a_thread_that_slack_no_longer_knows_does_not_keep_the_alert_back(slack: SlackServer) -> None:
    assert isinstance(send(api(slack), row(SLACK), thread="#desk/1600000000.000001"), Sent)
    assert [post.thread_ts for post in slack.posts] == [None]


def test_a_thread_of_another_channel_is_not_continued(slack: SlackServer) -> None:
    send(api(slack), row(SLACK), thread="#old-desk/1600000000.000001")
    assert len(slack.requests) == 1
    assert slack.posts[0].thread_ts is None


def test_nothing_unfurls_and_no_name_is_linked(slack: SlackServer) -> None:
    send(api(slack), row(SLACK))
    call = slack.requests[0].json
    assert (call["unfurl_links"], call["unfurl_media"], call["link_names"]) == (False, False, False)


def test_a_repeat_says_so_and_keeps_its_ids(slack: SlackServer) -> None:
    send(api(slack), row(SLACK))
    send(api(slack), row(SLACK, repeat=True))
    first, second = slack.posts
    assert second.notification_id == first.notification_id
    assert second.text == "(possible repeat) " + first.text
    assert second.blocks[1:] == first.blocks
    assert "Possible repeat" in str(second.blocks[0])


def test_a_webhook_posts_the_same_blocks(slack: SlackServer) -> None:
    assert send(hook(slack), row(SLACK_WEBHOOK)) == Sent()
    send(api(slack), row(SLACK))
    assert slack.posts[0].blocks == slack.posts[1].blocks


BOTH = [
    (rate_limited(7), Failed(reason="HTTP 429", retry_after=7.0)),
    (status(500), Failed(reason="HTTP 500")),
    (status(503, Retry_After="soon"), Failed(reason="HTTP 503")),
    (status(504), Ambiguous(reason="HTTP 504: a gateway did not hear from the destination")),
    (DROP, Ambiguous(reason="connection lost before the answer: RemoteDisconnected")),
    (slow(3), Ambiguous(reason="no answer within 0.5 s")),
    (DRIP, Ambiguous(reason="no answer within 0.5 s")),
    (
        status(302, Location="http://127.0.0.1:1/"),
        Failed(reason="HTTP 302: redirects are not followed", retry_after=300.0),
    ),
]


@pytest.mark.parametrize(("behaviour", "outcome"), BOTH)
@pytest.mark.parametrize("make", [api, hook])
def test_what_the_network_does_is_told_apart(
    slack: SlackServer, make: object, behaviour: Behaviour, outcome: Outcome
) -> None:
    slack.script(behaviour)
    begun = time.monotonic()
    assert make(slack).send(row(SLACK), thread=None, timeout=0.5) == outcome  # type: ignore[operator]
    assert time.monotonic() - begun < 2.5
    assert len(slack.requests) == 1  # never a second try by itself


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("ratelimited", Failed(reason="Slack says ratelimited")),
        (
            "channel_not_found",
            Failed(reason="Slack says channel_not_found: the destination refuses us", retry_after=300.0),
        ),
        ("fatal_error", Ambiguous(reason="Slack says fatal_error")),
        ("invalid_blocks", Refused(reason="Slack says invalid_blocks")),
        (
            "Bearer xoxb-1234-abcdef",
            Failed(reason="Slack says an unknown error: the destination refuses us", retry_after=300.0),
        ),
    ],
)
def test_slacks_own_errors_say_what_to_do_next(slack: SlackServer, word: str, outcome: Outcome) -> None:
    slack.script(error(word))
    assert send(api(slack), row(SLACK)) == outcome


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (status(400, b"invalid_payload"), Refused(reason="HTTP 400 invalid_payload")),
        (
            status(404, b"no_service"),
            Failed(reason="HTTP 404 no_service: the destination refuses us", retry_after=300.0),
        ),
        (status(410, b"channel_is_archived"), Refused(reason="HTTP 410 channel_is_archived")),
        (status(403, b"T0AAAAAAA/B0BBBBBBB"), Failed(reason="HTTP 403: the destination refuses us", retry_after=300.0)),
    ],
)
def test_a_webhooks_errors_say_what_to_do_next(slack: SlackServer, behaviour: Behaviour, outcome: Outcome) -> None:
    slack.script(behaviour)
    assert send(hook(slack), row(SLACK_WEBHOOK)) == outcome


def test_an_answer_that_is_not_slacks_is_ambiguous(slack: SlackServer) -> None:
    slack.script(status(200, b"<html>please log in</html>"))
    assert isinstance(send(api(slack), row(SLACK)), Ambiguous)


def test_a_wrong_token_is_refused_without_naming_it(slack: SlackServer) -> None:
    slack.token = "xoxb-another"
    outcome = send(api(slack), row(SLACK))
    assert outcome == Failed(reason="Slack says invalid_auth: the destination refuses us", retry_after=300.0)


def test_a_destination_that_is_not_there_has_got_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/x"
        outcome = send(SlackWebhookNotifier(url, RealClock()), row(SLACK_WEBHOOK))
    assert outcome == Failed(reason="cannot connect: Connection refused")


@pytest.mark.parametrize("token", ["", " ", "xoxb-1\nX-Evil: 1", "xoxb-é"])
def test_a_token_that_no_header_can_carry_is_refused_at_the_start(token: str) -> None:
    with pytest.raises(ValueError, match="the token is empty or holds characters that no token has"):
        SlackNotifier(SLACK, token, RealClock())


def test_the_blocks_are_blocks_to_slacks_own_library(slack: SlackServer) -> None:
    """slack_sdk's models check their limits; its client proves that the server is shaped like Slack."""
    send(api(slack), row(SLACK))
    sent = slack.posts[0].blocks
    for block in Block.parse_all(sent):
        block.validate_json()
    client = WebClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    answer = client.chat_postMessage(channel="#desk", text="by the book", blocks=sent)
    assert answer["ok"]
    assert slack.posts[1].blocks == sent
