"""The alertmanager receiver against a real Alertmanager, and against one that fails."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.alerter.alertmanager import AlertmanagerNotifier
from services.core.notification import Ambiguous, Failed, OutboxRow, Outcome, Refused, Sent
from tests.alerter.outgoing import ALERTMANAGER, SLACK, RealClock, row
from tests.alerter.test_injection import CASES, INVISIBLE, poisoned
from tests.builders import alert
from tests.servers.alertmanager import PROGRAM, Alertmanager
from tests.servers.http import DROP, Behaviour, HttpServer, status

NOW = datetime.now(UTC)
real = pytest.mark.skipif(not PROGRAM, reason="needs prometheus-alertmanager")


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    routes = {"route": {"receiver": "desk", "group_by": ["rule"]}}
    running = Alertmanager(tmp_path_factory.mktemp("alertmanager"), routes, ["desk"])
    yield running
    running.stop()


def send(url: str, outgoing: OutboxRow) -> Outcome:
    return AlertmanagerNotifier(url, None, None, RealClock()).send(outgoing, thread=None, timeout=5)


@real
def test_an_alert_is_one_there_however_often_it_is_sent(manager: Alertmanager) -> None:
    own = alert(
        id="once", decided_at=NOW, labels={"rule": "arms", "topic": "arms_transfer", "2 nd/label": "x", "empty": ""}
    )
    for repeat in (False, True):
        assert send(manager.url + "/", row(ALERTMANAGER, own, repeat=repeat)) == Sent()
    (held,) = [one for one in manager.alerts() if one["labels"]["alert"] == "once"]
    assert held["labels"] == {
        "alertname": "wirewatch", "alert": "once", "rule": "arms", "severity": "warning", "story": "s1", "topic": "arms_transfer",
        "development": "new_story", "_2_nd_label": "x",
    }  # fmt: skip
    assert held["annotations"]["description"] == "Norland agrees to *sell* coastal radars to Sudmark"
    assert held["generatorURL"] == "https://harbour.example/1"
    starts, ends = (datetime.fromisoformat(held[name]) for name in ("startsAt", "endsAt"))
    assert ends - starts == timedelta(hours=1)
    assert abs(starts - NOW) < timedelta(seconds=1)


@real
@pytest.mark.parametrize("text", CASES)
def test_a_real_alertmanager_takes_hostile_text_as_text(manager: Alertmanager, text: str) -> None:
    hostile = msgspec.structs.replace(poisoned(text), id="hostile", decided_at=datetime.now(UTC), rule_version="1")
    assert send(manager.url, row(ALERTMANAGER, hostile)) == Sent()
    held = max(
        (one for one in manager.alerts() if one["labels"]["alert"] == "hostile"), key=lambda one: one["updatedAt"]
    )
    for value in (*held["labels"].values(), *held["annotations"].values()):
        assert not INVISIBLE.search(value)
        assert len(value) <= 1000
    assert held.get("generatorURL", "https://evil.example/").startswith("https://evil.example/")


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (status(400, b'"bad"'), Refused(reason="HTTP 400")), (status(503), Failed(reason="HTTP 503")),
        (status(401), Failed(reason="HTTP 401: the destination refuses us", retry_after=300.0)),
        (DROP, Ambiguous(reason="connection lost before the answer: RemoteDisconnected")),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_apart(behaviour: Behaviour, outcome: Outcome) -> None:
    with HttpServer() as server:
        server.script(behaviour)
        assert send(server.url + "/prefix/", row(ALERTMANAGER)) == outcome
        assert [request.path for request in server.requests] == ["/prefix/api/v2/alerts"]


def test_a_login_goes_to_this_machine_or_over_tls_only() -> None:
    with HttpServer() as server:
        notifier = AlertmanagerNotifier(server.url, "jo", "pass", RealClock())
        assert notifier.send(row(ALERTMANAGER), thread=None, timeout=5) == Sent()
        assert server.requests[0].headers["authorization"] == "Basic am86cGFzcw=="
    with pytest.raises(ValueError, match="not sent without TLS"):
        AlertmanagerNotifier("http://alerts.example", "jo", "pass", RealClock())
    with pytest.raises(ValueError, match=r"without \? and #"):
        AlertmanagerNotifier("http://alerts.example/?x=1", None, None, RealClock())


def test_what_was_rendered_for_another_receiver_is_not_posted() -> None:
    with HttpServer() as server, pytest.raises(msgspec.MsgspecError):
        send(server.url, row(SLACK))
    assert not server.requests
