"""Phrases that bring a stage from where they stand: ``stops short of`` before the act, ``on hold`` behind it."""

from collections.abc import Iterator

from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.rows import Node, is_stop
from services.extractor.vocabulary import BEFORE, BEHIND

_REACH = 9  # nodes on from the words over the act that a phrase may stand before them
_WITHIN = 8  # nodes before "from sanctions" that tell what frees from them
_AFTER = 4  # nodes behind the phrase of the act
_THROUGH = english.QUOTES | {"-", "$", "%"}


def cued(clause: Clause, frame: Frame, places: tuple[int, ...]) -> frozenset[str]:
    """The tags of stages that phrases around the act bring. ``places``: of the words over it."""
    return frozenset((*_before(clause, frame, places), *_behind(clause, frame)))


def _before(clause: Clause, frame: Frame, places: tuple[int, ...]) -> Iterator[str]:
    """To the left, up to another clause: a verb that nothing ties to the act keeps what stands before it to itself."""
    nodes, lowest = clause.nodes, min((frame.at, *places))
    for at in range(frame.at - 1, max(-1, lowest - _REACH), -1):
        node = nodes[at]
        tags = [tag.removeprefix(BEFORE) for tag in node.tags if tag.startswith(BEFORE)]
        yield from tags
        if node.word == "that" and at and any(tag.startswith(BEFORE) for tag in nodes[at - 1].tags):
            continue
        outside = at not in places and not tags
        if outside and (_closes(node) or (clause.verbal(at) and at < frame.at - 1)):
            return


def _behind(clause: Clause, frame: Frame) -> Iterator[str]:
    nodes = clause.nodes
    if clause.verbal(frame.at):
        return
    for at in range(frame.at + 1, min(len(nodes), max(frame.at, frame.last) + 1 + _AFTER)):
        node = nodes[at]
        if _closes(node) or node.word in english.NEGATIONS:
            return
        yield from (tag.removeprefix(BEHIND) for tag in node.tags if tag.startswith(BEHIND))


def _closes(node: Node) -> bool:
    return node.word in english.SUBORDINATORS or (is_stop(node) and node.word not in _THROUGH)


def freed(clause: Clause, start: int) -> bool:
    """Whether the noun phrase of a measure at ``start`` is what somebody is freed from: ``exempts a bank from sanctions``."""
    nodes = clause.nodes
    if start == 0 or nodes[start - 1].word != "from":
        return False
    for at in range(start - 2, max(-1, start - 2 - _WITHIN), -1):
        if nodes[at].tags & {"s.eased", "s.noun.eased"}:
            return True
        if nodes[at].word in english.SUBORDINATORS or is_stop(nodes[at]):
            return False
    return False
