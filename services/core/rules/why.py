"""Why a rule did not match: the clauses that failed, and what the article has instead."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from services.core.act import Act
from services.core.article import TaggedArticle
from services.core.rules.compile import Rule
from services.core.rules.evaluate import act_meets, found, meets, roles_of, truth
from services.core.rules.expression import (
    ActIs,
    All,
    Any,
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
    TierIs,
    TopicIs,
)
from services.core.rules.reading import Reading, fillers, kind_of
from services.core.rules.vocabulary import ROLES

_SHOWN = 10


class Failure(Struct, frozen=True, kw_only=True):
    """A clause of the rule that does not hold, and why. ``unknown``: the article does not say, which is not enough."""

    clause: str
    reason: str
    unknown: bool = False


def why_not(rule: Rule, article: TaggedArticle | Reading) -> tuple[Failure, ...]:
    """The clauses that keep the rule from matching; empty where it matches.

    Of alternatives (OR) every one is named; of conditions that must all hold, those that do not.
    """
    reading = article if isinstance(article, Reading) else Reading(article)
    return tuple(_failures(rule.expression, rule.source.when, reading))


def _failures(expression: Expression, source: str, reading: Reading) -> Iterator[Failure]:
    answer = truth(expression, reading)
    if answer:
        return
    match expression:
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _failures(part, source, reading)
        case Not(part=part):
            clause = source[expression.place.start : expression.place.end]
            yield Failure(clause=clause, reason=_negated(part, reading), unknown=answer is None)
        case _:
            clause = source[expression.place.start : expression.place.end]
            yield Failure(clause=clause, reason=_reason(expression, reading), unknown=answer is None)


def _negated(part: Expression, reading: Reading) -> str:
    if truth(part, reading) is None:
        return "not known: the article does not say enough to rule it out"
    if isinstance(part, All | Any | Not):
        return "what it excludes holds"
    quotes = [f'"{span.quote}"' for span in found(part, reading).spans]
    return f"what it excludes holds{': ' + _some(quotes) if quotes else ''}"


def _reason(leaf: Leaf, reading: Reading) -> str:  # noqa: PLR0911  one for each sort of condition
    tagged = reading.tagged
    match leaf:
        case Phrase() | Near():
            return _near(leaf, reading) if isinstance(leaf, Near) else _phrase(leaf, reading)
        case TopicIs():
            had = [f"{topic.id} ({'about' if topic.about else 'mentioned'})" for topic in tagged.topics]
            return f"its topics are: {_some(had)}"
        case EntityIs():
            return f"it mentions: {_some(dict.fromkeys(_mention(mention) for mention in tagged.mentions))}"
        case OutletIs():
            return f"its outlet is {tagged.article.outlet}"
        case LanguageIs():
            return f"its language is {tagged.language or tagged.article.language or 'not known'}"
        case TierIs():
            return (
                f"its outlet is {reading.outlet}{'' if reading.outlet in leaf.known else ', whose tier is not known'}"
            )
        case FigureIs(figure=Figure.OUTLETS):
            return f"{_outlets(reading.outlets)} its story"
        case FigureIs():
            return "not known: the moment of the decision" if reading.age is None else f"it is {_age(reading.age)} old"
        case ActIs():
            return _acts(leaf, reading)


def _outlets(number: int | None) -> str:
    if number is None:
        return "not known: how many outlets tell"
    return f"{number} independent outlets tell" if number != 1 else "1 independent outlet tells"


def _age(seconds: float) -> str:
    if seconds < 3600:
        return f"{seconds / 60:.0f}m"
    return f"{seconds / 3600:.1f}h" if seconds < 2 * 86400 else f"{seconds / 86400:.1f}d"


def _mention(mention: object) -> str:
    name, ident = getattr(mention, "name", ""), getattr(mention, "id", "")
    return f"{name} ({ident})"


def _phrase(phrase: Phrase, reading: Reading) -> str:
    where = "the title" if phrase.title else "the text"
    missing = [key for key in phrase.keys[: -1 if phrase.prefix else None] if key not in reading.vocabulary]
    if missing and len(phrase.keys) > 1:
        return f"not in {where}: {_some(missing)}"
    together = " side by side" if len(phrase.keys) > 1 else ""
    return f"not in {where}{together}"


def _near(near: Near, reading: Reading) -> str:
    missing = [" ".join(part.keys) + "*" * part.prefix for part in near.parts if not reading.find(part)]
    if missing:
        return f"not in the text: {_some(dict.fromkeys(missing))}"
    nearest = reading.nearest(near)
    if nearest is None:
        return "not both within one of title, summary and body"
    distance, span = nearest
    return f'at the nearest {distance} words apart: "{span.quote}"'


def _acts(leaf: ActIs, reading: Reading) -> str:
    acts = [act for act in reading.tagged.acts if leaf.kind is None or kind_of(act) == leaf.kind]
    if not acts:
        return f"no act of this kind; acts found: {_some(describe(act) for act in reading.tagged.acts)}"
    return "; ".join(_act(leaf, act, reading) for act in acts[:_SHOWN])


def _act(leaf: ActIs, act: Act, reading: Reading) -> str:
    assert not act_meets(leaf, act, reading)
    failed = [condition for condition in leaf.conditions if not meets(condition, act, reading)]
    names = [_argument(condition, act) for condition in failed]
    unstated = [name for name, condition in zip(names, failed, strict=True) if meets(condition, act, reading) is None]
    also = f" (not stated or not known: {', '.join(unstated)})" if unstated else ""
    return f"{describe(act)} fails {', '.join(names)}{also}"


def _argument(condition: Condition, act: Act) -> str:
    if isinstance(condition, RoleIs):
        asked = {value.sort for value in condition.values} & {Sort.KNOWN, Sort.NONE}
        return f"{condition.role} ({_stated(condition.role, act)})" if asked else condition.role
    if isinstance(condition, ConfidenceIs):
        return f"confidence ({act.confidence:.2f})"
    if isinstance(condition, MethodIs):
        sides = [(role, getattr(act, role)) for role in ROLES[kind_of(act)]["party"]]
        return f"method ({', '.join(f'{role}: {side.method}' for role, side in sides if side)})"
    return type(condition).__name__.removesuffix("Is").lower()


def _stated(name: str, act: Act) -> str:
    """Of each role that is meant, whether the article states it."""
    words = {role: "stated" if fillers(act, role) else "not stated" for role in roles_of(name, act)}
    return ", ".join(words.values() if len(words) == 1 else (f"{role}: {word}" for role, word in words.items()))


def describe(act: Act) -> str:
    """An act in one line: kind, who, whom, stage, certainty, and when where the text tells."""
    roles = ", ".join(f"{role}: {_filled(act, role)}" for role in ROLES[kind_of(act)]["party"])
    when = f", when: {act.when}" if act.when else ""
    return f"{kind_of(act)}({roles}, stage: {act.stage}, certainty: {act.certainty}{when})"


def _filled(act: Act, role: str) -> str:
    return " + ".join(f"{one.name} [{getattr(one, 'country', None) or one.id or 'not in the lexicons'}]" for one in fillers(act, role)) or "not stated"  # fmt: skip


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return (", ".join(listed[:_SHOWN]) or "none") + more
