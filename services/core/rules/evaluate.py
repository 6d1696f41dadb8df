"""Whether a rule holds for an article, and by what.

Answers are True, False or None: not known. A role that the text does not state makes a condition on it unknown, NOT
unknown is unknown, and a rule matches only where the answer is True. So a rule never matches on what nobody said, but
where it asks for just that: whether a role is stated (``known``, ``none``) has always an answer.
"""

from collections.abc import Iterable
from typing import NamedTuple

from services.core.act import Act, Attribution, Party
from services.core.mention import Span
from services.core.rules.expression import (
    ActIs,
    All,
    Any,
    CertaintyIs,
    Condition,
    ConfidenceIs,
    EntityIs,
    Expression,
    Figure,
    FigureIs,
    LanguageIs,
    Leaf,
    MethodIs,
    Near,
    Not,
    OutletIs,
    Phrase,
    RoleIs,
    Sort,
    StageIs,
    TierIs,
    TopicIs,
    Value,
)
from services.core.rules.figures import compared
from services.core.rules.reading import Reading, fillers, kind_of
from services.core.rules.vocabulary import ROLES

Truth = bool | None


class Found(NamedTuple):
    """What in an article makes a condition hold."""

    spans: tuple[Span, ...] = ()
    topics: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()


def truth(expression: Expression, reading: Reading) -> Truth:
    """Whether the rule holds."""
    match expression:
        case All(parts=parts):
            return both(truth(part, reading) for part in parts)
        case Any(parts=parts):
            return either(truth(part, reading) for part in parts)
        case Not(part=part):
            inner = truth(part, reading)
            return None if inner is None else not inner
        case _:
            return answer(expression, reading)


def both(answers: Iterable[Truth]) -> Truth:
    """AND of three values."""
    known: Truth = True
    for answer in answers:
        if answer is False:
            return False
        known = None if answer is None else known
    return known


def either(answers: Iterable[Truth]) -> Truth:
    """OR of three values."""
    known: Truth = False
    for answer in answers:
        if answer:
            return True
        known = None if answer is None else known
    return known


def evidence(expression: Expression, reading: Reading) -> list[Found]:
    """What makes a rule hold that does: every condition that is True and that its being True depends on."""
    into: list[Found] = []
    _for(expression, reading, into)
    return into


def _for(expression: Expression, reading: Reading, into: list[Found]) -> None:
    match expression:
        case All(parts=parts):
            for part in parts:
                _for(part, reading, into)
        case Any(parts=parts):
            for part in parts:
                # Each of these is shown by something where it holds, and by nothing where it does not.
                if isinstance(part, Phrase | Near | EntityIs | TopicIs | ActIs) or truth(part, reading):
                    _for(part, reading, into)
        case Not(part=part):
            _against(part, reading, into)
        case _:
            into.append(found(expression, reading))


def _against(expression: Expression, reading: Reading, into: list[Found]) -> None:
    """What makes an excluded part not hold: nothing that is absent, but what stands under a second NOT."""
    match expression:
        case All(parts=parts):
            for part in parts:
                if truth(part, reading) is False:
                    _against(part, reading, into)
        case Any(parts=parts):
            for part in parts:
                _against(part, reading, into)
        case Not(part=part):
            _for(part, reading, into)


def answer(leaf: Leaf, reading: Reading) -> Truth:  # noqa: PLR0911  one for each sort of condition
    """The answer to one condition."""
    match leaf:
        case Phrase():
            return reading.has(leaf)
        case Near():
            return reading.has_near(leaf)
        case TopicIs(topics=topics, mentioned=mentioned):
            return any(topic.id in topics and (topic.about or mentioned) for topic in reading.tagged.topics)
        case EntityIs(kind=kind, values=values):
            return any(kind in {None, one.kind} for value in values for one in reading.mentions(value))
        case OutletIs(outlets=outlets):
            return reading.outlet in outlets
        case LanguageIs(languages=languages):
            return None if reading.language is None else reading.language in languages
        case TierIs(outlets=outlets, known=known):
            return reading.outlet in outlets if reading.outlet in known else None
        case FigureIs():
            return _figure(leaf, reading)
        case ActIs():
            return either(act_meets(leaf, act, reading) for act in reading.tagged.acts if _is_kind(leaf, act))


def _figure(leaf: FigureIs, reading: Reading) -> Truth:
    value = reading.outlets if leaf.figure is Figure.OUTLETS else reading.age
    return None if value is None else compared(value, leaf.sign, leaf.limit)


