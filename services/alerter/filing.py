"""The rules that articles are matched against, filed by how common words are in what this alerter reads.

How they are filed decides how long matching takes, never what matches.
"""

from collections import Counter
from collections.abc import Sequence

from services.core.rules.compile import Rule
from services.core.rules.index import RuleIndex
from services.core.rules.keys import Rarity, counted
from services.core.rules.reading import Reading

_ENOUGH = (300, 3000)  # articles after which the rules are filed anew, by what was counted so far


class Filing:
    """Not thread-safe: for the thread that decides."""

    def __init__(self, enough: Sequence[int] = _ENOUGH) -> None:
        self._index = RuleIndex()
        self._rules: Sequence[Rule] = ()
        self._enough = list(enough)
        self._articles = 0
        self._counts: Counter[str] = Counter()

    def index(self, rules: Sequence[Rule]) -> RuleIndex:
        """These rules, in their order. What they ask no more is taken out, what is new is filed, all else stays."""
        if self._enough and self._articles >= self._enough[0]:
            self._anew(rules)
        elif rules is not self._rules:
            self._index.become(rules)
        self._rules = rules
        return self._index

    def count(self, reading: Reading) -> None:
        """One more article. Those after the last number that is enough are not looked at."""
        if not self._enough:
            return
        self._articles += 1
        self._counts.update(counted(reading))

    def _anew(self, rules: Sequence[Rule]) -> None:
        self._index = RuleIndex(rules, Rarity(self._articles, self._counts))
        self._enough = [number for number in self._enough if number > self._articles]
        if not self._enough:
            self._counts = Counter()
