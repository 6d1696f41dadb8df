"""How far a sanction has got: by the words over its trigger, the strongest first, else by the trigger itself."""

from collections.abc import Iterator

from services.core.act import SanctionStage
from services.core.interval import WEEKDAYS
from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.over import Over, over
from services.extractor.rows import Node, is_stop
from services.extractor.stage_cues import freed

_OPENING = 8  # nodes of who sanctioned whom before the news
_CALLS = frozenset({"urged", "urges", "calls", "called", "demands"})
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
_FRESH = frozenset({"new", "fresh", "latest", "additional"})
_MORE = _FRESH | {"further", "more", "tougher", "harsher", "stiffer", "heavy", "heavier", "crippling", "severe"}
_ROUNDS = frozenset({"round", "rounds", "package", "packages", "wave", "series", "set", "raft", "batch", "tranche"})
_EASINGS = frozenset({"repeal", "pause", "delay", "reprieve", "relief", "suspension", "freeze"})  # "sanctions repeal"
_BEARING = frozenset({"face", "faces", "faced", "facing", "risk", "risks", "risking", "risked", "met"})
_OPEN = frozenset({"can", "cannot", "whether"})
_ENACTING = frozenset({"sign", "enact"})
_PURPOSE = frozenset({"intended", "intend", "designed", "meant", "aimed"})
_TO_COME = frozenset({"would", "could", "might", "will", "to"})
_TOLD = frozenset({"announced", "unveiled", "adopted"})  # "the sanctions announced on Monday"
_LATELY = frozenset({*WEEKDAYS, "week", "today", "yesterday", "recently", "earlier"})
_JOINING = frozenset({"join", "joins", "joined", "joining"})  # the sanctions of others
_OWN_SIDE = frozenset({"s.imposed", "s.eased", "s.threatened", "s.called_for", "s.refused", "s.in_force"})
_STRONGEST = (SanctionStage.CALLED_FOR, SanctionStage.VIOLATED, SanctionStage.EASED)


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
    if meant or due or said.conditional:
        return SanctionStage.THREATENED
    return SanctionStage.IN_FORCE if _stands(clause, frame) or _describes(clause, frame) else None


def _stands(clause: Clause, frame: Frame) -> bool:
    """``is still designated``, ``are listed``: a state, in the present tense of a text."""
    chain = {clause.nodes[at].word for at in frame.governors[:3]}
    return frame.passive and not clause.sentence.title and bool(chain & {"is", "are"}) and "being" not in chain


def _describes(clause: Clause, frame: Frame) -> bool:
    """``Sanctioned by the EU, Y does ...``: what Y is, before the news of what it does."""
    following = [node.word for node in clause.nodes[1 : 2 + _OPENING]]
    return frame.at == 0 and following[:1] == ["by"] and "," in following


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
    if "s.eased" in tags and "s.called_for" not in tags and (said.words & _OPEN or _in_order(said)):
        yield SanctionStage.IN_FORCE  # "only Congress can lift it"
    yield from (stage for stage in _STRONGEST if f"s.{stage}" in tags)
    if freed(clause, start):
        yield SanctionStage.EASED
    yield from _underway(clause, frame, said)


def _in_order(said: Over) -> bool:
    """``in order to end the sanctions``."""
    return {"order", "to"} <= said.words


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
    if _enacted(said):
        yield SanctionStage.IMPOSED
    if (
        "bill" in nodes[at].word
        or any("threatening.after" in node.tags for node in behind)
        or _meant(clause, frame, said)
    ):
        yield SanctionStage.THREATENED
    fresh = any(node.word in _FRESH or _anew(node) for node in own)
    if _kept_up(clause, frame) and not fresh:
        yield SanctionStage.IN_FORCE
    if fresh and "s.imposed" not in said.brings and _still_to_come(clause, frame):
        yield SanctionStage.THREATENED
    if "s.imposed" in said.brings or fresh or _told(clause, frame):
        yield SanctionStage.IMPOSED


def _told(clause: Clause, frame: Frame) -> bool:
    """``the sanctions announced on Monday``, ``the sanctions imposed this week``."""
    for at in (frame.at + 1, frame.last + 1):
        words = [node.word for node in clause.nodes[at : at + 4]]
        if words and (words[0] in _TOLD or (words[0] == "imposed" and _LATELY & set(words[1:]))):
            return True
    return False


def _enacted(said: Over) -> bool:
    """``signs a bill for sanctions``: unless it is still to be signed."""
    signing = any(node.verb and node.verb.lemma in _ENACTING for node in said.nodes)
    return signing and not said.words & _TO_COME and not said.negated


def _kept_up(clause: Clause, frame: Frame) -> bool:
    """``agreed to extend sanctions``: what the nearest verb over it does leaves them as they were."""
    nearest = _nearest(clause, frame)
    return nearest is not None and "s.in_force" in nearest.tags and "s.imposed" not in nearest.tags


def _still_to_come(clause: Clause, frame: Frame) -> bool:
    """``new sanctions would hit``: what they do is still to come."""
    after = [node.word for node in clause.nodes[frame.last + 1 : frame.last + 3]]
    return after[:1] == ["would"] or after in (["will", "target"], ["will", "hit"])


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


def _nearest(clause: Clause, frame: Frame) -> Node | None:
    """The nearest verb over the noun."""
    return next((clause.nodes[at] for at in frame.governors if clause.verbal(at)), None)


def _governed(clause: Clause, frame: Frame) -> bool:
    """Whether the nearest verb over the noun is one that does something to a measure: who must overcome sanctions calls for none."""
    nearest = _nearest(clause, frame)
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
    return any(
        "s.threatened" in clause.nodes[at].tags and not _settles(clause, at) and not _purpose(clause, at)
        for at in said.places
    )


def _purpose(clause: Clause, at: int) -> bool:
    """``sanctions intended to punish``: what they are for."""
    before = clause.nodes[at - 1] if at else None
    return (
        clause.nodes[at].word in _PURPOSE
        and before is not None
        and (before.word in english.BE or "sanction" in before.tags)
    )


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
