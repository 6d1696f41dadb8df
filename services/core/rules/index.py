"""Many rules at once: each is filed under keys of which an article must have one, and only then asked.

The approach of prospective search engines (Lucene Monitor, https://lucene.apache.org/core/9_11_1/monitor/): of a
conjunction only the cheapest part is filed, of a disjunction every part.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from services.core.article import TaggedArticle
from services.core.rules.compile import Match, Rule
from services.core.rules.expression import (
    ActIs,
    All,
    Any,
    EntityIs,
    Expression,
    LanguageIs,
    Leaf,
    Near,
    Not,
    OutletIs,
    Phrase,
    RoleIs,
    Sort,
    TopicIs,
    Value,
)
from services.core.rules.reading import Reading, fillers, kind_of
from services.core.rules.vocabulary import ACT_KINDS, ROLES

# What an article that has such a key costs, roughly: how common keys of the sort are.
_COST = {"role": 1.0, "id": 2.0, "name": 2.0, "word": 2.0, "stem": 4.0, "country": 8.0, "act": 20.0, "topic": 40.0,
         "mention": 50.0, "outlet": 60.0, "lang": 1000.0}  # fmt: skip
_TEXT = frozenset({"word", "stem"})
Key = tuple[str, ...]
_PARTIES = ("supplier", "recipient", "imposer", "target")


class RuleIndex:
    """Finds the rules that match, the same as asking every rule in turn. Immutable; may be used by several threads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._always: list[int] = []
        self._gates: set[Key] = set()  # without one of these, no rule filed under words can match
        self._gated = True
        filed: defaultdict[Key, list[int]] = defaultdict(list)
        for number, rule in enumerate(self.rules):
            required = required_keys(rule.expression)
            if required is None:
                self._always.append(number)
                continue
            for key in required:
                filed[key].append(number)
            if any(key[0] in _TEXT for key in required):
                gate = required_keys(rule.expression, texts=False)
                self._gated = self._gated and gate is not None
                self._gates |= gate or set()
        self._filed = dict(filed)
        self._stems = sorted({len(key[1]) for key in filed if key[0] == "stem"})

    def matches(self, article: TaggedArticle | Reading) -> tuple[tuple[Rule, Match], ...]:
        """Rules that match, in their order, each with its match."""
        reading = article if isinstance(article, Reading) else Reading(article)
        asked = ((self.rules[number], self.rules[number].match(reading)) for number in self.candidates(reading))
        return tuple((rule, match) for rule, match in asked if match is not None)

    def candidates(self, reading: Reading) -> list[int]:
        """Numbers of the rules that can match, in their order."""
        numbers = set(self._always)
        found = set(article_keys(reading))
        if not self._gated or not self._gates.isdisjoint(found):  # of most articles nobody asks for the words
            found.update(word_keys(reading, self._stems))
        for key in self._filed.keys() & found:
            numbers.update(self._filed[key])
        return sorted(numbers)


def required_keys(expression: Expression, *, texts: bool = True) -> frozenset[Key] | None:
    """Keys of which an article must have at least one for the rule to match; None: any article may match.

    Without ``texts``, none of them is a word of the text.
    """
    match expression:
        case All(parts=parts):
            known = [required for part in parts if (required := required_keys(part, texts=texts)) is not None]
            return min(known, key=_cost, default=None)
        case Any(parts=parts):
            each = [required_keys(part, texts=texts) for part in parts]
            return None if None in each else frozenset().union(*(keys for keys in each if keys))
        case Not():
            return None
        case Phrase() | Near() if not texts:
            return None
        case ActIs():
            return _act_keys(expression)
        case _:
            return frozenset(_leaf_keys(expression))


def _leaf_keys(leaf: Leaf) -> Iterator[Key]:
    match leaf:
        case Phrase():
            yield _phrase_key(leaf)
        case Near(parts=parts):
            yield min((_phrase_key(part) for part in parts), key=lambda key: (_COST[key[0]], -len(key[1])))
        case TopicIs(topics=topics, mentioned=mentioned):
            yield from (("mention" if mentioned else "topic", topic) for topic in topics)
        case EntityIs(values=values):
            yield from (_value_key(value) for value in values)
        case OutletIs(outlets=outlets):
            yield from (("outlet", outlet) for outlet in outlets)
        case LanguageIs(languages=languages):
            yield from (("lang", language) for language in languages)


def _cost(keys: frozenset[Key]) -> float:
    return sum(_COST[key[0]] for key in keys)


def _phrase_key(phrase: Phrase) -> Key:
    exact = phrase.keys[:-1] if phrase.prefix else phrase.keys
    return ("word", max(exact, key=len)) if exact else ("stem", phrase.keys[0])


def _value_key(value: Value) -> Key:
    return (value.sort.value, value.text)


def _act_keys(leaf: ActIs) -> frozenset[Key]:
    kinds = (leaf.kind,) if leaf.kind else tuple(ACT_KINDS)
    named = [_role_keys(kinds, condition) for condition in leaf.conditions if isinstance(condition, RoleIs)]
    known = [keys for keys in named if keys]
    return min(known, key=_cost) if known else frozenset(("act", kind) for kind in kinds)


def _role_keys(kinds: tuple[str, ...], condition: RoleIs) -> frozenset[Key]:
    """Empty where the condition names nobody or a role that is not filed."""
    roles = [(kind, role) for kind in kinds for role in ROLES[kind].get(condition.role, ())]
    named = not condition.other and all(value.sort is not Sort.ANY for value in condition.values)
    if not named or not all(role in _PARTIES for _, role in roles):
        return frozenset()
    return frozenset(("role", kind, role, *_value_key(value)) for kind, role in roles for value in condition.values)


def word_keys(reading: Reading, stems: Iterable[int] = ()) -> Iterator[Key]:
    """The words of an article, and the beginnings of them that are ``stems`` long."""
    for word in reading.places:
        yield ("word", word)
    for length in stems:
        yield from {("stem", word[:length]) for word in reading.places if len(word) >= length}


def article_keys(reading: Reading) -> Iterator[Key]:
    """Every key of an article but its words."""
    tagged = reading.tagged
    yield ("outlet", tagged.article.outlet)
    language = tagged.language or tagged.article.language
    if language:
        yield ("lang", language.partition("-")[0].lower())
    for topic in tagged.topics:
        yield ("mention", topic.id)
        if topic.about:
            yield ("topic", topic.id)
    for sort, by in ((Sort.COUNTRY, reading.countries), (Sort.ID, reading.ids), (Sort.NAME, reading.names)):
        for text in by:
            yield (sort.value, text)
    yield from _keys_of_acts(reading)


def _keys_of_acts(reading: Reading) -> Iterator[Key]:
    for act in reading.tagged.acts:
        kind = kind_of(act)
        yield ("act", kind)
        for role in ROLES[kind]["party"]:
            for filler in fillers(act, role):
                yield from (("role", kind, role, *called) for called in _called(reading, filler))


def _called(reading: Reading, filler: object) -> Iterator[Key]:
    ident, country = getattr(filler, "id", None), getattr(filler, "country", None)
    if ident:
        yield (Sort.ID.value, ident)
        yield (Sort.NAME.value, ident.rpartition(":")[2])
        if ident.startswith("country:"):
            yield (Sort.COUNTRY.value, ident.removeprefix("country:"))
    if country:
        yield (Sort.COUNTRY.value, country)
    for name in (filler.name, filler.span.quote):  # type: ignore[attr-defined]
        yield (Sort.NAME.value, reading.folded(name))
