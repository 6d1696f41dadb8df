"""The words over a trigger, and what they make of it: whether it is only wanted, thought of, due, off, or done."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.rows import Node
from services.extractor.stage_cues import cued

MAY = frozenset({"may", "might", "could"})
WILL = frozenset({"will", "shall", "'ll"})
_SHOULD = frozenset({"should", "must", "ought"})
_NEEDING = frozenset({"need", "needs", "needed", "has", "have"})  # "needs to", "has to"
_ADMITS = frozenset({"admit", "admits", "admitted", "acknowledge", "acknowledged", "confirm", "confirmed"})
_LOOSE = frozenset({"in", "over", "with", "against", "about", "amid", "despite", "by", "after", "since", "while"})
_ANSWERS = frozenset(
    {"response", "responses", "reaction", "answer", "exposure", "resilience", "adaptation"}
)  # to what is there
_ALWAYS_VERBS = frozenset({"phase", "phases", "scale", "scales", "roll", "rolls"})  # where they ease: "phase out"
_UNABLE = frozenset({"unlikely", "fail", "fails", "failed", "failing", "unable"})
_IN_VAIN = frozenset({"failed", "unsuccessful", "abortive", "fruitless", "vain", "futile"})  # "a failed bid to block"
_HITTING = frozenset({"by", "with"})
_RULING = frozenset({"rule", "rules", "ruled", "ruling"})
_OPEN = frozenset({"if", "unless", "whether", "lest", "provided"})
_SAYS = frozenset({"said", "says", "saying", "announced", "announces", "confirmed", "told", "declared", "revealed"})
_LIFTING = frozenset(
    {"lift", "end", "reverse", "revoke", "rescind", "drop", "overturn", "undo", "cancel", "ease", "relax", "unblock"}
)
_CONDITION = 4  # nodes before the clause of a trigger in which "if" opens it
_REACH_BACK = (2, 20)  # nodes before a verb that is joined to another
_AMOUNT = 9  # nodes of an amount before what it pays for
_SETTLED = frozenset({"t.agreed", "t.halted"})
_COPIES = 6  # nodes back in which the verb of saying stands


class Over(Struct, frozen=True):
    """What the words over a trigger say. ``tags``: of those that are used as the lexicons list them; ``cued``: stages that phrases around it bring."""

    places: tuple[int, ...]
    nodes: tuple[Node, ...]
    words: frozenset[str]
    tags: frozenset[str]
    cued: frozenset[str]
    negated: bool
    ruled_out: bool
    should: bool
    conditional: bool
    perfect: bool  # "may have sent"
    done: bool  # "began to send"
    ahead: bool  # "said it would send"

    @property
    def brings(self) -> frozenset[str]:
        """The tags of words over it and of phrases around it together."""
        return self.tags | self.cued

    @property
    def may(self) -> bool:
        """Whether it is only possible."""
        return bool(self.words & MAY) or ("would" in self.words and not self.ahead)

    @property
    def let_again(self) -> bool:
        """Whether what stopped it is off: ``lifts a ban on``."""
        verbs = [node for node in self.nodes if node.verb is not None]
        lifting = [node for node in verbs if node.verb and node.verb.lemma in _LIFTING]
        return (
            bool(lifting) and not self.negated and any("t.halted" in node.tags for node in verbs if node not in lifting)
        )

    @property
    def will(self) -> bool:
        """Whether it is to come."""
        return bool(self.words & WILL) or ("would" in self.words and self.ahead)


def governing(clause: Clause, frame: Frame) -> list[int]:
    """Where the words over the trigger stand, the nearest first."""
    return [at for at in (*_near(clause, frame), *_beyond(clause, frame)) if clause.nodes[at].name is None]


def over(clause: Clause, frame: Frame) -> Over:
    """What the words over the trigger of ``frame`` say."""
    places = governing(clause, frame)
    nodes = tuple(clause.nodes[at] for at in places)
    words = frozenset(node.word for node in nodes)
    return Over(
        places=tuple(places), nodes=nodes, words=words, tags=frozenset(tag for at in places for tag in clause.nodes[at].tags if _used(clause, at, tag)),
        cued=cued(clause, frame, tuple(places)),
        negated=(bool(words & (english.NEGATIONS | _UNABLE)) or any(_in_vain(clause, at) for at in places)) and not words & _ADMITS, ruled_out=any(_out(clause, at) for at in places), should=_should(clause, places), conditional=_conditional(clause, frame),
        perfect=bool(words & english.HAVE), done=bool(words & english.DONE) and not words & (WILL | MAY), ahead=_ahead(clause, frame),
    )  # fmt: skip


def _near(clause: Clause, frame: Frame) -> Iterator[int]:
    """Governing words as far as they bear on the trigger: a meeting cancelled over the sale does not cancel the sale."""
    passed = False
    for at in frame.governors:
        word = clause.nodes[at].word
        if (word in _LOOSE and passed) or word in _ANSWERS:
            return
        passed = passed or word not in english.PREPOSITIONS | english.DETERMINERS
        yield at


def _beyond(clause: Clause, frame: Frame) -> Iterator[int]:
    """Words over the trigger that no chain of governing words reaches: ``prompted Finland to send``, ``ruled out sending``."""
    nodes, first = clause.nodes, min((frame.at, *frame.governors))
    if first > 1 and nodes[first - 1].word == "out" and nodes[first - 2].word in _RULING:
        yield first - 2
        yield from (at for at in clause.of_verb(first - 2).governors if nodes[at].word in english.NEGATIONS)
    if first > 0 and nodes[first].word in _HITTING and nodes[first - 1].verb is not None:
        yield first - 1  # "hit by sanctions"
        yield from (at for at in clause.of_verb(first - 1).governors if nodes[at].word in MAY | WILL)
    yield from _paying(clause, frame)
    yield from _joined(clause, frame)
    span = (frame.verb or frame).subject_span
    if span is None or span[1] + 1 >= len(nodes) or nodes[span[1] + 1].word != "to":
        return
    at = span[0] - 1
    while at > 0 and nodes[at].word in {"to", "on", "upon", "with", "both"}:
        at -= 1
    if at > 0 and at not in frame.governors and clause.verbal(at):
        yield at


def _paying(clause: Clause, frame: Frame) -> Iterator[int]:
    """The verb over an amount: ``would allocate an extra $713m of military aid``, ``pledged financial and military support``."""
    if frame.verb is not None or frame.predicate is not None or clause.verbal(frame.at):
        return
    for at in range(frame.first - 1, max(-1, frame.first - _AMOUNT), -1):
        node = clause.nodes[at]
        if node.word in {",", ";", ":", ".", '"'} | english.SUBORDINATORS or node.name is not None:
            return
        if clause.verbal(at) and at not in frame.governors:
            if node.tags & _SETTLED:
                yield at
            return


def _joined(clause: Clause, frame: Frame) -> Iterator[int]:
    """``may expel students and impose sanctions``: what stands over the verb before stands over this one."""
    nodes, at = clause.nodes, frame.verb.at if frame.verb else frame.at
    verb = nodes[at].verb
    if verb is None or verb.tense != "base" or at < _REACH_BACK[0] or nodes[at - 1].word not in {"and", "or", ","}:
        return
    for j in range(at - 2, max(-1, at - _REACH_BACK[1]), -1):
        if nodes[j].word in {";", ":", "."}:
            return
        if nodes[j].word in english.MODALS | {"to"} and j + 1 < at and nodes[j + 1].name is None:
            yield j
            if clause.verbal(j + 1):
                yield from (i for i in clause.of_verb(j + 1).governors if i != j)
            return


def _used(clause: Clause, at: int, tag: str) -> bool:
    """Imposing is what verbs do: "a sign of", "in order to" impose nothing."""
    node = clause.nodes[at]
    if node.verb is not None and node.verb.lemma == "roll" and tag in {"s.imposed", "s.eased"}:
        following = clause.nodes[at + 1].word if at + 1 < len(clause.nodes) else ""
        return (tag == "s.eased") == (following == "back")  # "rolls out sanctions"
    if tag != "s.imposed" and not (tag == "s.eased" and node.word in _ALWAYS_VERBS):
        return True
    hit = at + 1 < len(clause.nodes) and clause.nodes[at + 1].word in _HITTING
    return node.verb is None or clause.verbal(at) or hit


def _in_vain(clause: Clause, at: int) -> bool:
    """``a failed attempt to``: what is governed by the attempt did not come about."""
    return at > 0 and clause.nodes[at - 1].word in _IN_VAIN and not clause.verbal(at)


def _out(clause: Clause, at: int) -> bool:
    following = clause.nodes[at + 1].word if at + 1 < len(clause.nodes) else ""
    return clause.nodes[at].word in _RULING and following == "out"


def _should(clause: Clause, places: Sequence[int]) -> bool:
    for at in places:
        word = clause.nodes[at].word
        following = clause.nodes[at + 1].word if at + 1 < len(clause.nodes) else ""
        if word in _SHOULD or (word in _NEEDING and following == "to"):
            return True
    return False


def _conditional(clause: Clause, frame: Frame) -> bool:
    """``if``, ``whether``, ``were X to`` open the clause of the trigger."""
    nodes, first = clause.nodes, min((frame.first, frame.at, *frame.governors))
    for at in range(frame.at - 1, max(-1, first - _CONDITION), -1):
        if nodes[at].word in _OPEN:
            return True
        if at < first and nodes[at].word in {",", ";", ":", "."}:
            return False
        if at > 0 and nodes[at].word == "to" and _were(clause, at):
            return True
    return False


def _were(clause: Clause, to: int) -> bool:
    """``were China to send``: the verb stands first in its clause."""
    for at in range(to - 1, max(-1, to - 5), -1):
        if clause.nodes[at].word == "were":
            return at == 0 or clause.nodes[at - 1].word in {",", "but", "and"}
    return False


def _ahead(clause: Clause, frame: Frame) -> bool:
    """Whether ``would`` is a ``will`` that somebody has said."""
    first = min((frame.first, frame.at))
    return any(node.word in _SAYS for node in clause.nodes[max(0, first - _COPIES) : frame.at])
