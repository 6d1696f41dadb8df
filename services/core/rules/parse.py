"""Recursive-descent parser of rules. Mistakes of meaning are collected; a mistake of form ends the reading.

::

    any        = all ("OR" all)*
    all        = one ("AND" one)*
    one        = "NOT" one | "(" any ")" | condition
    condition  = word | "a phrase" | field ":" values | "topic" "~" values | figure sign number | "act" ":" kind ["(" arguments ")"]
               | "NEAR/" number "(" word or phrase "," word or phrase ")"
"""

from collections.abc import Callable

from msgspec import structs

from services.core.mention import EntityKind
from services.core.rules import acts, figures, nearness, values
from services.core.rules.breadth import WARNING, is_broad
from services.core.rules.cursor import Cursor, Stop
from services.core.rules.expression import (
    All,
    Any,
    EntityIs,
    Expression,
    LanguageIs,
    Leaf,
    Not,
    OutletIs,
    TopicIs,
)
from services.core.rules.lexer import Sort, Token, tokens
from services.core.rules.problem import Place, RuleError, allowed, problem_at
from services.core.rules.vocabulary import ANYTHING, FIELDS, FIGURES, OPERATORS, Vocabulary

MAX_LENGTH = 4000  # code points of a rule
MAX_DEPTH = 20  # of parentheses and NOTs
MAX_TERMS = 400  # conditions, values and arguments


def parse(source: str, vocabulary: Vocabulary = ANYTHING) -> tuple[Expression, tuple[str, ...]]:
    """The rule as a tree, and warnings. Raises RuleError with every mistake found."""
    if len(source) > MAX_LENGTH:
        message = f"the rule is {len(source)} characters long; allowed are {MAX_LENGTH}. Split it into several rules"
        raise RuleError([problem_at(source, Place(MAX_LENGTH, MAX_LENGTH + 1), message)])
    cursor = Cursor(source, tokens(source), vocabulary, MAX_TERMS)
    try:
        expression = _whole(cursor)
    except Stop:
        raise RuleError(cursor.problems) from None
    if cursor.problems:
        raise RuleError(cursor.problems)
    if is_broad(expression):
        cursor.warn(expression.place, WARNING)
    return expression, tuple(cursor.warnings)


def _whole(cursor: Cursor) -> Expression:
    if cursor.ended:
        cursor.stop(cursor.token.place, "the rule is empty; write a condition, for example topic:sanctions")
    expression = _any(cursor, 0)
    if not cursor.ended:
        cursor.stop(cursor.token.place, _left_over(cursor.token))
    return expression


def _left_over(token: Token) -> str:
    if token.text == ")":
        return "this parenthesis closes nothing; remove it or open one before"
    if token.sort is Sort.WORD and token.text.upper() in OPERATORS:
        return f"operators are written in capitals: {token.text.upper()}"
    if token.text == "(":
        return "no condition takes parentheses here; allowed are field:(a, b), act:KIND(...) and NEAR/8(a, b), or AND or OR before them"
    if token.sort is Sort.SIGN:
        return f'"{token.text}" has no place here; write AND or OR between conditions'
    return "two conditions stand side by side; write AND or OR between them, or quotation marks around a phrase"


def _any(cursor: Cursor, depth: int) -> Expression:
    parts = _joined(cursor, depth, "OR", _all)
    mixed = [part for part in parts if isinstance(part, All) and part.place.start == part.parts[0].place.start]
    if len(parts) > 1 and mixed:
        cursor.warn(mixed[0].place, "AND binds closer than OR here; write parentheses to say what you mean")
    return parts[0] if len(parts) == 1 else Any(place=_over(parts), parts=tuple(parts))


def _all(cursor: Cursor, depth: int) -> Expression:
    parts = _joined(cursor, depth, "AND", _one)
    return parts[0] if len(parts) == 1 else All(place=_over(parts), parts=tuple(parts))


def _joined(cursor: Cursor, depth: int, operator: str, part: Callable[[Cursor, int], Expression]) -> list[Expression]:
    parts = [part(cursor, depth)]
    while cursor.token.sort is Sort.WORD and cursor.token.text == operator:
        cursor.next()
        parts.append(part(cursor, depth))
    return parts


def _over(parts: list[Expression]) -> Place:
    return Place(parts[0].place.start, parts[-1].place.end)


def _one(cursor: Cursor, depth: int) -> Expression:
    token = cursor.token
    if depth > MAX_DEPTH:
        cursor.stop(token.place, f"parentheses and NOTs are nested more than {MAX_DEPTH} deep")
    if token.sort is Sort.WORD and token.text == "NOT":
        cursor.next()
        part = _one(cursor, depth + 1)
        return Not(place=Place(token.place.start, part.place.end), part=part)
    if token.text == "(" and token.sort is Sort.SIGN:
        return _grouped(cursor, depth)
    return _condition(cursor)


