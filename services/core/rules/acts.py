"""Conditions on acts: ``act:KIND(role: party, stage>=agreed, certainty: asserted)``."""

import re

from services.core.rules import values
from services.core.rules.cursor import Cursor
from services.core.rules.expression import ActIs, CertaintyIs, Condition, ConfidenceIs, MethodIs, RoleIs, StageIs
from services.core.rules.expression import Sort as Named
from services.core.rules.lexer import Sort, Token
from services.core.rules.problem import Place, allowed
from services.core.rules.vocabulary import ACT_KINDS, CERTAINTIES, METHODS, ORDERED, ROLES, STAGES

_COMPARISONS = ("<", "<=", ">", ">=")
_COMPARED = frozenset({"stage", "confidence"})
_SHARE = re.compile(r"0?\.\d{1,2}|0|1|1\.0{1,2}", re.ASCII)


def act(cursor: Cursor, field: Token) -> ActIs:
    """What follows ``act:``."""
    name = values.value(cursor)
    kind = None if name.text == "any" else name.text
    if kind is not None and kind not in ACT_KINDS:
        cursor.stop(name.place, f'unknown act "{name.text}"; {allowed(name.text, {*ACT_KINDS, "any"})}')
    conditions = _arguments(cursor, kind) if cursor.sign("(") else ()
    return ActIs(place=Place(field.place.start, cursor.before.place.end), kind=kind, conditions=conditions)


def _arguments(cursor: Cursor, kind: str | None) -> tuple[Condition, ...]:
    found: list[Condition] = []
    seen: set[str] = set()
    while True:
        name = cursor.token
        if name.text in seen:
            cursor.wrong(name.place, f'"{name.text}" stands twice; write several values as a list: {name.text}: (a, b)')
        seen.add(name.text)
        condition = _argument(cursor, kind)
        if condition is not None:
            found.append(condition)
        if cursor.sign(")"):
            return tuple(found)
        if not cursor.sign(","):
            cursor.stop(cursor.token.place, "the arguments of act go on with a comma or end with a parenthesis")


def _argument(cursor: Cursor, kind: str | None) -> Condition | None:
    name = cursor.next()
    known = {*ROLES[kind], "stage", "certainty", "method", "confidence"}
    if name.text not in known or name.sort is not Sort.WORD:
        what = f"act:{kind or 'any'}"
        cursor.stop(name.place, f'unknown argument "{name.text}" of {what}; {allowed(name.text, known)}')
    sign = cursor.sign(":", "=", *_COMPARISONS)
    if sign is None:
        cursor.stop(cursor.token.place, f'after "{name.text}" goes ":" and a value')
    if name.text not in _COMPARED and sign.text in _COMPARISONS:
        cursor.stop(sign.place, f'"{sign.text}" goes with stage and confidence only; write {name.text}: value')
    if name.text == "stage":
        return _stage(cursor, kind, name, sign)
    if name.text == "confidence":
        return _confidence(cursor, name, sign)
    if name.text == "certainty":
        return _certainty(cursor, name)
    return _method(cursor, name) if name.text == "method" else _role(cursor, name)


def _role(cursor: Cursor, name: Token) -> RoleIs:
    other = _not(cursor)
    written = values.listed(cursor)
    given = values.parties(cursor, written, values.party)
    if name.text == "item":
        given = values.of_classes(cursor, written, given)
    place = _from(name, cursor)
    senseless = _senseless(name.text, {value.sort for value in given}, other=other)
    if senseless:
        cursor.wrong(place, senseless)
    return RoleIs(place=place, role=name.text, values=given, other=other)


def _senseless(role: str, sorts: set[Named], *, other: bool) -> str | None:
    """Why a condition holds for every act or for none, if so."""
    if Named.NONE in sorts and sorts & {Named.ANY, Named.KNOWN}:
        return f"a role is always stated or not, so {'no' if other else 'every'} act meets this; leave {role} out"
    if other and Named.ANY in sorts:
        return f"no act meets NOT any; where the text does not state it, write {role}: none"
    return None


