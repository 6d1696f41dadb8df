"""From a lease to its end: ask the host's leave, gather, conclude, publish, save. One object per run of the poller."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import timedelta
from typing import TypeVar

import structlog
from msgspec.structs import replace
from yarl import URL

from services.core.backoff import full_jitter
from services.core.errors import Fatal, Lost, Retriable
from services.core.feed import Feed, FeedLease, FeedState, Seen
from services.core.ports.edges import Clock
from services.core.ports.store import FeedStore
from services.core.schedule import LONGEST_WAIT, failed, without_validators
from services.core.settings import PollerSettings
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.hosts import Hosts
from services.poller.poll import Gathered, Gatherer, Polled, conclude, conclude_failure, pace
from services.poller.publish import Publisher
from services.telemetry import metrics

log = structlog.get_logger(__name__)
T = TypeVar("T")

_HELD_BACK = frozenset({FetchFailure.RATE_LIMITED, FetchFailure.HTTP_5XX})
_MAX_BACKOFF = 5.0  # seconds between tries of bus and store


class Round:
    """Polls leased feeds. Used from one event loop; the store is called in ``threads``."""

    def __init__(
        self, *, settings: PollerSettings, store: FeedStore, gatherer: Gatherer, publisher: Publisher, clock: Clock,
        threads: Executor, chance: Callable[[], float], polled: Callable[[Feed, Polled, float], None],
    ) -> None:  # fmt: skip
        """``polled`` is told of every poll that is done and saved, with the seconds it took."""
        self._settings = settings
        self._store = store
        self._gatherer = gatherer
        self._publisher = publisher
        self._clock = clock
        self._threads = threads
        self._chance = chance
        self._polled = polled
        self._hosts = Hosts(settings.per_host, settings.host_pause)
        self._interruptible: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.bus_up = True
        self.deferred_until = 0.0  # monotonic seconds; until then feeds wait for their host

    async def poll(self, lease: FeedLease, feed: Feed) -> None:
        """One poll to its end. Raises nothing but CancelledError and Fatal: what goes wrong is in the feed's state, the log and the metrics."""
        try:
            await self._poll(lease, feed)
        except Lost as error:
            log.warning("lease lost, the poll does not count", feed=feed.id, error=str(error))
        except Fatal:
            raise
        except Exception as error:  # whatever one feed provokes must not stop the others, nor be tried again at once
            log.exception("poll broke off", feed=feed.id)
            await self._give_back(lease, self._after_bug(lease.state, feed, error))

    def interrupt(self) -> None:
        """Give up fetches and parses under way; their feeds are handed back as they were. Publishing goes on."""
        self._stopping = True
        for task in tuple(self._interruptible):
            task.cancel()

    async def leave(self, lease: FeedLease, seconds: float) -> None:
        """Hand a feed back, due again after so long."""
        later = replace(lease.state, due_at=self._clock.now() + timedelta(seconds=seconds))
        await self._give_back(lease, later)

    async def call(self, function: Callable[..., T], *arguments: object) -> T:
        """A blocking call in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*arguments))

    async def _poll(self, lease: FeedLease, feed: Feed) -> None:
        host = _host(lease.state.url)
        wait = self._hosts.enter(host, self._clock.monotonic())
        if wait:
            self.deferred_until = max(self.deferred_until, self._clock.monotonic() + wait)
            await self.leave(lease, wait)
            return
        begun = self._clock.monotonic()
        try:
            gathered = await self._gather(lease.state, feed, host)
        except FetchFailed as failure:
            polled = conclude_failure(
                failure, lease.state, feed, settings=self._settings, now=self._clock.now(), chance=self._chance()
            )
            log.warning(
                "feed poll failed", feed=feed.id, reason=failure.reason.value, detail=failure.detail,
                failures=polled.state.failures, due_at=polled.state.due_at.isoformat(),
            )  # fmt: skip
        except asyncio.CancelledError:
            await asyncio.shield(self.leave(lease, 0.0))
            return
        else:
            polled = await self._settle(gathered, lease, feed)
        await self._until(lease, lambda: self.call(self._store.save, lease, polled.state, polled.seen))
        self._polled(feed, polled, self._clock.monotonic() - begun)

    async def _gather(self, state: FeedState, feed: Feed, host: str) -> Gathered:
        """Fetch and parse. Only here may a stop interrupt: nothing has been published yet."""
        task = asyncio.current_task()
        assert task is not None
        if self._stopping:
            self._hosts.leave(host, self._clock.monotonic())
            raise asyncio.CancelledError
        self._interruptible.add(task)
        try:
            whole = without_validators(state, self._clock.now(), chance=self._chance())
            try:
                fetched = await self._gatherer.fetch(state, whole=whole)
            except FetchFailed as failure:
                self._hold(host, failure)
                raise
            finally:
                self._hosts.leave(host, self._clock.monotonic())
            return await self._gatherer.read(state, feed, fetched)
        finally:
            self._interruptible.discard(task)

    def _hold(self, host: str, failure: FetchFailed) -> None:
        """A host that is overloaded means all its feeds."""
        if failure.retry_after is not None and failure.reason in _HELD_BACK:
            self._hosts.hold(host, self._clock.monotonic() + min(failure.retry_after, LONGEST_WAIT))

    async def _settle(self, gathered: Gathered, lease: FeedLease, feed: Feed) -> Polled:
        """Conclude and publish."""
        known: dict[str, Seen] = {}
        if gathered.ids:
            known = await self._until(lease, lambda: self.call(self._store.seen, gathered.ids))
        polled = conclude(
            gathered, lease.state, feed, known, settings=self._settings, now=self._clock.now(), chance=self._chance()
        )  # fmt: skip
        if polled.articles:
            await self._until(lease, lambda: self._publish(polled))
        return polled

    async def _publish(self, polled: Polled) -> None:
        try:
            await self._publisher.publish(polled.articles)
        except Retriable:
            self.bus_up = False
            raise
        self.bus_up = True

    async def _until(self, lease: FeedLease, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it works or the lease is over: then the feed is polled again from where it was, and nothing is lost."""
        tries = 0
        while True:
            try:
                return await attempt()
            except Retriable as error:
                tries += 1
                metrics.RETRIES.labels("poller", type(error).__name__.lower()).inc()
                if self._clock.now() >= lease.until:
                    raise Lost(f"the lease ran out while trying again: {error}") from error
                log.warning("trying again", feed=lease.state.feed, tries=tries, error=str(error))
                await asyncio.sleep(full_jitter(tries, base=0.2, cap=_MAX_BACKOFF, chance=self._chance()))

    async def _give_back(self, lease: FeedLease, state: FeedState) -> None:
        """If even that fails, the lease runs out by itself."""
        try:
            await self.call(self._store.save, lease, state, ())
        except (Retriable, Lost) as error:
            log.warning("feed not handed back, its lease will run out", feed=lease.state.feed, error=str(error))

    def _after_bug(self, state: FeedState, feed: Feed, error: Exception) -> FeedState:
        return failed(
            state, self._clock.now(), pace(feed, self._settings), f"bug: {type(error).__name__}", retry_after=None, gone=False, chance=self._chance()
        )  # fmt: skip


def _host(url: str) -> str:
    """What politeness counts by. A URL that is none fails later, on its own."""
    try:
        return URL(url).authority.rpartition("@")[2]
    except ValueError:
        return ""
