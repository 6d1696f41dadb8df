"""What the lexicons see in a sentence from which no act was read: why nothing was, in words that a lexicon editor can act on."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import spacy
from msgspec import Struct

from services.core.article import Article, TaggedArticle
from services.core.mention import Span
from services.core.settings import ExtractorSettings
from services.extractor.act_reader import fields, is_telling
from services.extractor.lexicons import load_lexicons
from services.extractor.passages import as_read
from services.extractor.rows import PARTIES, build, split
from services.extractor.scan import Hit, Scanner
from services.extractor.tagger import unmasked, vetoed
from services.extractor.text import bounded, lowered, readable
from services.extractor.vocabulary import Vocabulary

_WORD = re.compile(r"\w+")
_ENOUGH = 0.6  # of the words of the evidence, to call a sentence the one that holds it
_SHOWN = 20


class Seen(Struct, frozen=True):
    """A sentence as the extractor sees it. ``candidate``: it was read for acts; ``why`` says it in words."""

    candidate: bool
    why: str
    sentence: Span | None = None
    parties: tuple[tuple[str, str], ...] = ()  # the words and the id they stand for
    triggers: tuple[tuple[str, str], ...] = ()  # the words and the lists they are in


class Sight:
    """Looks again at sentences that were read. Not thread-safe."""

    def __init__(self, lexicons: Path, settings: ExtractorSettings) -> None:
        """Raises ConfigInvalid with every mistake in the lexicons."""
        found = load_lexicons(lexicons)
        self._settings = settings
        self._vocabulary = Vocabulary(found)
        self._scanner = Scanner(found, self._vocabulary.phrases)
        pipeline: Any = spacy.blank("en")
        self._tokenizer = pipeline.tokenizer

    def look(self, tagged: TaggedArticle, evidence: str) -> Seen:
        """At the sentence of the article that holds most words of ``evidence``."""
        if tagged.skipped:
            return Seen(candidate=False, why=f"the article was not read: its {tagged.skipped} is {tagged.language}")
        text, _ = bounded(tagged.article.text, self._settings.max_text)
        place = _holding(tagged.article, text, evidence)
        if place is None:
            return Seen(candidate=False, why="no sentence that was read holds the words of the label")
        copy = as_read(tagged.article, readable(text))
        hits = unmasked(self._scanner.hits(copy, lowered(copy)))
        start, end = place
        inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
        candidate, why = _judged(hits, inside)
        return Seen(
            candidate=candidate, why=why, sentence=Span(start=start, end=end, quote=text[start:end]),
            parties=_parties(tagged, start, end), triggers=tuple(self._triggers(copy, start, end, inside)),
        )  # fmt: skip

    def _triggers(self, copy: str, start: int, end: int, inside: Sequence[Hit]) -> Iterator[tuple[str, str]]:
        nodes = build(self._tokenizer(copy[start:end]), start, inside, self._vocabulary)
        tagged = [node for node in nodes if node.tags or node.is_item]
        for node in tagged[:_SHOWN]:
            yield copy[node.start : node.end], " ".join(sorted(node.tags)) or "weapon"


def _judged(hits: Sequence[Hit], inside: Sequence[Hit]) -> tuple[bool, str]:
    if not any(is_telling(hit) for hit in inside):
        return False, "not a candidate: it has no word of arms, aid or sanctions"
    if vetoed(hits):
        words = dict.fromkeys(hit.term.text for hit in hits if hit.term.layer == "veto")
        return False, f"not a candidate: words of another field outweigh ours: {', '.join(list(words)[:_SHOWN])}"
    return True, "a candidate, but no rule told this act from it"


def _parties(tagged: TaggedArticle, start: int, end: int) -> tuple[tuple[str, str], ...]:
    found = [one for one in tagged.mentions if start <= one.span.start < end and one.kind in PARTIES]
    return tuple(dict.fromkeys((one.span.quote, one.id) for one in found))[:_SHOWN]


def _holding(article: Article, text: str, evidence: str) -> tuple[int, int] | None:
    """Where the sentence stands that holds most words of the evidence; of equals the first."""
    wanted = _words(evidence)
    best, place = _ENOUGH, None
    for begin, finish in fields(article, len(text)):
        for start, end in split(text, begin, finish):
            share = len(wanted & _words(text[start:end])) / max(1, len(wanted))
            if share > best or (share == best and place is None):
                best, place = share, (start, end)
    return place


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(readable(text).casefold()))
