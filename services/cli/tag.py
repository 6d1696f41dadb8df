"""``wirewatch tag``: what the extractor reads in a file, as JSON lines or for people."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO

import msgspec
from msgspec import Meta, Struct

from services.config.load import default_directory
from services.core.act import Act, ArmsTransfer
from services.core.article import Article, TaggedArticle
from services.core.cleaning import clean_line, clean_text, split_head
from services.core.mention import Span
from services.core.printable import printable
from services.core.settings import ExtractorSettings

_MAX_BYTES = 50_000_000
_MAX_LINE = 8_000_000


class Line(Struct, frozen=True, kw_only=True):
    """A line of a JSON lines file."""

    id: Annotated[str, Meta(max_length=500)] | int | None = None
    title: str = ""
    text: str = ""
    date: str | None = None
    language: str | None = None


class _Unreadable(Exception):
    """An input that is not read, and why."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser(
        "tag", help="print what the extractor reads in texts",
        description="Reads plain text, HTML (*.html, *.htm) or JSON lines (*.jsonl, *.ndjson: id, date, title, text) and prints tagged articles as JSON lines.",
    )  # fmt: skip
    own.add_argument(
        "files", nargs="+", metavar="FILE", help="a file, or - for standard input (JSON lines where it begins with {)"
    )
    own.add_argument(
        "--pretty", action="store_true", help="print for people: sentences with the matched words marked, topics, acts"
    )
    own.add_argument(
        "--lexicons",
        type=Path,
        default=None,
        metavar="DIR",
        help="a directory of lexicons (default: the ones wirewatch comes with)",
    )
    own.set_defaults(run=run)


def default_lexicons() -> Path:
    """The lexicons that wirewatch comes with."""
    return default_directory() / "lexicons"


def run(args: argparse.Namespace) -> int:
    """Tag the files the arguments name."""
    return tag(args.files, args.lexicons or default_lexicons(), pretty=args.pretty, out=sys.stdout)


def tag(files: list[str], lexicons: Path, *, pretty: bool, out: TextIO) -> int:
    """Print what is read in each article of the files. 1 if one could not be read, which standard error tells; the others are read all the same.

    Raises ConfigInvalid with every mistake in the lexicons.
    """
    from services.extractor.tagger import SpacyTagger  # takes a second to import

    tagger = SpacyTagger(lexicons, ExtractorSettings())
    status = 0
    for name in files:
        for article in _articles(name):
            if isinstance(article, _Unreadable):
                print(f"wirewatch tag: {article}", file=sys.stderr)
                status = 1
                continue
            tagged = tagger.tag(article, datetime.now(UTC))
            print(render(tagged) if pretty else msgspec.json.encode(tagged).decode(), file=out)
    return status


def _articles(name: str) -> Iterator[Article | _Unreadable]:
    try:
        if name == "-":
            yield from _read(sys.stdin.buffer, "standard input", "")
            return
        with Path(name).open("rb") as opened:
            yield from _read(opened, name, Path(name).suffix.lower())
    except OSError as error:
        yield _Unreadable(f"{name}: cannot be read: {error.strerror}")


def _read(source: BinaryIO, name: str, suffix: str) -> Iterator[Article | _Unreadable]:
    head = source.peek(200)[:200] if hasattr(source, "peek") else b""
    if suffix in {".jsonl", ".ndjson", ".jsonlines"} or (not suffix and head.lstrip().startswith(b"{")):
        yield from _lines(source, name)
        return
    content = source.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        yield _Unreadable(f"{name}: has more than {_MAX_BYTES} bytes")
        return
    if suffix in {".html", ".htm"} or head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        yield _html(content, name)
        return
    title, text = split_head(clean_text(content.decode("utf-8", "replace")))
    yield _article(name, title, text)


def _lines(source: BinaryIO, name: str) -> Iterator[Article | _Unreadable]:
    number = 0
    while raw := source.readline(_MAX_LINE + 1):
        number += 1
        if not raw.strip():
            continue
        if len(raw) > _MAX_LINE:
            yield _Unreadable(f"{name}:{number}: has more than {_MAX_LINE} bytes; the rest of the file is not read")
            return
        try:
            line = msgspec.json.decode(raw, type=Line)
            yield _of_line(line, name, number)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield _Unreadable(f"{name}:{number}: not a JSON object with id, date, title and text: {error}")
        except ValueError as error:
            yield _Unreadable(
                f"{name}:{number}: date: {error}; allowed are 2026, 2026-01, 2026-01-31 or 2026-01-31T12:00:00Z"
            )