def _not(cursor: Cursor) -> bool:
    other = cursor.token.sort is Sort.WORD and cursor.token.text == "NOT"
    if other:
        cursor.next()
    return other


def _method(cursor: Cursor, name: Token) -> MethodIs:
    other = _not(cursor)
    given = values.listed(cursor)
    _check(cursor, given, "method", METHODS)
    named = frozenset(token.text for token in given)
    methods = frozenset(METHODS) - named if other else named
    if not methods:
        cursor.wrong(_from(name, cursor), "this leaves no method; an act can never meet it")
    return MethodIs(place=_from(name, cursor), methods=methods)


def _certainty(cursor: Cursor, name: Token) -> CertaintyIs:
    given = values.listed(cursor)
    _check(cursor, given, "certainty", CERTAINTIES)
    return CertaintyIs(place=_from(name, cursor), certainties=frozenset(token.text for token in given))


def _confidence(cursor: Cursor, name: Token, sign: Token) -> ConfidenceIs | None:
    example = "for example confidence>=0.6"
    if sign.text not in _COMPARISONS:
        cursor.stop(sign.place, f"a confidence is never exactly something; compare with <, <=, > or >=, {example}")
    token = values.value(cursor)
    if not _SHARE.fullmatch(token.text):
        cursor.wrong(
            token.place, f'"{token.text}" is no confidence; allowed: 0 to 1, with two decimals at most, {example}'
        )
        return None
    limit = float(token.text)
    if (sign.text, limit) in {("<", 0), (">=", 0), (">", 1), ("<=", 1)}:
        every = "no" if sign.text in {"<", ">"} else "every"
        cursor.wrong(token.place, f"{every} act has a confidence {sign.text} {token.text}, {example}")
    return ConfidenceIs(place=_from(name, cursor), sign=sign.text, limit=limit)


def _stage(cursor: Cursor, kind: str | None, name: Token, sign: Token) -> StageIs | None:
    if sign.text in _COMPARISONS:
        return _compared(cursor, kind, name, sign)
    given = values.listed(cursor)
    known = STAGES[kind] if kind else tuple(stage for stages in STAGES.values() for stage in stages)
    _check(cursor, given, "stage", known)
    return StageIs(place=_from(name, cursor), stages=frozenset(token.text for token in given))


def _compared(cursor: Cursor, kind: str | None, name: Token, sign: Token) -> StageIs | None:
    token = values.value(cursor)
    if kind is None:
        cursor.wrong(
            sign.place, "stages have an order within one kind of act only; name the kind, or list stages: (a, b)"
        )
        return None
    order = ORDERED[kind]
    if token.text not in order:
        beside = token.text in STAGES[kind]
        why = f'"{token.text}" stands outside the order' if beside else f'unknown stage "{token.text}"'
        cursor.wrong(token.place, f"{why}; in order: {', '.join(order)}{'' if beside else _meant(token.text, order)}")
        return None
    within = _within(order, sign.text, order.index(token.text))
    if not within:
        cursor.wrong(token.place, f"no stage is {sign.text} {token.text}; in order: {', '.join(order)}")
    return StageIs(place=_from(name, cursor), stages=frozenset(within))


def _meant(written: str, known: tuple[str, ...]) -> str:
    hint = allowed(written, known)
    return f". {hint.partition('?')[0].capitalize()}?" if "?" in hint else ""


def _within(order: tuple[str, ...], sign: str, at: int) -> tuple[str, ...]:
    return {"<": order[:at], "<=": order[: at + 1], ">": order[at + 1 :], ">=": order[at:]}[sign]


def _check(cursor: Cursor, given: list[Token], what: str, known: tuple[str, ...]) -> None:
    for token in given:
        if token.text not in known:
            cursor.wrong(token.place, f'unknown {what} "{token.text}"; {allowed(token.text, known)}')


def _from(name: Token, cursor: Cursor) -> Place:
    return Place(name.place.start, cursor.before.place.end)
