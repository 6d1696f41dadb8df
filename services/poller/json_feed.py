"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read with patience for fields of the wrong type."""

import json
from typing import Any

import msgspec
from msgspec import Struct

from services.core.canonical import web_url
from services.core.dates import parse_date
from services.core.entry import Document, DocumentFormat, Entry
from services.poller.bounds import Bounds, guid_of, language_of
from services.poller.clean import literal_text, plain_line, plain_text
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.prepare import Prepared

_VERSION = "https://jsonfeed.org/version/"


class _Feed(Struct):
    """Any field may be anything: one wrong type must not cost the document."""

    version: Any = None
    title: Any = None
    home_page_url: Any = None
    language: Any = None
    items: Any = None


class _Item(Struct):
    id: Any = None
    url: Any = None
    external_url: Any = None
    title: Any = None
    content_html: Any = None
    content_text: Any = None
    summary: Any = None
    date_published: Any = None
    date_modified: Any = None
    author: Any = None  # 1.0
    authors: Any = None
    language: Any = None


def read_json(prepared: Prepared, url: str, bounds: Bounds) -> Document:
    """The feed document. Raises FetchFailed(NOT_A_FEED or UNREADABLE)."""
    feed = _decoded(prepared.text)
    version = _text(feed.version).replace("http://", "https://").replace("www.", "")
    if not version.startswith(_VERSION) or not isinstance(feed.items, list):
        raise FetchFailed(FetchFailure.NOT_A_FEED, "JSON, but no JSON Feed")
    items = [msgspec.convert(raw, _Item) for raw in feed.items[: bounds.entries] if isinstance(raw, dict)]
    flaws = prepared.flaws + (
        ("entries that are no objects",) if len(items) < min(len(feed.items), bounds.entries) else ()
    )
    return bounds.document(
        Document(
            format=DocumentFormat.JSON, title=plain_line(_text(feed.title), bounds.title)[0], url=web_url(_text(feed.home_page_url), url),
            language=language_of(feed.language), dropped=max(0, len(feed.items) - bounds.entries), flaws=flaws,
        ),
        (_entry(item, url, bounds) for item in items),
    )  # fmt: skip


def _decoded(text: str) -> _Feed:
    """Strictly; and with the standard library's patience (NaN, half surrogates) where that fails."""
    try:
        try:
            return msgspec.json.decode(text.encode("utf-8", "replace"), type=_Feed)
        except msgspec.DecodeError:
            return msgspec.convert(json.loads(text), _Feed)
    except msgspec.ValidationError as error:
        raise FetchFailed(FetchFailure.NOT_A_FEED, "JSON, but no JSON Feed") from error
    except (ValueError, RecursionError) as error:
        raise FetchFailed(FetchFailure.UNREADABLE, f"broken JSON: {_words(error)}") from error


def _entry(item: _Item, base: str, bounds: Bounds) -> Entry:
    title, title_cut = plain_line(_text(item.title), bounds.title)
    html = _text(item.content_html)
    content, content_cut = (
        plain_text(html, bounds.content) if html else literal_text(_text(item.content_text), bounds.content)
    )
    summary, summary_cut = plain_text(_text(item.summary), bounds.summary)
    return Entry(
        guid=guid_of(_text(item.id)), url=web_url(_text(item.url), base) or web_url(_text(item.external_url), base),
        title=title, summary=summary, content=content, published=parse_date(_text(item.date_published)),
        updated=parse_date(_text(item.date_modified)), authors=_authors(item, bounds), language=language_of(item.language),
        cut=title_cut or content_cut or summary_cut,
    )  # fmt: skip


def _authors(item: _Item, bounds: Bounds) -> tuple[str, ...]:
    listed = item.authors if isinstance(item.authors, list) else [item.author]
    names = (part.get("name") for part in listed if isinstance(part, dict))
    return bounds.names(plain_line(_text(name), 200)[0] for name in names)


def _text(value: Any) -> str:
    """Text as it is; a number, which some use for ids, as text; anything else as nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _words(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:200]
