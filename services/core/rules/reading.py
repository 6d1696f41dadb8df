"""A tagged article, prepared once for all rules."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from services.core.act import Act, ArmsTransfer, Attribution, Party
from services.core.article import TaggedArticle
from services.core.mention import Mention, Span
from services.core.rules.expression import Near, Phrase, Sort, Value
from services.core.words import Word, keys, words

_MOST_SPANS = 20  # of one phrase; more add nothing for a reader


class Run(NamedTuple):
    """Where a phrase stands in the words of an article: its first word and its last."""

    first: int
    last: int


class Pair(NamedTuple):
    """Two phrases in one field: the stretch from one to the other, and how many words on the second begins."""

    distance: int
    span: Span


class Reading:
    """What rules ask of an article, each answer worked out at most once. Not thread-safe."""

    def __init__(self, tagged: TaggedArticle) -> None:
        self.tagged = tagged
        self.text = tagged.article.text
        self.title_end = len(tagged.article.title)
        self._names: dict[str, str] = {}

    @cached_property
    def words(self) -> list[Word]:
        """The words of the text. An empty word parts title, summary and body, so that no phrase crosses over."""
        article = self.tagged.article
        found: list[Word] = []
        at = 0
        for part in (article.title, article.summary, article.body):
            if part:
                found += [*words(self.text, at, at + len(part)), Word("", at + len(part), at + len(part))]
                at += len(part) + 2
        return found

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each word stands in :attr:`words`."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(self.words):
            found[word.key].append(index)
        found.pop("", None)
        return dict(found)

    @cached_property
    def ids(self) -> dict[str, list[Mention]]:
        """Mentions by entity id."""
        return self._grouped(lambda mention: (mention.id,))

    @cached_property
    def names(self) -> dict[str, list[Mention]]:
        """Mentions by folded name, by the words in the text, and by the last part of their id."""
        return self._grouped(self._calls)

    @cached_property
    def countries(self) -> dict[str, list[Mention]]:
        """Mentions by the country they stand or act for."""
        return self._grouped(lambda mention: (mention.country,) if mention.country else ())

    def mentions(self, value: Value) -> list[Mention]:
        """Mentions of a country, an entity or a name."""
        by = {Sort.COUNTRY: self.countries, Sort.ID: self.ids, Sort.NAME: self.names}
        return by[value.sort].get(value.text, [])

    def find(self, phrase: Phrase) -> tuple[Span, ...]:
        """Where the phrase stands, the first few places."""
        return tuple(self._stretch(run.first, run.last) for run in islice(self._runs(phrase), _MOST_SPANS))

    def near(self, near: Near) -> tuple[Span, ...]:
        """The stretches from one phrase to the other where they stand near enough, the first few."""
        spans = (pair.span for pair in self._pairs(near) if pair.distance <= near.distance)
        return tuple(islice(dict.fromkeys(spans), _MOST_SPANS))

    def nearest(self, near: Near) -> Pair | None:
        """Where the phrases stand nearest to each other, however far; None where they share no field."""
        return min(self._pairs(near), key=lambda pair: pair.distance, default=None)

    def folded(self, name: str) -> str:
        """The name as rules compare it."""
        if name not in self._names:
            self._names[name] = " ".join(keys(name))
        return self._names[name]

    def _pairs(self, near: Near) -> Iterator[Pair]:
        """Each place of the one phrase with the nearest of the other behind it and before it, in the same field."""
        one, other = (list(self._runs(part)) for part in near.parts)
        firsts, lasts = [run.first for run in other], [run.last for run in other]
        for run in one:
            behind, before = bisect_right(firsts, run.last), bisect_left(lasts, run.first)
            if behind < len(other):
                yield from self._pair(run, other[behind])
            if before:
                yield from self._pair(other[before - 1], run)

    def _pair(self, left: Run, right: Run) -> Iterator[Pair]:
        if bisect_left(self._ends, left.last) == bisect_left(self._ends, right.first):
            yield Pair(right.first - left.last, self._stretch(left.first, right.last))

    @cached_property
    def _ends(self) -> list[int]:
        """Where the empty words stand that part the fields."""
        return [index for index, word in enumerate(self.words) if word.start == word.end]

    def _runs(self, phrase: Phrase) -> Iterator[Run]:
        """Every place of a phrase, in order."""
        last = len(phrase.keys) - 1
        for index in self._starts(phrase):
            run = self.words[index : index + last + 1]
            if phrase.title and run[-1].end > self.title_end:
                break
            if len(run) > last and self._fits(run, phrase):
                yield Run(index, index + last)

    def _starts(self, phrase: Phrase) -> list[int]:
        first = phrase.keys[0]
        if len(phrase.keys) > 1 or not phrase.prefix:
            return self.places.get(first, [])
        return sorted(place for key, at in self.places.items() if key.startswith(first) for place in at)

    @staticmethod
    def _fits(run: list[Word], phrase: Phrase) -> bool:
        *head, tail = phrase.keys
        if any(word.key != key for word, key in zip(run, head, strict=False)):
            return False
        return run[-1].key.startswith(tail) if phrase.prefix else run[-1].key == tail

    def _stretch(self, first: int, last: int) -> Span:
        start, end = self.words[first].start, self.words[last].end
        return Span(start=start, end=end, quote=self.text[start:end])

    def _calls(self, mention: Mention) -> set[str]:
        return {self.folded(name) for name in (mention.name, mention.span.quote, mention.id.rpartition(":")[2])}

    def _grouped(self, by: Callable[[Mention], Iterable[str]]) -> dict[str, list[Mention]]:
        found: defaultdict[str, list[Mention]] = defaultdict(list)
        for mention in self.tagged.mentions:
            for key in by(mention):
                found[key].append(mention)
        return dict(found)


def kind_of(act: Act) -> str:
    """``arms_transfer`` or ``sanction``."""
    return "arms_transfer" if isinstance(act, ArmsTransfer) else "sanction"


def fillers(act: Act, role: str) -> tuple[Party | Attribution, ...]:
    """Who or what fills a role of the act; empty where the text does not say."""
    filler = getattr(act, role, None)
    if filler is None:
        return ()
    return filler if isinstance(filler, tuple) else (filler,)
