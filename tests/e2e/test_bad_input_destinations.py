"""Destinations that are away: what was decided for them is kept, told of without secrets, and delivered when they return."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.core.notification import DeliveryState, OutboxRow
from services.openers import open_database
from tests.e2e.deployment import Deployment, eventually
from tests.e2e.outlets import Outlets, deal
from tests.e2e.watch import STDOUT, alerted, answer, begin, events, printed, series
from tests.servers.ports import free_port
from tests.servers.slack import SlackServer
from tests.servers.smtp import MailServer

TOKEN = "xoxb-hunter2-of-slack"
PASSWORD = "hunter2-of-the-mail"


@pytest.fixture
def outlets() -> Iterator[Outlets]:
    outlets = Outlets(("harbour",))
    yield outlets
    outlets.close()


@pytest.fixture
def deployment(tmp_path: Path, outlets: Outlets) -> Iterator[Deployment]:
    """One receiver that is there, and two of whom nobody listens at their port."""
    deployment = Deployment(tmp_path, outlets, ("run",), STDOUT)
    deployment.environment = {"SLACK_TOKEN": TOKEN, "MAIL_PASSWORD": PASSWORD}
    slack = {
        "type": "slack", "name": "slack", "token": {"env": "SLACK_TOKEN"}, "channel": "C1", "rate": 50,
        "api_url": f"http://127.0.0.1:{free_port()}/api/",
    }  # fmt: skip
    mail = {
        "type": "smtp", "name": "mail", "host": "127.0.0.1", "port": free_port(), "tls": "none", "rate": 50,
        "username": "desk", "password": {"env": "MAIL_PASSWORD"}, "sender": "wire@desk.example", "to": ["a@desk.example"],
    }  # fmt: skip
    routes = [{"receiver": name, "continue": True} for name in ("slack", "mail")] + [{"receiver": "desk"}]
    deployment.write(
        "routes.yaml", {"route": {"receiver": "desk", "routes": routes}, "receivers": [STDOUT, slack, mail]}
    )
    yield begin(deployment, outlets)
    deployment.kill_all()


def test_what_cannot_be_delivered_waits_in_the_outbox_until_the_destination_returns(
    deployment: Deployment, outlets: Outlets
) -> None:
    outlets.publish("harbour", "g1", deal(1))
    eventually("the receiver that is there has it", lambda: alerted(deployment, deal(1)), 20)
    for receiver in ("slack", "mail"):
        _is_kept(deployment, receiver)
    assert {row.notification.receiver for row in _rows(deployment)} == {"slack", "mail"}
    assert answer(deployment, "/readyz")[0] == 200  # others are served: it does its work
    _returns(deployment)
    assert _rows(deployment) == ()
    _tells_no_secret(deployment)
    assert deployment.stop_all(timeout=20) == {"run": 0}


def _is_kept(deployment: Deployment, receiver: str) -> None:
    tried = lambda: events(deployment, "notification retry", receiver=receiver)  # noqa: E731
    eventually(f"{receiver} was tried", lambda: bool(tried()), 20)
    assert "Connection refused" in tried()[0]["reason"]
    assert series(deployment, "wirewatch_deliveries_total", receiver=receiver, outcome="failed") >= 1
    eventually("the outbox shows it", lambda: _waiting(deployment, receiver) == 1, 10)


def _returns(deployment: Deployment) -> None:
    """Both destinations come back at their ports."""
    receivers = {receiver.name: receiver for receiver in deployment.configuration().routes.receivers}
    slack_port = int(receivers["slack"].api_url.split(":")[2].split("/")[0])  # type: ignore[union-attr]
    with (
        SlackServer(listen=slack_port, token=TOKEN) as slack,
        MailServer(listen=receivers["mail"].port, login=("desk", PASSWORD)) as mail,  # type: ignore[union-attr]
    ):
        eventually("Slack has it", lambda: len(slack.posts) == 1, 30)
        eventually("the mail server has it", lambda: len(mail.mails) == 1, 30)
        eventually("both are settled", lambda: len(events(deployment, "notification sent")) >= 4, 10)
    told = "Kenya agrees to supply artillery shells to Brazil"
    assert slack.posts[0].text.startswith(f"WARNING: {told}")  # and is not called a repeat
    assert mail.mails[0].message["Subject"] == deal(1)


def _rows(deployment: Deployment) -> tuple[OutboxRow, ...]:
    """What the outbox has not got rid of."""
    store = open_database(deployment.configuration().settings)
    try:
        return store.outbox.rows(states=set(DeliveryState) - {DeliveryState.SENT})
    finally:
        store.close()


def _waiting(deployment: Deployment, receiver: str) -> float:
    states = ("pending", "sending", "retry")
    return sum(series(deployment, "wirewatch_outbox_notifications", receiver=receiver, state=state) for state in states)


def _tells_no_secret(deployment: Deployment) -> None:
    files = [path for path in deployment.directory.rglob("*") if path.is_file()]
    told = [path.name for path in files if any(secret.encode() in path.read_bytes() for secret in (TOKEN, PASSWORD))]
    assert told == []
    for secret in (TOKEN, PASSWORD):
        assert secret not in answer(deployment, "/metrics")[1]
        assert secret not in printed(deployment)
