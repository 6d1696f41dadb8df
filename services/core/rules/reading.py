"""A tagged article, prepared once for all rules."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import cached_property, lru_cache
from itertools import islice
from typing import NamedTuple

from services.core.act import Act, ArmsTransfer, Attribution, Party
from services.core.article import TaggedArticle
from services.core.mention import Mention, Span
from services.core.rules.expression import Near, Phrase, Sort, Value
from services.core.rules.vocabulary import ROLES
from services.core.words import keys, stretches

_MOST_SPANS = 20  # of one phrase; more add nothing for a reader


class Run(NamedTuple):
    """Where a phrase stands in the words of an article: its first word and its last."""

    first: int
    last: int


class Pair(NamedTuple):
    """Two phrases in one field: how many words on the second begins, and the first word of both and the last."""

    distance: int
    first: int
    last: int


class Reading:
    """What rules ask of an article, each answer worked out at most once. Not thread-safe."""

    def __init__(self, tagged: TaggedArticle, age: float | None = None, outlets: int | None = None) -> None:
        self.tagged = tagged
        self.age = age  # seconds since publication, where the moment of the decision is known
        self.outlets = outlets  # independent ones that tell its story, where it has one
        self.outlet = tagged.article.outlet

    def of_story(self, outlets: int) -> "Reading":
        """The same article, now that its story is known."""
        told = copy(self)
        told.outlets = outlets
        return told

    @cached_property
    def text(self) -> str:
        """Title, summary and body."""
        return self.tagged.article.text

    @cached_property
    def tokens(self) -> list[str]:
        """The folded words. An empty one ends each of title, summary and body, so that no phrase crosses over."""
        article = self.tagged.article
        found = [*self.title, ""] if article.title else []
        for part in (article.summary, article.body):
            if part:
                found += keys(part)
                found.append("")
        return found

    @cached_property
    def title(self) -> tuple[str, ...]:
        """The folded words of the title."""
        return keys(self.tagged.article.title)

    @cached_property
    def vocabulary(self) -> set[str]:
        """The folded words, each once."""
        return set(self.tokens)

    @cached_property
    def line(self) -> str:
        """The folded words with a space around each, and two where a field ends: a phrase stands in it as it is."""
        return f" {' '.join(self.tokens)} "

    @cached_property
    def title_line(self) -> str:
        """The same of the title alone."""
        return f" {' '.join(self.title)} "

    @cached_property
    def _stretches(self) -> list[tuple[int, int]]:
        """Where each of :attr:`tokens` begins and ends in the text."""
        article = self.tagged.article
        found: list[tuple[int, int]] = []
        at = 0
        for part in (article.title, article.summary, article.body):
            if part:
                found += [(at + start, at + end) for start, end in stretches(part)]
                found.append((at + len(part), at + len(part)))
                at += len(part) + 2
        return found

    @cached_property
    def marks(self) -> set[str]:
        """What rules may ask for besides words, as ``topic:sanctions``. No mark is a word: each has a colon in it."""
        found = {f"outlet:{self.outlet}"}
        if self.language:
            found.add(f"lang:{self.language}")
        for topic in self.tagged.topics:
            found.add(f"mention:{topic.id}")
            if topic.about:
                found.add(f"topic:{topic.id}")
        for mention in self.tagged.mentions:
            found.add(f"id:{mention.id}")
            found.update([f"name:{name}" for name in self._calls(mention)])
            if mention.country:
                found.add(f"country:{mention.country}")
        for act in self.tagged.acts:
            found.update(_marks_of(act))
        return found

    @cached_property
    def language(self) -> str | None:
        """As detected, else as the feed says: two or three letters."""
        language = self.tagged.language or self.tagged.article.language
        return language.partition("-")[0].lower() if language else None

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
        if value.sort is Sort.COUNTRY:
            return self.countries.get(value.text, [])
        return (self.ids if value.sort is Sort.ID else self.names).get(value.text, [])

    def has(self, phrase: Phrase) -> bool:
        """Whether the phrase stands in the text."""
        return written(phrase) in (self.title_line if phrase.title else self.line)

    def begins(self, stem: str) -> bool:
        """Whether a word begins like this."""
        return f" {stem}" in self.line

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.vocabulary)

    def has_near(self, near: Near) -> bool:
        """Whether both phrases stand near enough to each other."""
        one, other = near.parts
        if len(one.keys) > 1 or len(other.keys) > 1:
            return any(pair.distance <= near.distance for pair in self._pairs(near))
        others = self._starts(other)
        for place in self._starts(one):
            at = bisect_left(others, place - near.distance)
            end = bisect_right(others, place + near.distance, at)
            if any(place != there and self._together(place, there) for there in others[at:end]):
                return True
        return False

    def _together(self, one: int, other: int) -> bool:
        """Whether both places are of the same field."""
        return "" not in self.tokens[min(one, other) : max(one, other)]

    def find(self, phrase: Phrase) -> tuple[Span, ...]:
        """Where the phrase stands, the first few places."""
        if len(phrase.keys) > 1 or phrase.title:
            return tuple(self._stretch(run.first, run.last) for run in islice(self._runs(phrase), _MOST_SPANS))
        return tuple([self._stretch(place, place) for place in self._starts(phrase)[:_MOST_SPANS]])

    def near(self, near: Near) -> tuple[Span, ...]:
        """The stretches from one phrase to the other where they stand near enough, the first few."""
        pairs = ((pair.first, pair.last) for pair in self._pairs(near) if pair.distance <= near.distance)
        return tuple(self._stretch(*pair) for pair in islice(dict.fromkeys(pairs), _MOST_SPANS))

    def nearest(self, near: Near) -> tuple[int, Span] | None:
        """How near the phrases stand to each other, and the stretch where they do; None where they share no field."""
        pair = min(self._pairs(near), key=lambda pair: pair.distance, default=None)
        return (pair.distance, self._stretch(pair.first, pair.last)) if pair else None

    def folded(self, name: str) -> str:
        """The name as rules compare it."""
        return _folded(name)

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
            yield Pair(right.first - left.last, left.first, right.last)

    @cached_property
    def _ends(self) -> list[int]:
        """Where the empty words stand that part the fields."""
        return self._places[""]

    def _runs(self, phrase: Phrase) -> Iterator[Run]:
        """Every place of a phrase, in order."""
        last = len(phrase.keys) - 1
        end = len(self.title) if phrase.title else len(self.tokens)
        for index in self._starts(phrase):
            if index + last >= end:
                break
            if self._fits(index, phrase):
                yield Run(index, index + last)

    def _starts(self, phrase: Phrase) -> list[int]:
        first = phrase.keys[0]
        if len(phrase.keys) > 1 or not phrase.prefix:
            return self._places.get(first, [])
        begin, end = bisect_left(self._sorted, first), bisect_left(self._sorted, f"{first}\U0010ffff")
        return sorted(place for word in self._sorted[begin:end] for place in self._places[word])

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where each word stands in :attr:`tokens`."""
        found: dict[str, list[int]] = {}
        for place, token in enumerate(self.tokens):
            if token in found:
                found[token].append(place)
            else:
                found[token] = [place]
        return found

    def _fits(self, index: int, phrase: Phrase) -> bool:
        *head, tail = phrase.keys
        last = self.tokens[index + len(head)]
        return self.tokens[index : index + len(head)] == head and (
            last.startswith(tail) if phrase.prefix else last == tail
        )

    def _stretch(self, first: int, last: int) -> Span:
        start, end = self._stretches[first][0], self._stretches[last][1]
        return Span(start=start, end=end, quote=self.text[start:end])

    def _calls(self, mention: Mention) -> set[str]:
        return {self.folded(name) for name in (mention.name, mention.span.quote, mention.id.rpartition(":")[2])}

    def _grouped(self, by: Callable[[Mention], Iterable[str]]) -> dict[str, list[Mention]]:
        found: defaultdict[str, list[Mention]] = defaultdict(list)
        for mention in self.tagged.mentions:
            for key in by(mention):
                found[key].append(mention)
        return dict(found)


