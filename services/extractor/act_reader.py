"""The acts of an article: by rules sentence by sentence, then by the learned reader over all of them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct

from services.core.act import Act, Method, Party
from services.core.article import Article
from services.core.mention import EntityKind, Span
from services.core.rules.reading import kind_of
from services.extractor import learned
from services.extractor.act_model import ActModel
from services.extractor.clause import Clause
from services.extractor.entities import Entity
from services.extractor.fill import Context
from services.extractor.frame import Syntax
from services.extractor.free_names import with_free_names
from services.extractor.lexicons import Lexicons
from services.extractor.merge import merged
from services.extractor.pairs import Line
from services.extractor.parties import of_node
from services.extractor.rows import PARTIES, Node, Sentence, build, split
from services.extractor.sanctions import SanctionRules
from services.extractor.scan import Hit, longest
from services.extractor.transfers import TransferRules
from services.extractor.vocabulary import SANCTIONING, TELLING, Vocabulary
from services.extractor.when import dated

_MOST_SENTENCES = 120  # read for acts in one article
_MOST_OTHERS = 20  # that only name somebody
_MOST_ACTS = 300  # told in one article, before those told twice are merged; no report tells a tenth of it
_MEASURES = SANCTIONING | {"aid"}
_PASSING = frozenset({"give", "equip", "get", "n.give", "n.get", "n.both"})


class Page(Struct, frozen=True):
    """An article with what the scan found in it.

    ``copy`` is the text as it is read, position for position. ``built``: its sentences as nodes, by their beginnings, as far as they were asked for.
    """

    article: Article
    text: str
    copy: str
    hits: Sequence[Hit]
    built: dict[int, tuple[Node, ...]] = {}


class Acts(Struct, frozen=True):
    """The acts; the triggers of those not told for want of a party or because the model doubts them, by kind; the model's log-odds of topics.

    ``cut``: the article tells more than is read of one.
    """

    acts: tuple[Act, ...] = ()
    half: dict[str, list[Span]] = {}
    topics: dict[str, float] = {}
    cut: bool = False


class ActReader:
    """Immutable after it is built, but for the tokenizer's and the model's caches; for one thread."""

    def __init__(
        self,
        lexicons: Lexicons,
        vocabulary: Vocabulary,
        tokenizer: Any,
        *,
        syntax: Syntax | None,
        model: ActModel | None,
    ) -> None:
        """``tokenizer``: of spaCy. ``syntax``: a parser whose frames come before those read by pattern."""
        self._vocabulary = vocabulary
        self._tokenizer = tokenizer
        self._syntax = syntax
        self._model = model
        self._transfers = TransferRules(lexicons)
        self._sanctions = SanctionRules()
        self._usual = {part: _usually(lexicons, part) for part in ("imposer", "target")}

    def read(self, page: Page) -> Acts:
        """The acts that the rules tell, each with its time where the text tells it."""
        lines = tuple(islice(self._lines(page), _MOST_SENTENCES + 1))
        if not lines:  # most news
            return Acts()
        found, half = self._ruled(page, lines[:_MOST_SENTENCES])
        return Acts(self._merged(page, found), half, cut=len(lines) > _MOST_SENTENCES or len(found) == _MOST_ACTS)

    def learn(self, page: Page, read: Acts) -> Acts:
        """``read``, what the rules told of the page, without what the learned reader doubts and with what it adds; itself where there is none."""
        if self._model is None:
            return read
        lines = self.lines(page)
        if not (read.acts or worth(lines)):
            return read
        judgement = self._model.judge(lines, read.acts)
        standing, doubted = learned.acts(judgement, lines, read.acts)
        half = {kind: list(spans) for kind, spans in read.half.items()}
        for act in doubted:
            half.setdefault(kind_of(act), []).append(act.trigger)
        return Acts(self._merged(page, standing), half, judgement.topics, read.cut)

    def _imposes(self, entity: Entity) -> bool:
        return entity.id in self._usual["imposer"] or entity.country in self._usual["imposer"]

    def _merged(self, page: Page, found: Sequence[Act]) -> tuple[Act, ...]:
        return merged(tuple(dated(found, page.article.published_at.date())), len(page.article.title))

    def _ruled(self, page: Page, lines: Sequence[Line]) -> tuple[list[Act], dict[str, list[Span]]]:
        spoken = any(hit.term.key == "sanction" for hit in page.hits)
        title = _title_parties(page)
        context = Context(
            title=title,
            subject=title[0] if title else None,
            imposers=self._usual["imposer"],
            targets=self._usual["target"],
            imposer_unnamed=not any(hit.term.name and self._imposes(hit.term.name.entity) for hit in page.hits),
        )
        found: list[Act] = []
        first: Clause | None = None
        for line in lines:
            clause = Clause(line.sentence, self._syntax.frames(line.sentence) if self._syntax else None)
            found += islice(self._told(clause, context, spoken=spoken), _MOST_ACTS - len(found))
            _remember(context, clause)
            first = first or clause
        if first is not None and first.sentence.title:
            # The lead may say what the title leaves open.
            found += islice(self._told(first, context, spoken=spoken), _MOST_ACTS - len(found))
        return found, context.half

    def _told(self, clause: Clause, context: Context, *, spoken: bool) -> Iterator[Act]:
        yield from self._transfers.acts(clause, context)
        yield from self._sanctions.acts(clause, context, spoken=spoken)

    def lines(self, page: Page) -> tuple[Line, ...]:
        """What the learned reader is given: the sentences that hold a telling word or name somebody, so many as are read of one article."""
        return with_free_names(tuple(islice(self._lines(page, named=True), _MOST_SENTENCES)))

    def _lines(self, page: Page, *, named: bool = False) -> Iterator[Line]:
        """The sentences that hold a telling word, as rows of nodes; with ``named`` also those that only name somebody.

        None crosses from title to summary or body. An article without a telling word has none.
        """
        telling = sorted(hit.start for hit in page.hits if is_telling(hit))
        if not telling:
            return
        known = sorted(
            (
                hit
                for hit in page.hits
                if hit.term.layer == "name" or (hit.term.layer == "tag" and not hit.term.text.isalpha())
            ),
            key=lambda hit: hit.start,
        )
        begins = [hit.start for hit in known]
        number = others = 0
        for begin, finish in fields(page.article, len(page.text)):
            for start, end in split(page.copy, begin, finish):
                tells = bisect_left(telling, start) < bisect_left(telling, end)
                if not tells and not (named and others < _MOST_OTHERS):
                    continue
                inside = [hit for hit in known[bisect_left(begins, start) : bisect_left(begins, end)] if hit.end <= end]
                if not tells and not any(hit.term.layer == "name" for hit in inside):
                    continue
                others += not tells
                number += 1
                nodes = page.built.get(start) or build(
                    self._tokenizer(page.copy[start:end]), start, inside, self._vocabulary
                )
                page.built[start] = nodes
                title = begin == 0 and bool(page.article.title)
                yield Line(Sentence(start, end, nodes, title, number, page.text[start:end]), tells)


def worth(lines: Sequence[Line]) -> bool:
    """Whether the learned reader is asked although the rules tell nothing: somebody is named, and a sentence has a word of sanctions, aid or a transfer of arms."""
    named = any(node.is_party for line in lines for node in line.sentence.nodes)
    return named and any(line.telling and _moves(line.sentence) for line in lines)


def _moves(sentence: Sentence) -> bool:
    armed = any(node.is_item for node in sentence.nodes)
    return any(
        node.tags & _MEASURES or (armed and node.tags & _PASSING) or any(tag.startswith("p.") for tag in node.tags)
        for node in sentence.nodes
        if node.name is None
    )


def _title_parties(page: Page) -> tuple[Party, ...]:
    """Those whom the title names, each once, in order."""
    end, text = len(page.article.title), page.text
    found: dict[str, Party] = {}
    for hit in longest(hit for hit in page.hits if hit.term.name is not None and hit.end <= end):
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


def fields(article: Article, limit: int) -> Iterator[tuple[int, int]]:
    """Where title, summary and body stand in the text."""
    start = 0
    for part in (article.title, article.summary, article.body):
        if part and start < limit:
            yield start, min(start + len(part), limit)
            start += len(part) + 2


def is_telling(hit: Hit) -> bool:
    """Whether it makes its sentence worth reading for acts."""
    term = hit.term
    if term.layer == "name":
        return term.name is not None and term.name.entity.kind is EntityKind.WEAPON
    return term.layer == "tag" and (term.key in TELLING or term.key.endswith(".object"))
