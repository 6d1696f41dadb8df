"""How alike two articles are: evidence that they tell of one event, each kind between 0 and 1, and what it comes to.

The weights of each kind are fitted on stories that people have told apart, see docs/decisions/0011-stories.md.
"""

from collections.abc import Mapping, Sequence
from math import exp, log, log1p, sqrt

from msgspec import Struct

from services.core.background import RAREST, Background
from services.core.near import NEAR, similarity
from services.core.sense import alike, comparable
from services.core.story import Text

_TITLE, _LEAD, _ACROSS, _ENTITIES, _RAREST, _SHARED = 5.5, 7.1, 8.4, 1.0, 3.9, 4.2
_BASE = -6.9
_SHORT, _PLENTY = 2.0, 12  # texts of fewer words share fewer, whatever they tell
# Where a model has read both texts: what the odds by words, the senses, and nothing at all count.
_WORDS, _SENSE, _SENSE_BASE = 0.34, 13.6, -8.6
_UNLIKE = -8.0  # no pair of texts is worth less, so that one odd text does not outweigh the others
_SAME_WORDS = 0.3  # what near duplicates share of what says something: no link, imprint or template makes two texts one
_MANY = 40  # shared words, from which on more say no more


class Likeness(Struct, frozen=True):
    """Evidence that two texts tell of one event. ``title``, ``lead``, ``across`` (title of one, lead of the other) and
    ``entities``: cosine of what both hold, weighted by rarity; ``rarest``: of the words they share; ``shared``: how many;
    ``short``: how short the shorter one is; ``sense``: cosine of what both are about, None where a model has not read both."""  # fmt: skip

    title: float
    lead: float
    across: float
    entities: float
    rarest: float
    shared: float
    short: float
    sense: float | None = None

    @property
    def odds(self) -> float:
        """The logarithm of the odds that both tell of one event."""
        words = max(
            _UNLIKE,
            _BASE + _TITLE * self.title + _LEAD * self.lead + _ACROSS * self.across + _ENTITIES * self.entities
            + _RAREST * self.rarest + _SHARED * self.shared + _SHORT * self.short,
        )  # fmt: skip
        return words if self.sense is None else _WORDS * words + _SENSE * self.sense + _SENSE_BASE


class Weighed:
    """A text whose words are weighed once, to be compared with many."""

    def __init__(self, text: Text, background: Background) -> None:
        self._title, self._lead, self._entities = map(frozenset, (text.title, text.lead, text.entities))
        self._weights = background.weigh(self._title | self._lead | self._entities)
        self._lengths = text.lengths or lengths(text, background)
        self._background = background
        self._signature = text.signature
        self._sense = text.sense

    def likeness(self, other: Text, *, sensed: bool = False) -> Likeness:
        """How alike it is to another. ``sensed``: also by what a model makes of both."""
        title, lead, entities = other.lengths or lengths(other, self._background)
        own_title, own_lead, own_entities = self._lengths
        shared = self._lead.intersection(other.lead)
        return Likeness(
            title=self._cosine(self._title.intersection(other.title), own_title * title),
            lead=self._cosine(shared, own_lead * lead),
            across=(
                self._cosine(self._title.intersection(other.lead), own_title * lead)
                + self._cosine(self._lead.intersection(other.title), own_lead * title)
            ) / 2,
            entities=self._cosine(self._entities.intersection(other.entities), own_entities * entities),
            rarest=max((self._weights[term] for term in shared), default=0.0) / RAREST,
            shared=min(1.0, log1p(len(shared)) / log1p(_MANY)),
            short=max(0.0, log(_PLENTY / max(1, min(len(self._lead), len(other.lead))))),
            sense=alike(self._sense, other.sense) if sensed else None,
        )  # fmt: skip

    def sensed(self, others: Sequence[Text]) -> bool:
        """Whether one model has read it and all of the others."""
        return all(comparable(self._sense, other.sense) for other in others)

    def near(self, other: Text) -> float:
        """The share of word pairs in common with another text of which this is a near duplicate, else 0."""
        near = similarity(self._signature, other.signature)
        return near if near >= NEAR and self.likeness(other).lead >= _SAME_WORDS else 0.0

    def _cosine(self, shared: frozenset[str], length: float) -> float:
        return min(1.0, sum(self._weights[term] ** 2 for term in sorted(shared)) / length) if length else 0.0


def lengths(text: Text, background: Background) -> tuple[float, float, float]:
    """Of the vectors of title, lead and entities."""
    title, lead, entities = (_length(terms, background) for terms in (text.title, text.lead, text.entities))
    return title, lead, entities


def rarest(terms: Sequence[str], weights: Mapping[str, float], most: int) -> tuple[str, ...]:
    """The terms that say most, the rarest first."""
    return tuple(sorted(terms, key=lambda term: (-weights[term], term))[:most])


def probability(odds: float) -> float:
    """Of the logarithm of odds."""
    return 1 / (1 + exp(-odds))


def _length(terms: Sequence[str], background: Background) -> float:
    return round(sqrt(sum(background.weight(term) ** 2 for term in terms)), 3)
