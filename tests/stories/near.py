"""Near duplicates: real articles and variants of them, as outlets make them of a wire text."""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from services.alerter.signature import signature
from services.core.article import Article
from services.core.background import Background
from services.core.gist import gist, terms
from services.core.likeness import Weighed
from services.core.near import bands
from services.core.rules.reading import Reading
from services.core.story import Text
from services.core.words import keys
from services.poller.clean import plain_text
from tests.bench.report import heading, machine, table
from tests.stories import place
from tests.stories.labelled import CLOCK, article_of, lines, shared

_ARTICLES, _EACH, _SEED = 10_000, 500, 1
_OF_ONE_KEY = 60  # texts looked at for one band, as the alerter does
_ALIKE = 0.5  # of the word pairs of the shorter: what two texts share that are rightly called near duplicates
_LONG = ("allsides_articles/articles-1of3.jsonl.gz", "bbc_2025/bbc_2025.jsonl.gz")
_SHORT = ("rss_snapshots/items_dedup.jsonl.gz",)


class Piece(NamedTuple):
    """An article in the parts that variants are made of: its sentences, or the words of a short one."""

    title: str
    parts: list[str]
    joint: str

    def article(self, title: str | None = None, parts: list[str] | None = None) -> Article:
        """As published, or with another title or other parts."""
        text = self.joint.join(self.parts if parts is None else parts)
        return article_of("any", self.title if title is None else title, text, CLOCK)


Variant = Callable[[random.Random, Piece, Piece], Article]


def run() -> None:
    """Print recall for each kind of variant, and how many pairs of different articles are called near duplicates."""
    heading("Near duplicates", machine(), f"{_ARTICLES} articles and {_EACH} variants of each kind of some of them")
    for name, pieces in (("whole articles", _whole()), ("titles with summaries", _brief())):
        found = list(islice(pieces, _ARTICLES))
        if len(found) < _ARTICLES:
            print(f"{name}: only {len(found)} of {_ARTICLES} are there, skipped")
        else:
            _measure(name, found)


def _measure(name: str, pieces: list[Piece]) -> None:
    index, begun = Index(), time.perf_counter()
    for number, piece in enumerate(pieces):
        index.add(number, piece.article())
    spent = time.perf_counter() - begun
    chance = random.Random(_SEED)
    table((name, "recall"), [[kind, f"{_recall(index, pieces, made, chance):.3f}"] for kind, made in _VARIANTS.items()])
    unlike = index.unlike()
    print(
        f"{len(index.pairs)} pairs among the articles themselves, {unlike} of them with less than half of their word pairs in "
        f"common: {unlike / len(pieces):.2%} of the articles; {len(pieces) / spent:.0f} articles a second\n"
    )


class Index:
    """Texts by the bands of their signatures. What is added is compared with what was added before."""

    def __init__(self) -> None:
        self._by_band: defaultdict[str, list[int]] = defaultdict(list)
        self._texts: dict[int, Text] = {}
        self._words: dict[int, tuple[str, ...]] = {}
        self._background = Background()
        self.pairs: list[tuple[int, int]] = []

    def add(self, number: int, article: Article) -> None:
        """One more text."""
        reading = place.read(article)
        text = self._text(reading)
        self.pairs += [(number, other) for other in self._like(text)]
        self._texts[number], self._words[number] = text, keys(reading.text)
        self._background.count(terms(reading))
        for band in bands(text.signature):
            self._by_band[band].append(number)

    def finds(self, article: Article) -> set[int]:
        """The texts of which this is a near duplicate."""
        return self._like(self._text(place.read(article)))

    def unlike(self) -> int:
        """How many pairs share less than they should."""
        return sum(_overlap(self._words[one], self._words[other]) < _ALIKE for one, other in self.pairs)

    def _text(self, reading: Reading) -> Text:
        return gist(reading, signature([token for token in reading.tokens if token]), self._background).text

    def _like(self, text: Text) -> set[int]:
        own = Weighed(text, self._background)
        found = {number for band in bands(text.signature) for number in self._by_band.get(band, ())[-_OF_ONE_KEY:]}
        return {number for number in found if own.near(self._texts[number])}


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    left, right = (set(pairwise(words[:400])) for words in (one, other))
    return len(left & right) / max(1, min(len(left), len(right)))


def _recall(index: Index, pieces: list[Piece], made: Variant, chance: random.Random) -> float:
    chosen = chance.sample(range(len(pieces)), _EACH)
    found = [number in index.finds(made(chance, pieces[number], chance.choice(pieces))) for number in chosen]
    return sum(found) / len(found)


def _wire(chance: random.Random, piece: Piece, _other: Piece) -> Article:
    """Under another byline and with a footer."""
    byline = chance.choice(("By Staff Writer", "Updated 14:05 |", "LONDON (Agency) -"))
    footer = "All rights reserved." if piece.joint == " " else "Additional reporting by our staff. All rights reserved."
    return piece.article(parts=[byline, *piece.parts, footer])


def _edited(chance: random.Random, piece: Piece, other: Piece) -> Article:
    """With three sentences or words replaced by those of another article, but never more than a quarter."""
    changed = list(piece.parts)
    for number in chance.sample(range(len(changed)), min(3, len(changed) // 4)):
        changed[number] = chance.choice(other.parts)
    return piece.article(parts=changed)


def _cut(_chance: random.Random, piece: Piece, _other: Piece) -> Article:
    return piece.article(parts=piece.parts[: -(-len(piece.parts) * 7 // 10)])


def _halved(_chance: random.Random, piece: Piece, _other: Piece) -> Article:
    return piece.article(parts=piece.parts[: -(-len(piece.parts) // 2)])


def _headline(_chance: random.Random, piece: Piece, other: Piece) -> Article:
    return piece.article(title=other.title)


_VARIANTS: dict[str, Variant] = {
    "wire": _wire, "edited": _edited, "cut to seven tenths": _cut, "cut in half": _halved, "new headline": _headline,
}  # fmt: skip


def _whole() -> Iterator[Piece]:
    """Articles of at least eight sentences, each title once."""
    for title, text in _texts(_LONG, "text"):
        sentences = [part for part in text.replace("\n", " ").split(". ") if part.strip()]
        if len(sentences) >= 8:
            yield Piece(title, sentences, ". ")


def _brief() -> Iterator[Piece]:
    """Feed entries with a summary of at least 20 words, each title once."""
    for title, text in _texts(_SHORT, "summary"):
        if len(text.split()) >= 20:
            yield Piece(title, text.split(), " ")


def _texts(collections: tuple[str, ...], field: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for path in collections:
        found = shared(path)
        for line in lines(found) if found else ():
            if line["title"] and line["title"] not in seen:
                seen.add(line["title"])
                yield line["title"], plain_text(line.get(field) or "", 20_000)[0]