@lru_cache(maxsize=100_000)
def _folded(name: str) -> str:
    return " ".join(keys(name))


def written(phrase: Phrase) -> str:
    """The phrase as it stands in :attr:`Reading.line`."""
    return f" {' '.join(phrase.keys)}{'' if phrase.prefix else ' '}"


def _marks_of(act: Act) -> Iterator[str]:
    kind = kind_of(act)
    yield f"act:{kind}"
    for role in ROLES[kind]["party"]:
        stated = fillers(act, role)
        yield f"{'known' if stated else 'none'}:{kind}:{role}"
        for filler in stated:
            yield from (f"role:{kind}:{role}:{called}" for called in _called(filler))


def _called(filler: Party | Attribution) -> Iterator[str]:
    country = getattr(filler, "country", None)
    if filler.id:
        yield f"id:{filler.id}"
        yield f"name:{filler.id.rpartition(':')[2]}"
        if filler.id.startswith("country:"):
            yield filler.id
    if country:
        yield f"country:{country}"
    yield f"name:{_folded(filler.name)}"
    yield f"name:{_folded(filler.span.quote)}"


def kind_of(act: Act) -> str:
    """``arms_transfer`` or ``sanction``."""
    return "arms_transfer" if isinstance(act, ArmsTransfer) else "sanction"


def fillers(act: Act, role: str) -> tuple[Party | Attribution, ...]:
    """Who or what fills a role of the act; empty where the text does not say."""
    filler = getattr(act, role, None)
    if filler is None:
        return ()
    return filler if isinstance(filler, tuple) else (filler,)
