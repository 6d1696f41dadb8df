"""The reader: from an article to its topics, mentions and acts.

Order of work, cheapest first: one automaton pass over the text finds every name and phrase of the lexicons; only articles
with a word of arms or sanctions are split into sentences, only sentences with one are tokenised and read for acts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import spacy

from services import __version__
from services.core.act import Act, Method, Party
from services.core.article import Article, Skipped, TaggedArticle
from services.core.mention import EntityKind, Mention, Span
from services.core.settings import ExtractorSettings
from services.extractor import language
from services.extractor.clause import Clause
from services.extractor.fill import Context
from services.extractor.frame import Syntax
from services.extractor.lexicons import Lexicons, load_lexicons
from services.extractor.merge import merged
from services.extractor.pairs import Line
from services.extractor.parties import of_node
from services.extractor.passages import as_read
from services.extractor.persons import PersonFinder
from services.extractor.rows import PARTIES, Sentence, build, split
from services.extractor.sanctions import SanctionRules
from services.extractor.scan import Hit, Scanner, longest
from services.extractor.text import bounded, lowered, readable
from services.extractor.topic_rules import Reading
from services.extractor.topics import TopicReader
from services.extractor.transfers import TransferRules
from services.extractor.vocabulary import TELLING, Vocabulary
from services.extractor.when import dated

_CACHE = 200_000  # words the tokenizer remembers; its default of 10,000 costs a factor of four on news
_MOST_MENTIONS = 400
_MOST_SENTENCES = 120  # read for acts in one article


class SpacyTagger:
    """See :class:`services.core.ports.edges.Tagger`. Not thread-safe. The same article gives the same result, byte for byte."""

    def __init__(self, lexicons: Path | Lexicons, settings: ExtractorSettings, syntax: Syntax | None = None) -> None:
        """``syntax``: a parser whose frames come before those read by pattern. Raises ConfigInvalid with every mistake in the lexicons."""
        self._lexicons = lexicons if isinstance(lexicons, Lexicons) else load_lexicons(lexicons)
        self._settings = settings
        self._syntax = syntax
        self._vocabulary = Vocabulary(self._lexicons)
        self._scanner = Scanner(self._lexicons, self._vocabulary.phrases)
        pipeline: Any = spacy.blank("en")
        self._tokenizer = pipeline.tokenizer
        self._tokenizer.max_cache_size = _CACHE
        self._transfers = TransferRules(self._lexicons)
        self._sanctions = SanctionRules()
        self._persons = PersonFinder(self._lexicons.offices)
        self._topics = TopicReader(self._lexicons)
        self._usual = {part: _usually(self._lexicons, part) for part in ("imposer", "target")}
        self.version = f"rules/{__version__}+{self._lexicons.digest}"
        language.warm()

    def tag(self, article: Article, now: datetime) -> TaggedArticle:
        """What the article says. Time is linear in the bounded text."""
        text, truncated = bounded(article.text, self._settings.max_text)
        copy = readable(text)
        spoken = language.detect(copy, article.language)
        plain = TaggedArticle(
            article=article, language=spoken, truncated=truncated, extractor=self.version, tagged_at=now
        )
        if spoken not in self._settings.languages:
            return msgspec.structs.replace(plain, skipped=Skipped.LANGUAGE)
        copy = as_read(article, copy)
        hits = _unmasked(self._scanner.hits(copy, lowered(copy)))
        names = longest(hit for hit in hits if hit.term.layer == "name")
        if persons := self._persons.find(copy, hits, names):
            hits += persons
            names = longest((*names, *persons))
        other = _vetoed(hits)
        acts, half = ((), {}) if other else self._acts(article, text, copy, hits)
        nobody = not any(hit.term.name and hit.term.name.entity.kind in PARTIES for hit in names)
        reading = Reading(text=text, title_end=len(article.title), hits=hits, acts=acts, half=half)
        topics = self._topics.read(reading, other=other or nobody)
        return msgspec.structs.replace(plain, topics=topics, mentions=_mentions(text, names), acts=acts)

    def _acts(
        self, article: Article, text: str, copy: str, hits: Sequence[Hit]
    ) -> tuple[tuple[Act, ...], dict[str, list[Span]]]:
        telling = sorted(hit.start for hit in hits if _telling(hit))
        if not telling:
            return (), {}
        spoken = any(hit.term.key == "sanction" for hit in hits)
        known = [
            hit for hit in hits if hit.term.layer == "name" or (hit.term.layer == "tag" and not hit.term.text.isalpha())
        ]
        found: list[Act] = []
        title = _title_parties(hits, text, len(article.title))
        context = Context(
            title=title,
            subject=title[0] if title else None,
            imposers=self._usual["imposer"],
            targets=self._usual["target"],
        )
        first: Clause | None = None
        lines = tuple(self._lines(article, text, copy, telling, known))
        for sentence in (line.sentence for line in lines if line.telling):
            clause = Clause(sentence, self._syntax.frames(sentence) if self._syntax else None)
            found += self._transfers.acts(clause, context)
            found += self._sanctions.acts(clause, context, spoken=spoken)
            _remember(context, clause)
            first = first or clause
        if first is not None and first.sentence.title:
            found += self._transfers.acts(first, context)  # the lead may say what the title leaves open
            found += self._sanctions.acts(first, context, spoken=spoken)
        return merged(tuple(dated(found, article.published_at.date())), len(article.title)), context.half

    def _lines(
        self, article: Article, text: str, copy: str, telling: list[int], hits: Sequence[Hit], *, named: bool = False
    ) -> Iterator[Line]:
        """The sentences that hold a telling word, as rows of nodes; with ``named`` also those that only name somebody.

        None crosses from title to summary or body.
        """
        number = 0
        for begin, finish in _fields(article, len(text)):
            for start, end in split(copy, begin, finish):
                tells = any(start <= at < end for at in telling)
                inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
                if not tells and not (named and any(hit.term.layer == "name" for hit in inside)):
                    continue
                number += 1
                if number > _MOST_SENTENCES:
                    return
                doc = self._tokenizer(copy[start:end])
                nodes = build(doc, start, inside, self._vocabulary)
                title = begin == 0 and bool(article.title)
                yield Line(Sentence(start, end, nodes, title, number, text[start:end]), tells)


def _title_parties(hits: Sequence[Hit], text: str, end: int) -> tuple[Party, ...]:
    """Those whom the title names, each once, in order."""
    found: dict[str, Party] = {}
    for hit in longest(hit for hit in hits if hit.term.name is not None and hit.end <= end):
        assert hit.term.name is not None
        entity = hit.term.name.entity
        if entity.kind in PARTIES:
            span = Span(start=hit.start, end=hit.end, quote=text[hit.start : hit.end])
            party = Party(name=entity.name, span=span, method=Method.CARRIED, id=entity.id, country=entity.country)
            found.setdefault(entity.country or entity.id, party)
    return tuple(found.values())[:4]


def _usually(lexicons: Lexicons, part: str) -> frozenset[str]:
    """Ids and countries of those who usually play ``part`` in sanctions."""
    found = [entity for entity in lexicons.entities.values() if entity.usual == part]
    return frozenset(key for entity in found for key in (entity.id, entity.country) if key)


def _remember(context: Context, clause: Clause) -> None:
    """What the next sentence may refer to."""
    sentence = clause.sentence
    named = [at for at, node in enumerate(sentence.nodes) if node.is_party]
    if named:
        context.subject = of_node(sentence, named[0], Method.CARRIED)


def _fields(article: Article, limit: int) -> Iterator[tuple[int, int]]:
    """Where title, summary and body stand in the text."""
    start = 0
    for part in (article.title, article.summary, article.body):
        if part and start < limit:
            yield start, min(start + len(part), limit)
            start += len(part) + 2


def _telling(hit: Hit) -> bool:
    term = hit.term
    if term.layer == "name":
        return term.name is not None and term.name.entity.kind is EntityKind.WEAPON
    return term.layer == "tag" and (term.key in TELLING or term.key.endswith(".object"))


def _unmasked(hits: list[Hit]) -> list[Hit]:
    """Without the terms that a false friend covers. Names stay."""
    masks = [hit for hit in hits if hit.term.layer == "mask"]
    if not masks:
        return hits
    return [
        hit for hit in hits
        if hit.term.layer in {"name", "veto"} or (hit.term.layer != "mask" and not any(mask.start < hit.end and hit.start < mask.end for mask in masks))
    ]  # fmt: skip


def _vetoed(hits: Sequence[Hit]) -> bool:
    """Whether the words of another field outweigh ours: sport, courts, games."""
    fields = Counter(hit.term.key for hit in hits if hit.term.layer == "veto")
    if not fields:
        return False
    ours = len({hit.start for hit in hits if _telling(hit)}) + sum(
        hit.term.weight > 1 and hit.term.key in {"sanctions", "arms_transfer"} for hit in hits
    )
    return max(fields.values()) * 2 >= ours


def _mentions(text: str, names: Sequence[Hit]) -> tuple[Mention, ...]:
    found: list[Mention] = []
    for hit in names[:_MOST_MENTIONS]:
        assert hit.term.name is not None
        entity = hit.term.name.entity
        span = Span(start=hit.start, end=hit.end, quote=text[hit.start : hit.end])
        found.append(Mention(span=span, kind=entity.kind, id=entity.id, name=entity.name, country=entity.country))
    return tuple(found)
