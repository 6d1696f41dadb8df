"""The poller: lease due feeds, fetch and parse them, publish what is new, remember it.

At least once: a feed's state is saved only after its articles are durable on the bus, and under the lease it was polled
with. A crash in between polls again and comes to the same ids and revisions.
"""

import asyncio
import contextlib
import random
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Protocol

import structlog
from msgspec import Struct

from services.core.backoff import full_jitter
from services.core.errors import Retriable
from services.core.feed import Feed, FeedLease
from services.core.identity import ArticleState
from services.core.ports.bus import Bus
from services.core.ports.edges import Clock, Fetcher
from services.core.ports.store import FeedStore
from services.core.settings import FeedsFile, PollerSettings
from services.poller.failures import FetchFailure
from services.poller.fetch import HttpFetcher
from services.poller.poll import Gatherer, Outcome, Polled
from services.poller.publish import Publisher
from services.poller.round import Round
from services.poller.workers import Parser, ParseWorkers
from services.telemetry import metrics

log = structlog.get_logger(__name__)

_TICK = 0.5  # seconds between looks at what is due
_SLACK = 10.0  # seconds of a lease for reading and writing, beyond fetching and parsing
_UNKNOWN_AGAIN = 60.0  # seconds; another poller's feeds.yaml is ahead of ours
_DRAIN = 15.0  # seconds to finish what is being published at the stop
_RETENTION = timedelta(days=90)  # of what we have seen; far longer than feeds show an article
_TIDY_EVERY = 3600.0  # seconds
_TIDY_LIMIT = 5000  # rows
_STORE_THREADS = 4
_MAX_BACKOFF = 10.0  # seconds


class PollingFetcher(Fetcher, Protocol):
    """A Fetcher that can let go of its connections; the next fetch begins anew."""

    async def close(self) -> None:
        """Safe to call twice."""


class Totals(Struct, frozen=True, kw_only=True):
    """What this poller has done since it was made. ``feeds`` counts those polled with success."""

    polls: int = 0
    failed: int = 0
    feeds: int = 0
    new: int = 0
    revised: int = 0
    duplicate: int = 0
    refused: int = 0


