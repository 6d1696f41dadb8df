"""The article: a cleaned entry with a stable id and a revision number; the unit that travels."""

from enum import StrEnum

from msgspec import Struct

from services.core.act import Act
from services.core.mention import Mention
from services.core.moment import Moment
from services.core.topic import Topic


class Article(Struct, frozen=True, kw_only=True, tag_field="schema", tag="article/1"):
    """An entry of a feed, cleaned. All times are UTC.

    ``id`` stays the same over revisions and over the feeds of one outlet; ``revision`` starts at 1 and grows when
    title, summary or body change. ``backfill`` marks what stood in a feed when it was first polled. Text never holds
    NUL or lone surrogates. ``published_inferred`` says that ``published_at`` is a guess (no usable date in the entry).
    """

    id: str
    revision: int
    feed: str
    outlet: str
    url: str
    canonical_url: str
    title: str
    summary: str = ""
    body: str = ""
    language: str | None = None
    published_at: Moment
    published_inferred: bool = False
    first_seen_at: Moment
    content_hash: str
    backfill: bool = False
    trace_id: str

    @property
    def text(self) -> str:
        """The text that every span points into: title, summary and body, those that are not empty, with a blank line between."""
        return "\n\n".join(part for part in (self.title, self.summary, self.body) if part)


class Skipped(StrEnum):
    """Why an article was passed on unread."""

    LANGUAGE = "language"  # not a language the extractor reads


class TaggedArticle(Struct, frozen=True, kw_only=True, tag_field="schema", tag="tagged-article/1"):
    """An article with what the extractor found in it. ``text[start:end] == quote`` holds for every span of it."""

    article: Article
    topics: tuple[Topic, ...] = ()
    mentions: tuple[Mention, ...] = ()
    acts: tuple[Act, ...] = ()
    language: str | None = None  # as detected
    skipped: Skipped | None = None
    truncated: bool = (
        False  # the text, or what it tells, was beyond the extractor's bounds; what lies beyond was not read
    )
    extractor: str  # version of the code and of the lexicons, as name/version+digest
    tagged_at: Moment
