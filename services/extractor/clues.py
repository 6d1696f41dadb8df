"""What the order of words says of a party and of a pair of parties, as names of features.

A linear model weighs them (:mod:`services.extractor.act_model`). It sees what the transformer sees, but by the lexicons and by
place, and the two err on different articles.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

from services.core.act import Act, sides
from services.core.rules.reading import kind_of
from services.extractor import english
from services.extractor.entities import Form
from services.extractor.outline import ANCHORS, PARTY, Outline, outline
from services.extractor.pairs import Actor, Line, side_keys
from services.extractor.rows import Node

_AROUND = 4  # signs on each side of a party
_LONGEST = 3  # signs of a run
_BETWEEN = 6  # signs between two parties that are told in full
_FORMS = {Form.ADJECTIVE: "A", Form.SEAT: "S", Form.PEOPLE: "Q"}
_SKIPPED = frozenset({",", "SUB", "SAY", "BE", "MODAL", "and", PARTY})
_JOINTS = english.PREPOSITIONS | frozenset({"and", ",", "'s", "-", "that", '"', ":"})


class Clues:
    """The clues of an article for acts of one kind. No clue says which country a party is: names must not decide."""

    def __init__(self, kind: str, lines: Sequence[Line], acts: Sequence[Act], actors: dict[str, Actor]) -> None:
        """``actors``: by key."""
        self._kind, self._actors = kind, actors
        self._acts = [act for act in acts if kind_of(act) == kind]
        self._told = [side_keys(act) for act in self._acts]
        self._lines = [outline(line, kind) for line in lines]
        self._places: defaultdict[str, dict[int, list[int]]] = defaultdict(dict)  # of a party, by line
        for number, line in enumerate(self._lines):
            for at, sign in enumerate(line.signs):
                if sign.actor:
                    self._places[sign.actor].setdefault(number, []).append(at)
        telling = any(line.telling and line.sentence.title for line in lines)
        named = sum(1 for key in actors if key in self._places)
        self._article = [f"named {min(named, 8)}", "always", *(["title tells"] if telling else [])]
        titles = {number for number, line in enumerate(self._lines) if line.title}
        self._title = {key for key, own in self._places.items() if titles & own.keys()}

    def of_party(self, actor: Actor, role: str) -> Iterator[str]:
        """Of a party as ``giver`` or ``taker``."""
        places = self._places.get(actor.key, {})
        yield from (f"{role} {clue}" for clue in self._of_party(places))
        yield from (f"{role} kind {actor.mark}", f"{role} usual {actor.usual}")
        yield f"{role} count {min(4, len(places))}"

    def of_pair(self, giver: Actor | None, taker: Actor | None) -> Iterator[str]:
        """Of two parties together, and of the article as a whole."""
        yield from self._article
        yield from self._ruled(giver.key if giver else None, taker.key if taker else None)
        titled = [party is not None and party.key in self._title for party in (giver, taker)]
        if giver is None or taker is None:
            absent = "no giver" if giver is None else "no taker"
            yield absent
            yield f"{absent}, title {any(titled)}"
            return
        together = self._of_pair(giver.key, taker.key)
        yield from (f"pair {clue}" for clue in together)
        yield f"title {titled[0]} {titled[1]}"
        yield f"usual {giver.usual} {taker.usual}"
        if not together:
            yield "apart"

    def _ruled(self, giver: str | None, taker: str | None) -> Iterator[str]:
        """What the rules told of the pair, of its parties with others, and of others."""
        if not self._acts:
            yield "no act"
        elif len(self._acts) > 1:
            yield "several acts"
        for act, (gives, takes) in zip(self._acts, self._told, strict=True):
            if (gives, takes) == (giver, taker):
                yield from ("told", f"told by {act.rule}")
                for party, side in zip(sides(act), ("giver", "taker"), strict=True):
                    if party is not None:
                        yield f"told {side} {party.method.value}"
                continue
            for same, clue in (
                (gives == giver, "giver told with another"), (takes == taker, "taker told with another"),
                ((gives, takes) == (taker, giver), "told the other way"),
                (gives is not None and gives == taker, "taker told as giver"),
                (takes is not None and takes == giver, "giver told as taker"),
            ):  # fmt: skip
                if same:
                    yield clue
                    break
            if self._alike(gives, giver) and self._alike(takes, taker):
                yield "told of the same two"

    def _alike(self, told: str | None, key: str | None) -> bool:
        if told is None or key is None or told not in self._actors or key not in self._actors:
            return False
        return self._actors[told].same(self._actors[key])

    def _of_party(self, places: dict[int, list[int]]) -> set[str]:
        found: set[str] = set()
        for number, own in places.items():
            line = self._lines[number]
            title = " title" if line.title else ""
            if not line.anchored:
                found.add(f"no anchor{title}")
                continue
            found.add(f"anchor{title}")
            if line.title:
                found.add("anchor in title")
            named = [at for at, sign in enumerate(line.signs) if sign.actor]
            for at in own:
                found.update(_around(line, at, self._kind))
                found.add("first" if at == named[0] else "not first")
                if at == named[-1]:
                    found.add("last")
        return found

    def _of_pair(self, giver: str, taker: str) -> set[str]:
        """Of the sentences with an anchor that name both."""
        found: set[str] = set()
        gives, takes = self._places.get(giver, {}), self._places.get(taker, {})
        for number in gives.keys() & takes.keys():
            line = self._lines[number]
            if line.anchored:
                for at, to in product(gives[number], takes[number]):
                    found.update(_between(line, at, to, self._kind))
        return found


def _around(line: Outline, at: int, kind: str) -> Iterator[str]:
    """Runs of signs that hold the party, the words beside it, and the anchor nearest to it."""
    signs, nodes = line.signs, line.nodes
    node = nodes[signs[at].at]
    form = _FORMS.get(node.name.form, "N") if node.name else "N"
    begin, finish = max(0, at - _AROUND), min(len(signs), at + _AROUND + 1)
    near = [f"X{form}" if place == at else signs[place].word for place in range(begin, finish)]
    middle = at - begin
    for first in range(middle + 1):
        for last in range(max(middle, first + 1), min(len(near), first + _LONGEST + 1)):
            yield f"run {' '.join(near[first : last + 1])}"
    for step in (-2, -1, 1, 2):
        place = signs[at].at + step
        if 0 <= place < len(nodes):
            yield f"word {step} {PARTY if nodes[place].is_party else _lemma(nodes[place])}"
    anchor = min((sign for sign in signs if sign.word in ANCHORS[kind]), key=lambda sign: abs(sign.at - signs[at].at))
    side = "before" if anchor.at > signs[at].at else "after"
    distance = abs(anchor.at - signs[at].at)
    yield f"near {side} {next((bound for bound in (1, 3, 7) if distance <= bound), 999)}"
    yield f"near {side} {anchor.word}"
    low, high = sorted((anchor.at, signs[at].at))
    yield f"near {side} past {min(2, sum(1 for sign in signs if sign.actor and low < sign.at < high))}"


def _between(line: Outline, giver: int, taker: int, kind: str) -> Iterator[str]:
    """What stands between two parties, before and after them. ``giver`` and ``taker``: places among the signs."""
    signs, words = line.signs, line.words
    low, high = sorted((giver, taker))
    order = "XY" if giver < taker else "YX"
    inner = words[low + 1 : high]
    yield f"same{' title' if line.title else ''}"
    yield f"{order}{' title' if line.title else ''}"
    if len(inner) <= _BETWEEN:
        yield f"{order} = {' '.join(inner)}"
    telling = [word for word in inner if word not in _SKIPPED]
    yield f"{order} ~ {' '.join(telling) if len(telling) < _BETWEEN else 'long'}"
    yield from (f"{order} has {word}" for word in set(inner))
    yield f"{order} past {min(3, inner.count(PARTY))}"
    joints = _joint(line.nodes, signs[giver].at), _joint(line.nodes, signs[taker].at)
    yield from (f"{order} joints {joints[0]} {joints[1]}", f"{order} giver {joints[0]}", f"{order} taker {joints[1]}")
    yield f"{order} then {_next(words, giver, taker, 'Y')} {_next(words, taker, giver, 'X')}"
    for node in line.nodes[signs[low].at + 1 : signs[high].at]:
        if not node.is_party and node.word.isalpha() and len(node.word) > 2:
            yield f"{order} word {_lemma(node)}"
    yield f"{order} before {' '.join(words[max(0, low - 2) : low])}"
    yield f"{order} after {' '.join(words[high + 1 : high + 3])}"
    yield f"{order} after one {' '.join(words[high + 1 : high + 2])}"
    if not ANCHORS[kind] & set(inner):
        yield f"{order} anchor outside"


def _next(words: Sequence[str], at: int, other: int, sign: str) -> str:
    following = at + 1
    if following == other:
        return sign
    return words[following] if following < len(words) else "$"


def _lemma(node: Node) -> str:
    return node.verb.lemma if node.verb else node.word


def _joint(nodes: Sequence[Node], at: int) -> str:
    """The small word before a party, past determiners and words of the military."""
    place = at - 1
    while place >= 0 and (nodes[place].word in english.DETERMINERS or "military" in nodes[place].tags):
        place -= 1
    if place < 0:
        return "^"
    word = nodes[place].word
    return word if word in _JOINTS else PARTY if nodes[place].is_party else "other"
