"""How far a transfer has got: by the words over its trigger, the strongest first, else by the trigger itself."""

from collections.abc import Iterator, Sequence, Set

from services.core.act import TransferStage
from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.over import MAY, Over, over
from services.extractor.rows import Node
from services.extractor.vocabulary import BEFORE

_ASKS = frozenset({"urged", "asked", "urges", "asks"})
_SETTLING = frozenset({"announce", "unveil", "approve", "sign", "confirm"})  # "announces a plan to sell": it is agreed
_BUYING = frozenset({"buy", "order", "purchase", "procure", "lease", "rent", "pick", "snap"})
_FLOWING = (
    "shipment", "deliver", "suppl", "flow", "transfer", "export", "consignment", "cargo", "resupply", "import", "smuggling",
    "trafficking", "donation",
)  # fmt: skip
_THOUGHTS = frozenset({"plan", "plans", "proposal", "proposals", "bill", "option", "options", "debate"})  # "aid plan"


def of_verb(clause: Clause, frame: Frame) -> TransferStage:
    """The stage of a transfer told by a verb."""
    node = clause.nodes[frame.at]
    lemma, tense = (node.verb.lemma, node.verb.tense) if node.verb else ("", "")
    said = over(clause, frame)
    due = "to" in said.words and tense != "ing"
    stage = next(_brought(said, due=due, giving="get" not in node.tags), None)
    if stage is None and "seeking" in node.tags:
        stage = TransferStage.SOUGHT
    if stage is None and lemma == "offer":
        stage = TransferStage.CONSIDERED
    wanted = "get" in node.tags and (
        said.words & english.PLANS or "t.considered" in said.tags or "whether" in said.words
    )
    if wanted and stage is TransferStage.CONSIDERED:
        return TransferStage.SOUGHT  # who plans or weighs to buy wants it
    led = clause.nodes[frame.at - 1].word if frame.at else ""
    if stage is None and tense == "ing" and led in {"about", "on"} and "give" in node.tags:
        return TransferStage.CONSIDERED  # "is concerned about sending"
    agreed = lemma in _BUYING or ("t.agreed" in node.tags and lemma not in {"sell", "resume"})
    now = lemma in {"sell", "acquire"} and (tense in {"base", "s"} or (tense == "ing" and bool(frame.governors)))
    return stage or (TransferStage.AGREED if agreed or now else TransferStage.DELIVERED)


def of_noun(clause: Clause, frame: Frame) -> TransferStage:
    """The stage of a transfer told by a noun."""
    nodes, at = clause.nodes, frame.at
    own = nodes[clause.noun_start(at) : at]
    said = over(clause, frame)
    stage = next(_brought(said, due=False, giving=False), None)
    if _off(clause, frame) or (any(node.word == "no" for node in own[:1]) and stage is not TransferStage.CONSIDERED):
        stage = TransferStage.HALTED
    if stage is TransferStage.CONSIDERED and "n.get" in nodes[at].tags and "t.considered" in said.tags:
        return TransferStage.SOUGHT
    behind = nodes[at + 1].word if at + 1 < len(nodes) else ""
    if stage is None and (behind in _THOUGHTS or any("considering" in node.tags for node in own)):
        stage = TransferStage.CONSIDERED
    if stage is not TransferStage.HALTED and nodes[at].word.startswith("request"):
        stage = TransferStage.SOUGHT
    flowing = nodes[at].word.startswith(_FLOWING) or "aid" in nodes[at].tags
    return stage or (TransferStage.DELIVERED if flowing else TransferStage.AGREED)


def _off(clause: Clause, frame: Frame) -> bool:
    """``military aid halt``, ``the cancelled deal``."""
    nodes, at = clause.nodes, frame.at
    if at + 1 < len(nodes) and "t.halted" in nodes[at + 1].tags and not clause.verbal(at + 1):
        return True
    own = nodes[clause.noun_start(at) : at]
    return any("t.halted" in node.tags and node.verb and node.verb.tense in {"past", "participle"} for node in own)


def _brought(said: Over, *, due: bool, giving: bool) -> Iterator[TransferStage]:
    """The stages that the words over the trigger bring, the strongest first."""
    telling = [node for node in said.nodes if node.verb or node.tags & {"considering", "agreeing"}]
    tags = {tag for node in telling for tag in node.tags if node.word != "to"} | said.cued
    thought = any("considering" in node.tags and node.word not in english.MODALS for node in said.nodes)
    yield from _stopped(said, telling, tags)
    if ("t.sought" in tags and not tags & {"t.agreed", "t.delivered"}) or said.words & _ASKS:
        yield TransferStage.SOUGHT
    if any(node.verb and node.verb.lemma in _SETTLING for node in said.nodes):
        yield TransferStage.AGREED
    if (said.perfect and said.words & MAY) or "t.delivered" in said.cued:
        yield TransferStage.DELIVERED  # "may have sent"
    if said.conditional or said.may or thought or "t.considered" in tags:
        yield TransferStage.CONSIDERED
    if giving and said.should:
        yield TransferStage.SOUGHT
    if said.done and due:
        yield TransferStage.DELIVERED
    if said.will or tags & {"t.agreed", "agreeing"} or due:
        yield TransferStage.AGREED
    yield from (TransferStage.DELIVERED for _ in tags & {"t.delivered"})


def _stopped(said: Over, telling: Sequence[Node], tags: Set[str]) -> Iterator[TransferStage]:
    """What comes of words that deny, stop or leave it open."""
    if "whether" in said.words and "t.halted" not in tags:
        yield TransferStage.CONSIDERED  # "has not decided whether to send"
    if said.ruled_out and said.negated:
        yield TransferStage.CONSIDERED  # "does not rule out sending"
    if said.let_again:
        yield TransferStage.AGREED
    off = said.negated or said.ruled_out or "t.halted" in said.cued
    stopping = any("t.halted" in node.tags and f"{BEFORE}t.halted" not in node.tags for node in telling)
    if off != stopping:  # who does not stop sending sends
        yield TransferStage.HALTED
