"""Feeds, outlets, and the polling state that the store keeps for each."""

from datetime import datetime

from msgspec import Struct


class Outlet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The publisher that owns one or more feeds. ``owner`` groups outlets that are not independent of one another.

    ``official``: it is a government, a ministry or another public body that publishes its own acts.
    """

    id: str
    name: str
    country: str | None = None
    tier: int = 2  # 1 official or agency, 2 established, 3 other
    owner: str | None = None
    official: bool = False


class Feed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A URL we poll. ``every`` is the shortest interval between polls, in seconds."""

    id: str
    url: str
    outlet: str
    language: str | None = None
    every: float = 300.0


class FeedState(Struct, frozen=True, kw_only=True):
    """What the poller remembers of a feed between polls. ``etag`` and ``last_modified`` are kept byte for byte."""

    feed: str
    url: str
    due_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    document_hash: str | None = None  # of the last body, to skip what did not change
    polled_at: datetime | None = None  # last successful poll; None: never, so its entries are backfill
    failures: int = 0  # in a row
    error: str | None = None
    interval: float | None = None  # seconds between polls as learned; None: the feed's own
    changed_at: datetime | None = None  # when the document last differed from the one before
    gone: bool = False  # the last poll was answered 410 Gone
    moved_to: str | None = None  # where permanent redirects lead; adopted once they have led there for a day
    moved_since: datetime | None = None


class FeedLease(Struct, frozen=True, kw_only=True):
    """The right to poll a feed until ``until``. ``token`` fences: saving under an older token raises Lost."""

    state: FeedState
    owner: str
    token: int
    until: datetime


class Seen(Struct, frozen=True, kw_only=True):
    """The last revision of an article that was published to the bus."""

    article_id: str
    revision: int
    content_hash: str
    first_seen_at: datetime
    last_seen_at: datetime
    feed: str
