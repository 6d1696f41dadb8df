"""Measures told by a verb and its object, where nobody need say "sanctions": assets frozen, visas refused, exports banned, names put on a list."""

from collections.abc import Sequence
from typing import NamedTuple

from services.core.act import Party, SanctionStage
from services.core.mention import EntityKind
from services.extractor import english, parties, sanction_stages
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.rows import Node

_REACH = 12  # nodes behind the verb in which its object stands
_BEHIND = ("of", "with", "from", "belonging", "on", "against", "to")
_ONTO = ("to ", "on ", "from ", "off ")
_PERSONAL = frozenset({"travel", "visa", "entry", "entering"})
_PEOPLES = frozenset(
    ["countries", "nations", "states", "people", "citizens", "members", "family", "party", "airline", "airlines", "firms", "companies"]
)  # fmt: skip
_DEEDS = frozenset({"merger", "use", "sale", "murder", "release", "move", "takeover", "purchase", "marriage"})
_OF_DEEDS = ("ion", "ment", "ing")
_NEAR = 6  # nodes behind "sanctioned" in which what it approves stands


class Phrased(NamedTuple):
    """A measure from the node of its verb to that of its object."""

    frame: Frame
    imposers: list[Party]
    targets: list[Party]
    stage: SanctionStage
    measure: tuple[int, int]


def phrased(clause: Clause, at: int, node: Node) -> Phrased | None:
    """``freezes the assets of``, ``bans imports of``, ``cuts economic ties with``."""
    wanted = {
        tag.removesuffix("verb") + "object" for tag in node.tags if tag.startswith("p.") and tag.endswith(".verb")
    }
    reach = range(at + 1, min(len(clause.nodes), at + _REACH)) if wanted else ()
    place = next((i for i in reach if wanted & clause.nodes[i].tags), None)
    if place is None:
        return None
    frame, behind = clause.of_verb(at), Frame(at=place)
    rule = min(wanted & clause.nodes[place].tags)
    stage = sanction_stages.over_verb(clause, frame) or SanctionStage(rule.split(".")[1])
    clause.right(behind, place + 1)
    imposers, targets = _sides(clause, frame, behind)
    return Phrased(frame, imposers, targets[:2], stage, (at, place)) if targets else None


def _sides(clause: Clause, frame: Frame, behind: Frame) -> tuple[list[Party], list[Party]]:
    slots, place = {**frame.slots, **behind.slots}, behind.at
    word = clause.nodes[place].word
    targets = [
        party
        for slot in _BEHIND
        for party in parties.phrases(clause, slots.get(slot, ()), frame.method, described=True)
    ]
    put = parties.phrases(clause, [i for i in frame.objects if i < place], frame.method)
    imposers = parties.of_nodes(clause.sentence, frame.subject, frame.method)
    if word.startswith(_ONTO) and put:
        targets = put  # "adds the firm to its list of"
    if word.endswith("exports"):
        to = parties.phrases(clause, slots.get("to", ()), frame.method)
        return imposers, to if len(to) == 1 else []
    if _PERSONAL & set(word.split()):
        return imposers, _barred(clause, frame, behind, put if word.startswith("from ") else targets)
    targets = targets or parties.phrases(clause, behind.objects, frame.method, described=True) or put
    if not frame.passive and (targets or imposers):
        return imposers, targets
    span = frame.subject_span
    imposers = next(
        (found for one in (behind, frame) if (found := parties.in_slots(clause.sentence, one, ("by", "in")))), []
    )
    return imposers, parties.phrases(clause, range(span[0], span[1] + 1), frame.method, described=True) if span else []


def _barred(clause: Clause, frame: Frame, behind: Frame, persons: Sequence[Party]) -> list[Party]:
    """``imposes visa bans on officials``. A whole people that may not come in is under no sanctions."""
    own = any(node.word == "own" for node in clause.nodes[frame.at : behind.last + 1])
    if frame.passive or own or not frame.subject:
        return []
    return [one for one in persons if not (one.id or "").startswith(f"{EntityKind.COUNTRY}:") and _official(one)]


def _official(party: Party) -> bool:
    """Whether they are named, or of a kind that is barred for what it did."""
    words = party.name.lower().split()
    return party.id is not None or any(word in english.GROUPS and word not in _PEOPLES for word in words)


def approved(clause: Clause, at: int) -> bool:
    """``sanctioned the merger of two banks``: whether the verb at ``at`` only means that it was approved."""
    nodes = clause.nodes
    for i in range(at + 1, min(len(nodes) - 1, at + _NEAR)):
        word = nodes[i].word
        if word in english.DETERMINERS:
            continue
        if word in english.PREPOSITIONS or nodes[i].name is not None or word in english.GROUPS:
            return False
        if nodes[i + 1].word == "of":
            return word in _DEEDS or word.endswith(_OF_DEEDS)
    return False
