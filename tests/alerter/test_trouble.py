"""A receiver that does not deliver is reported through another one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from services.alerter.smtp import SmtpNotifier
from services.alerter.trouble import Failing, TroubleReports
from services.alerter.webhook import WebhookNotifier
from services.core.ports.edges import Notifier
from services.core.settings import Trouble
from services.store.engine import Store
from tests.alerter.outgoing import MAIL, SLACK, STDOUT, WEBHOOK, RealClock
from tests.alerter.sending import alerts, decide, opened, sending, until
from tests.builders import at
from tests.config.directories import loaded, problems, write
from tests.servers.http import status
from tests.servers.smtp import MailServer
from tests.servers.webhook import SECRET as SIGNING
from tests.servers.webhook import WebhookServer


class Lane(msgspec.Struct):
    receiver: str
    failing: Failing | None = None
    answers: bool = False


TROUBLE = Trouble(receiver="terminal", after=600.0)
DOWN = Lane("slack", Failing(since=at(0), reason="HTTP 503"))
UP = Lane("slack", answers=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        yield opened_store


def test_an_outage_is_reported_once_and_its_end_once(store: Store) -> None:
    reports = TroubleReports(store.outbox)
    assert not reports.look([DOWN], TROUBLE, STDOUT, at(9))
    assert reports.look([DOWN], TROUBLE, STDOUT, at(10))
    assert not reports.look([DOWN], TROUBLE, STDOUT, at(99))
    assert not reports.look([Lane("slack")], TROUBLE, STDOUT, at(100))  # a new lane that has tried nothing yet
    assert reports.look([UP], TROUBLE, STDOUT, at(101))
    assert not reports.look([UP], TROUBLE, STDOUT, at(102))
    first, second = store.outbox.rows()
    assert b"HTTP 503" in first.notification.payload
    assert b"delivers " in second.notification.payload
    assert first.notification.story_id == second.notification.story_id
    assert first.notification.receiver == "terminal"


def test_a_restart_within_the_hour_does_not_report_it_again_and_another_outage_is_reported(store: Store) -> None:
    TroubleReports(store.outbox).look([DOWN], TROUBLE, STDOUT, at(20))
    TroubleReports(store.outbox).look([DOWN], TROUBLE, STDOUT, at(40))
    assert len(store.outbox.rows()) == 1
    TroubleReports(store.outbox).look([DOWN], TROUBLE, STDOUT, at(180))
    assert len(store.outbox.rows()) == 2


def test_its_own_trouble_the_receiver_is_not_told(store: Store) -> None:
    reports = TroubleReports(store.outbox)
    assert not reports.look([DOWN], TROUBLE, SLACK, at(60))
    assert not reports.look([UP], TROUBLE, SLACK, at(61))
    assert store.outbox.rows() == ()


def test_a_dead_webhook_is_told_by_mail_and_that_it_is_back_in_the_same_thread(store: Store) -> None:
    with MailServer() as server, WebhookServer() as hook:
        mail = msgspec.structs.replace(MAIL, port=server.port)
        hook.choose = lambda _request: status(503)
        notifiers: dict[str, Notifier] = {
            "mail": SmtpNotifier(mail, None), "hook": WebhookNotifier(hook.hook_url, SIGNING, RealClock()),
        }  # fmt: skip
        decide(store, [WEBHOOK], alerts(1), at=RealClock().now() - timedelta(seconds=1))
        trouble = Trouble(receiver="mail", after=0.3)
        with sending(store.outbox, notifiers, [mail, WEBHOOK], trouble=trouble):
            until(lambda: len(server.mails) == 1, 20)
            hook.choose = lambda _request: None
            until(lambda: len(server.mails) == 2, 20)
    first, second = (kept.message for kept in server.mails)
    assert first["Subject"] == "The receiver hook does not deliver"
    assert second["Subject"] == "Re: The receiver hook does not deliver"
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["X-Wirewatch-Severity"] == "critical"
    assert "the latest attempt *failed*: HTTP 503" in first.get_body(("plain",)).get_content()
    assert len(hook.events) == 1


ROUTES = "route: {{receiver: desk}}\nreceivers:\n  - {{type: stdout, name: desk}}\n{more}trouble: {{receiver: {who}}}\n"
OTHER = "  - {type: file, name: log, path: alerts.jsonl}\n"


def test_the_receiver_must_be_another_that_there_is(tmp_path: Path) -> None:
    def wrong(more: str, who: str) -> list[str]:
        return list(problems(write(tmp_path, {"routes.yaml": ROUTES.format(more=more, who=who)})))

    assert wrong(OTHER, "log") == []  # no route need lead to it
    assert wrong(OTHER, "logs") == [
        'routes.yaml:4:18: receivers[1].name: no route leads to "log"; remove it or name it in a route',
        'routes.yaml:5:11: trouble.receiver: unknown receiver "logs"; did you mean "log"? Allowed: desk, log',
    ]
    assert wrong("", "desk") == [
        "routes.yaml:4:11: trouble.receiver: the only receiver cannot tell that it does not deliver; name another"
    ]


def test_it_is_read(tmp_path: Path) -> None:
    found = loaded(write(tmp_path, {"routes.yaml": ROUTES.format(more=OTHER, who="log")}))
    assert found.routes.trouble == Trouble(receiver="log", after=900.0)
