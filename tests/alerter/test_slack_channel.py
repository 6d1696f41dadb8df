"""A channel given by its id is read: what may have arrived is looked for, and a story's first message says how far it has come."""

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from services.alerter.render.slack import STANDING
from services.alerter.slack import SlackNotifier
from services.core.notification import Ambiguous, DeliveryState, Failed, OutboxRow, Outcome, Sent
from services.core.settings import AlerterSettings
from tests.alerter.outgoing import SLACK, RealClock, row
from tests.alerter.sending import alerts, decide, opened, sending, until
from tests.builders import alert
from tests.servers.http import DROP, Behaviour, Request, status
from tests.servers.slack import SlackServer, error, rate_limited

CHANNEL = "C0123456789"
IN_CHANNEL = msgspec.structs.replace(SLACK, channel=CHANNEL)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


def api(slack: SlackServer) -> SlackNotifier:
    return SlackNotifier(msgspec.structs.replace(IN_CHANNEL, api_url=slack.api_url), "xoxb-1", RealClock())


def send(slack: SlackServer, outgoing: OutboxRow, thread: str | None = None) -> Outcome:
    return api(slack).send(outgoing, thread=thread, timeout=2)


def paths(slack: SlackServer) -> list[str]:
    return [request.path.removeprefix("/api/") for request in slack.requests]


def test_a_message_whose_answer_was_lost_is_found_and_not_posted_again(slack: SlackServer) -> None:
    slack.script(DROP)
    assert isinstance(send(slack, row(SLACK)), Ambiguous)
    (post,) = slack.posts
    assert send(slack, row(SLACK, repeat=True)) == Sent(remote_id=f"{CHANNEL}/{post.ts}")
    assert slack.posts == [post]


def test_a_reply_is_found_in_its_thread(slack: SlackServer) -> None:
    first = send(slack, row(SLACK, alert(id="al0")))
    assert isinstance(first, Sent)
    slack.script(DROP)
    send(slack, row(SLACK), thread=first.remote_id)
    assert send(slack, row(SLACK, repeat=True), thread=first.remote_id) == Sent(
        remote_id=f"{CHANNEL}/{slack.posts[1].ts}"
    )
    assert len(slack.posts) == 2


def test_what_is_not_there_is_posted_and_is_no_repeat(slack: SlackServer) -> None:
    assert isinstance(send(slack, row(SLACK, repeat=True)), Sent)
    assert paths(slack) == ["conversations.history", "chat.postMessage"]
    assert not slack.posts[0].text.startswith("(possible repeat)")


def test_it_is_looked_for_over_several_pages_and_not_for_ever(slack: SlackServer) -> None:
    slack.page = 2
    for number in range(9):
        send(slack, row(SLACK, alert(id=f"al{number}")))
    assert send(slack, row(SLACK, alert(id="al0"), repeat=True)) == Sent(remote_id=f"{CHANNEL}/{slack.posts[0].ts}")
    for number in range(9, 30):
        send(slack, row(SLACK, alert(id=f"al{number}")))
    many = send(slack, row(SLACK, alert(id="al0"), repeat=True))
    assert many == Failed(reason="too many messages since to know whether it arrived", retry_after=300.0)
    assert len(slack.posts) == 30


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (
            error("missing_scope"),
            Failed(reason="cannot look whether it arrived: Slack says missing_scope", retry_after=300.0),
        ),
        (rate_limited(7), Failed(reason="cannot look whether it arrived: HTTP 429", retry_after=7.0)),
        (status(200, b"<html>"), Failed(reason="cannot look whether it arrived: the answer is not Slack's")),
        (DROP, Failed(reason="cannot look whether it arrived: connection lost before the answer: RemoteDisconnected")),
    ],
)
def test_while_the_channel_cannot_be_read_nothing_is_posted(
    slack: SlackServer, behaviour: Behaviour, outcome: Outcome
) -> None:
    slack.script(behaviour)
    assert send(slack, row(SLACK, repeat=True)) == outcome
    assert not slack.posts


def standing(slack: SlackServer, number: int = 0) -> list[str]:
    blocks = slack.posts[number].blocks
    return [block["elements"][0]["text"] for block in blocks if block.get("block_id") == STANDING]


def test_a_storys_first_message_says_how_far_the_story_has_come(slack: SlackServer) -> None:
    first = send(slack, row(SLACK, alert(id="al0")))
    assert isinstance(first, Sent)
    before = slack.posts[0]
    for number, outlets in enumerate((("harbour", "coast"), ("harbour", "coast", "port")), 1):
        assert isinstance(send(slack, row(SLACK, alert(id=f"al{number}", outlets=outlets)), first.remote_id), Sent)
    assert standing(slack) == [
        "Story now: stage agreed · asserted · outlets harbour, coast, port · latest: first report"
    ]
    assert slack.posts[0].blocks[0] == before.blocks[0]
    assert (slack.posts[0].text, slack.posts[0].metadata) == (before.text, before.metadata)
    assert [post.thread_ts for post in slack.posts] == [None, before.ts, before.ts]
    assert not standing(slack, 1)
    assert send(slack, row(SLACK, alert(id="al0"), repeat=True)) == first  # still found by its id


@pytest.mark.parametrize("method", ["conversations.replies", "chat.update"])
@pytest.mark.parametrize("behaviour", [status(500), DROP, error("cant_update_message"), error("missing_scope")])
def test_an_alert_counts_as_sent_though_the_first_message_stays_as_it_was(
    slack: SlackServer, method: str, behaviour: Behaviour
) -> None:
    first = send(slack, row(SLACK, alert(id="al0")))
    assert isinstance(first, Sent)
    slack.choose = lambda request: behaviour if request.path.endswith(method) else None
    assert isinstance(send(slack, row(SLACK), first.remote_id), Sent)
    assert len(slack.posts) == 2


def test_of_a_hundred_alerts_with_answers_lost_each_is_posted_once(slack: SlackServer, tmp_path: Path) -> None:
    store, chance = opened(tmp_path), random.Random(7)
    own = msgspec.structs.replace(IN_CHANNEL, api_url=slack.api_url)

    def lossy(request: Request) -> Behaviour | None:
        if not request.path.endswith("postMessage"):
            return None
        return DROP if (drawn := chance.random()) < 0.2 else status(500) if drawn < 0.3 else None

    slack.choose = lossy
    decide(store, [own], alerts(100))
    with sending(store.outbox, {"slack": api(slack)}, [own], settings=AlerterSettings(ambiguous="resend")):
        until(lambda: store.outbox.depth().get(("slack", DeliveryState.SENT)) == 100, 60)
    assert len({post.notification_id for post in slack.posts}) == len(slack.posts) == 100
    assert not [post for post in slack.posts if "possible repeat" in post.text]
    store.close()
