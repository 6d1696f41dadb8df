"""The acts that were read in an article against those that were labelled."""

from collections.abc import Sequence
from enum import IntEnum, StrEnum
from itertools import product
from typing import NamedTuple

from services.core.act import Act, ArmsTransfer, sides
from services.core.cleaning import squeeze
from services.core.measure.labels import LabelledAct, LabelledTransfer
from services.core.measure.parties import Identities, Parties, agree


class Kind(StrEnum):
    """The kinds of acts."""

    ARMS_TRANSFER = "arms_transfer"
    SANCTION = "sanction"


class Level(IntEnum):
    """How far an act as read is the act as labelled. Each level holds those below."""

    NONE = 0
    FOUND = 1  # same kind, a named role agrees, none contradicts
    ROLES = 2  # both roles agree; one left open only where the label leaves it open
    STAGE = 3  # and the stage
    SURE = 4  # and the certainty


ROLES = {Kind.ARMS_TRANSFER: ("supplier", "recipient"), Kind.SANCTION: ("imposer", "target")}


class Pair(NamedTuple):
    """A labelled act and the act as read that was taken for it, by their places."""

    label: int
    act: int
    level: Level


class Outcome(NamedTuple):
    """What became of the acts of one kind in an article, by their places in what was compared."""

    pairs: tuple[Pair, ...]
    missed: tuple[int, ...]  # labelled and not read; without the optional ones
    extra: tuple[int, ...]  # read and not labelled
    excused: tuple[int, ...]  # read, and labelled as optional


def label_kind(label: LabelledAct) -> Kind:
    """The kind of a labelled act."""
    return Kind.ARMS_TRANSFER if isinstance(label, LabelledTransfer) else Kind.SANCTION


def act_kind(act: Act) -> Kind:
    """The kind of an act."""
    return Kind.ARMS_TRANSFER if isinstance(act, ArmsTransfer) else Kind.SANCTION


def label_roles(label: LabelledAct) -> tuple[str | None, str | None]:
    """Names of the giving and the taking party."""
    return (label.supplier, label.recipient) if isinstance(label, LabelledTransfer) else (label.imposer, label.target)


def agreeing(label: LabelledAct, act: Act, parties: Parties) -> tuple[bool, bool]:
    """Which of the two roles agree."""
    (giver, taker), (gives, takes) = label_roles(label), sides(act)
    return agree(parties.named(giver), parties.read(gives)), agree(parties.named(taker), parties.read(takes))


def level(label: LabelledAct, act: Act, parties: Parties) -> Level:
    """How far the act as read is the one labelled."""
    if label_kind(label) != act_kind(act):
        return Level.NONE
    pairs = [
        (parties.named(name), parties.read(party)) for name, party in zip(label_roles(label), sides(act), strict=True)
    ]
    if not all(agree(one, other) for one, other in pairs):
        return _partly(pairs)
    if act.stage not in {label.stage, label.stage_also}:
        return Level.ROLES
    return Level.SURE if act.certainty == label.certainty else Level.STAGE


def _partly(pairs: Sequence[tuple[Identities | None, Identities | None]]) -> Level:
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    return Level.FOUND if both and all(agree(one, other) for one, other in both) else Level.NONE


def compare(labels: Sequence[LabelledAct], acts: Sequence[Act], parties: Parties) -> dict[Kind, Outcome]:
    """Acts as read taken for labelled ones, one to one, the best pairs first; optional labels take what is left."""
    return {kind: _compare(kind, labels, acts, parties) for kind in Kind}


def _compare(kind: Kind, labels: Sequence[LabelledAct], acts: Sequence[Act], parties: Parties) -> Outcome:
    wanted = [i for i, label in enumerate(labels) if label_kind(label) == kind and not label.optional]
    optional = [i for i, label in enumerate(labels) if label_kind(label) == kind and label.optional]
    read = [j for j, act in enumerate(acts) if act_kind(act) == kind]
    levels = {(i, j): level(labels[i], acts[j], parties) for i, j in product([*wanted, *optional], read)}
    pairs = _taken(wanted, read, levels)
    left = [j for j in read if j not in {pair.act for pair in pairs}]
    excused = {pair.act for pair in _taken(optional, left, levels)}
    return Outcome(
        pairs=tuple(pairs),
        missed=tuple(i for i in wanted if i not in {pair.label for pair in pairs}),
        extra=tuple(j for j in left if j not in excused),
        excused=tuple(sorted(excused)),
    )


def _taken(wanted: Sequence[int], read: Sequence[int], levels: dict[tuple[int, int], Level]) -> list[Pair]:
    """Pairs, the best first, and of equals those that come first in label and text."""
    ranked = sorted(((-levels[i, j], i, j) for i, j in product(wanted, read) if levels[i, j]))
    pairs: list[Pair] = []
    for value, i, j in ranked:
        if all(i != pair.label and j != pair.act for pair in pairs):
            pairs.append(Pair(i, j, Level(-value)))
    return pairs


def same_sentence(label: LabelledAct, act: Act) -> bool:
    """Whether the words labelled as evidence are in a sentence of the act's, or that sentence in them."""
    words = squeeze(label.evidence)
    sentences = [squeeze(sentence.quote) for sentence in act.evidence]
    return bool(words) and any(words in sentence or (sentence and sentence in words) for sentence in sentences)
