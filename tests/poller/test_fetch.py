"""The fetcher against servers that are odd, slow, huge and hostile."""

import asyncio
import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import brotli
import msgspec
import pytest
import zstandard
from aiohttp.abc import AbstractResolver, ResolveResult

from services.core.ports.edges import Fetched
from services.core.settings import PollerSettings
from services.poller.address import AddressInfo, any_socket, public_socket
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.fetch import HttpFetcher
from tests.poller.feeds import SETTINGS, rss, state
from tests.poller.outlet import Outlet, conditional, document, dripping, redirect, slow
from tests.poller.running import TurnedClock

BODY = rss()
LIMIT = SETTINGS.max_body


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet() as opened:
        yield opened


Dial = Callable[[AddressInfo], socket.socket]


def fetch(
    url: str,
    settings: PollerSettings = SETTINGS,
    *,
    resolver: AbstractResolver | None = None,
    dial: Dial | None = None,
    **remembered: str,
) -> Fetched:
    async def run() -> Fetched:
        fetcher = HttpFetcher(settings, TurnedClock(), resolver=resolver, dial=dial)
        try:
            return await fetcher.fetch(state(url, **remembered))
        finally:
            await fetcher.close()

    return asyncio.run(run())


def failure(
    url: str, settings: PollerSettings = SETTINGS, *, resolver: AbstractResolver | None = None, dial: Dial | None = None
) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetch(url, settings, resolver=resolver, dial=dial)
    return caught.value


STRICT = msgspec.structs.replace(SETTINGS, allow_private=False)


def test_a_document_comes_with_its_validators_and_type(outlet: Outlet) -> None:
    outlet.answers["/feed"] = document(
        BODY, content_type="application/atom+xml; charset=utf-8", ETag='"a"', Last_Modified="Mon, 05 Jan 2026 09:00:00 GMT",
        Cache_Control="public, max-age=600", Age="100",
    )  # fmt: skip
    fetched = fetch(outlet.url("/feed"))
    assert (fetched.status, fetched.body, fetched.etag, fetched.max_age) == (200, BODY, '"a"', 500.0)
    assert fetched.last_modified == "Mon, 05 Jan 2026 09:00:00 GMT"
    assert fetched.content_type == "application/atom+xml; charset=utf-8"
    assert fetched.permanent_url is None


@pytest.mark.parametrize("etag", ['"plain"', 'W/"weak"', 'W/"a  b;c=\\d--gzip"', "unquoted", '"' + "x" * 900 + '"'])
def test_an_etag_goes_back_byte_for_byte(outlet: Outlet, etag: str) -> None:
    outlet.answers["/feed"] = conditional(BODY, etag)
    first = fetch(outlet.url("/feed"))
    second = fetch(outlet.url("/feed"), etag=first.etag or "", last_modified="Tue, 06 Jan 2026 1:0:0 +0000")
    assert (second.status, second.body) == (304, None)
    assert outlet.requests[1].raw_headers[-1][1] == b"Tue, 06 Jan 2026 1:0:0 +0000"


