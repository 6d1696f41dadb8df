"""A poller on a real store and a real (memory) bus, with a clock that the test turns."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.bus.memory import MemoryBus
from services.core.article import Article
from services.core.codec import decode
from services.core.entry import Document
from services.core.feed import FeedState
from services.core.ports.bus import Partition
from services.core.settings import FeedsFile, PollerSettings
from services.core.streams import ARTICLES, STREAMS
from services.poller.parse import Job, parse
from services.poller.service import Poller, Totals
from services.store.engine import Store, open_store
from tests.builders import T0
from tests.poller.feeds import SETTINGS


class TurnedClock:
    """``now`` stands still until the test moves it; durations are real."""

    def __init__(self) -> None:
        self.time = T0 + timedelta(minutes=10)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return time.monotonic()

    def pass_(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class InlineParser:
    """The same parser without a process around it: quick to start, and nothing to stop a hostile document."""

    async def start(self) -> None:
        """Nothing to start."""

    async def parse(self, job: Job) -> Document:
        return parse(job)

    async def close(self) -> None:
        """Nothing to close."""


class Running:
    """What a test of the service needs to hand."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = TurnedClock()
        self.bus = MemoryBus(self.clock)
        self.bus.ensure(STREAMS)
        self.store: Store = open_store(f"sqlite:///{directory / 'store.sqlite3'}")

    def poller(self, feeds: FeedsFile, settings: PollerSettings = SETTINGS, **parts: Any) -> Poller:
        collaborators = {
            "store": self.store.feeds, "name": "one", "chance": lambda: 0.5, "parser": InlineParser(), **parts,
        }  # fmt: skip
        return Poller(bus=self.bus, feeds=feeds, clock=self.clock, settings=settings, **collaborators)

    def published(self) -> list[Article]:
        """Everything on the stream, in the order it was sent within a partition."""
        spec = self.bus.specs[ARTICLES]
        records = [
            record
            for number in range(spec.partitions)
            for record in self.bus.browse(Partition(ARTICLES, number), 0, 10_000)
        ]
        return [decode(Article, record.value) for record in records]

    def state(self, feed: str) -> FeedState:
        """As saved: leased for a moment to be seen, and given back as it was."""
        far = self.clock.now() + timedelta(days=365)
        leases = self.store.feeds.lease("looker", far, limit=1000, seconds=1)
        for lease in leases:
            self.store.feeds.save(lease, lease.state, ())
        return next(lease.state for lease in leases if lease.state.feed == feed)


@contextmanager
def running(directory: Path) -> Iterator[Running]:
    made = Running(directory)
    with made.store:
        yield made


def counts(totals: Totals) -> tuple[int, int, int]:
    return totals.new, totals.revised, totals.duplicate
