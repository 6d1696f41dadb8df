"""From entries to articles: which article an entry is, whether it is new, and what it says in one text.

Everything here is a decision over values, so that polling again, or after a crash, comes to the same ids and revisions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from services.core.article import Article
from services.core.canonical import canonical_url, url_key, web_url
from services.core.cleaning import split_head, squeeze
from services.core.entry import Entry
from services.core.feed import Feed, Seen

SKEW = timedelta(minutes=10)  # an outlet's clock may be so far ahead of ours
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # older dates are mistakes: there were no feeds
MAX_REVISIONS = 50  # of one article; feeds that print the time of day into every entry change for ever
FOREIGN = timedelta(days=1)  # so long an article belongs to the feed that showed it first


class ArticleState(StrEnum):
    """What an entry is to us. The same words label metrics."""

    NEW = "new"
    REVISED = "revised"
    DUPLICATE = "duplicate"
    REFUSED = "refused"  # nothing in it to read


class Verdict(Struct, frozen=True, kw_only=True):
    """``article`` is what to publish, and ``seen`` what to remember of it, where there is something to publish or remember."""

    state: ArticleState
    article: Article | None = None
    seen: Seen | None = None


class Poll(Struct, frozen=True, kw_only=True):
    """The poll that brought the entries. ``first`` is the feed's first successful one."""

    feed: Feed
    url: str  # where the document came from
    at: datetime
    first: bool = False
    backfill_after: float = 0.0  # seconds
    language: str | None = None  # of the document


def article_ids(outlet: str, entries: Sequence[Entry]) -> list[str]:
    """The article id of each entry: from its guid, where that tells entries of the document apart, else its URL, else its title.

    The same entry has the same id in every document and every feed of the outlet.
    """
    repeated = _repeated_guids(entries)
    return [_digest(outlet, *_key(entry, repeated)) for entry in entries]


def decide(poll: Poll, article_id: str, entry: Entry, seen: Seen | None) -> Verdict:
    """Whether the entry is a new article, a revision of ``seen``, or what we have already."""
    title, summary, body = texts(entry)
    if not (title or summary or body):
        return Verdict(state=ArticleState.REFUSED)
    hashed = content_hash(title, summary, body)
    if seen is not None and not _revises(poll, seen, hashed):
        return Verdict(state=ArticleState.DUPLICATE, seen=_refreshed(poll, seen, hashed))
    revision = 1 if seen is None else seen.revision + 1
    first_seen_at = poll.at if seen is None else seen.first_seen_at
    published_at, inferred = publication(entry, first_seen_at, poll.at)
    url = entry.url or web_url(entry.guid) or poll.url
    article = Article(
        id=article_id, revision=revision, feed=poll.feed.id, outlet=poll.feed.outlet, url=url,
        canonical_url=f"{canonical_url(url)}#{article_id}" if url == poll.url else canonical_url(url),
        title=title, summary=summary, body=body, language=poll.feed.language or entry.language or poll.language,
        published_at=published_at, published_inferred=inferred, first_seen_at=first_seen_at, content_hash=hashed,
        backfill=seen is None and _backfill(poll, published_at, inferred=inferred), trace_id=_digest(article_id, str(revision)),
    )  # fmt: skip
    state = ArticleState.NEW if seen is None else ArticleState.REVISED
    return Verdict(state=state, article=article, seen=seen_of(article, poll.at))


def decide_all(poll: Poll, ids: Sequence[str], entries: Sequence[Entry], seen: Mapping[str, Seen]) -> list[Verdict]:
    """:func:`decide` for a document, the oldest entry first. An article that stands in it twice counts once, as its first entry says."""
    verdicts: list[Verdict] = []
    met: set[str] = set()
    for article_id, entry in zip(ids, entries, strict=True):
        again = article_id in met
        met.add(article_id)
        verdicts.append(
            Verdict(state=ArticleState.DUPLICATE) if again else decide(poll, article_id, entry, seen.get(article_id))
        )
    return verdicts[::-1]


