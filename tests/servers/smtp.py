"""A mail server (aiosmtpd) that keeps what it accepts and refuses, delays or drops as told."""

import asyncio
import email
import email.policy
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.ports import free_port


@dataclass(frozen=True)
class Mail:
    """One accepted transaction."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class MailServer:
    """``refuse`` maps a recipient to a reply; ``after_text`` is the reply to a text, or "drop" to close without one. Set them at any time."""

    tls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    mails: list[Mail] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    refuse_sender: str | None = None
    after_text: str | None = None
    login_reply: str | None = None
    delay: float = 0.0
    listen: int = 0  # the port; 0 takes a free one

    def __post_init__(self) -> None:
        self.port = self.listen or free_port()
        self._controller = _Controller(self, port=self.port)
        self._controller.start()

    def close(self) -> None:
        self._controller.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = self.login is not None and (data.login.decode(), data.password.decode()) == self.login
        said = None if good else (self.login_reply or "535 5.7.8 no").format(password=data.password.decode())
        return AuthResult(success=good, handled=False, message=said)

    async def handle_MAIL(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  likewise
        await asyncio.sleep(self.delay)
        after = self.after_text or "250 kept"
        if after == "drop" or after.startswith("2"):
            self.mails.append(
                Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b"")
            )
        if after == "drop":
            server.transport.abort()
        return after if after != "drop" else "250 kept"


class _Controller(Controller):
    def __init__(self, owner: MailServer, **options: Any) -> None:
        self._owner = owner
        super().__init__(owner, hostname="127.0.0.1", **options)

    def factory(self) -> SMTP:
        owner = self._owner
        return SMTP(
            owner, tls_context=owner.tls, require_starttls=owner.tls is not None,
            auth_required=owner.login is not None, auth_require_tls=False,
            authenticator=owner.authenticate if owner.login else None, loop=self.loop,
        )  # fmt: skip
