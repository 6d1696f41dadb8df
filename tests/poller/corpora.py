"""Every feed document of the measuring collections through the real parse workers: ``python -m tests.poller.corpora [SHARE]``.

Prints, per collection, how many were parsed, refused and why, how many killed a worker (which must be none), and the
slowest. ``SHARE`` (0..1) takes only that part of the documents.
"""

import asyncio
import os
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from services.core.settings import PollerSettings
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.parse import Job
from services.poller.workers import ParseWorkers

ARCHIVES = (
    "feed_test_corpora/feed_test_corpora.tar.xz",
    "rss_snapshots/gesab001_feeds_2020_2023.tar.xz",
    "rss_snapshots/orx365_wsj_ft_economist_2025_2026.tar.xz",
)
_NO_FEEDS = (".txt", ".py", ".go", ".md", ".js", ".ini", ".cfg", ".tar", ".license")


class Result(Struct):
    """What became of one collection."""

    name: str
    parsed: int = 0
    entries: int = 0
    dated: int = 0
    flawed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    killed: list[str] = []
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")
    times: list[float] = []


def shared() -> Path:
    """Where the measuring collections would be."""
    return Path(os.environ.get("WIREWATCH_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def documents(archive: Path, share: float = 1.0) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the documents, evenly spread when only a share is wanted."""
    due = 0.0
    with tarfile.open(archive) as opened:
        for member in opened:
            stream = opened.extractfile(member) if member.isfile() else None
            if stream is None or member.name.endswith(_NO_FEEDS):
                continue
            due += share
            if due >= 1.0:
                due -= 1.0
                yield member.name, stream.read()


async def measure(archive: Path, share: float = 1.0) -> Result:
    """Everything in one archive, two at a time."""
    workers = ParseWorkers(PollerSettings(), 2)
    result = Result(archive.name.partition(".")[0])
    begun = time.monotonic()
    waiting = documents(archive, share)

    async def work() -> None:
        for name, body in waiting:
            await _one(workers, result, name, body)

    await workers.start()
    try:
        await asyncio.gather(work(), work())
    finally:
        await workers.close()
    result.seconds = time.monotonic() - begun
    return result


async def _one(workers: ParseWorkers, result: Result, name: str, body: bytes) -> None:
    begun = time.monotonic()
    try:
        document = await workers.parse(Job(body=body, url="https://feeds.example/feed"))
    except FetchFailed as failure:
        result.refused[failure.reason.value] += 1
        if failure.reason in {FetchFailure.PARSE_CRASHED, FetchFailure.PARSE_MEMORY, FetchFailure.PARSE_TIMEOUT}:
            result.killed.append(f"{name}: {failure}")
        if "-v" in sys.argv:
            print(name, failure)
    else:
        result.parsed += 1
        result.entries += len(document.entries)
        result.dated += sum(entry.published is not None for entry in document.entries)
        result.flawed += bool(document.flaws)
    took = time.monotonic() - begun
    result.times.append(took)
    result.slowest = max(result.slowest, (took, name))


def report(result: Result) -> str:
    """A few lines for people."""
    times = sorted(result.times) or [0.0]
    refused = ", ".join(f"{reason} {count}" for reason, count in result.refused.most_common()) or "none"
    return (
        f"{result.name}: {len(result.times)} documents in {result.seconds:.0f} s, parsed {result.parsed} ({result.flawed} with flaws), "
        f"{result.entries} entries ({result.dated} dated)\n  refused {result.refused.total()}: {refused}\n"
        f"  killed a worker: {len(result.killed)} {result.killed[:5]}\n"
        f"  median {times[len(times) // 2] * 1000:.1f} ms, 99th {times[len(times) * 99 // 100] * 1000:.0f} ms, "
        f"slowest {result.slowest[0]:.2f} s {result.slowest[1]}"
    )


if __name__ == "__main__":
    part = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    for path in ARCHIVES:
        print(report(asyncio.run(measure(shared() / "data" / path, part))), flush=True)
