"""A rule as a chain of functions: the same answers as services.core.rules.evaluate, many times as fast.

Of three values it takes two functions to tell: one that says where a rule holds, and one that says where it fails.
Where neither does, the answer is not known. How many outlets tell a story is left open: a condition on it counts as
one that may hold and may fail, so that a rule which waits for outlets is among those that may match.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache

from services.core.rules.evaluate import answer
from services.core.rules.expression import (
    ActIs,
    All,
    Any,
    EntityIs,
    Expression,
    Figure,
    FigureIs,
    LanguageIs,
    Leaf,
    Near,
    Not,
    OutletIs,
    Phrase,
    TierIs,
    TopicIs,
)
from services.core.rules.keys import exact
from services.core.rules.reading import Reading, written

Test = Callable[[Reading], bool]

_DEAR = {Near: 3, ActIs: 2}  # to answer, against a look into a set


def holds(expression: Expression) -> Test:
    """Says where the rule holds."""
    match expression:
        case All(parts=parts):
            return _every([holds(part) for part in _cheapest_first(parts)])
        case Any(parts=parts):
            return _some([holds(part) for part in _cheapest_first(parts)])
        case Not(part=part):
            return fails(part)
        case _:
            return _leaf(expression)


def fails(expression: Expression) -> Test:
    """Says where the rule is known not to hold."""
    match expression:
        case All(parts=parts):
            return _some([fails(part) for part in _cheapest_first(parts)])
        case Any(parts=parts):
            return _every([fails(part) for part in _cheapest_first(parts)])
        case Not(part=part):
            return holds(part)
        case FigureIs(figure=Figure.OUTLETS):
            return _open
        case ActIs() | LanguageIs() | TierIs() | FigureIs():
            return lambda reading: answer(expression, reading) is False
        case _:
            test = _leaf(expression)
            return lambda reading: not test(reading)


def besides(expression: Expression, known: Collection[frozenset[str]]) -> Test | None:
    """Says where the rule holds among articles that have a key of each ``known`` set; None where it holds for all of them."""
    parts = expression.parts if isinstance(expression, All) else (expression,)
    open_ = [part for part in parts if exact(part) not in known]
    return _every([holds(part) for part in _cheapest_first(open_)]) if open_ else None


def _cheapest_first(parts: Iterable[Expression]) -> list[Expression]:
    return sorted(parts, key=_price)


def _price(expression: Expression) -> int:
    match expression:
        case All(parts=parts) | Any(parts=parts):
            return max(map(_price, parts))
        case Not(part=part):
            return _price(part)
        case Phrase(keys=keys, prefix=prefix, title=title):
            return int(len(keys) > 1 or prefix or title)
        case _:
            return _DEAR.get(type(expression), 0)


def _every(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        one, other = tests
        return lambda reading: one(reading) and other(reading)
    if len(tests) == 3:
        first, second, third = tests
        return lambda reading: first(reading) and second(reading) and third(reading)

    def every(reading: Reading) -> bool:
        for test in tests:  # noqa: SIM110  a generator within all() takes twice as long
            if not test(reading):
                return False
        return True

    return every


def _some(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        one, other = tests
        return lambda reading: one(reading) or other(reading)

    def some(reading: Reading) -> bool:
        for test in tests:  # noqa: SIM110  a generator within any() takes twice as long
            if test(reading):
                return True
        return False

    return some


def _leaf(leaf: Leaf) -> Test:  # noqa: PLR0911  one for each sort of condition
    match leaf:
        case Phrase():
            return _phrase(leaf)
        case Near():
            return _near(leaf)
        case TopicIs(topics=topics, mentioned=mentioned):
            return _marked(f"{'mention' if mentioned else 'topic'}:{topic}" for topic in topics)
        case EntityIs(kind=None, values=values):
            return _marked(f"{value.sort}:{value.text}" for value in values)
        case FigureIs(figure=Figure.OUTLETS):
            return _open
        case OutletIs(outlets=outlets) | TierIs(outlets=outlets):
            return _marked(f"outlet:{outlet}" for outlet in outlets)
        case LanguageIs(languages=languages):
            return _marked(f"lang:{language}" for language in languages)
        case ActIs():
            return lambda reading: bool(reading.tagged.acts) and answer(leaf, reading) is True
        case _:
            return lambda reading: answer(leaf, reading) is True


def _open(reading: Reading) -> bool:
    return reading is not None


def _phrase(phrase: Phrase) -> Test:
    text, words = written(phrase), frozenset(phrase.keys[:-1] if phrase.prefix else phrase.keys)
    if len(phrase.keys) > 1:
        if phrase.title:
            return lambda reading: words <= reading.vocabulary and text in reading.title_line
        return lambda reading: words <= reading.vocabulary and text in reading.line
    word = phrase.keys[0]
    if phrase.title:
        return lambda reading: text in reading.title_line
    return _stem(word) if phrase.prefix else _word(word)


@lru_cache(maxsize=10_000)
def _stem(stem: str) -> Test:
    return lambda reading: reading.begins(stem)


@lru_cache(maxsize=10_000)
def _word(word: str) -> Test:
    return lambda reading: word in reading.vocabulary


def _near(near: Near) -> Test:
    one, other = map(_phrase, near.parts)
    return lambda reading: one(reading) and other(reading) and reading.has_near(near)


def _marked(marks: Iterable[str]) -> Test:
    return _any_mark(frozenset(marks))


@lru_cache(maxsize=10_000)  # many rules ask for the same ones
def _any_mark(marks: frozenset[str]) -> Test:
    if len(marks) == 1:
        (mark,) = marks
        return lambda reading: mark in reading.marks
    return lambda reading: not marks.isdisjoint(reading.marks)
