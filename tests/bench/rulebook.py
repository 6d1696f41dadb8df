"""Rules made up the way desks write them, from the words of news other than the news they are tried on."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from services.core.rule import RuleSource
from services.core.rules.vocabulary import OPERATORS
from services.core.words import keys
from tests.bench.texts import texts

_TITLES = 20_000  # read for their words
_COMMON = 150  # words that stand in the most titles, which nobody asks for alone
_COUNTRIES = ("US", "US", "US", "RU", "RU", "CN", "CN", "IR", "IR", "UA", "UA", "IL", "KP", "TR", "DE", "FR", "GB", "GB", "IN",
              "PK", "SA", "AE", "TW", "KR", "JP", "PL", "SE", "SD", "YE", "SY", "VE", "EU", "BY", "MM", "IQ", "LY")  # fmt: skip
_TOPICS = (
    "arms_transfer",
    "sanctions",
    "armed_conflict",
    "defence_industry",
    "export_controls",
    "diplomacy",
    "nuclear_missile",
)


class Words:
    """Words and pairs of neighbours, as often as titles of news have them, without the commonest."""

    def __init__(self, titles: Sequence[str]) -> None:
        read = [keys(title) for title in titles]
        common = {word for word, _ in Counter(word for title in read for word in set(title)).most_common(_COMMON)}
        self._single = [word for title in read for word in title if _asked(word) and word not in common]
        self._pairs = [
            pair for title in read for pair in pairwise(title) if all(map(_asked, pair)) and not common.issuperset(pair)
        ]

    def one(self, chance: random.Random) -> str:
        """A word."""
        return chance.choice(self._single)

    def start(self, chance: random.Random) -> str:
        """How a word begins, with a ``*``."""
        word = self.one(chance)
        return f"{word[: max(4, len(word) - 2)]}*"

    def pair(self, chance: random.Random) -> tuple[str, str]:
        """Two words that stand side by side in a title."""
        return chance.choice(self._pairs)


def _asked(word: str) -> bool:
    return len(word) > 2 and re.fullmatch(r"[a-z]+", word) is not None and word.upper() not in OPERATORS


def rulebook(count: int, outlets: Sequence[str], entities: Sequence[str], seed: int = 1) -> Iterator[RuleSource]:
    """``count`` rules. One in ten asks what another one asks. ``entities``: ids to watch."""
    chance, words = random.Random(seed), Words([text.title for text in texts(_TITLES, 0.0, seed=7).texts])
    shapes, weights = zip(*_SHAPES.items(), strict=True)
    asked: list[str] = []
    for number in range(count):
        again = asked and chance.random() < 0.1
        when = chance.choice(asked) if again else chance.choices(shapes, weights)[0](chance, words, outlets, entities)
        asked.append(when)
        yield RuleSource(id=f"r{number}", title="", when=when)


Names = Sequence[str]


def _subject(chance: random.Random, words: Words, _outlets: Names, _entities: Names) -> str:
    one, other = words.one(chance), words.one(chance)
    return f"topic:{chance.choice(_TOPICS)} AND country:{chance.choice(_COUNTRIES)} AND ({one} OR {other} OR {words.start(chance)})"


def _phrase(chance: random.Random, words: Words, _outlets: Names, _entities: Names) -> str:
    (one, other), word, absent = words.pair(chance), words.one(chance), words.one(chance)
    return f'"{one} {other}" AND ({word} OR {words.one(chance)} OR {words.start(chance)}) AND NOT {absent}'


def _act(chance: random.Random, _words: Words, _outlets: Names, _entities: Names) -> str:
    giver, taker = chance.sample(_COUNTRIES, 2)
    return chance.choice((
        f"act:arms_transfer(supplier: {giver}, recipient: {taker})",
        f"act:arms_transfer(supplier: {giver}, stage>=agreed) AND NOT topic:diplomacy",
        f"act:arms_transfer(recipient: {taker}, stage>=agreed) AND NOT country:{giver}",
        f"act:sanction(imposer: {giver}, target: {taker}, stage>=imposed)",
        f"act:sanction(target: {taker}, stage: (threatened, imposed)) AND country:{giver}",
    ))  # fmt: skip


def _near(chance: random.Random, words: Words, _outlets: Names, _entities: Names) -> str:
    one, other = words.pair(chance)
    return f"NEAR/5({one}, {other}) AND topic~{chance.choice(_TOPICS)}"


def _watch(chance: random.Random, _words: Words, _outlets: Names, entities: Names) -> str:
    named = chance.sample(list(entities), min(len(entities), chance.randint(5, 20)))
    return f"entity:({', '.join(named)}) AND (topic:{chance.choice(_TOPICS)} OR country:{chance.choice(_COUNTRIES)})"


def _title(chance: random.Random, words: Words, _outlets: Names, _entities: Names) -> str:
    first, second = chance.sample(_TOPICS, 2)
    return (
        f"title:{words.one(chance)} AND (country:{chance.choice(_COUNTRIES)} OR topic:{first}) AND NOT topic:{second}"
    )


def _outlet(chance: random.Random, words: Words, outlets: Names, _entities: Names) -> str:
    named = ", ".join(chance.sample(list(outlets), min(3, len(outlets))))
    return f"outlet:({named}) AND topic~{chance.choice(_TOPICS)} AND ({words.one(chance)} OR {words.start(chance)})"


_SHAPES: dict[Callable[[random.Random, Words, Names, Names], str], int] = {
    _subject: 30, _phrase: 20, _act: 15, _near: 10, _watch: 10, _title: 10, _outlet: 5,
}  # fmt: skip