def test_no_cookie_is_kept_and_no_credential_of_the_environment_used(
    outlet: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    outlet.answers["/feed"] = document(BODY, Set_Cookie="a=b")

    async def twice() -> None:
        fetcher = HttpFetcher(SETTINGS, TurnedClock())
        for _ in range(2):
            await fetcher.fetch(state(outlet.url("/feed")))
        await fetcher.close()

    asyncio.run(twice())
    assert "Cookie" not in outlet.requests[1].headers


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def _raw_deflate(body: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(body) + squeeze.flush()


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [*ENCODERS.items(), ("deflate", _raw_deflate), ("gzip, br", lambda body: brotli.compress(gzip.compress(body)))],
)
def test_every_encoding_that_we_offer_is_undone(
    outlet: Outlet, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    outlet.answers["/feed"] = document(encode(BODY * 50), Content_Encoding=encoding)
    assert fetch(outlet.url("/feed")).body == BODY * 50


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_body_that_ends_in_the_middle_of_its_encoding_is_not_returned(outlet: Outlet, encoding: str) -> None:
    outlet.answers["/feed"] = document(ENCODERS[encoding](BODY * 50)[:-3], Content_Encoding=encoding)
    assert failure(outlet.url("/feed")).reason is FetchFailure.ENCODING


@pytest.mark.parametrize("encoding", [*ENCODERS, "gzip, gzip"])
def test_a_small_body_cannot_become_a_large_one(outlet: Outlet, encoding: str) -> None:
    bomb = ENCODERS[encoding.partition(",")[0]](bytes(50_000_000))
    outlet.answers["/feed"] = document(gzip.compress(bomb) if "," in encoding else bomb, Content_Encoding=encoding)
    assert failure(outlet.url("/feed")).reason is FetchFailure.TOO_LARGE


def test_more_encodings_than_two_and_unknown_ones_are_refused(outlet: Outlet) -> None:
    outlet.answers["/many"] = document(BODY, Content_Encoding=", ".join(["gzip"] * 64))
    outlet.answers["/odd"] = document(BODY, Content_Encoding="compress")
    assert failure(outlet.url("/many")).reason is FetchFailure.ENCODING
    assert failure(outlet.url("/odd")).reason is FetchFailure.ENCODING


def test_a_gzip_file_served_as_one_is_read_too(outlet: Outlet) -> None:
    outlet.answers["/feed.xml.gz"] = document(gzip.compress(BODY), content_type="application/gzip")
    assert fetch(outlet.url("/feed.xml.gz")).body == BODY


def test_a_body_over_the_cap_is_refused_by_its_length_and_by_its_bytes(outlet: Outlet) -> None:
    outlet.answers["/announced"] = document(bytes(LIMIT + 1))
    outlet.answers["/endless"] = dripping(b"x" * 200_000, 0.0)
    assert failure(outlet.url("/announced")).reason is FetchFailure.TOO_LARGE
    assert failure(outlet.url("/endless")).reason is FetchFailure.TOO_LARGE


def test_the_deadline_holds_whatever_the_server_does(outlet: Outlet) -> None:
    outlet.answers["/late"] = slow(30, document(BODY))
    outlet.answers["/drip"] = dripping(b"<", 0.05)
    outlet.answers["/hops"] = slow(0.3, redirect("/hops2"))
    outlet.answers["/hops2"] = slow(0.3, redirect("/hops3"))
    settings = msgspec.structs.replace(SETTINGS, deadline=0.5)
    for path in ("/late", "/drip", "/hops"):
        begun = time.monotonic()
        assert failure(outlet.url(path), settings).reason is FetchFailure.TIMEOUT
        assert time.monotonic() - begun < 2.0


def test_headers_that_drip_are_cut_off_by_the_deadline() -> None:
    with _raw_server(b"HTTP/1.1 200 OK\r\nX-A: ", drip=b"x") as port:
        settings = msgspec.structs.replace(SETTINGS, deadline=0.5)
        assert failure(f"http://127.0.0.1:{port}/", settings).reason is FetchFailure.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"",
    ],
    ids=["not http", "shorter than it says", "huge header", "bad chunk", "nothing"],
)
def test_what_is_not_a_whole_response_is_a_protocol_failure(answer: bytes) -> None:
    with _raw_server(answer) as port:
        assert failure(f"http://127.0.0.1:{port}/").reason is FetchFailure.PROTOCOL


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, FetchFailure.FORBIDDEN), (403, FetchFailure.FORBIDDEN), (404, FetchFailure.NOT_FOUND), (410, FetchFailure.GONE), (429, FetchFailure.RATE_LIMITED),
        (418, FetchFailure.HTTP_4XX), (500, FetchFailure.HTTP_5XX), (503, FetchFailure.HTTP_5XX), (204, FetchFailure.EMPTY), (304, FetchFailure.HTTP_OTHER),
    ],
)  # fmt: skip
def test_statuses_have_reasons(outlet: Outlet, status: int, reason: FetchFailure) -> None:
    outlet.answers["/feed"] = document(b"", status=status)
    assert failure(outlet.url("/feed")).reason is reason