def _grouped(cursor: Cursor, depth: int) -> Expression:
    opening = cursor.next()
    inner = _any(cursor, depth + 1)
    if cursor.token.text == ")" and cursor.token.sort is Sort.SIGN:
        end = cursor.next().place.end
        return structs.replace(inner, place=Place(opening.place.start, end))  # so that a caret shows the parentheses
    if cursor.ended:
        cursor.stop(opening.place, "this parenthesis is not closed; write ) where the group ends")
    return cursor.stop(cursor.token.place, _left_over(cursor.token))


def _condition(cursor: Cursor) -> Leaf:
    token = cursor.token
    if token.sort is Sort.TEXT:
        cursor.next()
        return values.phrase(cursor, token, token.place)
    if token.sort is Sort.END:
        cursor.stop(token.place, "a condition is missing at the end")
    if token.sort is Sort.SIGN or token.text in OPERATORS:
        cursor.stop(token.place, f'a condition is missing before "{token.text}"')
    cursor.next()
    if nearness.meant(token, cursor.token):
        return nearness.near(cursor, token)
    if cursor.token.sort is Sort.SIGN and cursor.token.text in {":", "~", "="} and not _compares(token, cursor.token):
        return _field(cursor, token)
    if cursor.token.sort is Sort.SIGN and cursor.token.text in figures.SIGNS:
        return figures.figure(cursor, token)
    return values.phrase(cursor, token, token.place)


def _compares(name: Token, sign: Token) -> bool:
    return sign.text == "=" and name.text.lower() in {*FIGURES, "tier"}


def _field(cursor: Cursor, name: Token) -> Leaf:
    sign = cursor.next()
    field = name.text.lower()
    if field in FIGURES:
        cursor.stop(
            sign.place,
            f"{field} is compared: write {field}>=2" if field == "outlets" else "age is compared: write age<6h",
        )
    if field not in FIELDS:
        cursor.stop(name.place, f'unknown field "{name.text}"; {allowed(name.text, FIELDS)}')
    if sign.text == "~" and field != "topic":
        cursor.stop(sign.place, f'"~" (at least mentioned) goes with topic only; write {field}:')
    if field == "act":
        return acts.act(cursor, name)
    given = values.listed(cursor)
    place = Place(name.place.start, cursor.before.place.end)
    return _FIELDS[field](cursor, place, given, sign)


def _title(cursor: Cursor, place: Place, given: list[Token], _sign: Token) -> Leaf:
    if len(given) > 1:
        cursor.stop(given[1].place, "title takes one word or phrase; join several with OR: title:a OR title:b")
    return values.phrase(cursor, given[0], place, title=True)


def _topic(cursor: Cursor, place: Place, given: list[Token], sign: Token) -> Leaf:
    named = values.names(cursor, given, "topic", cursor.vocabulary.topics)
    return TopicIs(place=place, topics=named, mentioned=sign.text == "~")


def _outlet(cursor: Cursor, place: Place, given: list[Token], _sign: Token) -> Leaf:
    return OutletIs(place=place, outlets=values.names(cursor, given, "outlet", cursor.vocabulary.outlets))


def _tier(cursor: Cursor, place: Place, given: list[Token], sign: Token) -> Leaf:
    return figures.tier(cursor, place, sign.text, given)


def _language(cursor: Cursor, place: Place, given: list[Token], _sign: Token) -> Leaf:
    return LanguageIs(place=place, languages=values.languages(cursor, given))


def _country(cursor: Cursor, place: Place, given: list[Token], _sign: Token) -> Leaf:
    return EntityIs(place=place, values=values.parties(cursor, given, values.country))


def _entity(cursor: Cursor, place: Place, given: list[Token], _sign: Token) -> Leaf:
    return EntityIs(place=place, values=values.parties(cursor, given, values.entity))


def _person(cursor: Cursor, place: Place, given: list[Token], _sign: Token) -> Leaf:
    named = values.parties(cursor, given, values.entity)
    return EntityIs(place=place, values=named, kind=EntityKind.PERSON)


def _weapon(cursor: Cursor, place: Place, given: list[Token], _sign: Token) -> Leaf:
    named = values.parties(cursor, given, values.entity)
    return EntityIs(place=place, values=values.of_classes(cursor, given, named), kind=EntityKind.WEAPON)


_FIELDS: dict[str, Callable[[Cursor, Place, list[Token], Token], Leaf]] = {
    "tier": _tier,
    "title": _title,
    "topic": _topic,
    "outlet": _outlet,
    "lang": _language,
    "country": _country,
    "entity": _entity,
    "person": _person,
    "weapon": _weapon,
}
