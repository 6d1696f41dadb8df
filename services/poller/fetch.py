"""Feed documents over HTTP: a conditional GET that no server can make long, large, or lead inside.

Redirects are followed by hand, so that every hop is checked; the address is checked when it is dialled. No cookies,
no proxy and no password file of the environment.
"""

import asyncio
import socket
from collections.abc import Callable

import aiohttp
from msgspec import Struct
from multidict import CIMultiDictProxy
from yarl import URL

from services.core.feed import FeedState
from services.core.ports.edges import Clock, Fetched
from services.core.settings import PollerSettings
from services.poller.address import AddressInfo, RefusedAddress, any_socket, public_socket
from services.poller.decode import ACCEPT_ENCODING, GZIP_MAGIC, decode, too_large
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.headers import max_age, retry_after, validator

MAX_HOPS = 5
_CONNECT_SECONDS = 10.0
_STEP = 65536
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_STATUS_FAILURES = {
    401: FetchFailure.FORBIDDEN, 403: FetchFailure.FORBIDDEN, 404: FetchFailure.NOT_FOUND, 407: FetchFailure.FORBIDDEN,
    410: FetchFailure.GONE, 429: FetchFailure.RATE_LIMITED, 451: FetchFailure.FORBIDDEN, 204: FetchFailure.EMPTY, 205: FetchFailure.EMPTY,
}  # fmt: skip


