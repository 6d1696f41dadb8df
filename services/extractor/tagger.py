"""The reader: from an article to its topics, mentions and acts.

Order of work, cheapest first: one automaton pass over the text finds every name and phrase of the lexicons; only articles
with a word of arms or sanctions are split into sentences, only sentences with one are tokenised and read for acts.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import spacy

from services import __version__
from services.core.act import Act
from services.core.article import Article, Skipped, TaggedArticle
from services.core.mention import Mention, Span
from services.core.settings import ExtractorSettings
from services.core.topic import Topic
from services.encoder import model_directory
from services.extractor import language
from services.extractor.act_model import ActModel
from services.extractor.act_reader import ActReader, Acts, Page, is_telling
from services.extractor.frame import Syntax
from services.extractor.lexicons import Lexicons, load_lexicons
from services.extractor.pairs import Line
from services.extractor.passages import as_read
from services.extractor.persons import PersonFinder
from services.extractor.rows import PARTIES
from services.extractor.scan import Hit, Scanner, longest
from services.extractor.text import bounded, lowered, readable
from services.extractor.topic_rules import Reading
from services.extractor.topics import TopicReader
from services.extractor.vocabulary import Vocabulary

_CACHE = 200_000  # words the tokenizer remembers; its default of 10,000 costs a factor of four on news
_MOST_MENTIONS = 400
_OF_ACTS = frozenset({"arms_transfer", "sanctions"})  # where one is at least mentioned, the learned reader is asked


class SpacyTagger:
    """See :class:`services.core.ports.edges.Tagger`. Not thread-safe. The same article gives the same result, byte for byte."""

    def __init__(self, lexicons: Path | Lexicons, settings: ExtractorSettings, syntax: Syntax | None = None) -> None:
        """``syntax``: a parser whose frames come before those read by pattern. Raises ConfigInvalid with every mistake in the lexicons."""
        self._lexicons = lexicons if isinstance(lexicons, Lexicons) else load_lexicons(lexicons)
        self._settings = settings
        vocabulary = Vocabulary(self._lexicons)
        self._scanner = Scanner(self._lexicons, vocabulary.phrases)
        self._persons = PersonFinder(self._lexicons.offices)
        self._topics = TopicReader(self._lexicons)
        rank = {code: rank for rank, code in enumerate(self._lexicons.transfer.exporters)}
        place = model_directory(settings.model, "acts")
        model = ActModel(place, rank) if place else None
        self._reader = ActReader(self._lexicons, vocabulary, _tokenizer(), syntax=syntax, model=model)
        self.version = f"rules/{__version__}+{self._lexicons.digest}{f'+{model.digest}' if model else ''}"
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
        page, names, other = self._page(article, text, as_read(article, copy))
        read = Acts() if other else self._reader.read(page)
        nobody = not any(hit.term.name and hit.term.name.entity.kind in PARTIES for hit in names)
        topics = self._read_topics(page, read, other=other or nobody)
        if not other and any(topic.id in _OF_ACTS for topic in topics):
            read = self._reader.learn(page, read)
            topics = self._read_topics(page, read, other=nobody)
        return msgspec.structs.replace(
            plain, topics=topics, mentions=_mentions(text, names), acts=read.acts, truncated=truncated or read.cut
        )

    def _read_topics(self, page: Page, read: Acts, *, other: bool) -> tuple[Topic, ...]:
        reading = Reading(
            text=page.text, title_end=len(page.article.title), hits=page.hits, acts=read.acts, half=read.half, learned=read.topics
        )  # fmt: skip
        return self._topics.read(reading, other=other)

    def lines(self, article: Article) -> tuple[tuple[Line, ...], tuple[Act, ...]]:
        """What the learned reader is given of an article: its lines, none where it is not worth it, and what the rules told."""
        text, _ = bounded(article.text, self._settings.max_text)
        page, _, other = self._page(article, text, as_read(article, readable(text)))
        lines = () if other else self._reader.lines(page)
        return lines, self._reader.read(page).acts if lines else ()

    def _page(self, article: Article, text: str, copy: str) -> tuple[Page, list[Hit], bool]:
        """The article with what the scan found; its names; and whether it is of another field."""
        hits = unmasked(self._scanner.hits(copy, lowered(copy)))
        names = longest(hit for hit in hits if hit.term.layer == "name")
        if persons := self._persons.find(copy, hits, names):
            hits += persons
            names = longest((*names, *persons))
        return Page(article, text, copy, hits), names, vetoed(hits)


def _tokenizer() -> Any:
    pipeline: Any = spacy.blank("en")
    pipeline.tokenizer.max_cache_size = _CACHE
    return pipeline.tokenizer


def unmasked(hits: list[Hit]) -> list[Hit]:
    """Without the terms that a false friend covers. Names stay."""
    masks = [hit for hit in hits if hit.term.layer == "mask"]
    if not masks:
        return hits
    return [
        hit for hit in hits
        if hit.term.layer in {"name", "veto"} or (hit.term.layer != "mask" and not any(mask.start < hit.end and hit.start < mask.end for mask in masks))
    ]  # fmt: skip


def vetoed(hits: Sequence[Hit]) -> bool:
    """Whether the words of another field outweigh ours: sport, courts, games."""
    fields = Counter(hit.term.key for hit in hits if hit.term.layer == "veto")
    if not fields:
        return False
    ours = len({hit.start for hit in hits if is_telling(hit)}) + sum(
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
