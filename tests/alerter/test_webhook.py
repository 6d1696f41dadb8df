"""The signed webhook against a receiver that refuses what is not signed."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest

from services.alerter.post import Target
from services.alerter.webhook import WebhookNotifier
from services.core.alert import Alert
from services.core.notification import Ambiguous, Failed, Outcome, Refused, Sent
from tests.alerter.outgoing import WEBHOOK, RealClock, row
from tests.builders import alert
from tests.servers.certificate import certificate
from tests.servers.http import DROP, HttpServer, Request, status
from tests.servers.webhook import SECRET, WebhookServer


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    with WebhookServer() as running:
        yield running


def send(server: HttpServer, url: str | None = None, secret: str = SECRET, **changes: bool) -> Outcome:
    where = url or f"{server.url}/hooks/alerts?key=in-the-query"
    return WebhookNotifier(where, secret, RealClock()).send(row(WEBHOOK, **changes), thread=None, timeout=2.0)


def test_an_alert_arrives_signed_and_whole(server: WebhookServer) -> None:
    assert send(server) == Sent()
    (event,) = server.events.values()
    assert (event["type"], event["timestamp"]) == ("alert.decided", "2026-01-05T09:02:00Z")
    assert msgspec.convert(event["data"]["alert"], Alert) == alert()


def test_a_repeat_has_the_same_id_and_bytes_and_says_so(server: WebhookServer) -> None:
    send(server)
    send(server, repeat=True)
    first, second = server.requests
    assert server.repeats == [row(WEBHOOK).notification.id]
    assert first.body == second.body
    assert ("wirewatch-repeat" in first.headers, second.headers["wirewatch-repeat"]) == (False, "true")


def test_a_body_signed_with_another_secret_is_refused_by_the_receiver(server: WebhookServer) -> None:
    outcome = send(server, secret="whsec_" + "AAAA" * 8)
    assert outcome == Failed(reason="HTTP 401: the destination refuses us", retry_after=300.0)


class Fixed(RealClock):
    def now(self) -> datetime:
        return datetime.fromtimestamp(1614265330, UTC)


def test_the_signature_is_that_of_the_standards_example(server: WebhookServer) -> None:
    """The vector of the Standard Webhooks specification."""
    given = row(WEBHOOK)
    note = msgspec.structs.replace(
        given.notification, id="msg_p5jXN8AQM9LWM0D4loKWxJek", payload=b'{"test": 2432232314}'
    )
    notifier = WebhookNotifier(server.hook_url, SECRET, Fixed())
    notifier.send(msgspec.structs.replace(given, notification=note), thread=None, timeout=2.0)
    assert server.requests[0].headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_redirect_is_not_followed(server: WebhookServer) -> None:
    with HttpServer() as elsewhere:
        server.script(status(307, Location=elsewhere.url))
        assert send(server) == Failed(reason="HTTP 307: redirects are not followed", retry_after=300.0)
        assert elsewhere.requests == []


def test_retry_after_may_be_a_date(server: WebhookServer) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.script(status(429, Retry_After=soon))
    outcome = send(server)
    assert isinstance(outcome, Failed)
    assert outcome.retry_after == pytest.approx(90, abs=3)


@pytest.mark.parametrize("value", ["", "soon", "-3", "1.5", "٣", "Mon, 99 Xyz 2026 00:00:00 GMT"])
def test_an_unreadable_retry_after_is_none(server: WebhookServer, value: str) -> None:
    server.script(status(429, Retry_After=value.encode().decode("latin-1")))
    assert send(server) == Failed(reason="HTTP 429")


def test_gone_is_final(server: WebhookServer) -> None:
    server.script(status(410))
    assert send(server) == Refused(reason="HTTP 410")


def test_a_large_answer_is_not_swallowed(server: WebhookServer) -> None:
    server.script(status(200, b"x" * 5_000_000))
    begun = time.monotonic()
    assert send(server) == Sent()
    assert time.monotonic() - begun < 2.5


def test_an_accepted_request_without_an_answer_is_ambiguous(server: WebhookServer) -> None:
    server.script(DROP)
    assert isinstance(send(server), Ambiguous)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    return certificate(tmp_path)


def test_an_untrusted_certificate_gets_nothing(tls: tuple[ssl.SSLContext, Path]) -> None:
    with WebhookServer(tls=tls[0]) as server:
        outcome = send(server)
        assert outcome == Failed(reason="no TLS: the certificate is not trusted (verification code 18)")
        assert server.requests == []


def test_a_trusted_certificate_is_enough(tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    with WebhookServer(tls=tls[0]) as server:
        assert send(server) == Sent()
        server.script(DROP)
        assert isinstance(send(server), Ambiguous)


def test_tls_asked_of_a_server_that_speaks_none_sends_nothing(server: WebhookServer) -> None:
    outcome = send(server, url=server.hook_url.replace("http:", "https:"))
    assert isinstance(outcome, Failed)
    assert server.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://h/x",
        "//h/x",
        "https://user:pw@h/x",
        "https://h:port/x",
        "https://h/a b",
        "https://h/\r\nX: y",
        "https://[::1/x",
    ],
)
def test_a_url_that_cannot_be_posted_to_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError) as caught:
        Target(url)
    assert not url or url not in str(caught.value)
    assert "user:pw" not in str(caught.value)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_a", "whsec_é"])
def test_a_secret_that_cannot_sign_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(ValueError, match="the secret is not whsec_ with base64 after it"):
        WebhookNotifier("https://h.example/", secret, RealClock())


def test_requests_say_who_sends_them(server: WebhookServer) -> None:
    send(server)
    request: Request = server.requests[0]
    assert request.headers["user-agent"].startswith("wirewatch/")
    assert request.headers["content-type"] == "application/json"
    assert request.path == "/hooks/alerts?key=in-the-query"
