"""No secret gets out: over every receiver and every kind of failure, what is logged, stored, counted or shown holds none.

Each case runs the real sender over the real outbox, with everything logged at debug level, against a server that
fails in one way, where it can by repeating to us all that we sent it.
"""

import base64
import io
import logging
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from services.alerter.lane import Pace
from services.alerter.receivers import build_notifiers
from services.core.errors import ConfigInvalid
from services.core.notification import DeliveryState
from services.core.settings import (
    AppriseReceiver,
    Receiver,
    Secret,
    SlackReceiver,
    SlackWebhookReceiver,
    SmtpReceiver,
    WebhookReceiver,
)
from tests.alerter.outgoing import MAIL, RealClock
from tests.alerter.sending import alerts, decide, opened, sending, until
from tests.servers.certificate import certificate
from tests.servers.http import DRIP, DROP, Behaviour, HttpServer, Request, slow, status
from tests.servers.smtp import MailServer

TOKEN = "xoxb-9b1deb4d-3b7d-4bad"
PATH = "T9b1deb4d/B3b7d4bad/9bdd2b0d7b3dcb6d"
SIGNING = "whsec_" + base64.b64encode(b"9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d").decode()
PASSWORD = "9b1deb4d-hunter2"
SECRETS = {"token": TOKEN, "hook": "", "url": "", "signing": SIGNING, "password": PASSWORD, "tail": ""}
FORBIDDEN = [
    TOKEN, PATH, "9bdd2b0d7b3dcb6d", SIGNING, SIGNING.removeprefix("whsec_"), "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d", PASSWORD,
    base64.b64encode(PASSWORD.encode()).decode(), base64.b64encode(f"\0desk\0{PASSWORD}".encode()).decode(),
]  # fmt: skip

PACE = Pace(poll=0.02, timeout=0.5, lease=4.0, observe=0.1)


def echoing(code: int) -> Callable[[Request], Behaviour]:
    """Answer with this status, and in body and headers with all that came."""

    def answer(request: Request) -> Behaviour:
        everything = f"{request.path} {request.headers} ".encode() + request.body
        location = ("Location", f"http://127.0.0.1:9{request.path}")
        return Behaviour(status=code, body=everything, headers=(location, ("X-Echo", str(request.headers))))

    return answer


def always(behaviour: Behaviour) -> Callable[[Request], Behaviour]:
    return lambda _request: behaviour


def says(word: str) -> Callable[[Request], Behaviour]:
    """Slack's shape of an error, with a secret for the word."""
    return always(status(200, msgspec.json.encode({"ok": False, "error": word})))


HTTP_FAILURES = {
    "400": echoing(400), "401": echoing(401), "302": echoing(302), "404": echoing(404), "410": echoing(410), "429": echoing(429),
    "500": echoing(500), "504": echoing(504), "200 not Slack": echoing(200), "dropped": always(DROP), "slow": always(slow(9)),
    "drip": always(DRIP), "token for a word": says(TOKEN), "path for a word": says("9bdd2b0d7b3dcb6d"),
}  # fmt: skip


def http_receivers(base: str) -> list[tuple[Receiver, dict[str, str]]]:
    hook = f"{base}/services/{PATH}"
    return [
        (SlackReceiver(name="slack", token=Secret(env="token"), channel="#desk", api_url=f"{base}/api/", rate=50.0), {}),
        (SlackWebhookReceiver(name="slack-hook", url=Secret(env="hook"), rate=50.0), {"hook": hook}),
        (WebhookReceiver(name="hook", url=Secret(env="url"), secret=Secret(env="signing")), {"url": f"{hook}?key={PATH}"}),
        (AppriseReceiver(name="tail", url=Secret(env="tail"), rate=50.0), {"tail": hook.replace("http", "json", 1)}),
    ]  # fmt: skip


NAMES = ["slack", "slack webhook", "webhook", "apprise"]


