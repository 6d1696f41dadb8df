"""The long tail, against a real server by way of Apprise's own JSON service."""

import io
import logging
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from services.alerter.apprise import AppriseNotifier
from services.alerter.receivers import build_notifier
from services.alerter.render.apprise import ApprisePayload
from services.alerter.render.summary import summary
from services.core.group import Kind, Telling
from services.core.notification import Ambiguous, DeliveryState, Failed, OutboxRow, Sent
from services.core.settings import NEEDS_APPRISE, Secret
from tests.alerter.outgoing import APPRISE, STDOUT, RealClock, row
from tests.alerter.test_injection import CASES, INVISIBLE, poisoned
from tests.builders import alert, at
from tests.config.directories import problems, write
from tests.servers.http import DRIP, DROP, Behaviour, HttpServer, slow, status

pytest.importorskip("apprise", reason="the extra apprise is not installed")


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as running:
        yield running


def notifier(server: HttpServer) -> AppriseNotifier:
    return AppriseNotifier(server.url.replace("http", "json", 1) + "/T0/secret-path")


def test_an_alert_arrives_as_title_and_text(server: HttpServer) -> None:
    assert notifier(server).send(row(APPRISE), thread=None, timeout=5) == Sent()
    (request,) = server.requests
    told = request.json
    assert (request.path, told["type"]) == ("/T0/secret-path", "warning")
    assert told["title"].startswith("WARNING: Norland agrees to sell")
    assert "https://harbour.example/1" in told["message"].splitlines()
    assert told["message"].splitlines()[-1] == "rule arms version 1, alert al1"


def test_a_repeat_says_so(server: HttpServer) -> None:
    assert notifier(server).send(row(APPRISE, repeat=True), thread=None, timeout=5) == Sent()
    assert server.requests[0].json["title"].startswith("(possible repeat) WARNING")


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (status(503), Failed(reason="HTTP 503")),
        (status(404), Failed(reason="HTTP 404")),
        (status(302, Location="http://127.0.0.1:9/elsewhere"), Failed(reason="HTTP 302")),
        (DROP, Ambiguous(reason="connection lost before the answer")),
    ],
    ids=["away", "not there", "redirect", "answer lost"],
)
def test_what_the_service_does_decides_the_outcome(
    server: HttpServer, behaviour: Behaviour, outcome: Failed | Ambiguous
) -> None:
    server.script(behaviour)
    assert notifier(server).send(row(APPRISE), thread=None, timeout=5) == outcome
    assert len(server.requests) == 1  # Apprise tries nothing again by itself


def test_a_service_that_is_not_there() -> None:
    assert AppriseNotifier("json://127.0.0.1:1/x").send(row(APPRISE), thread=None, timeout=5) == Failed(
        reason="Apprise could not deliver it"
    )


@pytest.mark.parametrize("behaviour", [slow(3.0), DRIP], ids=["slow", "a byte now and then"])
def test_a_send_ends_in_time_and_the_next_waits_for_it(server: HttpServer, behaviour: Behaviour) -> None:
    server.script(behaviour)
    own, begun = notifier(server), time.monotonic()
    assert own.send(row(APPRISE), thread=None, timeout=0.5) == Ambiguous(reason="no answer within 0.5 s")
    assert time.monotonic() - begun < 2
    before = threading.active_count()
    assert own.send(row(APPRISE), thread=None, timeout=0.5) == Failed(
        reason="the send before this one has not ended yet"
    )
    assert threading.active_count() <= before
    assert len(server.requests) == 1


def test_messages_do_not_wait_for_apprise(server: HttpServer) -> None:
    own, begun = notifier(server), time.monotonic()
    for _ in range(5):
        assert own.send(row(APPRISE), thread=None, timeout=5) == Sent()
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("text", CASES)
def test_hostile_text_opens_nothing(server: HttpServer, text: str) -> None:
    assert notifier(server).send(row(APPRISE, poisoned(text)), thread=None, timeout=5) == Sent()
    check_plain(server.requests[0].json)


