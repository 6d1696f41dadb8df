"""Who says so, and how sure the text is."""

from collections.abc import Sequence

from msgspec import Struct

from services.core.act import Attribution, Certainty, Party
from services.core.mention import EntityKind
from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.over import governing
from services.extractor.rows import Node, is_stop

_BEFORE, _BEHIND = 14, 2  # nodes around a trigger in which a hedge counts
_CALLING = frozenset(
    {
        "urge",
        "call",
        "demand",
        "request",
        "appeal",
        "press",
        "ask",
        "beg",
        "lobby",
        "implore",
        "advocate",
        "want",
        "campaign",
    }
)
_ACCUSING = frozenset({"accuse", "suspect", "believe", "allege"})
_ABSTRACT = ("s", "ing", "ion", "ment", "ness", "ity", "ance", "ence", "ism")  # how words end that name nobody
_AT_MEASURE = 3  # nodes before a measure in which one does


class Source(Struct, frozen=True):
    """Who is named as saying it. ``claims``: by a verb or kind of source that makes it a claim."""

    attribution: Attribution
    node: Node | None
    claims: bool


def source(clause: Clause, frame: Frame) -> Source | None:
    """The source that the sentence names for the act at ``frame``: somebody who can speak."""
    ways = (_headline, _calling, _before, _behind, _according)
    return next((said for way in ways if (said := way(clause, frame)) is not None), None)


def _calling(clause: Clause, frame: Frame) -> Source | None:
    """``X urged the EU to impose``: who calls for an act of others says that it should be."""
    for at in governing(clause, frame):
        node = clause.nodes[at]
        if node.verb is None or node.verb.lemma not in _CALLING or not clause.verbal(at):
            continue
        said = _spoken(clause, at)
        return said if said is not None and said.attribution.span.end < clause.nodes[frame.at].start else None
    return None


def _before(clause: Clause, frame: Frame) -> Source | None:
    """``X said that ...``: the nearest verb of saying before the trigger."""
    for at in range(frame.at - 1, -1, -1):
        if clause.nodes[at].word == ";":
            return None
        if not _tells(clause, at):
            continue
        said = _spoken(clause, at)
        itself = said is not None and at in frame.governors[:1] and said.node is not None and not _person(said.node)
        return None if itself else said  # who announces its own measure is not its source
    return None


def _tells(clause: Clause, at: int) -> bool:
    """Whether the node is a verb of saying here."""
    node = clause.nodes[at]
    if not node.tags & {"say", "claim"} or node.name is not None:
        return False
    before = clause.nodes[at - 1].word if at else ""
    if before == "to" or (
        node.verb is not None and node.verb.tense == "ing" and before not in english.BE | {",", "and"}
    ):
        return False  # "to assess the industry", "a stern warning"
    if node.verb is not None and node.verb.lemma == "think" and clause.nodes[at + 1 : at + 2]:
        return clause.verbal(at) and clause.nodes[at + 1].word not in {"about", "of", "again", "twice"}
    told = node.verb is not None and node.verb.tense == "past"
    return clause.verbal(at) or (told and before not in english.DETERMINERS | english.PREPOSITIONS | {""})


def _behind(clause: Clause, frame: Frame) -> Source | None:
    """``..., X said`` and ``..., said X``."""
    nodes = clause.nodes
    for at in range(frame.at + 1, len(nodes)):
        verb = nodes[at].verb
        if not nodes[at].tags & {"say", "claim"} or nodes[at].name is not None or (verb and verb.tense == "ing"):
            continue
        if nodes[at - 1].word in english.DETERMINERS or nodes[at - 1].adjective:
            continue  # "a report said": the verb comes after
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


def _according(clause: Clause, _: Frame) -> Source | None:
    nodes = clause.nodes
    for at in range(len(nodes) - 2):
        if nodes[at].word == "according" and nodes[at + 1].word == "to":
            following = list(range(at + 2, min(len(nodes), at + 12)))
            return _named(clause, _until_stop(nodes, following), claims=False)
        if nodes[at].word in {"citing", "cited"}:
            return _named(clause, _until_stop(nodes, list(range(at + 1, min(len(nodes), at + 10)))), claims=True)
    return None


def _headline(clause: Clause, _: Frame) -> Source | None:
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
    if not kept or len(kept) > 16 or not _speaks(clause, kept):
        return None
    span = clause.sentence.span(kept[0], kept[-1])
    party = next((nodes[at] for at in kept if nodes[at].name is not None), None)
    unofficial = any("unofficial" in nodes[at].tags for at in kept)
    known = party.name.entity.id if party is not None and party.name is not None else None
    attribution = Attribution(name=" ".join(span.quote.split()), span=span, id=known)
    return Source(attribution, party, claims or unofficial)


def _speaks(clause: Clause, kept: Sequence[int]) -> bool:
    """Whether the words name somebody who can say something, not "progress in recent weeks"."""
    nodes = [clause.nodes[at] for at in kept]
    if nodes[0].word in english.PRONOUNS | english.PREPOSITIONS:
        return False
    head = next((i for i, node in enumerate(nodes) if node.word in english.PREPOSITIONS | {"'s"}), len(nodes)) or 1
    if any(node.name is not None or node.tags & {"speaker", "unofficial"} for node in nodes[:head]):
        return True
    opening = kept[0] == 0 or clause.sentence.title  # where any word is written with a capital
    return any(node.capital and not (opening and _common(node.word)) for node in nodes[:head])


def _common(word: str) -> bool:
    """Whether it looks like a common noun."""
    return word.isascii() and word.endswith(_ABSTRACT)


def _person(node: Node) -> bool:
    return node.name is not None and node.name.entity.kind is EntityKind.PERSON


def certainty(clause: Clause, frame: Frame, said: Source | None, own: Sequence[Party], *, reported: bool) -> Certainty:
    """How sure the text is of the act. ``own``: its parties, who assert what they say of themselves; ``reported``: it has happened, as a fact that others may only claim."""
    if _denied(clause, frame):
        return Certainty.DENIED
    if _hedged(clause, frame):
        return Certainty.ALLEGED
    if said is None:
        return Certainty.ALLEGED if _claimed(clause, frame) else Certainty.ASSERTED
    theirs = said.claims or (reported and not _speaks_for(said, own))
    return Certainty.ALLEGED if theirs else Certainty.ASSERTED


def _hedged(clause: Clause, frame: Frame) -> bool:
    """Whether a hedge, an accusation or a question makes it a claim."""
    nodes = clause.nodes
    if nodes[-1].word == "?" and nodes[0].word in english.AUXILIARIES - english.MODALS:
        return True  # "Did Iran send drones?"
    around = range(max(0, frame.at - _BEFORE), min(len(nodes), frame.at + _BEHIND))
    if any("alleged" in nodes[at].tags for at in around if nodes[at].word != ";"):
        return True
    over = [nodes[at] for at in frame.governors]
    return any(node.tags & {"claim"} and node.verb and node.verb.lemma in _ACCUSING for node in over)


def _claimed(clause: Clause, frame: Frame) -> bool:
    """``Footage suggested that ...``: a claim, though nobody is named."""
    for at in range(frame.at - 1, max(-1, frame.at - _BEFORE), -1):
        if _tells(clause, at):
            return "claim" in clause.nodes[at].tags and clause.nodes[at + 1].word == "that"
    return False


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