class Poller:
    """The service. ``run`` may be called again after it returned or raised; everything else may be called from any thread."""

    def __init__(
        self, *, bus: Bus, store: FeedStore, feeds: FeedsFile, clock: Clock, settings: PollerSettings, name: str,
        fetcher: PollingFetcher | None = None, parser: Parser | None = None, chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        """``name`` names this process in leases. Fetcher and parser are those of the internet by default. ``chance`` gives jitter in 0..1."""
        self._settings = settings
        self._store = store
        self._produce = lambda: bus.producer(name)
        self._fetcher = fetcher or HttpFetcher(settings, clock)
        self._parser = parser or ParseWorkers(settings)
        self._owner = name
        self._clock = clock
        self._chance = chance
        self._lock = threading.Lock()
        self._wanted = feeds
        self._adopted: FeedsFile | None = None  # what the store has been told
        self._feeds: dict[str, Feed] = {}
        self._polls: set[asyncio.Task[None]] = set()
        self._failing: set[str] = set()
        self._succeeded: set[str] = set()
        self._tidied_at = clock.monotonic()
        self.totals = Totals()
        self.idle = False  # nothing is being polled, nothing was due when last asked, and no feed waits for its host
        self.ready = True  # store and bus were there when last used
        self.last_progress = clock.monotonic()
        for outcome in (*Outcome, *FetchFailure):
            metrics.FETCHES.labels(outcome.value)

    def reload(self, feeds: FeedsFile) -> None:
        """Poll these feeds from now on. Feeds that stay keep their state and their timers."""
        with self._lock:
            self._wanted = feeds

    def run(self, stop: threading.Event) -> None:
        """Poll until ``stop``. Fetches under way are then given up and their feeds handed back; what is being published is finished."""
        self._run(stop.is_set)

    def poll_due(self) -> Totals:
        """Poll until nothing is due any more, for tests and demonstrations; the totals after it."""
        self._run(lambda: self.idle)
        return self.totals

    def _run(self, done: Callable[[], bool]) -> None:
        self.idle = False
        self._adopted = None
        with asyncio.Runner() as runner:
            runner.run(self._serve(done))

    async def _serve(self, done: Callable[[], bool]) -> None:
        async with self._open() as round_:
            failures = 0
            while not done():
                self.last_progress = self._clock.monotonic()
                started = 0
                try:
                    started = await self._turn(round_)
                    failures = 0
                except Retriable as error:
                    failures += 1
                    log.warning("store away, trying again", tries=failures, error=str(error))
                    metrics.RETRIES.labels("poller", "store").inc()
                self.ready = not failures and round_.bus_up
                waiting = self._clock.monotonic() < round_.deferred_until
                self.idle = not (failures or started or self._polls or waiting)
                if not done():
                    await self._rest(failures)
            await self._drain(round_)

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[Round]:
        """Threads, processes and connections for one run. Looking up names has threads of its own, for slow name servers."""
        asyncio.get_running_loop().set_default_executor(
            ThreadPoolExecutor(self._settings.concurrency, thread_name_prefix="poller-names")
        )
        threads = ThreadPoolExecutor(_STORE_THREADS, thread_name_prefix="poller-store")
        publisher = Publisher(self._produce, threads)
        self._polls = set()
        try:
            await self._parser.start()
            yield Round(
                settings=self._settings, store=self._store, gatherer=Gatherer(self._fetcher, self._parser, self._settings),
                publisher=publisher, clock=self._clock, threads=threads, chance=self._chance, polled=self._count,
            )  # fmt: skip
        finally:
            for task in self._polls:
                task.cancel()
            await asyncio.gather(*self._polls, return_exceptions=True)
            await publisher.close()
            await self._fetcher.close()
            await self._parser.close()
            threads.shutdown(wait=False)

    async def _turn(self, round_: Round) -> int:
        """Adopt a new list, start what is due and has room; how many polls were started. Raises Retriable and Fatal."""
        await self._adopt(round_)
        await self._tidy(round_)
        # With the bus away one feed at a time finds out whether it is back; the others keep.
        room = (self._settings.concurrency if round_.bus_up else 1) - len(self._polls)
        if room <= 0:
            return 0
        leases = await round_.call(self._lease, room)
        for lease in leases:
            task = asyncio.create_task(self._poll(round_, lease))
            self._polls.add(task)
        return len(leases)

    def _lease(self, room: int) -> tuple[FeedLease, ...]:
        seconds = self._settings.deadline + self._settings.parse_seconds + _SLACK
        return self._store.lease(self._owner, self._clock.now(), limit=room, seconds=seconds)

    async def _poll(self, round_: Round, lease: FeedLease) -> None:
        feed = self._feeds.get(lease.state.feed)
        if feed is None:
            await round_.leave(lease, _UNKNOWN_AGAIN)
        else:
            await round_.poll(lease, feed)

    async def _adopt(self, round_: Round) -> None:
        with self._lock:
            wanted = self._wanted
        if wanted is self._adopted:
            return
        await round_.call(self._store.sync, wanted.feeds, self._clock.now())
        self._adopted = wanted
        for gone in self._succeeded - {feed.id for feed in wanted.feeds}:
            metrics.FEED_POLLED.remove(gone)
            self._succeeded.discard(gone)
        self._feeds = {feed.id: feed for feed in wanted.feeds}
        self._failing &= self._feeds.keys()
        log.info("feeds adopted", feeds=len(self._feeds))

    async def _tidy(self, round_: Round) -> None:
        if self._clock.monotonic() - self._tidied_at >= _TIDY_EVERY:
            self._tidied_at = self._clock.monotonic()
            forgotten = await round_.call(self._store.forget, self._clock.now() - _RETENTION, _TIDY_LIMIT)
            log.info("forgot articles not seen for long", articles=forgotten)

    async def _rest(self, failures: int) -> None:
        """Until a poll ends or a moment has passed. Raises what a poll raised: it cannot go on."""
        pause = (
            _TICK + full_jitter(failures, base=_TICK, cap=_MAX_BACKOFF, chance=self._chance()) if failures else _TICK
        )
        if not self._polls or failures:
            await asyncio.sleep(pause)
        done, self._polls = await self._finished(pause)
        for task in done:
            task.result()

    async def _finished(self, pause: float) -> tuple[set[asyncio.Task[None]], set[asyncio.Task[None]]]:
        if not self._polls:
            return set(), set()
        return await asyncio.wait(self._polls, timeout=pause, return_when=asyncio.FIRST_COMPLETED)

    async def _drain(self, round_: Round) -> None:
        round_.interrupt()
        if self._polls:
            _, late = await asyncio.wait(self._polls, timeout=_DRAIN)
            if late:
                log.warning("polls not finished at the stop, their leases will run out", polls=len(late))

    def _count(self, feed: Feed, polled: Polled, seconds: float) -> None:
        """One poll is done: totals, metrics, and a line in the log."""
        worked = isinstance(polled.outcome, Outcome)
        (self._failing.discard if worked else self._failing.add)(feed.id)
        if worked:
            self._succeeded.add(feed.id)
            metrics.FEED_POLLED.labels(feed.id).set(self._clock.now().timestamp())
        counts = {state.value: polled.counts.get(state, 0) for state in ArticleState}
        for state, count in counts.items():
            metrics.ARTICLES.labels(state).inc(count)
        metrics.FETCHES.labels(polled.outcome.value).inc()
        metrics.FETCH_SECONDS.observe(seconds)
        metrics.FEEDS_FAILING.set(len(self._failing))
        before = self.totals
        self.totals = Totals(
            polls=before.polls + 1, failed=before.failed + (not worked), feeds=len(self._succeeded),
            new=before.new + counts["new"], revised=before.revised + counts["revised"],
            duplicate=before.duplicate + counts["duplicate"], refused=before.refused + counts["refused"],
        )  # fmt: skip
        if worked:
            odd = {
                name: value
                for name, value in (("cut", polled.cut), ("dropped", polled.dropped), ("flaws", polled.flaws))
                if value
            }
            log.info(
                "feed polled", feed=feed.id, outcome=polled.outcome.value, seconds=round(seconds, 3), **counts, **odd
            )
