"""Who says so, and how sure the text is."""

from collections.abc import Sequence

from msgspec import Struct

from services.core.act import Attribution, Certainty, Party
from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.rows import Node, is_stop

_BEFORE, _BEHIND = 14, 2  # nodes around a trigger in which a hedge counts
_AT_MEASURE = 3  # nodes before a measure in which one does


class Source(Struct, frozen=True):
    """Who is named as saying it. ``claims``: by a verb or kind of source that makes it a claim."""

    attribution: Attribution
    node: Node | None
    claims: bool


def source(clause: Clause, frame: Frame) -> Source | None:
    """The source that the sentence names for the act at ``frame``."""
    return _headline(clause) or _before(clause, frame) or _behind(clause, frame) or _according(clause)


def _before(clause: Clause, frame: Frame) -> Source | None:
    """``X said that ...``: the nearest verb of saying before the trigger."""
    for at in range(frame.at - 1, -1, -1):
        node = clause.nodes[at]
        if node.word == ";":
            return None
        if node.tags & {"say", "claim"} and clause.verbal(at) and at < frame.at:
            return _spoken(clause, at)
    return None


def _behind(clause: Clause, frame: Frame) -> Source | None:
    """``..., X said`` and ``..., said X``."""
    nodes = clause.nodes
    for at in range(frame.at + 1, len(nodes)):
        if not nodes[at].tags & {"say", "claim"} or nodes[at].name is not None:
            continue
        claims = "say" not in nodes[at].tags
        comma = max((i for i in range(frame.at, at) if nodes[i].word in {",", '"', "-"}), default=None)
        if comma is None or at - comma > 14:
            continue
        if comma + 1 == at or nodes[at - 1].word in {",", '"'}:
            following = list(range(at + 1, min(len(nodes), at + 9)))
            return _named(clause, _until_stop(nodes, following), claims=claims)
        return _named(clause, list(range(comma + 1, at)), claims=claims)
    return None


def _spoken(clause: Clause, at: int) -> Source | None:
    frame = clause.of_verb(at)
    if frame.subject_span is None or (frame.passive and clause.nodes[at].word != "said"):
        return None
    first, last = frame.subject_span
    return _named(clause, list(range(first, last + 1)), claims="claim" in clause.nodes[at].tags)


def _according(clause: Clause) -> Source | None:
    nodes = clause.nodes
    for at in range(len(nodes) - 2):
        if nodes[at].word == "according" and nodes[at + 1].word == "to":
            following = list(range(at + 2, min(len(nodes), at + 12)))
            return _named(clause, _until_stop(nodes, following), claims=False)
        if nodes[at].word in {"citing", "cited"}:
            return _named(clause, _until_stop(nodes, list(range(at + 1, min(len(nodes), at + 10)))), claims=True)
    return None


def _headline(clause: Clause) -> Source | None:
    """``Seoul: Pyongyang shipped shells`` and ``... - report``, ``..., officials say``."""
    nodes = clause.nodes
    if not clause.sentence.title or len(nodes) < 5:
        return None
    if nodes[1].word == ":" and nodes[0].is_party:
        return _named(clause, [0], claims=False)
    if nodes[-2].word in {"-", "–", "—", ":"} and "unofficial" in nodes[-1].tags:
        return _named(clause, [len(nodes) - 1], claims=True)
    return None


def _until_stop(nodes: Sequence[Node], found: Sequence[int]) -> list[int]:
    kept: list[int] = []
    for at in found:
        if is_stop(nodes[at]) or nodes[at].word in english.SUBORDINATORS | english.AUXILIARIES | {"on", "in"}:
            break
        kept.append(at)
    return kept


def _named(clause: Clause, found: Sequence[int], *, claims: bool) -> Source | None:
    nodes = clause.nodes
    kept = [at for at in found if not is_stop(nodes[at]) or nodes[at].word == "'"]
    while (
        kept
        and nodes[kept[0]].word
        in english.DETERMINERS | english.PREPOSITIONS | english.CONJUNCTIONS | english.SUBORDINATORS
    ):
        kept.pop(0)
    while kept and nodes[kept[-1]].word in english.AUXILIARIES | english.ADVERBS | english.PREPOSITIONS:
        kept.pop()
    if not kept or len(kept) > 16:
        return None
    span = clause.sentence.span(kept[0], kept[-1])
    party = next((nodes[at] for at in kept if nodes[at].name is not None), None)
    unofficial = any("unofficial" in nodes[at].tags for at in kept)
    known = party.name.entity.id if party is not None and party.name is not None else None
    attribution = Attribution(name=" ".join(span.quote.split()), span=span, id=known)
    return Source(attribution, party, claims or unofficial)


def certainty(clause: Clause, frame: Frame, said: Source | None, own: Sequence[Party], *, reported: bool) -> Certainty:
    """How sure the text is of the act. ``own``: its parties, who assert what they say of themselves; ``reported``: it has happened, as a fact that others may only claim."""
    nodes = clause.nodes
    if _denied(clause, frame):
        return Certainty.DENIED
    around = range(max(0, frame.at - _BEFORE), min(len(nodes), frame.at + _BEHIND))
    if any("alleged" in nodes[at].tags for at in around if nodes[at].word != ";"):
        return Certainty.ALLEGED
    governors = [nodes[at] for at in frame.governors]
    if any(
        node.tags & {"claim"} and node.verb and node.verb.lemma in {"accuse", "suspect", "believe", "allege"}
        for node in governors
    ):
        return Certainty.ALLEGED
    if said is None:
        return Certainty.ASSERTED
    if said.claims:
        return Certainty.ALLEGED
    return Certainty.ALLEGED if reported and not _speaks_for(said, own) else Certainty.ASSERTED


def of_measure(clause: Clause, frame: Frame) -> Certainty:
    """How sure the text is of a measure. Measures are public: hedges and claims around one speak of its grounds or effects."""
    if _denied(clause, frame):
        return Certainty.DENIED
    close = clause.nodes[max(0, frame.at - _AT_MEASURE) : frame.at]
    return Certainty.ALLEGED if any("alleged" in node.tags for node in close) else Certainty.ASSERTED


def hypothetical(clause: Clause, frame: Frame) -> bool:
    """Whether it is told of nobody in particular: ``any transfer would violate``, ``anyone who sells``."""
    first = max(0, min(frame.first, frame.at) - 4)
    return any("generic" in clause.nodes[at].tags for at in range(first, frame.at + 1))


def _denied(clause: Clause, frame: Frame) -> bool:
    nodes = clause.nodes
    for at in range(max(0, frame.at - 10), frame.at):
        if "deny" in nodes[at].tags and nodes[at].verb is not None:
            return True
    return any("denied" in nodes[at].tags and "deny" not in nodes[at].tags for at in range(len(nodes))) or any(
        "deny" in nodes[at].tags and nodes[at - 1].is_party for at in range(max(1, frame.at + 1), len(nodes))
    )


def _speaks_for(said: Source, own: Sequence[Party]) -> bool:
    """Whether the source is a party of the act, or nobody we know: then the text itself vouches for it."""
    if said.node is None or said.node.name is None:
        return True
    entity = said.node.name.entity
    return any(entity.id == party.id or (entity.country and entity.country == party.country) for party in own)
