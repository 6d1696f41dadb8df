"""Messages for tests: only what a test names differs from these."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.core.act import ArmsTransfer, Certainty, Method, Party, Sanction, SanctionStage, TransferStage
from services.core.alert import Alert, Development, DevelopmentKind, Severity
from services.core.article import Article, TaggedArticle
from services.core.dead_letter import DeadLetter
from services.core.errors import PoisonReason
from services.core.mention import EntityKind, Mention, Span
from services.core.notification import Notification
from services.core.topic import Topic

T0 = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TITLE = "Norland agrees to sell coastal radars to Sudmark"


def at(minutes: float) -> datetime:
    """So many minutes after the beginning."""
    return T0 + timedelta(minutes=minutes)


def article(**changes: Any) -> Article:
    plain = Article(
        id="a1", revision=1, feed="harbour-world", outlet="harbour", url="https://harbour.example/1",
        canonical_url="https://harbour.example/1", title=TITLE, summary="The deal was signed on Monday.",
        published_at=T0, first_seen_at=at(1), content_hash="h1", trace_id="t1",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def span(text: str, quote: str) -> Span:
    """The first place where ``quote`` stands in ``text``."""
    start = text.index(quote)
    return Span(start=start, end=start + len(quote), quote=quote)


def party(text: str, name: str, country: str | None = None) -> Party:
    ident = f"country:{country}" if country else None
    return Party(name=name, span=span(text, name), method=Method.PATTERN, id=ident, country=country)


def transfer(text: str = TITLE, **changes: Any) -> ArmsTransfer:
    plain = ArmsTransfer(
        certainty=Certainty.ASSERTED, trigger=span(text, text.split()[1]), evidence=(span(text, text),), rule="test",
        stage=TransferStage.AGREED,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def sanction(text: str, **changes: Any) -> Sanction:
    plain = Sanction(
        certainty=Certainty.ASSERTED, trigger=span(text, text.split()[1]), evidence=(span(text, text),), rule="test",
        stage=SanctionStage.IMPOSED,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def tagged(**changes: Any) -> TaggedArticle:
    """``changes`` of the article by their own names; of the tagging as topics, mentions, acts, language, skipped."""
    own = {name: changes.pop(name) for name in tuple(changes) if name in {"topics", "mentions", "acts", "skipped"}}
    read = article(**changes)
    title = read.title
    plain = TaggedArticle(
        article=read, language="en", extractor="rules/test", tagged_at=at(2),
        topics=(Topic(id="arms_transfer", score=0.9, about=True, evidence=(span(title, title.split()[0]),)),),
        mentions=(Mention(span=span(title, title.split()[0]), kind=EntityKind.COUNTRY, id="country:NO", name="Norland", country="NO"),),
    )  # fmt: skip
    return msgspec.structs.replace(plain, **own)


def alert(**changes: Any) -> Alert:
    plain = Alert(
        id="al1", rule="arms", rule_version="1", severity=Severity.WARNING, story_id="s1", story_title=TITLE,
        development=Development(id="d1", story_id="s1", kind=DevelopmentKind.NEW_STORY, why="first report", act=transfer()),
        article_id="a1", revision=1, outlet="harbour", outlets=("harbour",), url="https://harbour.example/1", title=TITLE,
        sentence=span(TITLE, TITLE), marks=(span(TITLE, "sell"),), published_at=T0, first_seen_at=at(1), decided_at=at(2),
        labels={"rule": "arms", "severity": "warning"}, trace_id="t1",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def notification(**changes: Any) -> Notification:
    plain = Notification(
        id="n1", receiver="desk", story_id="s1", alert_ids=("al1",), payload=b"{}", created_at=at(2), trace_id="t1"
    )
    return msgspec.structs.replace(plain, **changes)


def dead_letter(**changes: Any) -> DeadLetter:
    plain = DeadLetter(
        id="articles-0-7", stream="articles", partition=0, offset=7, key=b"a1", value=b"\xff\x00", headers=(("schema", b"article/1"),),
        reason=PoisonReason.MALFORMED, detail="not JSON", group="extractors", at=at(3), trace_id="t1",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)