def _of_line(line: Line, name: str, number: int) -> Article:
    at = parse_date(line.date) if line.date else None
    ident = str(line.id) if line.id is not None else f"{name}:{number}"
    return _article(ident, clean_line(line.title), clean_text(line.text), at=at, language=line.language)


def parse_date(text: str) -> datetime:
    """ISO 8601, or a year or month alone, which then stands for its beginning. UTC where the text names no zone. Raises ValueError."""
    padded = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    at = datetime.fromisoformat(padded)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _html(content: bytes, name: str) -> Article | _Unreadable:
    from lxml import etree, html

    try:
        root = html.document_fromstring(content, parser=html.HTMLParser(recover=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        return _Unreadable(f"{name}: not HTML: {error}")
    title = root.findtext(".//h1") or root.findtext(".//title") or ""
    heading = root.find(".//h1")
    if heading is not None:
        title = heading.text_content()
    for element in root.xpath(
        "//script|//style|//noscript|//nav|//header|//footer|//aside|//form|//figure|//h1|//head"
    ):
        element.drop_tree()
    body = root.find(".//article") if root.find(".//article") is not None else root
    blocks = [block.text_content() for block in body.xpath(".//p|.//h2|.//h3|.//li|.//blockquote")] or [
        body.text_content()
    ]
    return _article(name, clean_line(title), clean_text("\n\n".join(clean_line(block) for block in blocks)))


def _article(ident: str, title: str, text: str, at: datetime | None = None, language: str | None = None) -> Article:
    now = datetime.now(UTC)
    published = at or now
    return Article(
        id=ident, revision=1, feed="tag", outlet="tag", url="", canonical_url="", title=title, body=text, language=language,
        published_at=published, published_inferred=at is None, first_seen_at=now, content_hash="", trace_id=ident,
    )  # fmt: skip


def render(tagged: TaggedArticle) -> str:
    """The tagged article for people."""
    article = tagged.article
    lines = [f"{printable(article.title or article.id)}", f"  id        {printable(article.id)}"]
    if tagged.skipped:
        return "\n".join([*lines, f"  unread    {tagged.skipped}: {tagged.language}"]) + "\n"
    topics = [f"{topic.id}{'' if topic.about else ' (mentioned)'} {topic.score:.2f}" for topic in tagged.topics]
    lines.append(f"  topics    {', '.join(topics) or 'none'}")
    named = dict.fromkeys(mention.name for mention in tagged.mentions)
    lines.append(f"  mentions  {printable(', '.join(named)) or 'none'}")
    for act in tagged.acts:
        lines += _act(act)
    return "\n".join(lines) + "\n"


def _act(act: Act) -> list[str]:
    if isinstance(act, ArmsTransfer):
        kind, giver, taker, sign = "arms transfer", act.supplier, act.recipient, "->"
        what = ", ".join(dict.fromkeys(item.name for item in act.items))
        marks = [act.trigger, *(item.span for item in act.items)]
    else:
        kind, giver, taker, sign = "sanction", act.imposer, act.target, "against"
        what = act.measure.name if act.measure else ""
        marks = [act.trigger, *([act.measure.span] if act.measure else [])]
    methods = ", ".join(f"{party.method}" for party in (giver, taker) if party)
    who = f"{giver.name if giver else '?'} {sign} {taker.name if taker else '?'}"
    says = f", says {act.attribution.name}" if act.attribution else ""
    when = [f'            when {act.when}: "{printable(act.when.span.quote)}"'] if act.when else []
    spans = [*marks, *(party.span for party in (giver, taker) if party)]
    return [
        f"  {kind:9} {printable(who)}: {printable(what)}",
        f"            {act.stage}, {act.certainty}{printable(says)} (confidence {act.confidence:.2f}; roles by {methods}; rule {act.rule})",
        *when,
        *(f"            | {_marked(sentence, spans)}" for sentence in act.evidence[:3]),
    ]


def _marked(sentence: Span, marks: list[Span]) -> str:
    """The sentence with the matched words in brackets."""
    text, end = "", 0
    for mark in sorted(
        {mark for mark in marks if sentence.start <= mark.start and mark.end <= sentence.end},
        key=lambda mark: mark.start,
    ):
        start = mark.start - sentence.start
        if start >= end:
            text += f"{sentence.quote[end:start]}[{mark.quote}]"
            end = mark.end - sentence.start
    return printable(text + sentence.quote[end:])
