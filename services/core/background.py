"""How common words and entities are in the news of late: what is rare tells stories apart.

Counted over the articles that the alerter has read, over a short table of words common in English news so that a fresh
install is not blind. Pure and deterministic: the same articles in the same order give the same weights.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from math import log

from msgspec import Struct

from services.core.common_words import COMMON, OF_ARTICLES

MOST_ARTICLES = 100_000  # when so many are counted, each counts half from there on
MOST_TERMS = 60_000  # with counts; the rarest go first, and what is not known is rare
RAREST = log(20_000)  # no weight is greater: of two terms rarer than one in 20,000 neither says more


class Counted(Struct, frozen=True, kw_only=True):
    """Counts to be kept. ``whole``: all there are; else what came on top of those before."""

    whole: bool
    articles: int
    terms: dict[str, int]


class Background:
    """How many of the latest articles hold a term. Not thread-safe."""

    def __init__(self) -> None:
        self._articles = 0
        self._counts: dict[str, int] = {}
        self._fresh: Counter[str] = Counter()
        self._fresh_articles = 0
        self._whole = False

    def weight(self, term: str) -> float:
        """How much it says that two articles share this term: the logarithm of one in how many articles holds it."""
        count = self._counts.get(term, 0) + _common().get(term, 0)
        return min(RAREST, log((self._articles + OF_ARTICLES + 1) / (count + 0.5)))

    def weigh(self, terms: Iterable[str]) -> dict[str, float]:
        """The weight of each of these."""
        return {term: self.weight(term) for term in terms}

    def count(self, terms: Iterable[str]) -> None:
        """One more article, with these terms, each named once."""
        own = tuple(terms)
        for term in own:
            self._counts[term] = self._counts.get(term, 0) + 1
        self._fresh.update(own)
        self._articles += 1
        self._fresh_articles += 1
        if self._articles >= MOST_ARTICLES:
            self._fade()
        if len(self._counts) > MOST_TERMS:
            self._drop()

    def counted(self, *, whole: bool) -> Counted | None:
        """What was counted since this was asked last; None for nothing. All there is, where that is wanted or has changed otherwise."""
        if not self._fresh_articles:
            return None
        if whole or self._whole:
            found = Counted(whole=True, articles=self._articles, terms=dict(self._counts))
        else:
            found = Counted(whole=False, articles=self._fresh_articles, terms=dict(self._fresh))
        self._fresh, self._fresh_articles, self._whole = Counter(), 0, False
        return found

    def add(self, kept: Counted) -> None:
        """Take up what was kept, in the order in which it was."""
        if kept.whole:
            self._articles, self._counts = kept.articles, dict(kept.terms)
            return
        self._articles += kept.articles
        for term, count in kept.terms.items():
            self._counts[term] = self._counts.get(term, 0) + count

    def _fade(self) -> None:
        self._articles //= 2
        self._counts = {term: count // 2 for term, count in self._counts.items() if count > 1}
        self._whole = True

    def _drop(self) -> None:
        """Down to three quarters, so that it is not done for each article."""
        least = sorted(self._counts.values(), reverse=True)[MOST_TERMS * 3 // 4]
        self._counts = {term: count for term, count in self._counts.items() if count > least}
        self._whole = True


@cache
def _common() -> Mapping[str, int]:
    return {word: int(count) for count, words in COMMON.items() for word in words.split()}
