"""The mail receiver against a mail server (aiosmtpd)."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.alerter.smtp import SmtpNotifier, header
from services.core.alert import Development, DevelopmentKind, Severity
from services.core.notification import Ambiguous, Failed, OutboxRow, Outcome, Refused, Sent
from services.core.settings import SmtpReceiver
from tests.alerter.outgoing import MAIL, SECRET, rendered, row
from tests.builders import alert, transfer
from tests.servers.certificate import certificate
from tests.servers.smtp import Mail, MailServer

PASSWORD = "correct horse"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def receiver(server: MailServer, **changes: Any) -> SmtpReceiver:
    return msgspec.structs.replace(MAIL, port=server.port, **changes)


def send(
    server: MailServer, outgoing: OutboxRow | None = None, *, thread: str | None = None, timeout: float = 5.0
) -> Outcome:
    return SmtpNotifier(receiver(server), None).send(outgoing or row(MAIL), thread=thread, timeout=timeout)


def test_an_alert_becomes_a_mail_of_text_and_html(server: MailServer) -> None:
    outcome = send(server)
    (mail,) = server.mails
    assert (mail.sender, mail.recipients) == ("watch@desk.example", ("ann@desk.example",))
    message = mail.message
    assert outcome == Sent(remote_id=message["Message-ID"])
    assert (message["From"], message["To"]) == ("Wire Watch <watch@desk.example>", "ann@desk.example")
    assert message["Subject"] == "Norland agrees to sell coastal radars to Sudmark"
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "Norland agrees to *sell* coastal radars" in _part(mail, "text/plain")
    assert "Norland agrees to <mark>sell</mark> coastal radars" in _part(mail, "text/html")
    assert message["Auto-Submitted"] == "auto-generated"


def _part(mail: Mail, kind: str) -> str:
    return next(str(part.get_content()) for part in mail.message.walk() if part.get_content_type() == kind)


def test_every_attempt_sends_the_same_bytes(server: MailServer) -> None:
    send(server)
    send(server)
    assert server.mails[0].raw == server.mails[1].raw


def test_a_repeat_keeps_the_message_id_and_says_so(server: MailServer) -> None:
    send(server)
    send(server, row(MAIL, repeat=True))
    first, second = (mail.message for mail in server.mails)
    assert first["Message-ID"] == second["Message-ID"]
    assert (first["X-Wirewatch-Repeat"], second["X-Wirewatch-Repeat"]) == (None, "true")
    assert _part(server.mails[1], "text/plain").startswith("Possible repeat")


@pytest.mark.parametrize("path", ["?who={to}", "/{to}/" + "x" * 400, ""])
def test_a_mail_says_how_to_end_the_mails_with_a_click(server: MailServer, path: str) -> None:
    own = receiver(server, unsubscribe=f"https://desk.example/stop{path}", to=("ann+news@desk.example",))
    assert isinstance(SmtpNotifier(own, None).send(row(own), thread=None, timeout=5), Sent)
    (mail,) = server.mails
    wanted = f"<https://desk.example/stop{path.replace('{to}', 'ann%2Bnews%40desk.example')}>"
    assert f"List-Unsubscribe: {wanted}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode() in mail.raw
    assert mail.message["List-Unsubscribe"] == wanted
    assert mail.message["Subject"] == "Norland agrees to sell coastal radars to Sudmark"


def test_without_an_address_to_unsubscribe_a_mail_names_none(server: MailServer) -> None:
    send(server)
    assert server.mails[0].message["List-Unsubscribe"] is None


def test_the_mails_of_a_story_hang_together(server: MailServer) -> None:
    moved = Development(id="d2", story_id="s1", kind=DevelopmentKind.STAGE_MOVED, why="was sought", act=transfer())
    first = send(server)
    assert isinstance(first, Sent)
    send(server, row(MAIL, alert(id="al2", development=moved)), thread=first.remote_id)
    one, two = (mail.message for mail in server.mails)
    assert two["Subject"] == "Re: " + one["Subject"]
    assert one["In-Reply-To"] == one["References"]  # the story's own id, which no mail has
    assert two["In-Reply-To"] == one["Message-ID"]
    assert two["References"] == f"{one['References']} {one['Message-ID']}"


def test_each_recipient_has_a_notification_of_its_own_and_the_same_message() -> None:
    both = msgspec.structs.replace(MAIL, to=("ann@desk.example", "bo@desk.example"))
    first, second = rendered(both)
    assert first.id != second.id
    payloads = [msgspec.json.decode(note.payload) for note in (first, second)]
    assert [payload.pop("to") for payload in payloads] == ["ann@desk.example", "bo@desk.example"]
    assert payloads[0] == payloads[1]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        (
            {"refuse": {"ann@desk.example": "550 5.1.1 no such user"}},
            Refused(reason="recipient: 550 5.1.1 no such user"),
        ),
        ({"refuse": {"ann@desk.example": "450 4.2.0 greylisted"}}, Failed(reason="recipient: 450 4.2.0 greylisted")),
        ({"refuse_sender": "553 5.1.8 who?"}, Failed(reason="sender: 553 5.1.8 who?", retry_after=300.0)),
        ({"refuse_sender": "421 busy"}, Failed(reason="sender: 421 busy")),
        ({"after_text": "552 5.3.4 too big"}, Refused(reason="the text: 552 5.3.4 too big")),
        ({"after_text": "451 4.3.0 later"}, Failed(reason="the text: 451 4.3.0 later")),
        ({"after_text": "drop"}, Ambiguous(reason="connection lost: SMTPServerDisconnected")),
    ],
)
def test_what_the_server_says_decides(server: MailServer, changes: dict[str, Any], outcome: Outcome) -> None:
    for name, value in changes.items():
        setattr(server, name, value)
    assert send(server) == outcome


def test_no_answer_to_the_text_is_ambiguous_and_bounded(server: MailServer) -> None:
    server.delay = 3.0
    begun = time.monotonic()
    # Cutting the connection off is noticed by the limit or by the reader, whichever thread is first.
    reasons = ("no answer within 0.7 s", "connection lost: SMTPServerDisconnected")
    assert send(server, timeout=0.7) in [Ambiguous(reason=reason) for reason in reasons]
    assert time.monotonic() - begun < 2.5


def test_a_server_that_drips_its_greeting_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def drip() -> None:
            peer, _ = listening.accept()
            with peer:
                while not stop.wait(0.05):
                    try:
                        peer.sendall(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        port = listening.getsockname()[1]
        notifier = SmtpNotifier(msgspec.structs.replace(MAIL, port=port), None)
        begun = time.monotonic()
        assert notifier.send(row(MAIL), thread=None, timeout=0.5) == Failed(reason="no answer within 0.5 s")
        assert time.monotonic() - begun < 2.5
        stop.set()
        thread.join()


def test_with_starttls_a_server_without_it_gets_no_mail(server: MailServer) -> None:
    outcome = SmtpNotifier(receiver(server, tls="starttls"), None).send(row(MAIL), thread=None, timeout=2.0)
    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith("STARTTLS: 454")
    assert server.mails == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("trusted", [True, False])
def test_login_goes_over_tls_to_a_server_that_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool
) -> None:
    context, authority = certificate(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with MailServer(tls=context, login=("desk", PASSWORD)) as server:
        configured = receiver(server, tls="starttls", username="desk", password=SECRET)
        outcome = SmtpNotifier(configured, PASSWORD).send(row(MAIL), thread=None, timeout=5.0)
        assert len(server.mails) == trusted
    expected = "connection lost: no TLS: the certificate is not trusted (verification code 18)"
    assert outcome == Failed(reason=expected) if not trusted else isinstance(outcome, Sent)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_waits_for_somebody_to_repair_it_and_is_not_repeated() -> None:
    with MailServer(login=("desk", "other"), login_reply="535 5.7.8 no, not {password}") as server:
        notifier = SmtpNotifier(receiver(server, username="desk", password=SECRET), PASSWORD)
        outcome = notifier.send(row(MAIL), thread=None, timeout=5.0)
    assert isinstance(outcome, Failed)
    assert outcome.retry_after == 300.0
    assert outcome.reason.startswith("login: 535")
    assert PASSWORD not in outcome.reason


@pytest.mark.parametrize(
    ("changes", "password", "problem"),
    [
        ({"to": ("ann@desk.example", "no address")}, None, "'no address' is not an ASCII mail address"),
        ({"to": ("a@b.example\nBcc: c@d.example",)}, None, "is not an ASCII mail address"),
        ({"sender": "watch"}, None, "'watch' is not an ASCII mail address"),
        ({"host": "mail.example"}, "secret", "a password is not sent without TLS"),
        ({}, "pass\nword", "the password holds characters other than printable ASCII"),
    ],
)
def test_mistakes_of_the_configuration_are_found_at_the_start(
    changes: dict[str, Any], password: str | None, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        SmtpNotifier(msgspec.structs.replace(MAIL, **changes), password)


def test_a_critical_alert_is_important(server: MailServer) -> None:
    send(server, row(MAIL, alert(severity=Severity.CRITICAL)))
    assert (server.mails[0].message["Importance"], server.mails[0].message["X-Wirewatch-Severity"]) == (
        "high",
        "critical",
    )


def test_long_and_foreign_text_arrives_as_it_was(server: MailServer) -> None:
    title = "Çelik — продажа ракет «Барс» 🚀 " * 20
    send(server, row(MAIL, alert(title=title, story_title=title)))
    message = server.mails[0].message
    assert message["Subject"].startswith("Çelik — продажа ракет «Барс» 🚀")
    assert "продажа ракет" in _part(server.mails[0], "text/plain")
    assert max(map(len, server.mails[0].raw.split(b"\r\n"))) < 998
    assert server.mails[0].raw.isascii()


def test_a_line_with_a_single_dot_does_not_end_the_mail(server: MailServer) -> None:
    outgoing = row(MAIL)
    payload = msgspec.json.decode(outgoing.notification.payload) | {"text": "before\n.\n..after\n"}
    note = msgspec.structs.replace(outgoing.notification, payload=msgspec.json.encode(payload))
    send(server, msgspec.structs.replace(outgoing, notification=note))
    assert _part(server.mails[0], "text/plain").splitlines() == ["before", ".", "..after"]


@pytest.mark.parametrize(
    "text", ["=?utf-8?q?A=0ABcc=3A_evil?=", "a\r\nBcc: x", "a\x00b", "a\u2028b", "=\u200b?utf-8?q?x?="]
)
def test_a_header_stays_one_header(text: str) -> None:
    assert "=?" not in header(text)
    assert header(text).isprintable()
