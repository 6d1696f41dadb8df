"""Feed documents through the parse worker, against feedparser called directly on the same bytes."""

import asyncio
import io
import tarfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import NamedTuple

import feedparser

from services.cli.demo_feeds import read_stories, render
from services.core.settings import PollerSettings
from services.poller.failures import FetchFailed
from services.poller.parse import Job, parse
from services.poller.workers import ParseWorkers
from tests.bench.report import MB, Progress, heading, machine, table
from tests.bench.texts import SHARED

_SNAPSHOTS = ("gesab001_feeds_2020_2023.tar.xz", "orx365_wsj_ft_economist_2025_2026.tar.xz")
_URL = "https://harbour.example/feed"


class Documents(NamedTuple):
    """Bodies of feed documents, and where they come from."""

    source: str
    bodies: list[bytes]


class Parsed(NamedTuple):
    """How it went. ``entries`` in all documents that could be read."""

    seconds: float
    entries: int
    refused: int


def run(count: int, rounds: int) -> None:
    """Measure and print the best of some rounds of each: what others on the machine take away is not what is asked."""
    found = _documents(count)
    size = sum(map(len, found.bodies)) / len(found.bodies)
    heading(
        "poller: documents through the parse worker",
        machine(),
        f"{len(found.bodies)} of {found.source}, {size / 1000:.0f} kB each",
    )
    ways: dict[str, Callable[[], Parsed]] = {
        "feedparser alone": lambda: _direct(found.bodies),
        "our parsing, no process": lambda: _in_place(found.bodies),
        "one parse worker": lambda: asyncio.run(_through_workers(found.bodies, 1)),
        "two parse workers": lambda: asyncio.run(_through_workers(found.bodies, 2)),
    }
    best: dict[str, Parsed] = {}
    progress = Progress()
    for number in range(rounds):
        for name, way in ways.items():
            progress(f"round {number + 1} of {rounds}: {name}")
            best[name] = min(way(), best.get(name, Parsed(float("inf"), 0, 0)))
    progress.end()
    _print(best, len(found.bodies), size)


def _documents(count: int) -> Documents:
    archives = [SHARED / "data" / "rss_snapshots" / name for name in _SNAPSHOTS]
    if all(archive.exists() for archive in archives):
        return Documents("real feed documents", [body for archive in archives for body in _every(archive, count // 2)])
    news, began = read_stories(), datetime.now(UTC)
    bodies = [render(outlet, news.shown(outlet.id, news.last_step), began) for outlet in news.outlets]
    return Documents(
        f"the demo's feed documents, because the collections are not in {SHARED}", list(islice(cycle(bodies), count))
    )


def _every(archive: object, count: int) -> list[bytes]:
    """``count`` documents, evenly over the archive."""
    with tarfile.open(str(archive)) as files:
        bodies = [(files.extractfile(member) or io.BytesIO()).read() for member in files if member.isfile()]
    return bodies[:: max(1, len(bodies) // count)][:count]


def _direct(bodies: Sequence[bytes]) -> Parsed:
    begun, entries, refused = time.perf_counter(), 0, 0
    for body in bodies:
        parsed = feedparser.parse(io.BytesIO(body), response_headers={"content-type": "application/xml"})
        entries += len(parsed.entries)
        refused += not parsed.version
    return Parsed(time.perf_counter() - begun, entries, refused)


def _in_place(bodies: Sequence[bytes]) -> Parsed:
    begun, entries, refused = time.perf_counter(), 0, 0
    for body in bodies:
        try:
            entries += len(parse(Job(body=body, url=_URL)).entries)
        except FetchFailed:
            refused += 1
    return Parsed(time.perf_counter() - begun, entries, refused)


async def _through_workers(bodies: Sequence[bytes], count: int) -> Parsed:
    workers = ParseWorkers(PollerSettings(), count)
    await workers.start()
    try:
        begun = time.perf_counter()
        read = await asyncio.gather(*(_one(workers, body) for body in bodies))
        seconds = time.perf_counter() - begun
    finally:
        await workers.close()
    return Parsed(seconds, sum(entries or 0 for entries in read), sum(entries is None for entries in read))


async def _one(workers: ParseWorkers, body: bytes) -> int | None:
    try:
        return len((await workers.parse(Job(body=body, url=_URL))).entries)
    except FetchFailed:
        return None


def _print(best: dict[str, Parsed], count: int, size: float) -> None:
    peer = count / best["feedparser alone"].seconds
    rows = [
        (
            name,
            count / way.seconds,
            count * size / MB / way.seconds,
            way.entries,
            way.refused,
            count / way.seconds / peer,
        )
        for name, way in best.items()
    ]
    table(("", "documents/s", "MB/s", "entries", "not a feed", "to feedparser"), rows)
