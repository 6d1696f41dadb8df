"""The alert that tells a reader of a development: sentence, marks, labels, ids."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from services.core.act import Act
from services.core.alert import Alert, Development
from services.core.details import Change
from services.core.develop import sentence
from services.core.gist import party_key, roles
from services.core.grow import digest
from services.core.mention import Span
from services.core.rule import RuleSource
from services.core.rules.compile import Match
from services.core.rules.reading import Reading, fillers, kind_of
from services.core.rules.vocabulary import ROLES
from services.core.story import Story

_SENTENCE = 600  # code points shown at most
_END = re.compile(r"(?<=[.!?…])[\"”’)]*\s+|\n+")


def alert(
    rule: RuleSource, match: Match, reading: Reading, *, story: Story, found: Sequence[Change], now: datetime
) -> Alert:
    """The alert of these changes. Its id follows from rule, story and development."""
    article, first = reading.tagged.article, found[0]
    act = first.act or next(iter(match.acts), None)
    told = told_in(reading, match, act)
    development = Development(
        id=f"dv{digest(story.id, first.kind, first.fact)}",
        story_id=story.id,
        kind=first.kind,
        why=sentence(found),
        act=act,
    )
    return Alert(
        id=f"al{digest(rule.id, story.id, development.id)}",
        rule=rule.id,
        rule_version=rule.version,
        severity=rule.severity,
        owner=rule.owner,
        story_id=story.id,
        story_title=story.title,
        development=development,
        article_id=article.id,
        revision=article.revision,
        outlet=article.outlet,
        outlets=story.outlets,
        url=article.url,
        title=article.title,
        sentence=told,
        marks=_marks(told, [*match.spans, *(_spans(act) if act else ())]),
        published_at=article.published_at,
        first_seen_at=article.first_seen_at,
        decided_at=now,
        labels=labels(rule, reading, match, development),
        trace_id=article.trace_id,
    )


def told_in(reading: Reading, match: Match, act: Act | None) -> Span:
    """The sentence that says so: the act's evidence, else the sentence of the first span, else the first sentence."""
    if act and act.evidence and reading.text[act.evidence[0].start : act.evidence[0].end] == act.evidence[0].quote:
        start, end = act.evidence[0].start, act.evidence[0].end
        middle = act.trigger.start
    else:
        middle = match.spans[0].start if match.spans else 0
        start, end = _around(reading.text, middle)
    if end - start > _SENTENCE:
        start = max(start, min(middle - _SENTENCE // 3, end - _SENTENCE))
        end = min(end, start + _SENTENCE)
    return Span(start=start, end=end, quote=reading.text[start:end])


def labels(rule: RuleSource, reading: Reading, match: Match, development: Development) -> dict[str, str]:
    """What routes match on. Those of wirewatch stand above those of the rule. A label without a value is left out."""
    article = reading.tagged.article
    about = [topic.id for topic in sorted(reading.tagged.topics, key=lambda topic: -topic.score) if topic.about]
    found = {
        "rule": rule.id,
        "severity": rule.severity.value,
        "development": development.kind.value,
        "topic": next(iter([*match.topics, *about]), ""),
        "outlet": article.outlet,
        "lang": reading.tagged.language or article.language or "",
    }
    act = development.act
    if act is None:
        countries = {mention.country for mention in reading.tagged.mentions if mention.country}
    else:
        found |= {"act": kind_of(act), "stage": act.stage.value, "certainty": act.certainty.value}
        found |= {role: _who(act, role) for role in ROLES[kind_of(act)]["party"]}
        countries = {party.country for party in roles(act) if party.country}
    found["countries"] = ",".join(sorted(countries)[:12])
    return rule.labels | {name: value for name, value in found.items() if value}


def _who(act: Act, role: str) -> str:
    party = getattr(act, role)
    return "" if party is None else (party_key(party) or "").removeprefix("~")[:80]


def _around(text: str, at: int) -> tuple[int, int]:
    """The sentence around a place, by its punctuation and by line ends."""
    start, end = 0, len(text)
    for match in _END.finditer(text):
        if match.end() <= at:
            start = match.end()
        elif match.start() > at:
            end = match.start()
            break
    return start, max(start, end)


def _spans(act: Act) -> Iterable[Span]:
    yield act.trigger
    for role in (*ROLES[kind_of(act)]["party"], "items", "measure"):
        yield from (filler.span for filler in fillers(act, role))


def _marks(told: Span, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans within the sentence, in order, none over another: the longer one wins."""
    kept: list[Span] = []
    within = {(span.start, span.end): span for span in spans if told.start <= span.start and span.end <= told.end}
    for span in sorted(within.values(), key=lambda span: (span.start - span.end, span.start)):
        if span.end > span.start and all(span.end <= one.start or span.start >= one.end for one in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))