@pytest.mark.parametrize("text", CASES)
def test_nor_does_it_in_a_summary(server: HttpServer, text: str) -> None:
    both = (poisoned(text), msgspec.structs.replace(poisoned(text), id="al2"))
    telling = Telling(
        key="k", kind=Kind.GROUP, route="{}", receiver="apprise", labels={"topic": text}, alert_ids=("al1", "al2")
    )
    (note,) = summary(telling, both, APPRISE, at(9))
    outgoing = OutboxRow(notification=note, state=DeliveryState.SENDING, attempts=1, due_at=at(9))
    assert notifier(server).send(outgoing, thread=None, timeout=5) == Sent()
    check_plain(server.requests[0].json)


def check_plain(told: dict[str, Any]) -> None:
    """Nothing that Slack, Discord, Telegram, Matrix or a mail program takes for more than text."""
    title, message = told["title"], told["message"]
    for words in (title, re.sub(r"https?://\S+", "", message)):
        assert not re.search(r"[<>\[\]]", words)
        assert not re.search(r"[*_~`@#|\\](?=[^\s\u200b])", words)
    for link in re.findall(r"https?://[^\s\u200b]+", message):
        assert re.fullmatch(r"[\x21-\x7e]+", link) or not link.startswith("https://evil.example/")
    assert not INVISIBLE.search((title + message.replace("\n", "")).replace("\u200b", ""))
    assert len(title) <= 400
    assert len(message) <= 4000


def test_a_thousand_alerts_are_one_short_message() -> None:
    many = [alert(id=f"al{n}", title="w" * 200) for n in range(1000)]
    telling = Telling(
        key="k", kind=Kind.QUIET, route="{}", receiver="apprise", labels={}, alert_ids=tuple(one.id for one in many)
    )
    (note,) = summary(telling, many, APPRISE, at(9))
    assert len(msgspec.json.decode(note.payload, type=ApprisePayload).body) <= 4000
    assert len(note.alert_ids) == 1000


def test_what_was_rendered_for_another_type_is_not_sent(server: HttpServer) -> None:
    with pytest.raises(msgspec.MsgspecError):
        notifier(server).send(row(STDOUT), thread=None, timeout=5)
    assert server.requests == []


def test_apprise_says_nothing_by_itself(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(status(500))
    notifier(server).send(row(APPRISE), thread=None, timeout=5)
    assert "secret-path" not in caplog.text


@pytest.mark.parametrize("url", ["", "nosuchservice://x", "slack://half", "https://harbour.example/:x", "\x00"])
def test_a_url_that_apprise_does_not_know(url: str) -> None:
    with pytest.raises(ValueError, match="Apprise knows no such URL"):
        AppriseNotifier(url)


def test_without_the_extra_the_configuration_says_what_to_install(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.config.cross.find_spec", lambda _name: None)
    monkeypatch.setattr("services.alerter.apprise.find_spec", lambda _name: None)
    routes = "route: {receiver: tail}\nreceivers:\n  - {type: apprise, name: tail, url: {env: TAIL}}\n"
    (problem,) = problems(write(tmp_path, {"routes.yaml": routes}))
    assert problem == f"routes.yaml:3:6: receivers[0].type: {NEEDS_APPRISE}"
    with pytest.raises(ValueError, match="pip install"):
        build_notifier(APPRISE, lambda _secret: "json://h", io.StringIO(), RealClock())


def test_the_configuration_takes_such_a_receiver(tmp_path: Any) -> None:
    routes = "route: {receiver: tail}\nreceivers:\n  - {type: apprise, name: tail, url: {env: TAIL}}\n"
    assert problems(write(tmp_path, {"routes.yaml": routes})) == []
    assert APPRISE.url == Secret(env="UNUSED")
