"""How far an act has got: by the words over its trigger, the strongest first, else by the trigger itself."""

from collections.abc import Iterator, Sequence, Set

from services.core.act import SanctionStage, TransferStage
from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.over import MAY, Over, over
from services.extractor.rows import Node, is_stop
from services.extractor.stage_cues import freed
from services.extractor.vocabulary import BEFORE

_ASKS = frozenset({"urged", "asked", "urges", "asks"})
_CALLS = frozenset({"urged", "urges", "calls", "called", "demands"})
_SETTLING = frozenset({"announce", "unveil", "approve", "sign", "confirm"})  # "announces a plan to sell": it is agreed
_DECIDING = frozenset({"agree", "decide", "vote", "use"})
_CHAMBERS = frozenset(
    [
        "house",
        "senate",
        "congress",
        "parliament",
        "lawmakers",
        "senators",
        "duma",
        "knesset",
        "bundestag",
        "mps",
        "meps",
        "legislators",
        "committee",
    ]
)
_DECISIONS = frozenset({"move", "decision", "authority", "right"})  # "the move to blacklist"
_BUYING = frozenset({"buy", "order", "purchase", "procure", "lease", "rent", "pick", "snap"})
_FLOWING = (
    "shipment", "deliver", "suppl", "flow", "transfer", "export", "consignment", "cargo", "resupply", "import", "smuggling",
    "trafficking", "donation",
)  # fmt: skip
_THOUGHTS = frozenset({"plan", "plans", "proposal", "proposals", "bill", "option", "options", "debate"})  # "aid plan"
_FRESH = frozenset({"new", "fresh", "latest", "additional"})
_MORE = _FRESH | {"further", "more", "tougher", "harsher", "stiffer", "heavy", "heavier", "crippling", "severe"}
_ROUNDS = frozenset({"round", "rounds", "package", "packages", "wave", "series", "set", "raft", "batch", "tranche"})
_EASINGS = frozenset({"repeal", "pause", "delay", "reprieve", "relief", "suspension", "freeze"})  # "sanctions repeal"
_BEARING = frozenset({"face", "faces", "faced", "facing", "risk", "risks", "risking", "risked"})
_JOINING = frozenset({"join", "joins", "joined", "joining"})  # the sanctions of others
_OWN_SIDE = frozenset({"s.imposed", "s.eased", "s.threatened", "s.called_for", "s.refused", "s.in_force"})
_STRONGEST = (SanctionStage.CALLED_FOR, SanctionStage.VIOLATED, SanctionStage.EASED)


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


def over_verb(clause: Clause, frame: Frame) -> SanctionStage | None:
    """The stage that words over a verb of sanctioning bring; None where it stands by itself."""
    said = over(clause, frame)
    tags = {
        tag for at in said.places if not _settles(clause, at) and clause.nodes[at].verb for tag in clause.nodes[at].tags
    } | said.cued
    if said.negated or "s.refused" in tags:
        return SanctionStage.REFUSED
    if said.should:
        return SanctionStage.CALLED_FOR
    if ("s.called_for" in tags and "will" not in said.words and "s.threatened" not in tags) or said.words & _CALLS:
        return SanctionStage.CALLED_FOR
    before = clause.nodes[max(0, frame.at - 2) : frame.at]  # "legislation barring imports"
    meant = "s.threatened" in tags or any("threatening" in node.tags for node in (*said.nodes, *before))
    due = "to" in said.words and not said.perfect and not said.done and not _decided(clause, frame)
    return SanctionStage.THREATENED if meant or due or said.conditional else None


def of_measure(clause: Clause, frame: Frame) -> SanctionStage:
    """The stage of a sanction told by a noun."""
    return next(_measured(clause, frame, over(clause, frame)), SanctionStage.IN_FORCE)


def _measured(clause: Clause, frame: Frame, said: Over) -> Iterator[SanctionStage]:
    nodes, at = clause.nodes, frame.at
    start = clause.noun_start(at)
    tags = said.brings
    without = any(node.word == "no" for node in nodes[start:at])
    yield from _named(nodes[at], said, without=without)
    if said.words & _JOINING:
        yield SanctionStage.IN_FORCE if said.negated or "s.refused" in tags else SanctionStage.IMPOSED
    if said.ruled_out and said.negated:
        yield SanctionStage.THREATENED  # "has not ruled out sanctions"
    if said.ruled_out or said.negated or without or "s.refused" in tags:
        yield SanctionStage.IN_FORCE if "s.eased" in tags else SanctionStage.REFUSED  # "will not lift"
    if said.should and _governed(clause, frame):
        yield SanctionStage.CALLED_FOR
    yield from (stage for stage in _STRONGEST if f"s.{stage}" in tags)
    if freed(clause, start):
        yield SanctionStage.EASED
    yield from _underway(clause, frame, said)


