"""A sentence reduced to what tells who acts on whom: its parties, words of giving or of sanctions, and the small words between."""

from collections.abc import Sequence
from typing import NamedTuple

from services.extractor import english
from services.extractor.pairs import Line
from services.extractor.rows import Node

PARTY = "P"
ANCHORS = {
    "arms_transfer": frozenset({"ITEM", "AID"}),
    "sanction": frozenset({"VERB", "VERBED", "EASE", "NOUN", "PENALTY", "PHRASE verb", "PHRASE object"}),
}
_KEPT = frozenset({
    "by", "to", "for", "from", "with", "in", "on", "against", "at", "of", "between", "over", "into", "after", "via", "near",
    "under", "without", "'s", "-", ",", ";", ":", "and", "(", '"',
})  # fmt: skip
_TRANSFERS = {"equip": "EQUIP", "seeking": "SEEK", "get": "GET", "n.give": "GIVING", "n.get": "GETTING",
              "n.both": "DEALING", "military": "MILITARY", "loose": "LOOSE", "t.halted": "HALT", "t.sought": "SOUGHT",
              "t.agreed": "AGREE", "t.considered": "CONSIDER", "t.delivered": "DELIVER"}  # fmt: skip
_SANCTIONS = {"s.verb.eased": "EASE", "sanction": "NOUN", "penalty": "PENALTY"}
_SANCTION_STAGES = {"s.imposed": "IMPOSE", "s.threatened": "THREATEN", "s.called_for": "CALL", "s.eased": "EASED",
                    "s.refused": "REFUSE", "s.violated": "VIOLATE", "s.in_force": "HOLD"}  # fmt: skip
_WORDS = (  # the last that holds a word has it
    dict.fromkeys(english.MODALS, "MODAL") | dict.fromkeys(english.SUBORDINATORS, "SUB") | dict.fromkeys(english.NEGATIONS, "NOT")
    | dict.fromkeys(english.BE, "BE") | {word: word for word in _KEPT}
)  # fmt: skip


class Sign(NamedTuple):
    """A node that counts. ``actor``: the key of the party that it names."""

    word: str
    at: int
    actor: str | None


class Outline(NamedTuple):
    """The signs of a sentence in order. ``anchored``: a word of arms or of sanctions stands in it."""

    nodes: Sequence[Node]
    signs: Sequence[Sign]
    words: Sequence[str]  # of the signs
    title: bool
    anchored: bool


def outline(line: Line, kind: str) -> Outline:
    """The outline of a sentence for acts of one kind."""
    nodes = line.sentence.nodes
    signs: list[Sign] = []
    for at, node in enumerate(nodes):
        if node.name is not None and node.is_party:
            signs.append(Sign(PARTY, at, node.name.entity.id))
        elif word := _sign(node, kind):
            signs.append(Sign(word, at, None))
    words = [sign.word for sign in signs]
    return Outline(nodes, signs, words, line.sentence.title, not ANCHORS[kind].isdisjoint(words))


def _sign(node: Node, kind: str) -> str | None:
    if not node.tags and not node.is_item:  # most words
        return _WORDS.get(node.word)
    told = _of_transfers(node) if kind == "arms_transfer" else _of_sanctions(node)
    if told:
        return told
    for tag in ("say", "claim"):
        if tag in node.tags:
            return tag.upper()
    return _WORDS.get(node.word)


def _of_transfers(node: Node) -> str | None:
    if "aid" in node.tags:
        return "AID"
    if node.is_item:
        return "ITEM"
    if "give" in node.tags and node.verb and node.verb.tense:
        return "GIVE"
    return next((sign for tag, sign in _TRANSFERS.items() if tag in node.tags), None)


def _of_sanctions(node: Node) -> str | None:
    if "s.verb.imposed" in node.tags and node.verb:
        return "VERBED" if node.verb.tense in {"past", "participle"} else "VERB"
    told = next((sign for tag, sign in _SANCTIONS.items() if tag in node.tags), None)
    if told:
        return told
    phrase = min((tag for tag in node.tags if tag.startswith("p.")), default=None)
    if phrase and "s.imposed" not in node.tags:
        return f"PHRASE {phrase.rpartition('.')[2]}"
    return next((sign for tag, sign in _SANCTION_STAGES.items() if tag in node.tags), None)
