"""Timelines as text: what outlets publish, line by line, and what the desk is told.

    09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story

``{NO>SD agreed}`` is an arms transfer, ``{NO!SD imposed}`` a sanction; ``?`` stands for a party not stated;
``alleged``, ``denied``, ``by NAME``, ``of THING`` (what is transferred, by a word of the text), ``when YEAR`` and ``late`` (told in the last
sentence only) may follow, in this order. A line may begin with a day (``2d 09:00``), ``#a1`` names an
article so that a later line with the same name is its next revision, and ``(backfill)`` or ``(published 90h ago)``
may stand before the text. After ``=>`` stand the kinds of development alerted, each as ``rule:kind`` or just
``kind``, or ``-`` for none, or one fate of the ledger. ``"words"`` after them must stand in the first alert's why, or in the reason of that fate.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

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
from services.core.article import Article, TaggedArticle
from services.core.mention import EntityKind, Mention, Span
from services.core.topic import Topic
from services.core.when import Granularity, When

DAY = datetime(2026, 1, 5, tzinfo=UTC)
COUNTRIES = {
    "NO": ("Norland", "Norlandic"), "SD": ("Sudmark", "Sudmarkian"), "EE": ("Eastmere", "Eastmerian"),
    "WS": ("Westria", "Westrian"), "KE": ("Kestria", "Kestrian"), "MA": ("Marland", "Marlandic"),
}  # fmt: skip
ENTITIES = {
    "Harpoon": (EntityKind.WEAPON, "weapon:harpoon"), "Patriot": (EntityKind.WEAPON, "weapon:patriot"),
    "Vostok Bank": (EntityKind.COMPANY, "company:vostok-bank"), "Ural Oil": (EntityKind.COMPANY, "company:ural-oil"),
    "Anton Reka": (EntityKind.PERSON, "person:reka"),
}  # fmt: skip
_LINE = re.compile(
    r"(?:(?P<day>\d+)d )?(?P<hour>\d\d):(?P<minute>\d\d) (?P<outlet>[a-z]+)(?: #(?P<id>\w+))?:"
    r"(?: \((?P<flag>[^)]*)\))? (?P<text>.*)"
)
_ACT = re.compile(
    r"\{(?P<giver>\S+?)(?P<sort>[>!])(?P<taker>\S+) (?P<stage>\w+)(?: (?P<certainty>alleged|denied))?(?: by (?P<by>[^}]+?))?"
    r"(?: of (?P<thing>[^}]+?))?(?: when (?P<when>\d{4}))?(?P<late> late)?\}"
)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One line: the article, and what is expected of it."""

    line: str
    tagged: TaggedArticle
    expected: tuple[str, ...]
    why: str | None


def steps(script: str) -> list[Step]:
    """The lines of a timeline."""
    revisions: dict[str, int] = {}
    lines = [line.strip() for line in script.strip().splitlines() if line.strip()]
    return [_step(line, number, revisions) for number, line in enumerate(lines)]


def _step(line: str, number: int, revisions: dict[str, int]) -> Step:
    told, _, expected = line.partition("=>")
    match = _LINE.fullmatch(told.strip())
    assert match, f"not a line of a timeline: {line}"
    name = match["id"] or f"n{number}"
    revisions[name] = revisions.get(name, 0) + 1
    at = DAY + timedelta(days=int(match["day"] or 0), hours=int(match["hour"]), minutes=int(match["minute"]))
    quoted = re.search(r'"(.*)"', expected)
    kinds = expected.replace(quoted.group() if quoted else "", "").split()
    return Step(
        line=line,
        tagged=tagged(
            match["text"], at=at, outlet=match["outlet"], name=name, revision=revisions[name], flag=match["flag"] or ""
        ),
        expected=tuple(kind for kind in kinds if kind != "-"),
        why=quoted.group(1) if quoted else None,
    )


