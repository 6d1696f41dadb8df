"""The other edges: time, feeds over HTTP, the extractor's reader, and destinations."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from services.core.article import Article, TaggedArticle
from services.core.feed import FeedState
from services.core.notification import OutboxRow, Outcome


class Clock(Protocol):
    """Time as an argument to every decision."""

    def now(self) -> datetime:
        """The time in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back, for durations."""


class Fetched(Struct, frozen=True, kw_only=True):
    """A response to a feed poll. ``body`` is None for 304 Not Modified. ``url`` is where redirects ended."""

    status: int
    url: str
    permanent_url: str | None = None  # where only permanent redirects led
    body: bytes | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None  # seconds
    max_age: float | None = None  # seconds, of Cache-Control


class Fetcher(Protocol):
    """Fetches feed documents."""

    async def fetch(self, state: FeedState) -> Fetched:
        """Conditional GET with a wall-clock deadline and a body cap.

        Raises services.poller.failures.FetchFailed with a reason of a bounded vocabulary; never returns a partial body.
        """


class Tagger(Protocol):
    """Reads articles. Not thread-safe; one per process."""

    version: str

    def tag(self, article: Article, now: datetime) -> TaggedArticle:
        """What the article says. Bounded in time by the caller. Never raises for odd text; anything raised is a bug or a crash."""


class Notifier(Protocol):
    """Delivers notifications to one receiver."""

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:
        """Try once, within ``timeout`` seconds. Never raises for what the destination or the network does.

        ``thread`` is the remote id of the first notification about the same story. A row with ``repeat`` set is marked as
        a possible repeat. Secrets never appear in the outcome.
        """

    def close(self) -> None:
        """Let go of connections. Safe to call twice."""
