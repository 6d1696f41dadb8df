"""Roles that the words around a trigger leave open: filled from the nearest fitting mention, or carried from before.

An empty role beats a wrong one, so each way here stands only because it was right more often than not when measured.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from services.core.act import Method, Party
from services.core.mention import EntityKind, Span
from services.extractor import parties
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.stance import Source

_PLACE = frozenset({"in", "at", "near", "over", "across", "inside", "around", "through", "into"})
_SUPPLY = frozenset(
    {EntityKind.COUNTRY, EntityKind.COMPANY, EntityKind.PERSON, EntityKind.BODY, EntityKind.ARMED_GROUP}
)


class Context(Struct):
    """What earlier sentences of the article leave to later ones."""

    title: tuple[Party, ...] = ()  # parties of the title
    imposers: frozenset[str] = frozenset()  # countries and ids that usually impose
    targets: frozenset[str] = frozenset()  # countries that sanctions usually are against
    imposer_unnamed: bool = False  # the article names none of them
    subject: Party | None = None  # of the sentence before
    half: dict[str, list[Span]] = {}  # triggers of acts that were not told for want of a party, by kind
    pairs: dict[str, tuple[Party | None, Party | None]] = {}  # the last act of each kind

    def untold(self, kind: str, trigger: Span) -> None:
        """Remember that an act was seen with a party missing: no act, but a sign of what the article is about."""
        self.half.setdefault(kind, []).append(trigger)

    def told(self, kind: str, giver: Party | None, taker: Party | None) -> None:
        """Remember an act."""
        before = self.pairs.get(kind, (None, None))
        self.pairs[kind] = (giver or before[0], taker or before[1])


def same(one: Party, other: Party) -> bool:
    """Whether two parties stand for the same."""
    if one.country and other.country:
        return one.country == other.country
    return one.id is not None and one.id == other.id


def among(party: Party, others: Iterable[Party]) -> bool:
    """Whether ``party`` is one of ``others``."""
    return any(same(party, other) for other in others)


def speaker(clause: Clause, said: Source | None, others: Sequence[Party]) -> list[Party]:
    """The source as a party, where it may be one: not an agency, and not one of ``others``."""
    if said is None or said.node is None or not said.node.is_party:
        return []
    at = clause.nodes.index(said.node)
    party = parties.of_node(clause.sentence, at, Method.NEAREST)
    return [] if among(party, others) else [party]


def before(clause: Clause, frame: Frame, others: Sequence[Party]) -> list[Party]:
    """The nearest party left of the trigger that is no place and none of ``others``."""
    for at in range(frame.at - 1, -1, -1):
        if clause.nodes[at].word == ";":
            break
        if clause.nodes[at].is_party and not placed(clause, at):
            party = parties.of_node(clause.sentence, at, Method.NEAREST)
            if not among(party, others):
                return [party]
    return []


def placed(clause: Clause, at: int) -> bool:
    """Whether the party only says where."""
    return clause.led_by(at) in _PLACE


def carried(found: Iterable[Party | None], others: Sequence[Party]) -> list[Party]:
    """The first of ``found`` that is none of ``others``, as carried."""
    for party in found:
        if party is not None and not among(party, others):
            return [structs.replace(party, method=Method.CARRIED)]
    return []


def usually(clause: Clause, frame: Frame, part: str, others: Sequence[Party]) -> list[Party]:
    """The nearest party before the trigger, else behind it, that usually plays ``part`` in sanctions: imposer or target."""
    nodes = clause.nodes
    for at in (*range(frame.at - 1, -1, -1), *range(frame.at + 1, len(nodes))):
        name = nodes[at].name
        if nodes[at].is_party and name is not None and name.entity.usual == part and not placed(clause, at):
            party = parties.of_node(clause.sentence, at, Method.NEAREST)
            if not among(party, others):
                return [party]
    return []


def makers(clause: Clause, others: Sequence[Party]) -> list[Party]:
    """The company that the sentence names beside a state that buys: ``shares of Bofors rise after Chile orders guns``."""
    named = [
        at
        for at, node in enumerate(clause.nodes)
        if node.name is not None and node.name.entity.kind is EntityKind.COMPANY
    ]
    found = [party for party in parties.of_nodes(clause.sentence, named, Method.NEAREST) if not among(party, others)]
    return found if len(found) == 1 and others and all(party.country for party in others) else []
