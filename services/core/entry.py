"""What a feed document says, as plain text: never leaves the poller."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class DocumentFormat(StrEnum):
    """The family of a feed document."""

    RSS = "rss"  # 0.9x and 2.0
    RDF = "rdf"  # RSS 0.90 and 1.0
    ATOM = "atom"
    JSON = "json"  # JSON Feed 1.0 and 1.1
    OTHER = "other"  # entries in no format we can name


class Entry(Struct, frozen=True, kw_only=True):
    """One raw entry of a fetched document. Texts are plain, cleaned (see :mod:`services.core.cleaning`) and bounded.

    ``guid`` is as written, apart from surrounding space. ``url`` is absolute http or https, or None. ``published`` and
    ``updated`` are UTC, None where missing or not a date we are sure to read right.
    """

    guid: str | None = None
    url: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    cut: bool = False  # a text was longer than its bound; what lies beyond is dropped


class Document(Struct, frozen=True, kw_only=True):
    """A parsed feed document, its entries in the order of the document."""

    format: DocumentFormat
    entries: tuple[Entry, ...] = ()
    title: str = ""
    url: str | None = None  # of the site the feed belongs to
    language: str | None = None
    ttl: float | None = None  # seconds between updates, as the document itself suggests
    dropped: int = 0  # entries beyond the bound on their number or on the text of a document
    flaws: tuple[str, ...] = ()  # what was wrong and got over, in a few words each
