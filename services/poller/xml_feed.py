"""RSS, RDF and Atom by feedparser. Runs in the parse worker."""

import io
import re
from typing import Any

import feedparser
from msgspec import Struct

from services.core.canonical import web_url
from services.core.dates import parse_date
from services.core.entry import Document, DocumentFormat, Entry
from services.poller.bounds import Bounds, guid_of, language_of
from services.poller.clean import literal_line, literal_text, plain_line, plain_text
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.prepare import Prepared, guard, xml_text

_ITEM = re.compile(r"<(item|entry)(?=[\s>/])", re.IGNORECASE)
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 7 * 86400.0, "monthly": 30 * 86400.0, "yearly": 365 * 86400.0}
_TEXTS = frozenset({"text/plain", "text/html", "application/xhtml+xml"})


class _Text(Struct, frozen=True):
    value: str
    literal: bool  # holds no markup


def read_xml(prepared: Prepared, url: str, bounds: Bounds) -> Document:
    """The feed document. Raises FetchFailed(NOT_A_FEED, UNREADABLE or HOSTILE)."""
    prepared = xml_text(prepared)
    text, dropped = _fewer(prepared.text, bounds.entries)
    guard(text)
    parsed = _feedparser(text)
    kind = _format(parsed.get("version", ""))
    flaws = prepared.flaws + (("not well-formed",) if parsed.get("bozo") else ())
    if kind is DocumentFormat.OTHER and not parsed.entries:
        raise FetchFailed(FetchFailure.NOT_A_FEED, "no feed that we know in the document")
    entries = parsed.entries[: bounds.entries]
    head = parsed.feed
    return bounds.document(
        Document(
            format=kind, title=plain_line(head.get("title") or "", bounds.title)[0], url=web_url(head.get("link"), url),
            language=language_of(head.get("language")), ttl=_ttl(head), dropped=dropped + len(parsed.entries) - len(entries), flaws=flaws,
        ),
        (_entry(entry, url, kind, bounds) for entry in entries),
    )  # fmt: skip


def _feedparser(text: str) -> Any:
    """Only ever a stream: given bytes or a string, feedparser opens files and addresses of that name.

    It is not told where the document came from: it would resolve guids against that, and they would change when a feed moves.
    """
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except MemoryError:
        raise
    except Exception as error:
        raise FetchFailed(FetchFailure.UNREADABLE, f"feedparser gave up: {type(error).__name__}") from error


def _fewer(text: str, limit: int) -> tuple[str, int]:
    """The document without its entries beyond the first ``limit``, and how many those were."""
    begin = last = None
    count = 0
    for count, match in enumerate(_ITEM.finditer(text), 1):
        last = match
        begin = match.start() if count == limit + 1 else begin
    if begin is None or last is None:
        return text, 0
    close = f"</{last.group(1)}>"
    ends = text.rfind(close) + len(close), text.find(">", last.start()) + 1
    return text[:begin] + text[max(ends) :], count - limit


def _format(version: str) -> DocumentFormat:
    if version in {"rss10", "rss090"}:
        return DocumentFormat.RDF
    if version.startswith("rss"):
        return DocumentFormat.RSS
    return DocumentFormat.ATOM if version.startswith("atom") else DocumentFormat.OTHER


def _entry(raw: Any, base: str, kind: DocumentFormat, bounds: Bounds) -> Entry:
    atom = kind is DocumentFormat.ATOM
    literal = atom and _detail(raw, "title").get("type") == "text/plain"
    title, title_cut = (literal_line if literal else plain_line)(_value(raw, "title"), bounds.title)
    content = _content(raw)
    summary = _Text(_value(raw, "summary"), literal=atom and _detail(raw, "summary").get("type") == "text/plain")
    if summary.value == content.value:
        summary = _Text("", literal=True)
    body, body_cut = _plain(content, bounds.content)
    lead, lead_cut = _plain(summary, bounds.summary)
    published, updated = (parse_date(_value(raw, name)) for name in ("published", "updated"))
    if published is None:
        published = parse_date(_value(raw, "created")) or (None if atom else updated)  # RDF and many RSS feeds: dc:date
    language = _value(raw, "language") or _detail(raw, "title").get("language")
    return Entry(
        guid=guid_of(_value(raw, "id")), url=_link(raw, base), title=title, summary=lead, content=body, published=published,
        updated=updated, authors=_authors(raw, bounds), language=language_of(language), cut=title_cut or body_cut or lead_cut,
    )  # fmt: skip


def _link(raw: Any, base: str) -> str | None:
    """Where the entry leads. A guid stands in for a missing link only as a whole address: most that are none just forgot to say so."""
    link = _value(raw, "link")
    from_guid = bool(dict.get(raw, "guidislink")) and link == _value(raw, "id")
    return web_url(_value(raw, "feedburner_origlink")) or web_url(link, None if from_guid else base)


def _value(raw: Any, name: str) -> str:
    """As the document says it. feedparser's own look-up would give one date for another."""
    value = dict.get(raw, name)
    return value if isinstance(value, str) else ""


def _detail(raw: Any, name: str) -> Any:
    return dict.get(raw, f"{name}_detail") or {}


def _content(raw: Any) -> _Text:
    """The longest text among the contents."""
    texts = [part for part in dict.get(raw, "content") or () if part.get("type") in _TEXTS and part.get("value")]
    if not texts:
        return _Text("", literal=True)
    longest = max(texts, key=lambda part: len(part["value"]))
    return _Text(longest["value"], longest["type"] == "text/plain" and longest.get("mode") != "escaped")


def _plain(text: _Text, limit: int) -> tuple[str, bool]:
    return literal_text(text.value, limit) if text.literal else plain_text(text.value, limit)


def _authors(raw: Any, bounds: Bounds) -> tuple[str, ...]:
    named = [part.get("name") or part.get("email") for part in dict.get(raw, "authors") or () if part]
    names = [name for name in named if name] or [_value(raw, "author")]
    return bounds.names(plain_line(name, 200)[0] for name in names)


def _ttl(head: Any) -> float | None:
    """Seconds, from RSS's ttl in minutes or the syndication module's period."""
    minutes = _value(head, "ttl").strip()
    if minutes.isascii() and minutes.isdigit():
        return float(minutes[:9]) * 60
    period = _PERIODS.get(_value(head, "sy_updateperiod").strip().lower())
    times = _value(head, "sy_updatefrequency").strip()
    if period is None:
        return None
    return period / max(1, int(times[:4]) if times.isascii() and times.isdigit() else 1)