def tagged(
    text: str, *, at: datetime = DAY, outlet: str = "harbour", name: str = "a1", revision: int = 1, flag: str = ""
) -> TaggedArticle:
    """An article with this text, its acts in braces. ``//`` parts title and body."""
    plain = _ACT.sub("", text).strip()
    title, _, body = (part.strip() for part in plain.partition("//"))
    hours = re.search(r"published (\d+)h ago", flag)
    article = Article(
        id=name, revision=revision, feed=f"{outlet}-world", outlet=outlet, url=f"https://{outlet}.example/{name}",
        canonical_url=f"https://{outlet}.example/{name}", title=title, body=body,
        published_at=at - timedelta(hours=int(hours.group(1)) if hours else 0), first_seen_at=at,
        content_hash=f"{name}-{revision}", trace_id=f"t-{name}", backfill=flag == "backfill",
    )  # fmt: skip
    mentions = tuple(_mentions(article.text))
    acts = tuple(_act(match, article.text, mentions) for match in _ACT.finditer(text))
    topics = {"arms_transfer" if isinstance(act, ArmsTransfer) else "sanctions" for act in acts}
    return TaggedArticle(
        article=article, language="en", extractor="test", tagged_at=at, mentions=mentions, acts=acts,
        topics=tuple(Topic(id=topic, score=0.9, about=True, evidence=()) for topic in sorted(topics)),
    )  # fmt: skip


def _mentions(text: str) -> Iterator[Mention]:
    for code, names in COUNTRIES.items():
        for span in _spans(text, sorted(names, key=len, reverse=True)):
            yield Mention(span=span, kind=EntityKind.COUNTRY, id=f"country:{code}", name=names[0], country=code)
    for name, (kind, ident) in ENTITIES.items():
        for span in _spans(text, [name]):
            yield Mention(span=span, kind=kind, id=ident, name=name)


def _spans(text: str, names: Iterable[str]) -> Iterator[Span]:
    for match in re.finditer("|".join(names), text):
        yield Span(start=match.start(), end=match.end(), quote=match.group())


def _act(match: re.Match[str], text: str, mentions: tuple[Mention, ...]) -> Act:
    start = text.rindex(". ") + 2 if match["late"] else 0
    end = len(text) if match["late"] else len(text.partition("\n")[0])
    sentence = Span(start=start, end=end, quote=text[start:end])
    trigger = Span(start=0, end=len(text.split(maxsplit=1)[0]), quote=text.split(maxsplit=1)[0])
    speaker = next((f"country:{code}" for code, names in COUNTRIES.items() if names[0] == match["by"]), None)
    by = Attribution(name=match["by"], span=trigger, id=speaker) if match["by"] else None
    giver, taker = (_party(match[role], mentions, trigger) for role in ("giver", "taker"))
    shared = {
        "certainty": Certainty(match["certainty"] or "asserted"), "attribution": by, "trigger": trigger,
        "evidence": (sentence,), "rule": "test", "when": _when(match["when"], trigger),
    }  # fmt: skip
    if match["sort"] == ">":
        things = _things(match["thing"], text)
        return ArmsTransfer(
            stage=TransferStage(match["stage"]), supplier=giver, recipient=taker, items=things, **shared
        )
    return Sanction(stage=SanctionStage(match["stage"]), imposer=giver, target=taker, **shared)


def _when(year: str | None, somewhere: Span) -> When | None:
    if year is None:
        return None
    return When(
        start=date(int(year), 1, 1), end=date(int(year) + 1, 1, 1), granularity=Granularity.YEAR, span=somewhere
    )


def _things(word: str | None, text: str) -> tuple[Party, ...]:
    if word is None:
        return ()
    span = next(_spans(text, [word]))
    ident = ENTITIES[word][1] if word in ENTITIES else None
    return (Party(name=word, span=span, method=Method.PATTERN, id=ident),)


def _party(name: str, mentions: tuple[Mention, ...], somewhere: Span) -> Party | None:
    if name == "?":
        return None
    if name.startswith("~"):  # a name the lexicons do not know
        return Party(name=name[1:], span=somewhere, method=Method.PATTERN)
    span = next((mention.span for mention in mentions if mention.country == name), somewhere)
    return Party(name=COUNTRIES[name][0], span=span, method=Method.PATTERN, id=f"country:{name}", country=name)
