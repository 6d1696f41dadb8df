"""Two phrases near each other: ``NEAR/8(missile*, "export licence")``."""

import re

from services.core.rules import values
from services.core.rules.cursor import Cursor
from services.core.rules.expression import Near, Phrase
from services.core.rules.lexer import Sort, Token
from services.core.rules.problem import Place
from services.core.rules.vocabulary import OPERATORS

FARTHEST = 50  # words
_EXAMPLE = "NEAR/8(a, b)"
_TAKES = 'NEAR takes a word, a "phrase" or a prefix*'
_NOT = f"{_TAKES}, not"
_ALIKE = re.compile(r"[a-z]+/\d+|near-?\d*", re.IGNORECASE)  # a slip, or how other languages write it


def meant(word: Token, then: Token) -> bool:
    """Whether a word is NEAR, or something like it right before a parenthesis."""
    if word.text == "NEAR" or word.text.startswith("NEAR/"):
        return True
    return then.text == "(" and then.follows(word) and _ALIKE.fullmatch(word.text) is not None


def near(cursor: Cursor, operator: Token) -> Near:
    """What follows NEAR/n."""
    distance = _distance(cursor, operator)
    opening = cursor.sign("(")
    if opening is None:
        cursor.stop(cursor.token.place, f"after {operator.text} go two words or phrases in parentheses: {_EXAMPLE}")
    one = _phrase(cursor)
    if cursor.sign(")"):
        place = Place(opening.place.start, cursor.before.place.end)
        cursor.stop(place, f"NEAR takes two words or phrases, and this is one: {_EXAMPLE}")
    if not cursor.sign(","):
        cursor.stop(cursor.token.place, f"between the two words or phrases of NEAR goes a comma: {_EXAMPLE}")
    other = _phrase(cursor)
    if cursor.token.sort is Sort.SIGN and cursor.token.text == ",":
        cursor.stop(cursor.token.place, f"NEAR takes two words or phrases, not more; join several with AND: {_EXAMPLE}")
    if not cursor.sign(")"):
        cursor.stop(cursor.token.place, f"after the second word or phrase NEAR ends with a parenthesis: {_EXAMPLE}")
    return Near(place=Place(operator.place.start, cursor.before.place.end), parts=(one, other), distance=distance)


def _distance(cursor: Cursor, operator: Token) -> int:
    name, slash, number = operator.text.partition("/")
    if name != "NEAR" or not slash:
        digits = min(int(re.sub(r"\D", "", operator.text) or 8), FARTHEST)
        message = f'{_unknown(name)}; did you mean "NEAR/{digits}"? Allowed: NEAR/1 to NEAR/{FARTHEST}'
        cursor.stop(operator.place, message)
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= FARTHEST):
        written = f'"{number}"' if number else "nothing"
        cursor.wrong(operator.place, f"after NEAR/ goes a number of words from 1 to {FARTHEST}, not {written}")
        return 1
    return int(number)


def _unknown(name: str) -> str:
    if name == "NEAR":
        return "NEAR needs to know how many words apart"
    return "operators are written in capitals" if name.upper() == "NEAR" else f'unknown operator "{name}"'


def _phrase(cursor: Cursor) -> Phrase:
    token = cursor.token
    if token.sort is Sort.END or (token.sort is Sort.SIGN and token.text in {",", ")"}):
        cursor.stop(token.place, f"a word or phrase is missing here; {_TAKES} twice: {_EXAMPLE}")
    if token.sort is Sort.SIGN or (token.sort is Sort.WORD and token.text in OPERATORS):
        cursor.stop(token.place, f'{_NOT} "{token.text}"; write alternatives outside: NEAR/8(a, b) OR NEAR/8(a, c)')
    cursor.next()
    if token.sort is Sort.WORD and meant(token, cursor.token):
        cursor.stop(token.place, f"{_NOT} another NEAR; join several with AND: NEAR/8(a, b) AND NEAR/8(b, c)")
    if cursor.token.sort is Sort.SIGN and cursor.token.text in {":", "~", "="}:
        cursor.stop(token.place, f"{_NOT} a field; write it outside: {_EXAMPLE} AND {token.text}{cursor.token.text}...")
    return values.phrase(cursor, token, token.place)