def test_retry_after_comes_with_the_failure(outlet: Outlet) -> None:
    outlet.answers["/feed"] = document(b"", status=503, Retry_After="120")
    assert failure(outlet.url("/feed")).retry_after == 120.0


def test_an_empty_success_is_no_success(outlet: Outlet) -> None:
    outlet.answers["/feed"] = document(b" \n")
    assert failure(outlet.url("/feed")).reason is FetchFailure.EMPTY


def test_redirects_are_followed_and_only_lasting_ones_remembered(outlet: Outlet) -> None:
    outlet.answers["/a"] = redirect("/b", 301)
    outlet.answers["/b"] = redirect(outlet.url("/c?x=1#part"), 308)
    outlet.answers["/c"] = redirect("d", 302)
    outlet.answers["/d"] = document(BODY)
    fetched = fetch(outlet.url("/a"))
    assert (fetched.body, fetched.url, fetched.permanent_url) == (BODY, outlet.url("/d"), outlet.url("/c?x=1"))


def test_a_lasting_redirect_behind_a_passing_one_is_not_remembered(outlet: Outlet) -> None:
    outlet.answers["/a"] = redirect("/b", 302)
    outlet.answers["/b"] = redirect("/c", 301)
    outlet.answers["/c"] = document(BODY)
    assert fetch(outlet.url("/a")).permanent_url is None


def test_redirects_that_lead_nowhere_end(outlet: Outlet) -> None:
    outlet.answers["/loop"] = redirect("/loop2")
    outlet.answers["/loop2"] = redirect("/loop")
    for number in range(9):
        outlet.answers[f"/{number}"] = redirect(f"/{number + 1}")
    outlet.answers["/none"] = document(b"", status=302)
    for path in ("/loop", "/0", "/none"):
        assert failure(outlet.url(path)).reason is FetchFailure.BAD_REDIRECT


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)", "http://[::1", "http://h:99999/"],
)
def test_redirects_to_anything_but_the_web_are_refused(outlet: Outlet, location: str) -> None:
    outlet.answers["/feed"] = redirect(location)
    assert failure(outlet.url("/feed")).reason is FetchFailure.BAD_REDIRECT


def test_credentials_stay_with_their_origin(outlet: Outlet) -> None:
    with Outlet() as other:
        outlet.answers["/a"] = redirect("/b")
        outlet.answers["/b"] = redirect(other.url("/c"))
        other.answers["/c"] = document(BODY)
        fetched = fetch(outlet.url("/a").replace("http://", "http://user:secret@"))
        assert ["Authorization" in request.headers for request in outlet.requests] == [True, True]
        assert "Authorization" not in other.requests[0].headers
        assert "secret" not in fetched.url


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "file:///etc/passwd", "not a url", "http://", "/etc/passwd", "http://h:0x50/"]
)
def test_what_is_no_web_address_is_not_opened(url: str) -> None:
    assert failure(url).reason is FetchFailure.BAD_URL


def test_a_server_that_is_not_there_and_one_without_tls(outlet: Outlet) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/").reason is FetchFailure.CONNECT
    assert failure(outlet.url("/").replace("http:", "https:")).reason in {FetchFailure.TLS, FetchFailure.CONNECT}