def found(leaf: Leaf, reading: Reading) -> Found:
    """What makes a condition hold that does."""
    match leaf:
        case Phrase() | Near():
            return Found(reading.near(leaf) if isinstance(leaf, Near) else reading.find(leaf))
        case TopicIs():
            return _topic(leaf, reading)
        case EntityIs():
            return _entity(leaf, reading)
        case ActIs():
            return _acts(leaf, reading)
        case _:
            return Found()


def _entity(leaf: EntityIs, reading: Reading) -> Found:
    mentions = [mention for value in leaf.values for mention in reading.mentions(value)]
    return Found(tuple([mention.span for mention in mentions if leaf.kind is None or leaf.kind is mention.kind]))


def _topic(leaf: TopicIs, reading: Reading) -> Found:
    topics = [topic for topic in reading.tagged.topics if topic.id in leaf.topics and (topic.about or leaf.mentioned)]
    spans = tuple(span for topic in topics for span in topic.evidence)
    return Found(spans, tuple(topic.id for topic in topics))


def _acts(leaf: ActIs, reading: Reading) -> Found:
    met = tuple(act for act in reading.tagged.acts if _is_kind(leaf, act) and act_meets(leaf, act, reading))
    return Found(tuple(_spans(met)), acts=met)


def _is_kind(leaf: ActIs, act: Act) -> bool:
    return leaf.kind is None or leaf.kind == kind_of(act)


def act_meets(leaf: ActIs, act: Act, reading: Reading) -> Truth:
    """Whether one act of the right kind meets every condition."""
    return both(meets(condition, act, reading) for condition in leaf.conditions)


def meets(condition: Condition, act: Act, reading: Reading) -> Truth:
    """Whether an act meets one condition."""
    match condition:
        case StageIs(stages=stages):
            return act.stage in stages
        case CertaintyIs(certainties=certainties):
            return act.certainty in certainties
        case MethodIs(methods=methods):
            return _found_by(methods, act)
        case ConfidenceIs(sign=sign, limit=limit):
            return compared(act.confidence, sign, limit)
        case RoleIs():
            return _role(condition, act, reading)


def _role(condition: RoleIs, act: Act, reading: Reading) -> Truth:
    filled = [fillers(act, role) for role in roles_of(condition.role, act)]
    answers = [either(_fits(value, stated, reading) for value in condition.values) for stated in filled]
    if not condition.other:
        return either(answers)
    return both(None if answer is None else not answer for answer in answers)


def _fits(value: Value, stated: tuple[Party | Attribution, ...], reading: Reading) -> Truth:
    """Whether who or what fills a role is this. That nobody fills it answers only the question whether anybody does."""
    if value.sort is Sort.KNOWN:
        return bool(stated)
    if value.sort is Sort.NONE:
        return not stated
    return either(is_named(filler, value, reading) for filler in stated) if stated else None


def _found_by(methods: frozenset[str], act: Act) -> Truth:
    """Unknown where no side is stated."""
    sides = [filler for role in roles_of("party", act) for filler in fillers(act, role) if isinstance(filler, Party)]
    return all(side.method in methods for side in sides) if sides else None


def roles_of(name: str, act: Act) -> tuple[str, ...]:
    """The roles of an act that an argument of this name looks at."""
    return ROLES[kind_of(act)].get(name, ())


def is_named(filler: Party | Attribution, value: Value, reading: Reading) -> Truth:
    """Whether a party is the country, entity or name. Unknown where the lexicons do not know the party."""
    match value.sort:
        case Sort.ANY | Sort.KNOWN:
            return True
        case Sort.NONE:
            return False
        case Sort.NAME:
            tail = (filler.id or "").rpartition(":")[2]
            return value.text in {reading.folded(name) for name in (filler.name, filler.span.quote, tail)}
        case Sort.ID:
            return None if filler.id is None else filler.id == value.text
        case Sort.COUNTRY:
            country = getattr(filler, "country", None) or _country_id(filler.id)
            if country is None and filler.id is None:
                return None
            return country == value.text


def _country_id(ident: str | None) -> str | None:
    return ident.removeprefix("country:") if ident and ident.startswith("country:") else None


def _spans(acts: tuple[Act, ...]) -> Iterable[Span]:
    for act in acts:
        yield act.trigger
        for role in ROLES[kind_of(act)]["party"]:
            yield from (filler.span for filler in fillers(act, role))
        yield from (filler.span for role in ("items", "measure") for filler in fillers(act, role))
