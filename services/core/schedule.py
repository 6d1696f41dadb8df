"""When a feed is due again. Durations in seconds; ``chance`` in 0..1 is the jitter; the same arguments give the same answer."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from services.core.backoff import full_jitter
from services.core.feed import FeedState

LONGEST_WAIT = 86400.0  # however long a server asks us to wait
GONE_PROBE = 86400.0  # a feed that is 410 Gone is looked at once a day: outlets take it back
SOONEST_RETRY = 60.0
MAX_BACKOFF = 86400.0
SLOWER = 1.25  # the interval grows so when a poll brings nothing new
FASTER = 0.5  # and shrinks so when it brings something
SLOWEST = 4.0  # times the feed's own interval: a gazette that is quiet for weeks must still be seen within minutes
JITTER = 0.1  # of the interval, either way, so that feeds drift apart
UNCHANGED = timedelta(days=1)  # after so long without a change we ask once a day without validators
MOVED_AFTER = timedelta(days=1)  # a permanent redirect is believed when it has stood so long


class Pace(Struct, frozen=True, kw_only=True):
    """The bounds of the interval between polls."""

    every: float
    max_interval: float

    @property
    def longest(self) -> float:
        """How long a server may make us wait. Never shorter than ``every``, whatever the configuration says."""
        return max(self.every, self.max_interval)

    @property
    def slowest(self) -> float:
        """How slow we become of ourselves."""
        return min(self.every * SLOWEST, self.longest)


class Hints(Struct, frozen=True, kw_only=True):
    """What the outlet says about when to come back. Followed upwards only, and within bounds: most documents carry a ttl that nobody chose."""

    max_age: float | None = None  # of Cache-Control
    ttl: float | None = None  # of the document


def next_interval(previous: float | None, pace: Pace, *, news: bool) -> float:
    """The learned interval: shorter after news, longer after none, within the bounds."""
    learned = pace.every if previous is None else previous * (FASTER if news else SLOWER)
    return min(max(learned, pace.every), pace.slowest)


def wait_after_success(interval: float, pace: Pace, hints: Hints, *, chance: float) -> float:
    """Seconds to the next poll after one that worked."""
    asked = max(min(hints.max_age or 0.0, pace.longest), min(hints.ttl or 0.0, pace.slowest))
    wait = max(interval, asked)
    return wait * (1 + JITTER * (2 * chance - 1))


def wait_after_failure(failures: int, pace: Pace, *, retry_after: float | None, gone: bool, chance: float) -> float:
    """Seconds to the next poll after ``failures`` in a row: exponential with full jitter, and no sooner than a minute or the feed's own interval."""
    if gone:
        return GONE_PROBE * (1 + JITTER * chance)
    backoff = full_jitter(failures, base=pace.every, cap=MAX_BACKOFF, chance=chance)
    asked = min(max(retry_after or 0.0, 0.0), LONGEST_WAIT)
    return max(backoff, asked * (1 + JITTER * chance), min(pace.every, SOONEST_RETRY))


def succeeded(
    state: FeedState, now: datetime, pace: Pace, hints: Hints, *, changed: bool, news: bool, chance: float
) -> FeedState:
    """The state after a poll that worked. ``changed``: the document differs from the one before; ``news``: it brought new or revised articles."""
    interval = next_interval(state.interval, pace, news=news)
    wait = wait_after_success(interval, pace, hints, chance=chance)
    return replace(
        state, due_at=now + timedelta(seconds=wait), interval=interval, polled_at=now, failures=0, error=None, gone=False,
        changed_at=now if changed or state.changed_at is None else state.changed_at,
    )  # fmt: skip


def failed(
    state: FeedState, now: datetime, pace: Pace, error: str, *, retry_after: float | None, gone: bool, chance: float
) -> FeedState:
    """The state after a poll that did not. Validators and what was learned stay."""
    failures = state.failures + 1
    wait = wait_after_failure(failures, pace, retry_after=retry_after, gone=gone, chance=chance)
    return replace(state, due_at=now + timedelta(seconds=wait), failures=failures, error=error, gone=gone)


def without_validators(state: FeedState, now: datetime, *, chance: float) -> bool:
    """Whether to ask for the whole document this time: some servers answer 304 for ever. About once a day for a feed that has not changed for one."""
    if state.changed_at is None or now - state.changed_at < UNCHANGED:
        return False
    return chance < (state.interval or 0.0) / UNCHANGED.total_seconds()


def moved(state: FeedState, permanent_url: str | None, now: datetime) -> FeedState:
    """Follow a permanent redirect for good once it has led to the same place for a day: a captive portal or a slip lasts less."""
    if permanent_url is None or permanent_url == state.url:
        return replace(state, moved_to=None, moved_since=None)
    if state.moved_to != permanent_url or state.moved_since is None:
        return replace(state, moved_to=permanent_url, moved_since=now)
    if now - state.moved_since < MOVED_AFTER:
        return state
    return replace(state, url=permanent_url, moved_to=None, moved_since=None)