INSIDE = [
    "http://127.0.0.1:{port}/", "http://127.1:{port}/", "http://0x7f.0.0.1:{port}/", "http://2130706433:{port}/", "http://0:{port}/",
    "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://localhost:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://169.254.169.254/latest/",
    "http://user:pw@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@example.org/",
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_no_spelling_of_an_inside_address_is_dialled(outlet: Outlet, url: str) -> None:
    outlet.answers["/"] = document(BODY)
    reason = failure(url.format(port=outlet.port), STRICT).reason
    assert reason in {FetchFailure.REFUSED_ADDRESS, FetchFailure.BAD_URL, FetchFailure.DNS}
    assert outlet.requests == []


class _Names(AbstractResolver):
    """A name server of the test: each look-up of a name gives the next of its addresses."""

    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        name = host.partition(".")[0]
        if name not in self.addresses:
            raise OSError("no such name")
        known = self.addresses[name]
        address = known.pop(0) if len(known) > 1 else known[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
        ]

    async def close(self) -> None:
        """Nothing to close."""


def test_a_name_that_leads_inside_is_refused_at_the_dial(outlet: Outlet) -> None:
    url = outlet.url("/", host="inside.example")
    for address in ("127.0.0.1", "10.0.0.1", "::1", "fe80::1", "64:ff9b::7f00:1", "2002:7f00:1::"):
        assert failure(url, STRICT, resolver=_Names(inside=[address])).reason is FetchFailure.REFUSED_ADDRESS
    assert outlet.requests == []


def _loopback_only(info: AddressInfo) -> socket.socket:
    """A dial to which 127.0.0.1 is a public address, so that a test can have an outlet there."""
    return any_socket(info) if info[4][0] == "127.0.0.1" else public_socket(info)


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://cloud.example/",
        "http://127.0.0.2:{port}/",
        "http://[::1]:{port}/",
    ],
)
def test_every_hop_of_a_redirect_is_checked(outlet: Outlet, location: str) -> None:
    outlet.answers["/feed"] = redirect(location.format(port=outlet.port))
    names = _Names(outlet=["127.0.0.1"], cloud=["169.254.169.254"])
    refused = failure(outlet.url("/feed", host="outlet.example"), STRICT, resolver=names, dial=_loopback_only)
    assert refused.reason is FetchFailure.REFUSED_ADDRESS
    assert [request.path for request in outlet.requests] == ["/feed"]


def test_a_name_that_moves_inside_after_the_first_look_up_is_refused(outlet: Outlet) -> None:
    """DNS rebinding: every new connection is checked for the address that it goes to."""
    outlet.answers["/feed"] = document(BODY, Connection="close")
    names = _Names(outlet=["127.0.0.1", "127.0.0.2"])

    async def twice() -> FetchFailed:
        fetcher = HttpFetcher(STRICT, TurnedClock(), resolver=names, dial=_loopback_only)
        try:
            assert (await fetcher.fetch(state(outlet.url("/feed", host="outlet.example")))).body == BODY
            with pytest.raises(FetchFailed) as caught:
                await fetcher.fetch(state(outlet.url("/feed", host="outlet.example")))
            return caught.value
        finally:
            await fetcher.close()

    assert asyncio.run(twice()).reason is FetchFailure.REFUSED_ADDRESS
    assert len(outlet.requests) == 1


def test_a_name_that_does_not_resolve() -> None:
    assert failure("http://nowhere.example/", resolver=_Names()).reason is FetchFailure.DNS


def test_no_failure_tells_the_key_in_the_url(outlet: Outlet) -> None:
    for url in (
        "http://nowhere.example/?key=s3cret",
        outlet.url("/x?key=s3cret"),
        "http://[bad?key=s3cret",
        "http://127.0.0.1:1/?key=s3cret",
    ):
        assert "s3cret" not in str(failure(url, resolver=_Names()))


class _raw_server:  # noqa: N801  reads as a function
    """Answers every connection with these bytes, then drips, or closes."""

    def __init__(self, answer: bytes, drip: bytes = b"") -> None:
        self._answer = answer
        self._drip = drip

    def __enter__(self) -> int:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    connection.sendall(self._answer)
                    while self._drip:
                        connection.sendall(self._drip)
                        time.sleep(0.05)
                except OSError:
                    continue
