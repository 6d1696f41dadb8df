"""Which words and marks an article must have for a rule to match it: what the index files rules under.

A key is a word of the text, the beginning of one with ``*``, or a mark as :attr:`Reading.marks` has them.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from services.core.rules.expression import (
    ActIs,
    All,
    Any,
    EntityIs,
    Expression,
    FigureIs,
    LanguageIs,
    Leaf,
    Near,
    Not,
    OutletIs,
    Phrase,
    RoleIs,
    Sort,
    TierIs,
    TopicIs,
    Value,
)
from services.core.rules.reading import Reading
from services.core.rules.vocabulary import ACT_KINDS, ROLES

# The share of articles that has a key of the sort, roughly, for where no articles have been counted.
_SHARES = {"role": 0.001, "known": 0.04, "none": 0.03, "id": 0.002, "name": 0.002, "country": 0.05, "act": 0.05, "topic": 0.1, "mention": 0.15,
           "outlet": 0.02, "lang": 1.0}  # fmt: skip
_WORD, _SHORT_WORD, _STEM = 0.005, 0.05, 0.02
_SHORT = 4  # letters
_PARTIES = (":supplier", ":recipient", ":imposer", ":target")


class Rarity:
    """The share of articles that has a key: as counted, or by rule of thumb where nothing was. Immutable."""

    def __init__(self, articles: int = 0, counts: Mapping[str, int] | None = None) -> None:
        """``counts``: how many of the ``articles`` have each word and mark."""
        self._of = articles
        self._counts = Counter(counts or {})
        words = sorted(key for key in self._counts if ":" not in key)
        self._words, self._sums = words, [0, *accumulate(self._counts[word] for word in words)]

    @classmethod
    def of(cls, sample: Sequence[Reading]) -> "Rarity":
        """As counted in these."""
        counts: Counter[str] = Counter()
        for reading in sample:
            counts.update(counted(reading))
        return cls(len(sample), counts)

    def share(self, key: str) -> float:
        """From near 0 to 1; for the beginning of a word at most 1."""
        if not self._of:
            return _guess(key)
        if not key.endswith("*"):
            return (self._counts[key] + 0.5) / self._of
        stem = key.removesuffix("*")
        first, end = bisect_left(self._words, stem), bisect_left(self._words, stem + "\U0010ffff")
        return min(1.0, (self._sums[end] - self._sums[first] + 0.5) / self._of)

    def cost(self, keys: Iterable[str]) -> float:
        """The share of articles that have one of the keys, at most."""
        return sum(map(self.share, keys))


def _guess(key: str) -> float:
    sort, colon, _ = key.partition(":")
    if colon:
        return _SHARES[sort]
    if key.endswith("*"):
        return _STEM
    return _WORD if len(key) > _SHORT else _SHORT_WORD


def is_text(key: str) -> bool:
    """Whether the key is a word, or the beginning of one."""
    return ":" not in key


def counted(reading: Reading) -> Iterator[str]:
    """The words and marks of an article, each once."""
    yield from reading.vocabulary
    yield from reading.marks


def required(expression: Expression, rarity: Rarity, *, texts: bool = True) -> list[frozenset[str]]:
    """Sets of keys, the rarest first: of each an article must have one for the rule to match. None: any may match.

    Without ``texts``, none of the keys is of the text.
    """
    match expression:
        case All(parts=parts):
            each = {keys for part in parts for keys in required(part, rarity, texts=texts)}
            return sorted(each, key=lambda keys: (rarity.cost(keys), sorted(keys)))
        case Any(parts=parts):
            firsts = [required(part, rarity, texts=texts)[:1] for part in parts]
            return [frozenset().union(*(keys for (keys,) in firsts))] if all(firsts) else []
        case Not() | FigureIs():
            return []
        case Phrase() | Near():
            return sorted(_words(expression), key=rarity.cost) if texts else []
        case ActIs():
            return [_act_keys(expression, rarity)]
        case _:
            return [frozenset(_marks(expression))]


def exact(expression: Expression) -> frozenset[str] | None:
    """Keys of which an article has one exactly where the rule holds; None where there are none like that."""
    match expression:
        case Any(parts=parts):
            each = [exact(part) for part in parts]
            return None if None in each else frozenset().union(*(keys for keys in each if keys))
        case Phrase(keys=(key,), title=False, prefix=prefix):
            return frozenset({f"{key}*" if prefix else key})
        case TopicIs() | EntityIs(kind=None) | OutletIs() | TierIs() | LanguageIs():
            return frozenset(_marks(expression))
        case _:
            return None


def _words(leaf: Phrase | Near) -> list[frozenset[str]]:
    """Each of the words that must stand in the text, the longest first."""
    phrases = leaf.parts if isinstance(leaf, Near) else (leaf,)
    whole = {key for phrase in phrases for key in (phrase.keys[:-1] if phrase.prefix else phrase.keys)}
    stems = {f"{phrase.keys[-1]}*" for phrase in phrases if phrase.prefix}
    return [frozenset({key}) for key in (*sorted(whole, key=lambda key: (-len(key), key)), *sorted(stems))]


def _marks(leaf: Leaf) -> Iterator[str]:
    match leaf:
        case TopicIs(topics=topics, mentioned=mentioned):
            yield from (f"{'mention' if mentioned else 'topic'}:{topic}" for topic in topics)
        case EntityIs(values=values):
            yield from (f"{value.sort}:{value.text}" for value in values)
        case OutletIs(outlets=outlets) | TierIs(outlets=outlets):
            yield from (f"outlet:{outlet}" for outlet in outlets)
        case LanguageIs(languages=languages):
            yield from (f"lang:{language}" for language in languages)


def _act_keys(leaf: ActIs, rarity: Rarity) -> frozenset[str]:
    kinds = (leaf.kind,) if leaf.kind else tuple(ACT_KINDS)
    named = [_role_keys(kinds, condition) for condition in leaf.conditions if isinstance(condition, RoleIs)]
    known = [keys for keys in named if keys]
    return min(known, key=rarity.cost) if known else frozenset(f"act:{kind}" for kind in kinds)


def _role_keys(kinds: tuple[str, ...], condition: RoleIs) -> frozenset[str]:
    """Empty where the condition is on a role that is not filed. Somebody who is none of these is stated, at least."""
    roles = [f"{kind}:{role}" for kind in kinds for role in ROLES[kind].get(condition.role, ())]
    if not all(role.endswith(_PARTIES) for role in roles):
        return frozenset()
    if condition.other:
        open_ = any(value.sort is Sort.KNOWN for value in condition.values)
        return frozenset(f"{'none' if open_ else 'known'}:{role}" for role in roles)
    return frozenset(_filled(role, value) for role in roles for value in condition.values)


def _filled(role: str, value: Value) -> str:
    match value.sort:
        case Sort.NONE:
            return f"none:{role}"
        case Sort.ANY | Sort.KNOWN:
            return f"known:{role}"
        case _:
            return f"role:{role}:{value.sort}:{value.text}"