@contextmanager
def watched(
    directory: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Iterator[list[str]]:
    """Afterwards, nothing of what a person or a program can see of the run holds a secret."""
    seen: list[str] = []
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        yield seen
    printed = capsys.readouterr()
    seen += [str(logs), caplog.text, generate_latest().decode(), printed.out, printed.err]
    seen += [path.read_bytes().decode("latin-1") for path in directory.glob("store.sqlite3*")]
    for place in seen:
        for secret in FORBIDDEN:
            assert secret not in place


def run(directory: Path, receiver: Receiver, values: dict[str, str], seen: list[str]) -> str:
    """One attempt to deliver; the reason that it failed for."""
    secrets = SECRETS | values
    notifiers = build_notifiers(
        [receiver], lambda secret: secrets[str(secret.env)], _nothing, io.StringIO(), RealClock()
    )
    del notifiers["@stream"]
    seen.append(repr(notifiers))
    with opened(directory) as store:
        decide(store, [receiver], alerts(1))
        with sending(store.outbox, notifiers, [receiver], pace=PACE) as sender:
            until(lambda: any(row.error for row in store.outbox.rows()), 5)
            seen.append(repr(sender.totals))
        (row,) = store.outbox.rows()
        seen.append(repr(row))
        assert row.state is not DeliveryState.SENT
        return row.error or ""


def _nothing() -> Any:
    raise AssertionError("nothing was to be published")


@pytest.mark.parametrize("failure", HTTP_FAILURES)
@pytest.mark.parametrize("which", range(len(NAMES)), ids=NAMES)
def test_http(
    failure: str, which: int, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    if NAMES[which] == "apprise":
        pytest.importorskip("apprise", reason="the extra apprise is not installed")
    if which > 0 and failure in {"200 not Slack", "token for a word", "path for a word"}:
        return  # a 200 is a success to these
    with HttpServer(choose=HTTP_FAILURES[failure]) as server, watched(tmp_path, caplog, capsys) as seen:
        receiver, values = http_receivers(server.url)[which]
        assert run(tmp_path, receiver, values, seen)
    assert TOKEN in str(server.requests) or PATH in str(server.requests)  # they did travel


@pytest.mark.parametrize("which", range(len(NAMES)), ids=NAMES)
@pytest.mark.parametrize("kind", ["refused", "no such host", "untrusted", "not TLS"])
def test_connections(
    which: int, kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    if NAMES[which] == "apprise":
        pytest.importorskip("apprise", reason="the extra apprise is not installed")
    with _unreachable(kind, tmp_path) as base, watched(tmp_path, caplog, capsys) as seen:
        receiver, values = http_receivers(base)[which]
        assert re.match("cannot connect|no TLS|Apprise could not", run(tmp_path, receiver, values, seen))


@contextmanager
def _unreachable(kind: str, directory: Path) -> Iterator[str]:
    if kind == "no such host":
        yield "https://nowhere.invalid"
    elif kind == "refused":
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    else:
        with HttpServer(tls=certificate(directory)[0] if kind == "untrusted" else None) as server:
            yield server.url.replace("http://", "https://")


ECHOES = (
    "{password} "
    + base64.b64encode(f"\0desk\0{PASSWORD}".encode()).decode()
    + " "
    + base64.b64encode(PASSWORD.encode()).decode()
)
MAIL_FAILURES: dict[str, dict[str, Any]] = {
    "login": {"login": ("desk", "other"), "login_reply": "535 5.7.8 no, not " + ECHOES},
    "sender": {"refuse_sender": f"550 not after {PASSWORD}"},
    "recipient": {"refuse": {"ann@desk.example": f"450 not after {PASSWORD}"}},
    "text": {"after_text": f"554 not after {PASSWORD}"},
    "dropped": {"after_text": "drop"},
    "slow": {"delay": 9.0},
}


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("failure", MAIL_FAILURES)
def test_mail(
    failure: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"login": ("desk", PASSWORD)} | MAIL_FAILURES[failure]
    caplog.set_level(logging.WARNING, logger="mail.log")  # the server's own log, in this same process
    with MailServer(**given) as server, watched(tmp_path, caplog, capsys) as seen:
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        receiver: SmtpReceiver = msgspec.structs.replace(
            MAIL, port=server.port, username="desk", password=Secret(env="password")
        )
        assert run(tmp_path, receiver, {}, seen)


@pytest.mark.parametrize(
    "values",
    [
        {"token": TOKEN + "\n"},
        {"hook": "https://user:9bdd2b0d7b3dcb6d@h.example/"},
        {"hook": f"https://h.example:{PATH}/"},
        {"hook": PATH},
        {"url": f"ftp://h.example/{PATH}"},
        {"signing": SIGNING + "é"},
        {"password": PASSWORD + "\x00"},
        {"tail": f"nosuchservice://{PATH}"},
        {"tail": "slack://9bdd2b0d7b3dcb6d"},
    ],
)
def test_mistakes_in_secrets_are_named_without_them(values: dict[str, str]) -> None:
    pytest.importorskip("apprise", reason="the extra apprise is not installed")
    good = {"hook": "https://h.example/x", "url": "https://h.example/x", "tail": "json://h.example"}
    receivers = [receiver for receiver, _ in http_receivers("https://h.example")]
    receivers.append(msgspec.structs.replace(MAIL, username="desk", password=Secret(env="password")))
    with pytest.raises(ConfigInvalid) as caught:
        build_notifiers(
            receivers, lambda secret: (SECRETS | good | values)[str(secret.env)], _nothing, io.StringIO(), RealClock()
        )
    assert len(caught.value.problems) == 1
    shown = repr(caught.value) + str(caught.value.__cause__) + str(caught.value.__context__)
    for secret in FORBIDDEN:
        assert secret not in shown
