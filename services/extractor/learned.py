"""From pairs that the model takes for acts to acts with their evidence."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from services.core.act import Act, ArmsTransfer, Method, Party, Sanction, SanctionStage, TransferStage
from services.core.mention import Span
from services.core.rules.reading import kind_of
from services.extractor import parties, sanction_stages, stance, transfer_stages
from services.extractor.act_model import Judged, Judgement
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.pairs import Actor, Line, Stage, side_keys
from services.extractor.rows import Node, Sentence
from services.extractor.vocabulary import SANCTIONING

RULE = {"arms_transfer": "transfer.learned", "sanction": "sanction.learned"}
_MOST_ACTS = 8  # of a kind
_MOST_ITEMS = 6
_APART = 0.85  # how sure the model must be of two parties that no telling sentence names together
_ALONE = 3  # the power of a confidence that no rule bears out: the surest of many pairs is surer than it is right
_UNSEEN = 0.35  # of 22 labelled acts that the model was not shown, 7 were right
_PASSING = frozenset({"give", "equip", "get"})
_IMPOSING = frozenset({"s.verb.imposed", "s.verb.eased"})


def acts(judgement: Judgement, lines: Sequence[Line], told: Sequence[Act]) -> tuple[list[Act], list[Act]]:
    """The acts that stand, and those of the rules that do not because the model takes them for none.

    Those of the rules come first, at the stage that rules and model find together, then those that the model alone sees.
    """
    judged = {_pair(one.told): one for one in judgement.pairs if one.told is not None}
    doubted = {pair for pair, one in judged.items() if one.doubted}
    pairs = [(act, _pair(act)) for act in told]
    often = Counter(pair for _, pair in pairs)
    kept = [_judged(act, judged.get(pair), alone=often[pair] == 1) for act, pair in pairs if pair not in doubted]
    likely = [one for one in judgement.pairs if one.told is not None or _borne_out(one, lines)]
    alone = [one for one in chosen(likely) if one.told is None]
    return [*kept, *(_told(one, lines) for one in alone)], [act for act, pair in pairs if pair in doubted]


def _borne_out(one: Judged, lines: Sequence[Line]) -> bool:
    """Whether the model is sure, or a telling sentence names all who are said to take part."""
    named = [actor for actor in (one.giver, one.taker) if actor]
    return one.probability >= _APART or any(
        line.telling and _speaks(line.sentence, one.kind) and all(_stands(actor, line.sentence) for actor in named)
        for line in lines
    )


def _judged(act: Act, one: Judged | None, *, alone: bool) -> Act:
    """``alone``: no other act is told of the two, so that what the model says of them it says of this one."""
    if one is None:  # the model was not shown both sides
        return msgspec.structs.replace(act, confidence=_UNSEEN)
    stage, certainty = (one.stage(act.stage), one.certainty(act.certainty)) if alone else (act.stage, act.certainty)
    return msgspec.structs.replace(act, stage=stage, certainty=certainty, confidence=one.confidence(stage, act.stage))


def _pair(act: Act) -> tuple[str | None, ...]:
    return (kind_of(act), *side_keys(act))


def chosen(judged: Sequence[Judged]) -> list[Judged]:
    """What stands when nothing contradicts or doubles: one act per pair of countries, in one direction.

    What the rules told stands unless it is doubted, then the surest.
    """
    kept = [one for one in judged if one.told is not None and not one.doubted]
    for one in sorted(judged, key=lambda one: -one.probability):
        same = [other for other in kept if other.kind == one.kind]
        if one.told is None and len(same) < _MOST_ACTS and not any(_doubles(one, other) for other in same):
            kept.append(one)
    return kept


def _doubles(one: Judged, other: Judged) -> bool:
    if _maybe(one.giver, other.giver) and _maybe(one.taker, other.taker):
        return True
    return _same(one.giver, other.taker) and _same(one.taker, other.giver)


def _same(one: Actor | None, other: Actor | None) -> bool:
    return one is not None and other is not None and one.same(other)


def _maybe(one: Actor | None, other: Actor | None) -> bool:
    return one is None or other is None or one.same(other)


def _told(one: Judged, lines: Sequence[Line]) -> Act:
    """The act, with the sentence that tells it best."""
    sentence = max(lines, key=lambda line: _fit(line, one)).sentence
    at = _trigger(sentence, one)
    clause = Clause(sentence)
    frame = clause.of_verb(at) if clause.verbal(at) else clause.of_noun(at)
    said = stance.source(clause, frame)
    giver = _party(one.giver, sentence) if one.giver else None
    taker = _party(one.taker, sentence) if one.taker else None
    ruled = _ruled(clause, frame, one.kind)
    stage = one.stage(ruled)
    act = _bare(one, stage, sentence.span(at, at), sentence, (giver, taker))
    attribution, confidence = said.attribution if said else None, one.confidence(stage, ruled) ** _ALONE
    return msgspec.structs.replace(act, attribution=attribution, confidence=round(confidence, 2))


def _ruled(clause: Clause, frame: Frame, kind: str) -> Stage | None:
    """How far it has got by the rules, where they know the trigger."""
    tags, verbal = clause.nodes[frame.at].tags, clause.verbal(frame.at)
    if kind == "arms_transfer":
        return (
            transfer_stages.of_verb(clause, frame)
            if verbal and tags & _PASSING
            else transfer_stages.of_noun(clause, frame)
        )
    if verbal and tags & _IMPOSING:
        over = sanction_stages.over_verb(clause, frame)
        return over or (SanctionStage.EASED if "s.verb.eased" in tags else SanctionStage.IMPOSED)
    return sanction_stages.of_measure(clause, frame) if "sanction" in tags and not verbal else None


def _bare(
    one: Judged, stage: Stage, trigger: Span, sentence: Sentence, sides: tuple[Party | None, Party | None]
) -> Act:
    (giver, taker), evidence = sides, (sentence.whole,)
    if isinstance(stage, TransferStage):
        return ArmsTransfer(
            certainty=one.certainty(None), trigger=trigger, evidence=evidence, rule=RULE[one.kind], stage=stage,
            supplier=parties.acting(giver), recipient=parties.acting(taker), items=_items(sentence),
        )  # fmt: skip
    measure = Party(name=trigger.quote, span=trigger, method=Method.LEARNED)
    return Sanction(
        certainty=one.certainty(None), trigger=trigger, evidence=evidence, rule=RULE[one.kind], stage=stage,
        imposer=parties.acting(giver), target=taker, measure=measure,
    )  # fmt: skip


def _fit(line: Line, one: Judged) -> tuple[bool, int, int]:
    """How well the line tells it: a telling word beside a party, then both parties, the first such line."""
    named = sum(_stands(actor, line.sentence) is not None for actor in (one.giver, one.taker) if actor)
    return (line.telling and named > 0 and _speaks(line.sentence, one.kind), named, -line.sentence.number)


def _stands(actor: Actor, sentence: Sentence) -> Span | None:
    return next((span for span in actor.spans if sentence.start <= span.start and span.end <= sentence.end), None)


def _party(actor: Actor, sentence: Sentence) -> Party:
    """The actor by the words of the sentence."""
    here = _stands(actor, sentence) or actor.spans[0]
    return Party(name=actor.name, span=here, method=Method.LEARNED, id=actor.id, country=actor.country)


def _speaks(sentence: Sentence, kind: str) -> bool:
    return any(_telling(node, kind) for node in sentence.nodes)


def _telling(node: Node, kind: str) -> bool:
    if kind == "arms_transfer":
        return node.is_item or bool(node.tags & {"aid", "n.give", "n.get", "give", "get"} and node.name is None)
    return bool(node.tags & SANCTIONING)


def _trigger(sentence: Sentence, one: Judged) -> int:
    """The telling word nearest to the taker, or to the giver of an act without one; where there is none, the party."""
    party = one.taker or one.giver
    here = _stands(party, sentence) if party else None
    at = next((at for at, node in enumerate(sentence.nodes) if here and node.start <= here.start < node.end), 0)
    telling = [place for place, node in enumerate(sentence.nodes) if _telling(node, one.kind)]
    strong = [place for place in telling if not sentence.nodes[place].is_item] or telling
    return min(strong, key=lambda place: (abs(place - at), place), default=at)


def _items(sentence: Sentence) -> tuple[Party, ...]:
    found = [at for at, node in enumerate(sentence.nodes) if node.is_item][:_MOST_ITEMS]
    return tuple(parties.item(sentence, at, Method.LEARNED) for at in found)