def _underway(clause: Clause, frame: Frame, said: Over) -> Iterator[SanctionStage]:
    """What comes of words that threaten or impose, where none asks, frees or evades."""
    nodes, at = clause.nodes, frame.at
    own = nodes[_widest(clause, clause.noun_start(at)) : at]
    behind = [node for node in nodes[at + 1 : at + 3] if not is_stop(node)]
    if any("s.eased" in node.tags and (node.word in _EASINGS or node.verb is None) for node in behind[:1]):
        yield SanctionStage.EASED  # "US sanctions exemption"
    behind += nodes[frame.last + 1 : frame.last + 4]  # "sanctions on Russia are possible"
    if "s.threatened" in said.cued:
        yield SanctionStage.THREATENED
    if "s.in_force" in said.cued and not any("threatening" in node.tags for node in own):
        yield SanctionStage.IN_FORCE
    if (
        "bill" in nodes[at].word
        or any("threatening.after" in node.tags for node in behind)
        or _meant(clause, frame, said)
    ):
        yield SanctionStage.THREATENED
    if "s.imposed" in said.brings or any(node.word in _FRESH or _anew(node) for node in own):
        yield SanctionStage.IMPOSED


def _anew(node: Node) -> bool:
    """``the reimposed sanctions``."""
    return "s.imposed" in node.tags and node.verb is not None and node.verb.tense in {"past", "participle"}


def _named(node: Node, said: Over, *, without: bool) -> Iterator[SanctionStage]:
    """``sanctions relief`` and ``sanctions evasion`` tell it by themselves."""
    if "s.noun.violated" in node.tags:
        yield SanctionStage.VIOLATED
    if "s.noun.eased" in node.tags:
        if without or said.words & {"without", "no"} or "s.refused" in said.brings:
            yield SanctionStage.IN_FORCE
        if "s.called_for" in said.brings or said.should:
            yield SanctionStage.CALLED_FOR
        yield SanctionStage.EASED


def _governed(clause: Clause, frame: Frame) -> bool:
    """Whether the nearest verb over the noun is one that does something to a measure: who must overcome sanctions calls for none."""
    nearest = next((clause.nodes[at] for at in frame.governors if clause.verbal(at)), None)
    return nearest is None or bool(nearest.tags & _OWN_SIDE) or nearest.word in _BEARING


def _meant(clause: Clause, frame: Frame, said: Over) -> bool:
    """Whether it is only threatened, planned or possible."""
    nodes, start = clause.nodes, clause.noun_start(frame.at)
    own = any("threatening" in node.tags for node in nodes[start : frame.at])
    span = (frame.verb or frame).subject_span
    bill = span is not None and any("threatening.after" in node.tags for node in nodes[span[0] : span[1] + 1])
    if own or bill or _threatened(clause, said) or _near_threat(clause, frame):
        return True
    if not _governed(clause, frame):
        return False
    if any("threatening" in node.tags for node in said.nodes) or said.conditional:
        return True
    bearing = said.words & _BEARING and any(node.word in _MORE for node in nodes[start : frame.at])
    infinitive = any(_infinitive(clause, at) for at in said.places)
    return bool(bearing) or (infinitive and not said.done and not _decided(clause, frame))


def _infinitive(clause: Clause, at: int) -> bool:
    if clause.nodes[at].word != "to" or at + 1 >= len(clause.nodes):
        return False
    verb = clause.nodes[at + 1].verb
    return clause.verbal(at + 1) and (verb is None or verb.tense == "base")


def _threatened(clause: Clause, said: Over) -> bool:
    """Whether a word over it threatens, and is none by which it is decided."""
    return any("s.threatened" in clause.nodes[at].tags and not _settles(clause, at) for at in said.places)


def _near_threat(clause: Clause, frame: Frame) -> bool:
    """``close to a deal on sanctions``: a cue between the noun and the verb over it."""
    for at in frame.governors:
        if clause.verbal(at):
            return False
        if "threatening" in clause.nodes[at].tags and clause.nodes[at].word != "to":
            return True
    return False


def _widest(clause: Clause, start: int) -> int:
    """Where ``a new round of`` before a noun phrase begins."""
    nodes = clause.nodes
    if start > 1 and nodes[start - 1].word == "of" and nodes[start - 2].word in _ROUNDS:
        return clause.noun_start(start - 2)
    return start


def _decided(clause: Clause, frame: Frame) -> bool:
    """Whether it has been decided: ``agreed to impose``, ``the decision to impose``."""
    return any(_settles(clause, at) for at in frame.governors)


def _settles(clause: Clause, at: int) -> bool:
    node = clause.nodes[at]
    if node.verb is not None and node.verb.lemma == "vote":
        span = clause.of_verb(at).subject_span if clause.verbal(at) else None  # of a chamber: others have to agree
        return span is None or not any(one.word in _CHAMBERS for one in clause.nodes[span[0] : span[1] + 1])
    if node.word in {"moved", "voted", "opted", "chose"}:
        return True
    if node.word.removesuffix("s") in _DECISIONS and not clause.verbal(at):
        return True
    return node.verb is not None and node.verb.lemma in _DECIDING
