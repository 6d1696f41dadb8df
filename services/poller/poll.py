"""One poll of one feed, in two steps: gather what the outlet has, then conclude what follows. Nothing is written here."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from services.core import schedule
from services.core.article import Article
from services.core.entry import Document
from services.core.feed import Feed, FeedState, Seen
from services.core.identity import ArticleState, Poll, article_ids, decide_all
from services.core.ports.edges import Fetched, Fetcher
from services.core.settings import PollerSettings
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.parse import Job
from services.poller.workers import Parser


class Outcome(StrEnum):
    """How a poll that worked came out. Together with FetchFailure, the outcomes that metrics and logs name."""

    CHANGED = "changed"  # a document that differs from the last one
    UNCHANGED = "unchanged"  # the same document, byte for byte
    NOT_MODIFIED = "not_modified"  # 304


class Gathered(Struct, frozen=True, kw_only=True):
    """What a fetch brought. ``document``, and an article id for each of its entries, only where it differs from the last one."""

    outcome: Outcome
    fetched: Fetched
    document_hash: str | None = None
    document: Document | None = None
    ids: tuple[str, ...] = ()


class Polled(Struct, frozen=True, kw_only=True):
    """What follows: articles to publish (the oldest first), then what to remember of them and the state to save."""

    outcome: Outcome | FetchFailure
    state: FeedState
    articles: tuple[Article, ...] = ()
    seen: tuple[Seen, ...] = ()
    counts: Mapping[ArticleState, int] = {}
    cut: int = 0  # entries with a text over its bound
    dropped: int = 0  # entries over the bounds of a document
    flaws: tuple[str, ...] = ()


class Gatherer:
    """Fetches and parses."""

    def __init__(self, fetcher: Fetcher, parser: Parser, settings: PollerSettings) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._settings = settings

    async def fetch(self, state: FeedState, *, whole: bool) -> Fetched:
        """``whole``: ask without validators. Raises FetchFailed."""
        return await self._fetcher.fetch(replace(state, etag=None, last_modified=None) if whole else state)

    async def read(self, state: FeedState, feed: Feed, fetched: Fetched) -> Gathered:
        """The document in the response, unless we know it. Raises FetchFailed."""
        if fetched.body is None:
            return Gathered(outcome=Outcome.NOT_MODIFIED, fetched=fetched)
        hashed = blake2b(fetched.body, digest_size=16).hexdigest()
        if hashed == state.document_hash:
            return Gathered(outcome=Outcome.UNCHANGED, fetched=fetched, document_hash=hashed)
        job = Job(
            body=fetched.body, url=fetched.url, content_type=fetched.content_type, max_entries=self._settings.max_entries
        )  # fmt: skip
        document = await self._parser.parse(job)
        ids = tuple(article_ids(feed.outlet, document.entries))
        return Gathered(
            outcome=Outcome.CHANGED, fetched=fetched, document_hash=hashed, document=document, ids=ids
        )  # fmt: skip


def conclude(
    gathered: Gathered, state: FeedState, feed: Feed, known: Mapping[str, Seen], *, settings: PollerSettings, now: datetime, chance: float
) -> Polled:  # fmt: skip
    """What follows from a poll that worked; ``known`` is what was published before of the articles in the document."""
    document = gathered.document
    poll = Poll(
        feed=feed, url=gathered.fetched.url, at=now, first=state.polled_at is None, backfill_after=settings.backfill_after,
        language=document.language if document else None,
    )  # fmt: skip
    verdicts = decide_all(poll, gathered.ids, document.entries, known) if document else []
    articles = tuple(verdict.article for verdict in verdicts if verdict.article is not None)
    changed = gathered.outcome is Outcome.CHANGED
    hints = schedule.Hints(max_age=gathered.fetched.max_age, ttl=document.ttl if document else None)
    after = schedule.succeeded(
        _remembering(gathered, state), now, pace(feed, settings), hints, changed=changed, news=bool(articles), chance=chance
    )  # fmt: skip
    return Polled(
        outcome=gathered.outcome, state=schedule.moved(after, gathered.fetched.permanent_url, now), articles=articles,
        seen=tuple(verdict.seen for verdict in verdicts if verdict.seen is not None),
        counts=Counter(verdict.state for verdict in verdicts),
        cut=sum(entry.cut for entry in document.entries) if document else 0,
        dropped=document.dropped if document else 0, flaws=document.flaws if document else (),
    )  # fmt: skip


def conclude_failure(
    failure: FetchFailed, state: FeedState, feed: Feed, *, settings: PollerSettings, now: datetime, chance: float
) -> Polled:
    """What follows from a poll that failed: a later one. Validators stay, so that a document is not missed."""
    after = schedule.failed(
        state, now, pace(feed, settings), str(failure), retry_after=failure.retry_after,
        gone=failure.reason is FetchFailure.GONE, chance=chance,
    )  # fmt: skip
    return Polled(outcome=failure.reason, state=after)


def _remembering(gathered: Gathered, state: FeedState) -> FeedState:
    """Validators byte for byte as they came: those of a document replace the old, those of a 304 add to them."""
    fetched = gathered.fetched
    if gathered.outcome is Outcome.NOT_MODIFIED:
        return replace(
            state, etag=fetched.etag or state.etag, last_modified=fetched.last_modified or state.last_modified
        )  # fmt: skip
    return replace(
        state, etag=fetched.etag, last_modified=fetched.last_modified, document_hash=gathered.document_hash
    )  # fmt: skip


def pace(feed: Feed, settings: PollerSettings) -> schedule.Pace:
    """The bounds of a feed's interval."""
    return schedule.Pace(every=feed.every, max_interval=settings.max_interval)
