"""Hypothesis strategies for every message: whatever the types and their docstrings allow, with true spans."""

import string
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from services.core.act import (
    Act,
    ArmsTransfer,
    Attribution,
    Certainty,
    Method,
    Party,
    Sanction,
    SanctionStage,
    TransferStage,
)
from services.core.alert import Alert, Development, DevelopmentKind, Severity
from services.core.article import Article, Skipped, TaggedArticle
from services.core.dead_letter import DeadLetter
from services.core.errors import PoisonReason
from services.core.mention import EntityKind, Mention, Span
from services.core.topic import Topic
from services.core.when import Granularity, When

_INT64 = 2**63 - 1  # what every JSON reader that we know of can hold exactly is less; offsets stay far below


def texts(max_size: int = 60, *, min_size: int = 0) -> st.SearchStrategy[str]:
    """Text as articles hold it: any code point but NUL and surrogates, astral ones and combining marks included."""
    return st.text(
        st.characters(codec="utf-8", exclude_characters="\0") | st.sampled_from('😀𝐀é\u0301\u2028”\u202e\\"<&\n'),
        min_size=min_size,
        max_size=max_size,
    )


def names() -> st.SearchStrategy[str]:
    """Identifiers: feeds, outlets, rules, ids."""
    return st.text(string.ascii_lowercase + string.digits + "-_:.", min_size=1, max_size=20)


def moments() -> st.SearchStrategy[datetime]:
    """Times in UTC, to the microsecond."""
    return st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def spans(text: str) -> st.SearchStrategy[Span]:
    """Spans of ``text``, which must not be empty; none of them is empty."""
    edges = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text)))
    return edges.map(lambda edge: _span(text, min(edge[0], edge[1] - 1), max(edge[0] + 1, edge[1])))


def _span(text: str, start: int, end: int) -> Span:
    return Span(start=start, end=end, quote=text[start:end])


def articles() -> st.SearchStrategy[Article]:
    """Articles, all of which have something to read."""
    return st.builds(
        Article,
        id=names(), revision=st.integers(1, 50), feed=names(), outlet=names(), url=texts(), canonical_url=texts(),
        title=texts(min_size=1), summary=texts(), body=texts(200), language=st.none() | st.sampled_from(["en", "ar", "pt-BR"]),
        published_at=moments(), first_seen_at=moments(), content_hash=names(), trace_id=names(),
    )  # fmt: skip


def parties(text: str) -> st.SearchStrategy[Party]:
    """Who fills a role."""
    return st.builds(
        Party, name=texts(), span=spans(text), method=st.sampled_from(Method), id=st.none() | names(), country=countries()
    )  # fmt: skip


def countries() -> st.SearchStrategy[str | None]:
    """An ISO 3166-1 code, or none."""
    return st.none() | st.sampled_from(["KP", "RU", "FR"])


def whens(text: str) -> st.SearchStrategy[When]:
    """Times of acts, none of them empty."""
    return st.builds(
        lambda start, days, granularity, span: When(
            start=start, end=start + timedelta(days=days), granularity=granularity, span=span
        ),
        st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 4000), st.sampled_from(Granularity), spans(text),
    )  # fmt: skip


def acts(text: str) -> st.SearchStrategy[Act]:
    """Acts of both kinds, with any roles filled."""
    when = st.none() | whens(text)
    said = st.none() | st.builds(Attribution, name=texts(), span=spans(text), id=st.none() | names())
    evidence = st.lists(spans(text), min_size=1, max_size=3).map(tuple)
    who = st.none() | parties(text)
    transfers = st.builds(
        ArmsTransfer, certainty=st.sampled_from(Certainty), attribution=said, trigger=spans(text), evidence=evidence,
        rule=names(), when=when, stage=st.sampled_from(TransferStage), supplier=who, recipient=who,
        items=st.lists(parties(text), max_size=2).map(tuple),
    )  # fmt: skip
    sanctions = st.builds(
        Sanction, certainty=st.sampled_from(Certainty), attribution=said, trigger=spans(text), evidence=evidence,
        rule=names(), when=when, stage=st.sampled_from(SanctionStage), imposer=who, target=who, measure=who,
    )  # fmt: skip
    return transfers | sanctions


def topics(text: str) -> st.SearchStrategy[Topic]:
    """Topics with their words."""
    evidence = st.lists(spans(text), max_size=3).map(tuple)
    return st.builds(Topic, id=names(), score=st.floats(0, 1), about=st.booleans(), evidence=evidence)


def mentions(text: str) -> st.SearchStrategy[Mention]:
    """Spans that name an entity."""
    return st.builds(
        Mention, span=spans(text), kind=st.sampled_from(EntityKind), id=names(), name=texts(), country=countries()
    )


@st.composite
def tagged_articles(draw: st.DrawFn) -> TaggedArticle:
    """Articles that were read, and some that were passed on unread."""
    article = draw(articles())
    plain = TaggedArticle(
        article=article, language=article.language, extractor=draw(names()), tagged_at=draw(moments())
    )
    if draw(st.integers(0, 9)) == 0:
        return TaggedArticle(
            article=article, skipped=Skipped.LANGUAGE, extractor=plain.extractor, tagged_at=plain.tagged_at
        )
    found = {"topics": topics, "mentions": mentions, "acts": acts}
    parts = {name: tuple(draw(st.lists(kind(article.text), max_size=2))) for name, kind in found.items()}
    return TaggedArticle(
        article=article, language=plain.language, truncated=draw(st.booleans()), extractor=plain.extractor,
        tagged_at=plain.tagged_at, **parts,
    )  # fmt: skip


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    """Alerts; all marks lie within the sentence."""
    article = draw(articles())
    text, story = article.text, draw(names())
    told = draw(spans(text))
    inside = spans(told.quote).map(lambda s: _span(text, told.start + s.start, told.start + s.end))
    development = Development(
        id=draw(names()), story_id=story, kind=draw(st.sampled_from(DevelopmentKind)), why=draw(texts()),
        act=draw(st.none() | acts(text)),
    )  # fmt: skip
    return Alert(
        id=draw(names()), rule=draw(names()), rule_version=draw(names()), severity=draw(st.sampled_from(Severity)),
        owner=draw(st.none() | texts()), story_id=story, story_title=draw(texts()), development=development,
        article_id=article.id, revision=article.revision, outlet=article.outlet,
        outlets=(article.outlet, *draw(st.lists(names(), max_size=3))), url=article.url, title=article.title,
        sentence=told, marks=tuple(draw(st.lists(inside, max_size=3))), published_at=article.published_at,
        first_seen_at=article.first_seen_at, decided_at=draw(moments()),
        labels=draw(st.dictionaries(names(), texts(), max_size=3)), trace_id=article.trace_id,
    )  # fmt: skip


def dead_letters() -> st.SearchStrategy[DeadLetter]:
    """Records of any bytes, with any reason."""
    raw = st.binary(max_size=50)
    return st.builds(
        DeadLetter,
        id=names(), stream=names(), partition=st.integers(0, 100), offset=st.integers(0, _INT64), key=st.none() | raw,
        value=st.none() | raw, headers=st.lists(st.tuples(texts(), raw), max_size=3).map(tuple),
        reason=st.sampled_from(PoisonReason), detail=texts(), group=names(), at=moments(), trace_id=st.none() | texts(),
    )  # fmt: skip
