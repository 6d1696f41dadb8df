"""Conditions on figures: ``outlets>=2``, ``age<6h``, ``tier<=2``."""

import re

from services.core.rules.cursor import Cursor
from services.core.rules.expression import Figure, FigureIs, TierIs
from services.core.rules.lexer import Sort, Token
from services.core.rules.problem import Place, allowed
from services.core.rules.vocabulary import FIELDS

SIGNS = ("<", "<=", ">", ">=", "=")
TIERS = (1, 2, 3)
MOST_OUTLETS = 200  # as many as a story remembers
LONGEST = 3650 * 86400  # seconds
UNITS = {"m": 60, "h": 3600, "d": 86400}
_EXAMPLES = {"outlets": "outlets>=2", "age": "age<6h", "tier": "tier<=2"}
_NUMBER = re.compile(r"(-?)(\d+(?:\.\d+)?)(\w*)", re.ASCII)


def figure(cursor: Cursor, name: Token) -> FigureIs | TierIs:
    """What follows a name before a comparison."""
    sign = cursor.next()
    field = name.text.lower()
    if field not in _EXAMPLES:
        cursor.stop(sign.place, _misplaced(name.text, sign.text))
    token = cursor.token
    if token.sort is not Sort.WORD:
        cursor.stop(token.place, f"a number is missing here, for example {_EXAMPLES[field]}")
    cursor.next()
    cursor.spend(token.place)
    place = Place(name.place.start, token.place.end)
    if field == "tier":
        return tier(cursor, place, sign.text, [token])
    limit = _outlets(cursor, token, sign) if field == "outlets" else _seconds(cursor, token, sign)
    return FigureIs(place=place, figure=Figure(field), sign=sign.text, limit=limit)


def _misplaced(name: str, sign: str) -> str:
    if name.lower() == "stage":
        return f'"{sign}" compares stages only within an act: act:arms_transfer(stage{sign}agreed)'
    if name.lower() in FIELDS:
        return f'"{sign}" goes with {", ".join(sorted(_EXAMPLES))} and with stage within an act; write {name}:'
    return f'"{sign}" goes with {", ".join(sorted(_EXAMPLES))} and with stage within an act, not with "{name}"; {allowed(name, _EXAMPLES)}'


def tier(cursor: Cursor, place: Place, sign: str, given: list[Token]) -> TierIs:
    """The tiers that are meant, and the outlets that have them."""
    tiers: set[int] = set()
    for token in given:
        if token.text not in map(str, TIERS):
            cursor.wrong(token.place, f'"{token.text}" is no tier; {allowed(token.text, list(map(str, TIERS)))}')
            continue
        tiers |= {one for one in TIERS if _meets(one, sign, int(token.text))}
        if not tiers:
            cursor.wrong(token.place, f"no tier is {sign} {token.text}; {allowed('', list(map(str, TIERS)))}")
    known = cursor.vocabulary.tiers
    outlets = tuple(sorted(outlet for outlet, one in known.items() if one in tiers))
    return TierIs(place=place, outlets=outlets, known=frozenset(known))


def _meets(one: int, sign: str, other: int) -> bool:
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}.get(sign, one == other)


def _outlets(cursor: Cursor, token: Token, sign: Token) -> float:
    if not (token.text.isascii() and token.text.isdigit() and 1 <= int(token.text[:9]) <= MOST_OUTLETS):
        cursor.wrong(token.place, f'"{token.text}" is no number of outlets; allowed: 1 to {MOST_OUTLETS}')
        return 1
    if (sign.text, token.text) == ("<", "1"):
        cursor.wrong(token.place, "every story has at least 1 outlet, so fewer never holds")
    return int(token.text)


def _seconds(cursor: Cursor, token: Token, sign: Token) -> float:
    found = _NUMBER.fullmatch(token.text)
    units = "m (minutes), h (hours) or d (days)"
    if sign.text == "=":
        cursor.wrong(sign.place, "an age is never exactly something; compare with <, <=, > or >=, for example age<6h")
    if found is None:
        cursor.wrong(
            token.place, f'"{token.text}" is no age; write a whole number and a unit: {units}, for example age<6h'
        )
        return 1
    minus, number, unit = found.groups()
    if minus:
        cursor.wrong(token.place, "an age is not negative; write how long ago at most or at least, for example age<6h")
    elif unit not in UNITS:
        what = f'unknown unit "{unit}"' if unit else "a unit is missing"
        cursor.wrong(token.place, f"{what}; allowed: {units}, for example age<{number}h")
    elif not 0 < float(number) * UNITS[unit] <= LONGEST:
        cursor.wrong(token.place, f"an age is more than 0 and at most {LONGEST // 86400}d")
    return float(number) * UNITS.get(unit, 1)


def compared(value: float, sign: str, limit: float) -> bool:
    """Whether the comparison holds."""
    return {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit, "=": value == limit}[
        sign
    ]
