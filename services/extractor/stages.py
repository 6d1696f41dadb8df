"""How far an act has got: by the words over its trigger, the strongest first, else by the trigger itself."""

from collections.abc import Iterator, Sequence

from services.core.act import SanctionStage, TransferStage
from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.rows import Node, is_stop

_MAY = frozenset({"may", "might", "could", "would"})
_WILL = frozenset({"will", "shall", "'ll"})
_ASKS = frozenset({"urged", "asked", "urges", "asks"})
_CALLS = frozenset({"urged", "urges", "calls", "called", "demands"})
_SETTLING = frozenset({"announce", "unveil", "approve", "sign", "confirm"})  # "announces a plan to sell": it is agreed
_SHOULD = frozenset({"should", "must"})
_DECIDING = frozenset({"agree", "decide", "vote", "move", "use"})
_BUYING = frozenset({"buy", "order", "purchase", "procure"})
_FLOWING = (
    "shipment", "deliver", "suppl", "flow", "transfer", "export", "consignment", "cargo", "resupply", "import", "smuggling",
    "trafficking", "donation",
)  # fmt: skip
_FRESH = frozenset({"new", "fresh", "latest", "additional"})
_STRONGEST = (SanctionStage.CALLED_FOR, SanctionStage.VIOLATED, SanctionStage.EASED)


def of_verb(clause: Clause, frame: Frame) -> TransferStage:
    """The stage of a transfer told by a verb."""
    node = clause.nodes[frame.at]
    lemma, tense = (node.verb.lemma, node.verb.tense) if node.verb else ("", "")
    stage = _governed(frame, clause.nodes, verb=True)
    if stage is None and "seeking" in node.tags:
        stage = TransferStage.SOUGHT
    if stage is None and lemma == "offer":
        stage = TransferStage.CONSIDERED
    agreed = lemma in _BUYING or ("t.agreed" in node.tags and lemma not in {"sell", "resume"})
    now = lemma in {"sell", "acquire"} and tense in {"base", "s", "ing"}
    return stage or (TransferStage.AGREED if agreed or now else TransferStage.DELIVERED)


def of_noun(clause: Clause, frame: Frame) -> TransferStage:
    """The stage of a transfer told by a noun."""
    nodes, at = clause.nodes, frame.at
    stage = _governed(frame, nodes, verb=False)
    if stage is None and at + 1 < len(nodes) and "t.halted" in nodes[at + 1].tags and not clause.verbal(at + 1):
        stage = TransferStage.HALTED  # "military aid halt"
    if stage is None and any("considering" in nodes[i].tags for i in range(clause.noun_start(at), at)):
        stage = TransferStage.CONSIDERED
    if stage is None and nodes[at].word.startswith("request"):
        stage = TransferStage.SOUGHT
    flowing = nodes[at].word.startswith(_FLOWING) or "aid" in nodes[at].tags
    return stage or (TransferStage.DELIVERED if flowing else TransferStage.AGREED)


def _governed(frame: Frame, nodes: Sequence[Node], *, verb: bool) -> TransferStage | None:
    return next(_brought(frame, nodes, verb=verb), None)


def _brought(frame: Frame, nodes: Sequence[Node], *, verb: bool) -> Iterator[TransferStage]:
    """The stages that the words over the trigger bring, the strongest first."""
    over = [nodes[i] for i in frame.governors]
    words = {node.word for node in over}
    telling = [node for node in over if node.verb or node.tags & {"considering", "agreeing", "halting"}]
    tags = {tag for node in telling for tag in node.tags}
    if words & english.NEGATIONS or "t.halted" in tags:
        yield TransferStage.HALTED
    if ("t.sought" in tags and not tags & {"t.agreed", "t.delivered"}) or words & _ASKS:
        yield TransferStage.SOUGHT
    if any(node.verb and node.verb.lemma in _SETTLING for node in over):
        yield TransferStage.AGREED
    if words & _MAY or "t.considered" in tags:
        yield TransferStage.CONSIDERED
    if words & _WILL or "t.agreed" in tags or (verb and "to" in words):
        yield TransferStage.AGREED
    if "t.delivered" in tags:
        yield TransferStage.DELIVERED


def over_verb(clause: Clause, frame: Frame) -> SanctionStage | None:
    """The stage that words over a verb of sanctioning bring; None where it stands by itself."""
    over = [clause.nodes[i] for i in frame.governors]
    words = {node.word for node in over}
    tags = {tag for node in over if node.verb for tag in node.tags}
    if words & english.NEGATIONS or "s.refused" in tags:
        return SanctionStage.REFUSED
    if words & _SHOULD:
        return SanctionStage.CALLED_FOR
    if ("s.called_for" in tags and "will" not in words and "s.threatened" not in tags) or words & _CALLS:
        return SanctionStage.CALLED_FOR
    before = clause.nodes[max(0, frame.at - 2) : frame.at]  # "legislation barring imports"
    meant = "s.threatened" in tags or any("threatening" in node.tags for node in (*over, *before))
    due = "to" in words and not words & english.HAVE and not _decided(over)
    return SanctionStage.THREATENED if meant or due else None


def of_measure(clause: Clause, frame: Frame) -> SanctionStage:
    """The stage of a sanction told by a noun."""
    return next(_measured(clause, frame), SanctionStage.IN_FORCE)


def _measured(clause: Clause, frame: Frame) -> Iterator[SanctionStage]:
    nodes, at = clause.nodes, frame.at
    own = nodes[at].tags
    yield from (stage for stage in (SanctionStage.VIOLATED, SanctionStage.EASED) if f"s.noun.{stage}" in own)
    start = clause.noun_start(at)
    over = [nodes[i] for i in frame.governors if nodes[i].name is None]
    words = {node.word for node in over}
    tags = {tag for node in over for tag in node.tags}
    ruled_out = words & {"rule", "ruled", "rules"} and any(nodes[i].word == "out" for i in range(max(0, start - 3), at))
    refused = ruled_out or words & english.NEGATIONS or "s.refused" in tags
    if refused:
        yield SanctionStage.IN_FORCE if "s.eased" in tags else SanctionStage.REFUSED  # "will not lift"
    if words & _SHOULD:
        yield SanctionStage.CALLED_FOR
    yield from (stage for stage in _STRONGEST if f"s.{stage}" in tags)
    behind = [node for node in nodes[at + 1 : at + 3] if not is_stop(node)]
    meant = any("threatening" in node.tags for node in (*over, *nodes[start:at]))
    if any("s.eased" in node.tags and node.verb is None for node in behind[:1]):
        yield SanctionStage.EASED  # "US sanctions exemption"
    if meant or any("threatening.after" in node.tags for node in behind) or "s.threatened" in tags:
        yield SanctionStage.THREATENED
    infinitive = any(nodes[i].word == "to" and clause.verbal(i + 1) for i in frame.governors if i + 1 < len(nodes))
    if infinitive and not _decided(over):
        yield SanctionStage.THREATENED
    if "s.imposed" in tags or any(node.word in _FRESH for node in nodes[start:at]):
        yield SanctionStage.IMPOSED


def _decided(over: Sequence[Node]) -> bool:
    """Whether it has been decided: ``agreed to impose``."""
    return any(node.verb is not None and node.verb.lemma in _DECIDING for node in over)