def texts(entry: Entry) -> tuple[str, str, str]:
    """Title, summary and body, none of which repeats another: a summary that the body holds, or a body that the summary holds, is left empty."""
    title, summary, body = entry.title, entry.summary, entry.content
    flat_summary, flat_body = squeeze(summary), squeeze(body)
    if flat_summary and flat_summary in flat_body:
        summary, flat_summary = "", ""
    elif flat_body and flat_body in flat_summary:
        body, flat_body = "", ""
    if not title:
        title, summary, body = _titled(summary, body)
    elif flat_summary == squeeze(title):
        summary = ""
    elif flat_body == squeeze(title):
        body = ""
    return title, summary, body


def content_hash(title: str, summary: str, body: str) -> str:
    """Changes with the words, not with space, letter case or typographic variants."""
    return _digest(*(squeeze(part) or part for part in (title, summary, body)))


def publication(entry: Entry, first_seen_at: datetime, now: datetime) -> tuple[datetime, bool]:
    """When the entry, as it stands ``now``, was published, and whether that is a guess: from its update, or from when we first saw the article."""
    for moment, inferred in ((entry.published, False), (entry.updated, True)):
        if moment is not None and EARLIEST <= moment <= now + SKEW:
            return min(moment, now), inferred
    return first_seen_at, True


def seen_of(article: Article, now: datetime) -> Seen:
    """What to remember of an article once it is published to the bus."""
    return Seen(
        article_id=article.id, revision=article.revision, content_hash=article.content_hash,
        first_seen_at=article.first_seen_at, last_seen_at=now, feed=article.feed,
    )  # fmt: skip


def _repeated_guids(entries: Sequence[Entry]) -> set[str]:
    """Guids that stand on entries with different URLs or titles, and so identify nothing."""
    pairs = {(entry.guid, entry.url or entry.title) for entry in entries if entry.guid}
    return {guid for guid, count in Counter(guid for guid, _ in pairs).items() if count > 1 and guid}


def _key(entry: Entry, repeated: set[str]) -> tuple[str, str]:
    if entry.guid and entry.guid not in repeated:
        link = web_url(entry.guid)
        return ("url", url_key(link)) if link else ("guid", entry.guid)
    if entry.url:
        return "url", url_key(entry.url)
    return "text", squeeze(entry.title) or squeeze(entry.summary)[:200] or squeeze(entry.content)[:200]


def _revises(poll: Poll, seen: Seen, hashed: str) -> bool:
    """Feeds of one outlet may show an article in different words: only one of them at a time may revise it."""
    if hashed == seen.content_hash or seen.revision >= MAX_REVISIONS:
        return False
    return seen.feed == poll.feed.id or poll.at - seen.last_seen_at > FOREIGN


def _refreshed(poll: Poll, seen: Seen, hashed: str) -> Seen | None:
    """Keeps alive what its own feed, or another with the same words, still shows; hourly is enough."""
    own = seen.feed == poll.feed.id or hashed == seen.content_hash
    stale = poll.at - seen.last_seen_at > timedelta(hours=1)
    return replace(seen, last_seen_at=poll.at) if own and stale else None


def _backfill(poll: Poll, published_at: datetime, *, inferred: bool) -> bool:
    """What stood in the feed when it was first polled, except what its own date calls fresh."""
    fresh = not inferred and published_at >= poll.at - timedelta(seconds=poll.backfill_after)
    return poll.first and not fresh


def _titled(summary: str, body: str) -> tuple[str, str, str]:
    """A text without a title gives up its first sentence for one."""
    if summary:
        title, rest = split_head(summary)
        return title, rest, body
    title, rest = split_head(body)
    return title, "", rest


def _digest(*parts: str) -> str:
    joined = "\0".join(parts)
    return blake2b(joined.encode("utf-8", "replace"), digest_size=16).hexdigest()
