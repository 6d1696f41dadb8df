"""The parse workers: warm, bounded, and expendable."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import pytest

from services.core.entry import Document
from services.core.settings import PollerSettings
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.parse import Job
from services.poller.workers import ParseWorkers
from tests.poller.feeds import SETTINGS, item, rss

T = TypeVar("T")
GOOD = rss(item("a", "Norland buys boats"))
QUICK = msgspec.structs.replace(SETTINGS, parse_seconds=1.0)
HEAD, TAIL = b"<rss version='2.0'><channel>", b"</channel></rss>"


def with_workers(use: Callable[[ParseWorkers], Awaitable[T]], count: int = 1, settings: PollerSettings = QUICK) -> T:
    async def run() -> T:
        workers = ParseWorkers(settings, count)
        try:
            return await use(workers)
        finally:
            await workers.close()

    return asyncio.run(run())


async def read(workers: ParseWorkers, body: bytes, max_entries: int = 1000) -> Document:
    return await workers.parse(Job(body=body, url="https://harbour.example/feed", max_entries=max_entries))


async def refusal(workers: ParseWorkers, body: bytes) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await read(workers, body)
    return caught.value


def test_a_worker_is_used_again() -> None:
    async def use(workers: ParseWorkers) -> set[int]:
        await workers.start()
        pids = set(workers.pids)
        for _ in range(5):
            assert (await read(workers, GOOD)).entries[0].title == "Norland buys boats"
            pids |= set(workers.pids)
        return pids

    assert len(with_workers(use)) == 1


def test_a_document_that_takes_for_ever_is_given_up_and_the_next_is_read() -> None:
    endless = HEAD + b"<item><title>x</title><author>a@" + b"a." * 60_000 + b"!</author></item>" + TAIL

    async def use(workers: ParseWorkers) -> FetchFailed:
        begun = time.monotonic()
        refused = await refusal(workers, endless)
        assert time.monotonic() - begun < 5.0
        assert (await read(workers, GOOD)).entries
        return refused

    assert with_workers(use).reason is FetchFailure.PARSE_TIMEOUT


def test_a_worker_that_is_killed_costs_one_document() -> None:
    async def use(workers: ParseWorkers) -> None:
        await workers.start()
        for pid in workers.pids:
            os.kill(pid, signal.SIGKILL)
        outcomes = [await _outcome(workers) for _ in range(3)]
        assert outcomes[-2:] == ["read", "read"]

    with_workers(use)


async def _outcome(workers: ParseWorkers) -> str:
    try:
        await read(workers, GOOD)
    except FetchFailed as failure:
        return failure.reason.value
    return "read"


def test_memory_is_bounded() -> None:
    hungry = msgspec.structs.replace(QUICK, parse_memory=30_000_000, parse_seconds=10.0)
    body = (
        HEAD
        + b"".join(
            b"<item><title>%d</title><description>%s</description></item>" % (n, b"x" * 20_000) for n in range(400)
        )
        + TAIL
    )

    async def run() -> FetchFailed:
        workers = ParseWorkers(hungry, 1)
        try:
            refused = await refusal(workers, body)
            assert (await read(workers, GOOD)).entries
            return refused
        finally:
            await workers.close()

    assert asyncio.run(run()).reason is FetchFailure.PARSE_MEMORY


def test_a_stop_in_the_middle_of_a_document_ends_its_worker() -> None:
    endless = HEAD + b"<item><author>a@" + b"a." * 60_000 + b"!</author></item>" + TAIL

    async def use(workers: ParseWorkers) -> None:
        await workers.start()
        task = asyncio.create_task(read(workers, endless))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await read(workers, GOOD)).entries

    with_workers(use)


def test_no_secret_of_the_environment_reaches_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_TOKEN", "s3cret")

    async def use(workers: ParseWorkers) -> bytes:
        await workers.start()
        return b"".join([_environment(pid) for pid in workers.pids])

    environment = with_workers(use)
    assert b"PYTHONPATH" in environment
    assert b"s3cret" not in environment


def _environment(pid: int) -> bytes:
    with open(f"/proc/{pid}/environ", "rb") as stream:  # noqa: PTH123
        return stream.read()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9)
) + b"]>" + HEAD + b"<item><title>&a9;</title></item>" + TAIL  # fmt: skip
OUTSIDE = (
    b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + HEAD + b"<item><title>&f; root</title></item>" + TAIL
)


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (LAUGHS, "&a9;"),
        (LAUGHS.decode().encode("utf-16"), "&a9;"),
        (OUTSIDE, "&f; root"),
        (b"\n" * 100_000 + GOOD, "Norland buys boats"),
        (b"<?xml " + b'encoding="" ' * 5000 + b"?>" + GOOD, "Norland buys boats"),
        (b'<?xml version="1.0" encoding="punycode"?>' + GOOD, "Norland buys boats"),
        (HEAD + b"<item><title>a&#99999999999;b&#xD800;c & d</title></item>" + TAIL, "abc & d"),
        (HEAD + b"<item><title>nul\x00led</title></item>" + TAIL, "nulled"),
        (HEAD + b"<item><title>" + b"x" * 1_000_000 + b"</title></item>" + TAIL, "x" * 500),
        (HEAD + b"<item><title>t</title><pubDate>" + b"9" * 100_000 + b"</pubDate></item>" + TAIL, "t"),
        (HEAD + b"<item><title>t</title><description>" + b"&lt;div&gt;" * 50_000 + b"</description></item>" + TAIL, "t"),
        (HEAD + b"<item><title>t</title><description>&lt;p style='" + b" " * 40_000 + b"'&gt;x</description></item>" + TAIL, "t"),
        (HEAD + b"<item><title>whole</title></item><item><title>cut off in the mid", "whole"),
    ],
    ids=["laughs", "laughs in UTF-16", "outside entity", "newlines", "declaration", "punycode", "references", "nul", "long title", "date", "deep", "style", "truncated"],
)  # fmt: skip
def test_hostile_documents_are_read_for_what_they_say(body: bytes, title: str) -> None:
    document = with_workers(lambda workers: read(workers, body))
    assert document.entries[0].title == title
    assert document.entries[0].published is None or body.endswith(GOOD)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (HEAD + b"<item " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"/>" + TAIL, FetchFailure.HOSTILE),
        (HEAD + b"<item>" + b"<a>" * 100_000, FetchFailure.HOSTILE),
        (b"[" * 100_000, FetchFailure.UNREADABLE),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 100_000, FetchFailure.UNREADABLE),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": 5}', FetchFailure.NOT_A_FEED),
        (b'{"error": "log in"}', FetchFailure.NOT_A_FEED),
        (b"<html><body>log in</body></html>", FetchFailure.NOT_A_FEED),
        (b"%PDF-1.7", FetchFailure.NOT_A_FEED),
        (b"\xff\xfe\x00\x00", FetchFailure.EMPTY),
        (b" \n ", FetchFailure.EMPTY),
    ],
    ids=["attributes", "deep", "json deep", "json feed deep", "json feed", "json", "page", "pdf", "mark only", "space"],
)  # fmt: skip
def test_what_is_refused_has_its_reason(body: bytes, reason: FetchFailure) -> None:
    assert with_workers(lambda workers: refusal(workers, body)).reason is reason


@pytest.mark.parametrize("one", [b"<item/>", b"<item><title>t</title></item>", b"<item>\n"])
def test_a_million_entries_are_the_first_thousand(one: bytes) -> None:
    document = with_workers(lambda workers: read(workers, HEAD + one * 300_000 + TAIL, max_entries=100))
    assert len(document.entries) <= 100
    assert document.dropped >= 299_900


def test_the_text_of_a_document_is_bounded_as_a_whole() -> None:
    body = rss(*(item(str(number), "t", summary="word " * 4000) for number in range(600)))
    document = with_workers(lambda workers: read(workers, body), settings=SETTINGS)
    assert 300 < len(document.entries) < 600
    assert document.dropped == 600 - len(document.entries)
