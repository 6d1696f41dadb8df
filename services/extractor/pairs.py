"""Who may have passed arms to whom, or imposed sanctions on whom: every pair of parties of an article, with what is known of it.

The learned reader (:mod:`services.extractor.act_model`) judges these pairs. A party of several names is one; a pair of one
country with itself is none.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from services.core.act import Act, Certainty, Party, SanctionStage, TransferStage, sides
from services.core.mention import Span
from services.core.rules.reading import kind_of
from services.extractor.entities import Entity
from services.extractor.rows import Sentence

Vector = npt.NDArray[np.float32]

KINDS = ("arms_transfer", "sanction")
Stage = TransferStage | SanctionStage
STAGES: dict[str, tuple[Stage, ...]] = {"arms_transfer": tuple(TransferStage), "sanction": tuple(SanctionStage)}
CERTAINTIES = tuple(Certainty)
MOST_PARTIES = 12
MARKS = {"country": 1, "person": 2, "body": 3, "organisation": 4, "armed_group": 5, "company": 6}
FREE = 7  # the mark of a party that no lexicon knows
ARMS, SANCTIONS = 8, 9  # the marks of words for arms and of words of sanctions


class Line(Struct, frozen=True):
    """A sentence with names. ``telling``: a word of arms or sanctions stands in it."""

    sentence: Sentence
    telling: bool


class Actor(Struct):
    """A party with all places that name it."""

    key: str
    id: str | None
    name: str
    country: str | None
    mark: int
    usual: str | None
    spans: list[Span] = []

    def same(self, other: "Actor") -> bool:
        """Whether both stand for the same country or body."""
        if self.country and other.country:
            return self.country == other.country
        return self.name == other.name


def free_key(name: str) -> str:
    """By what a party is found again that no lexicon knows."""
    return f"free {name.casefold()}"


def key_of(party: Party) -> str:
    """By what an actor is found again."""
    return party.id or free_key(party.name)


def side_keys(act: Act) -> tuple[str | None, str | None]:
    """By what giver and taker of an act are found again; None for one that is not named."""
    giver, taker = (key_of(party) if party else None for party in sides(act))
    return giver, taker


def actors(lines: Sequence[Line], acts: Sequence[Act]) -> dict[str, Actor]:
    """All parties of the lines, in order of mention, and those that only the rules saw."""
    found: dict[str, Actor] = {}
    for line in lines:
        for node in line.sentence.nodes:
            if node.name is None or not node.is_party:
                continue
            entity, start = node.name.entity, line.sentence.start
            actor = found.setdefault(entity.id, _actor(entity))
            quote = line.sentence.quote[node.start - start : node.end - start]
            actor.spans.append(Span(start=node.start, end=node.end, quote=quote))
    for act in acts:
        for party in sides(act):
            if party is not None and key_of(party) not in found:
                found[key_of(party)] = Actor(
                    key_of(party), party.id, party.name, party.country, FREE, None, [party.span]
                )
    return found


def _actor(entity: Entity) -> Actor:
    known = entity.id != free_key(entity.name)
    mark = MARKS.get(entity.kind.value, FREE) if known else FREE
    return Actor(entity.id, entity.id if known else None, entity.name, entity.country, mark, entity.usual, [])


class Facts:
    """What is known of the pairs of an article beside its words."""

    def __init__(self, kind: str, lines: Sequence[Line], acts: Sequence[Act], rank: dict[str, int]) -> None:
        """``rank``: countries by how likely they supply arms."""
        self._kind = kind
        self._rank = rank
        self._told: defaultdict[tuple[str | None, str | None], list[Act]] = defaultdict(list)
        self._takers: defaultdict[str | None, set[str | None]] = defaultdict(set)
        self._givers: defaultdict[str | None, set[str | None]] = defaultdict(set)
        for act in acts:
            if kind_of(act) == kind:
                gives, takes = side_keys(act)
                self._told[gives, takes].append(act)
                self._takers[gives].add(takes)
                self._givers[takes].add(gives)
        self._lines: defaultdict[str, set[int]] = defaultdict(set)
        self._telling = {line.sentence.number for line in lines if line.telling}
        self._title = {line.sentence.number for line in lines if line.sentence.title}
        for line in lines:
            for node in line.sentence.nodes:
                if node.name is not None and node.is_party:
                    self._lines[node.name.entity.id].add(line.sentence.number)
        self._sides: dict[str | None, list[float]] = {}

    def act(self, giver: Actor | None, taker: Actor | None) -> Act | None:
        """The act that the rules told of exactly this pair."""
        told = self._told.get((giver.key if giver else None, taker.key if taker else None))
        return told[0] if told else None

    def vector(self, giver: Actor | None, taker: Actor | None) -> Vector:
        """Numbers about a pair; their order is that of the model's weights."""
        return np.array(
            [*self._ruled(giver, taker), *self._together(giver, taker), *self._side(giver), *self._side(taker)],
            dtype=np.float32,
        )

    def _ruled(self, giver: Actor | None, taker: Actor | None) -> list[float]:
        x, y = (giver.key if giver else None), (taker.key if taker else None)
        told = self._told.get((x, y), [])
        stages = {act.stage.value for act in told}
        certainty = told[0].certainty if told else None
        return [
            bool(told), bool(self._takers.get(x, set()) - {y}), bool(self._givers.get(y, set()) - {x}), (y, x) in self._told, bool(self._told),
            *(stage in stages for stage in STAGES[self._kind]), *(one == certainty for one in CERTAINTIES),
        ]  # fmt: skip

    def _together(self, giver: Actor | None, taker: Actor | None) -> list[float]:
        xs = self._lines.get(giver.key, set()) if giver else set()
        ys = self._lines.get(taker.key, set()) if taker else set()
        both = xs & ys
        return [
            giver is None, taker is None, not xs.isdisjoint(self._title), not ys.isdisjoint(self._title), bool(both),
            not both.isdisjoint(self._telling),
        ]  # fmt: skip

    def _side(self, actor: Actor | None) -> list[float]:
        """What is known of a party by itself."""
        key = actor.key if actor else None
        if key not in self._sides:
            usual = actor.usual if actor else None
            rank = self._rank.get((actor.country if actor else None) or "", 99)
            free = actor is not None and actor.mark == FREE
            self._sides[key] = [usual == "imposer", usual == "target", rank < 5, 5 <= rank < 15, free]
        return self._sides[key]


def sizes(kind: str) -> int:
    """How many numbers :meth:`Facts.vector` gives."""
    return 5 + len(STAGES[kind]) + len(CERTAINTIES) + 6 + 10


def possible(parties: Sequence[Actor], kind: str) -> Iterator[tuple[Actor | None, Actor | None]]:
    """The pairs worth judging. Sanctions always have a target, and arms may have only one side that is named."""
    for taker in parties:
        for giver in parties:
            if giver is not taker and not (giver.country and giver.country == taker.country):
                yield giver, taker
        yield None, taker
    if kind == "arms_transfer":
        yield from ((giver, None) for giver in parties)