class _Answer(Struct, frozen=True):
    """A response that is no redirect, read to its end."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes | None


class HttpFetcher:
    """The Fetcher of the internet. Used from one event loop at a time; the session begins with the first fetch."""

    def __init__(
        self, settings: PollerSettings, clock: Clock, *, resolver: aiohttp.abc.AbstractResolver | None = None,
        dial: Callable[[AddressInfo], socket.socket] | None = None,
    ) -> None:  # fmt: skip
        """``resolver`` turns names into addresses, ``dial`` an address into a socket or refuses it; by default the system's, and public ones only."""
        self._settings = settings
        self._clock = clock
        self._resolver = resolver
        self._dial = dial or (any_socket if settings.allow_private else public_socket)
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, state: FeedState) -> Fetched:
        """See :class:`services.core.ports.edges.Fetcher`."""
        try:
            async with asyncio.timeout(self._settings.deadline):
                return await self._follow(state)
        except TimeoutError as error:
            raise FetchFailed(FetchFailure.TIMEOUT, f"not done within {self._settings.deadline:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _failure(error) from error

    async def close(self) -> None:
        """Let go of connections. A later fetch begins anew."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _follow(self, state: FeedState) -> Fetched:
        url = _first_url(state.url)
        headers = self._headers(state)
        permanent: URL | None = None
        lasting = True  # every hop so far was a permanent one
        met = {url}
        for _ in range(MAX_HOPS + 1):
            answer = await self._get(url, headers)
            if answer.status not in _REDIRECTS:
                return self._fetched(answer, url, permanent, conditional=bool(state.etag or state.last_modified))
            url = _next_url(url, answer)
            if url in met:
                raise FetchFailed(FetchFailure.BAD_REDIRECT, "redirects in a circle")
            met.add(url)
            lasting = lasting and answer.status in _PERMANENT
            permanent = url if lasting else permanent
        raise FetchFailed(FetchFailure.BAD_REDIRECT, f"more than {MAX_HOPS} redirects")

    def _headers(self, state: FeedState) -> dict[str, str]:
        headers = {
            "User-Agent": self._settings.user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": ACCEPT_ENCODING,
        }
        if state.etag:
            headers["If-None-Match"] = state.etag
        if state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        return headers

    async def _get(self, url: URL, headers: dict[str, str]) -> _Answer:
        async with self._open().get(url, headers=headers, allow_redirects=False) as response:
            wanted = response.status in {200, 203}
            body = await self._read(response) if wanted else None
            return _Answer(response.status, response.headers, body)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        limit = self._settings.max_body
        if (response.content_length or 0) > limit:
            raise too_large(limit)
        body = bytearray()
        async for chunk in response.content.iter_chunked(_STEP):
            body += chunk
            if len(body) > limit:
                raise too_large(limit)
        encodings = response.headers.get("Content-Encoding", "")
        if not encodings and body.startswith(GZIP_MAGIC):
            encodings = "gzip"  # a compressed file, served as a file
        return decode(bytes(body), encodings, limit)

    def _fetched(self, answer: _Answer, url: URL, permanent: URL | None, *, conditional: bool) -> Fetched:
        """Only a document, or "not modified" where we asked for that, is a success."""
        wait = retry_after(answer.headers.get("Retry-After"), self._clock.now())
        unmodified = answer.status == 304 and conditional
        if answer.body is None and not unmodified:
            raise FetchFailed(_status_failure(answer.status), f"HTTP {answer.status}", retry_after=wait)
        if answer.body is not None and not answer.body.strip():
            raise FetchFailed(FetchFailure.EMPTY, "an empty body", retry_after=wait)
        return Fetched(
            status=answer.status, url=str(_bare(url)), permanent_url=None if permanent is None else str(permanent),
            body=answer.body, content_type=answer.headers.get("Content-Type"), etag=validator(answer.headers.get("ETag")),
            last_modified=validator(answer.headers.get("Last-Modified")), retry_after=wait, max_age=max_age(answer.headers),
        )  # fmt: skip

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            settings = self._settings
            connector = aiohttp.TCPConnector(
                limit=settings.concurrency, resolver=self._resolver, use_dns_cache=False, socket_factory=self._dial
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=min(_CONNECT_SECONDS, settings.deadline)),
            )  # fmt: skip
        return self._session


def _first_url(text: str) -> URL:
    try:
        url = URL(text)
    except ValueError as error:
        raise FetchFailed(FetchFailure.BAD_URL, "not a URL") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise FetchFailed(FetchFailure.BAD_URL, "the URL is not http or https")
    return url.with_fragment(None)


def _next_url(url: URL, answer: _Answer) -> URL:
    """Where a redirect leads. Credentials go along to the same origin only."""
    location = answer.headers.get("Location", "").strip()
    if not location:
        raise FetchFailed(FetchFailure.BAD_REDIRECT, f"HTTP {answer.status} without a location")
    try:
        following = url.join(URL(location)).with_fragment(None)
        usable = following.scheme in {"http", "https"} and bool(following.host)
    except ValueError as error:
        raise FetchFailed(FetchFailure.BAD_REDIRECT, "the location is not a URL") from error
    if not usable:
        raise FetchFailed(FetchFailure.BAD_REDIRECT, "the location is not http or https")
    if url.scheme == "https" and following.scheme == "http":
        raise FetchFailed(FetchFailure.BAD_REDIRECT, "from https to http")
    following = _bare(following)
    return (
        following.with_user(url.user).with_password(url.password) if following.origin() == url.origin() else following
    )


def _bare(url: URL) -> URL:
    return url.with_user(None)


def _status_failure(status: int) -> FetchFailure:
    known = _STATUS_FAILURES.get(status)
    if known is not None:
        return known
    if 400 <= status <= 499:
        return FetchFailure.HTTP_4XX
    return FetchFailure.HTTP_5XX if 500 <= status <= 599 else FetchFailure.HTTP_OTHER


_KINDS: tuple[tuple[type[Exception], FetchFailure, str], ...] = (
    (aiohttp.ClientConnectorDNSError, FetchFailure.DNS, "the name does not resolve"),
    (aiohttp.ClientConnectorCertificateError, FetchFailure.TLS, "the certificate does not hold"),
    (aiohttp.ClientSSLError, FetchFailure.TLS, "no TLS connection"),
    (aiohttp.ClientConnectorError, FetchFailure.CONNECT, "no connection"),
    (aiohttp.ServerTimeoutError, FetchFailure.TIMEOUT, "no connection in time"),
    (aiohttp.InvalidURL, FetchFailure.BAD_URL, "not a URL"),
    (aiohttp.ClientOSError, FetchFailure.CONNECT, "the connection broke"),
    (aiohttp.ClientError, FetchFailure.PROTOCOL, "no whole HTTP response"),
    (OSError, FetchFailure.CONNECT, "the connection broke"),
)


def _failure(error: Exception) -> FetchFailed:
    """Told apart by type. Messages of the library stay in the cause: they may hold the URL, and URLs may hold keys."""
    cause = getattr(error, "os_error", None)
    if isinstance(cause, RefusedAddress):
        return FetchFailed(FetchFailure.REFUSED_ADDRESS, str(cause.strerror))
    for kind, reason, words in _KINDS:
        if isinstance(error, kind):
            return FetchFailed(reason, words)
    return FetchFailed(FetchFailure.PROTOCOL, "no whole HTTP response")
