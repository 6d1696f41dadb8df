"""What stands after a field: words, names, countries, lists of them."""

from collections.abc import Callable

from services.core.rules.cursor import Cursor
from services.core.rules.expression import Phrase, Sort, Value
from services.core.rules.lexer import Sort as Kind
from services.core.rules.lexer import Token
from services.core.rules.problem import Place, allowed
from services.core.rules.vocabulary import NOT_ISO, OPERATORS, Vocabulary
from services.core.words import fold, keys

_SHORTEST_PREFIX = 3
_LONGEST_PHRASE = 20
_NOBODY = frozenset({Sort.ANY.value, Sort.KNOWN.value, Sort.NONE.value})


def listed(cursor: Cursor) -> list[Token]:
    """One value, or several in parentheses with commas between."""
    if not cursor.sign("("):
        return [value(cursor)]
    found = [value(cursor)]
    while not cursor.sign(")"):
        if not cursor.sign(","):
            cursor.stop(cursor.token.place, "a list goes on with a comma or ends with a parenthesis: (a, b)")
        found.append(value(cursor))
    return found


def value(cursor: Cursor) -> Token:
    """A word, a quotation, or an id with a colon in it (``weapon:himars``)."""
    token = cursor.token
    if token.sort in {Kind.SIGN, Kind.END} or token.text in OPERATORS:
        cursor.stop(token.place, "a value is missing here")
    cursor.next()
    cursor.spend(token.place)
    colon = cursor.token
    if token.sort is Kind.WORD and colon.text == ":" and colon.follows(token):
        cursor.next()
        rest = cursor.token
        if rest.sort is not Kind.WORD or not rest.follows(colon):
            cursor.stop(rest.place, "an id is written without spaces, for example weapon:himars")
        cursor.next()
        return Token(Kind.WORD, f"{token.text}:{rest.text}", Place(token.place.start, rest.place.end))
    return token


def phrase(cursor: Cursor, token: Token, place: Place, *, title: bool = False) -> Phrase:
    """A word, a phrase, or with ``*`` at its end the beginning of a word."""
    if not title:
        cursor.spend(place)
    text = token.text.strip()
    prefix = text.endswith("*")
    stems = keys(text.removesuffix("*"))
    if not stems:
        cursor.wrong(token.place, "there is no word in it; write at least one letter or digit")
    if "*" in text.removesuffix("*"):
        cursor.wrong(token.place, '"*" stands for the rest of a word and goes only at the end, for example sanction*')
    if prefix and stems and len(stems[-1]) < _SHORTEST_PREFIX:
        cursor.wrong(
            token.place, f'at least {_SHORTEST_PREFIX} letters stand before "*"; a shorter one matches too much'
        )
    if len(stems) > _LONGEST_PHRASE:
        cursor.wrong(token.place, f"a phrase has at most {_LONGEST_PHRASE} words; this one has {len(stems)}")
    return Phrase(place=place, keys=stems, prefix=prefix, title=title)


def names(cursor: Cursor, given: list[Token], field: str, known: frozenset[str] | None) -> tuple[str, ...]:
    """Names of the configuration, which must be known where the vocabulary knows them."""
    for token in given:
        if known is not None and token.text not in known:
            cursor.wrong(token.place, f'unknown {field} "{token.text}"; {allowed(token.text, known)}')
    return tuple(token.text for token in given)


def languages(cursor: Cursor, given: list[Token]) -> tuple[str, ...]:
    """Language codes."""
    for token in given:
        if not (token.text.isascii() and token.text.isalpha() and len(token.text) in {2, 3}):
            cursor.wrong(
                token.place, f'"{token.text}" is not a language code; write two or three letters, for example en'
            )
    return tuple(token.text.lower() for token in given)


def country(cursor: Cursor, token: Token) -> Value:
    """A country by its ISO code."""
    code = token.text.upper()
    if code not in cursor.vocabulary.countries:
        meant = f' did you mean "{NOT_ISO[code]}"?' if code in NOT_ISO else ""
        message = (
            f'"{token.text}" is not a country code;{meant} Allowed: two letters of ISO 3166-1 such as RU, KP, GB, or EU'
        )
        cursor.wrong(token.place, message)
    return Value(Sort.COUNTRY, code)


def entity(cursor: Cursor, token: Token) -> Value:
    """An entity by its id in the lexicons or by its name."""
    if token.sort is Kind.WORD and ":" in token.text:
        known = cursor.vocabulary.entities
        if known is not None and token.text not in known:
            cursor.wrong(token.place, f'unknown entity "{token.text}"; {allowed(token.text, known)}')
        return Value(Sort.ID, token.text)
    name = " ".join(keys(token.text))
    if not name:
        cursor.wrong(token.place, "there is no name in it; write at least one letter or digit")
    return Value(Sort.NAME, name)


def party(cursor: Cursor, token: Token) -> Value:
    """Who fills a role: a country code, an id, a name or ``any``; or whether anybody does: ``known`` or ``none``."""
    if token.sort is Kind.WORD and fold(token.text) in _NOBODY:
        return Value(Sort(fold(token.text)), fold(token.text))
    return member(cursor, token)


def member(cursor: Cursor, token: Token) -> Value:
    """Who stands in a list of parties: a country code, an id or a name."""
    code = token.sort is Kind.WORD and token.text.isalpha() and token.text.isascii()
    if code and (len(token.text) == 2 or token.text.upper() in NOT_ISO):
        return country(cursor, token)
    return entity(cursor, token)


def parties(cursor: Cursor, given: list[Token], read: Callable[[Cursor, Token], Value]) -> tuple[Value, ...]:
    """Each value as ``read`` has it, and for a list by reference (``@eu``) its members."""
    found: list[Value] = []
    for token in given:
        if token.sort is Kind.WORD and token.text.startswith("@"):
            found += _members(cursor, token, country if read is country else member)
        else:
            found.append(read(cursor, token))
    return tuple(dict.fromkeys(found))


def of_classes(cursor: Cursor, given: list[Token], named: tuple[Value, ...]) -> tuple[Value, ...]:
    """With every weapon of the classes among the values; they count as one value each."""
    classes = cursor.vocabulary.weapons
    for token in given:
        if (
            classes and "_" in token.text and ":" not in token.text and token.text not in classes
        ):  # no name is written so
            cursor.wrong(token.place, f'unknown class of weapon "{token.text}"; {allowed(token.text, classes)}')
    ids = (ident for token in given for ident in classes.get(token.text, ()))
    return tuple(dict.fromkeys([*named, *(Value(Sort.ID, ident) for ident in ids)]))


def _members(cursor: Cursor, token: Token, read: Callable[[Cursor, Token], Value]) -> list[Value]:
    lists = cursor.vocabulary.lists
    name = token.text.removeprefix("@")
    if lists is None:
        return []
    if name not in lists:
        known = allowed(name, lists) if lists else "there is none"
        cursor.wrong(token.place, f'lists.yaml has no list "{name}"; {known}')
        return []
    found: list[Value] = []
    for one in lists[name]:
        cursor.spend(token.place)
        found.append(read(cursor, Token(Kind.WORD, one, token.place)))
    return found


def member_mistakes(written: str, vocabulary: Vocabulary) -> list[str]:
    """What is wrong with a member of a list; empty where nothing is."""
    if written.startswith("@"):
        return ["a list holds no other list; write its members out"]
    if fold(written) in _NOBODY:
        return [f'"{written}" is nobody; write who is meant']
    cursor = Cursor(written, [], vocabulary, 1)
    member(cursor, Token(Kind.WORD, written, Place(0, len(written))))
    return [problem.message for problem in cursor.problems]
