"""Mail over SMTP: one message per recipient, so that each has its own fate; text and HTML; threaded by story."""

import base64
import re
import smtplib
import socket
from contextlib import closing, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import quote

from msgspec.json import Decoder

from services.alerter.cut_off import CONNECT_SECONDS, CutOff
from services.alerter.post import RECHECK_SECONDS, NotSent, said_by, secured
from services.alerter.render.clean import one_line
from services.alerter.render.mail import MailPayload
from services.core.notification import Ambiguous, Failed, OutboxRow, Outcome, Refused, Sent
from services.core.settings import SmtpReceiver

_POLICY = SMTP.clone(cte_type="7bit")
_SUBJECT = 200
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,250}")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_REPEAT = "Possible repeat: an earlier attempt to send this message may have arrived.\n\n"

_decoder = Decoder(MailPayload)


class SmtpNotifier:
    """Sends one mail per notification over a connection of its own. The Message-ID is the same for every attempt."""

    def __init__(self, receiver: SmtpReceiver, password: str | None) -> None:
        """Raises ValueError, without secrets, for addresses or credentials that cannot be used."""
        for address in (parseaddr(receiver.sender)[1], *receiver.to):
            if not _ADDRESS.fullmatch(address):
                raise ValueError(f"{address!r} is not an ASCII mail address")
        if password is not None and not (password.isascii() and password.isprintable()):
            raise ValueError("the password holds characters other than printable ASCII")
        if password is not None and receiver.tls == "none" and receiver.host not in _LOCAL:
            raise ValueError("a password is not sent without TLS: use tls: starttls or implicit")
        self._receiver = receiver
        self._password = password
        self._sender = parseaddr(receiver.sender)[1]

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:
        """Send the mail within about ``timeout`` seconds."""
        mail = _decoder.decode(row.notification.payload)
        message = compose(mail, row, sender=self._receiver.sender, thread=thread)
        try:
            sock = socket.create_connection((self._receiver.host, self._receiver.port), min(timeout, CONNECT_SECONDS))
        except OSError as error:
            return Failed(reason=f"cannot connect: {said_by(error)}")
        sock.settimeout(timeout)
        with sock, CutOff(sock, timeout) as limit, closing(smtplib.SMTP(local_hostname="[127.0.0.1]")) as session:
            result = self._converse(session, sock, mail.to, self._unsubscribe(mail.to) + message.as_bytes())
            if limit.happened and isinstance(result, (Failed, Ambiguous)):
                return type(result)(reason=f"no answer within {timeout:g} s")
        return Sent(remote_id=str(message["Message-ID"])) if isinstance(result, Sent) else result

    def close(self) -> None:
        """Nothing is held between sends."""

    def _unsubscribe(self, to: str) -> bytes:
        """Headers with which a mail program ends the mails with a click: https://www.rfc-editor.org/rfc/rfc8058

        Written here, since the email package would break a long URL into encoded words.
        """
        if self._receiver.unsubscribe is None:
            return b""
        url = self._receiver.unsubscribe.replace("{to}", quote(to, safe=""))
        return f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")

    def _converse(self, session: smtplib.SMTP, sock: socket.socket, to: str, message: bytes) -> Outcome:
        """The whole dialogue. Until the server asks for the text, a failure means that nothing was sent; after, that all may have been."""
        asked_for_text = False
        try:
            refusal = self._greet(session, sock) or self._envelope(session, to)
            if refusal:
                return refusal
            asked_for_text = True
            session.send(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
            result = self._outcome("the text", *session.getreply()) or Sent()
            with suppress(OSError, smtplib.SMTPException):
                session.docmd("QUIT")
            return result
        except smtplib.SMTPResponseException as error:
            return Failed(reason=self._said("login", error.smtp_code, error.smtp_error), retry_after=RECHECK_SECONDS)
        except (OSError, smtplib.SMTPException, NotSent) as error:
            reason = f"connection lost: {error if isinstance(error, NotSent) else said_by(error)}"
            return Ambiguous(reason=reason) if asked_for_text else Failed(reason=reason)

    def _greet(self, session: smtplib.SMTP, sock: socket.socket) -> Outcome | None:
        """Connection, TLS and login. None when the server is ready for mail."""
        implicit = self._receiver.tls == "implicit"
        session.sock, session.file = (secured(sock, self._receiver.host) if implicit else sock), None
        code, reply = session.getreply()
        if code != 220:
            return Failed(reason=self._said("greeting", code, reply))
        session.ehlo_or_helo_if_needed()
        if self._receiver.tls == "starttls":
            code, reply = session.docmd("STARTTLS")
            if code != 220:
                return Failed(reason=self._said("STARTTLS", code, reply), retry_after=RECHECK_SECONDS)
            session.sock, session.file = secured(sock, self._receiver.host), None  # nothing said before TLS counts
            session.ehlo()
        if self._password is not None:
            session.login(self._receiver.username or "", self._password)
        return None

    def _envelope(self, session: smtplib.SMTP, to: str) -> Outcome | None:
        """Sender, recipient and the wish to send. None when the server asks for the text."""
        code, reply = session.mail(self._sender)
        if code >= 500:  # about us, not about this message: somebody can repair it
            return Failed(reason=self._said("sender", code, reply), retry_after=RECHECK_SECONDS)
        return (
            self._outcome("sender", code, reply)
            or self._outcome("recipient", *session.rcpt(to))
            or self._outcome("DATA", *session.docmd("DATA"))
        )

    def _outcome(self, step: str, code: int, reply: bytes) -> Outcome | None:
        """What a reply means for the message; None: go on. -1 is smtplib's word for no reply."""
        if 200 <= code < 400:
            return None
        if 500 <= code < 600:
            return Refused(reason=self._said(step, code, reply))
        return Failed(reason=self._said(step, code, reply))

    def _said(self, step: str, code: int, reply: bytes | str) -> str:
        """The server's words, on one line, without the credentials should it repeat them."""
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        for secret in self._credentials():
            text = text.replace(secret, "***")
        return f"{step}: {code} {one_line(text, 200)}"

    def _credentials(self) -> tuple[str, ...]:
        if not self._password:
            return ()
        plain = f"\0{self._receiver.username or ''}\0{self._password}"
        coded = (base64.b64encode(text.encode()).decode() for text in (plain, self._password))
        return (*coded, self._password)


def compose(mail: MailPayload, row: OutboxRow, *, sender: str, thread: str | None) -> EmailMessage:
    """The message: the same bytes for every attempt, but for the word that it may be a repeat."""
    name, address = parseaddr(sender)
    domain = address.rpartition("@")[2]
    own, story = f"<{mail.message}@{domain}>", f"<{mail.story}@{domain}>"
    message = EmailMessage(policy=_POLICY)
    message["From"] = formataddr((header(name), address))
    message["To"] = header(mail.to)
    message["Subject"] = header(mail.subject)
    message["Date"] = format_datetime(row.notification.created_at)
    message["Message-ID"] = own
    before = thread if thread and thread != own else None
    message["In-Reply-To"] = before or story
    message["References"] = f"{story} {before}" if before else story
    message["Auto-Submitted"] = "auto-generated"
    message["X-Wirewatch-Severity"] = header(mail.severity)
    message["X-Wirewatch-Alert"] = header(mail.alert_id)
    if mail.severity == "critical":
        message["Importance"] = "high"
    if row.repeat:
        message["X-Wirewatch-Repeat"] = "true"
    message.set_content((_REPEAT if row.repeat else "") + mail.text)
    message.add_alternative(mail.html, subtype="html")
    message.set_boundary(f"=_{mail.message}")
    return message


def header(text: str) -> str:
    """Text for a header: one line, and no encoded word of its own, which some Python releases decode into new headers (CVE-2024-6923)."""
    return one_line(text, _SUBJECT).replace("=?", "= ?")
