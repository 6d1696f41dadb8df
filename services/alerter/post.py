"""One HTTP POST, for the receivers that speak HTTP.

A new connection each time, so that a broken one always says something about this request; no redirects, so that a
secret in the URL or a header goes nowhere else; no proxies; certificates verified; a wall-clock limit. What has not
been sent and what may have arrived are kept apart. No reason names the URL.
"""

import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPMessage
from urllib.parse import urlsplit

from msgspec import Struct

from services.alerter.cut_off import CONNECT_SECONDS, CutOff
from services.core.notification import Ambiguous, Failed, Outcome, Refused, Sent

USER_AGENT = "wirewatch/0.1"
RECHECK_SECONDS = 300.0  # between tries while a destination refuses us until somebody repairs the configuration

_MAX_ANSWER = 65_536


class NotSent(Exception):
    """The destination cannot have got the whole request."""


class Target:
    """Where to post. The path may hold a secret, so neither ``repr`` nor any error shows it."""

    def __init__(self, url: str) -> None:
        """Raises ValueError, without the URL, if it is not one that can be posted to."""
        try:
            parts, port = urlsplit(url), urlsplit(url).port
        except ValueError:
            raise ValueError("not a URL") from None
        if not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError("not a URL: it holds spaces, control or non-ASCII characters")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise ValueError("not an http:// or https:// URL with a host and without user and password")
        self.tls = parts.scheme == "https"
        self.host = parts.hostname
        self.port = port or (443 if self.tls else 80)
        self.netloc = parts.netloc
        self.path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def __repr__(self) -> str:
        return "Target(…)"


class Answer(Struct, frozen=True, kw_only=True):
    """What came back. ``body`` is cut at ``most`` bytes, and empty if it broke off; ``retry_after`` is in seconds."""

    status: int
    body: bytes
    retry_after: float | None = None


def post(
    target: Target, body: bytes, headers: dict[str, str], *, timeout: float, now: datetime, most: int = _MAX_ANSWER
) -> Answer | Failed | Ambiguous:
    """POST ``body`` within about ``timeout`` seconds, and read ``most`` bytes of the answer. Failed: the whole of it was not sent. Ambiguous: it was, and no answer came."""
    try:
        sock = socket.create_connection((target.host, target.port), min(timeout, CONNECT_SECONDS))
    except OSError as error:
        return Failed(reason=f"cannot connect: {said_by(error)}")
    sock.settimeout(timeout)
    connection = HTTPConnection(target.host, target.port)
    with sock, CutOff(sock, timeout) as limit, closing(connection):
        try:
            connection.sock = secured(sock, target.host) if target.tls else sock
            _request(connection, target, body, headers)
        except NotSent as error:
            late = limit.happened or isinstance(error.__context__, TimeoutError)  # whichever of the two limits is first
            return Failed(reason=f"not sent within {timeout:g} s" if late else str(error))
        try:
            return _answer(connection, limit, now, most)
        except (OSError, HTTPException) as error:
            late = limit.happened or isinstance(error, TimeoutError)
            lost = f"connection lost before the answer: {said_by(error)}"
            return Ambiguous(reason=f"no answer within {timeout:g} s" if late else lost)


def secured(sock: socket.socket, host: str) -> ssl.SSLSocket:
    """The connection under TLS, the certificate verified. Raises NotSent."""
    try:
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except OSError as error:
        raise NotSent(f"no TLS: {said_by(error)}") from None


def said_by(error: BaseException) -> str:
    """The kind of a network error in words that hold neither host nor path."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted (verification code {error.verify_code})"
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, (ssl.SSLError, HTTPException)):
        return type(error).__name__
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def outcome(answer: Answer, detail: str = "") -> Outcome:
    """What a status says about a delivery by webhook. ``detail`` may add a word of the destination's that holds no secret."""
    status = answer.status
    reason = f"HTTP {status}" + (f" {detail}" if detail else "")
    if 200 <= status < 300:
        return Sent()
    if status == 504:
        return Ambiguous(reason=f"{reason}: a gateway did not hear from the destination")
    if status in (408, 425, 429) or status >= 500:
        return Failed(reason=reason, retry_after=answer.retry_after)
    if status < 400:
        return Failed(reason=f"{reason}: redirects are not followed", retry_after=RECHECK_SECONDS)
    if status in (401, 403, 404, 405, 407):
        return Failed(reason=f"{reason}: the destination refuses us", retry_after=answer.retry_after or RECHECK_SECONDS)
    return Refused(reason=reason)


def _request(connection: HTTPConnection, target: Target, body: bytes, headers: dict[str, str]) -> None:
    fixed = {"Host": target.netloc, "User-Agent": USER_AGENT, "Connection": "close", "Accept-Encoding": "identity"}
    try:
        connection.request("POST", target.path, body, fixed | headers)
    except OSError as error:  # some of the body never left: no server acts on half a request
        raise NotSent(f"connection lost while sending: {said_by(error)}") from None


def _answer(connection: HTTPConnection, limit: CutOff, now: datetime, most: int) -> Answer:
    response = connection.getresponse()
    if limit.happened:  # http.client takes headers that break off for whole ones
        raise TimeoutError
    try:
        body = response.read(most)
    except (OSError, HTTPException):
        body = b""
    return Answer(status=response.status, body=body, retry_after=_retry_after(response.headers, now))


def _retry_after(headers: HTTPMessage, now: datetime) -> float | None:
    """Seconds, from either form of https://www.rfc-editor.org/rfc/rfc9110#name-retry-after; None where absent or unreadable."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds())
