"""Many rules at once: each is filed under keys of which an article must have one, and only then asked.

The approach of prospective search engines (Lucene Monitor, https://lucene.apache.org/core/9_11_1/monitor/): of a
conjunction only the rarest part is filed, of a disjunction every part. Rules that ask the same are asked once.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from services.core.article import TaggedArticle
from services.core.rules.compile import Rule
from services.core.rules.evaluate import truth
from services.core.rules.keys import Rarity, is_text, required
from services.core.rules.program import besides
from services.core.rules.reading import Reading

_HEAD = 3  # letters: no prefix is shorter
_MOST_PAIRS = 32  # that a question is filed under
_MOST_KNOWN = 100_000  # words
_FEW = 8  # second keys, looked at one by one


class Answers(NamedTuple):
    """What the rules say of an article, in their order."""

    matching: tuple[Rule, ...]
    waiting: tuple[Rule, ...]  # those that do not match, and may when it is known how many outlets tell the story


class Question:
    """What one or more rules ask."""

    def __init__(self, number: int, rule: Rule, rarity: Rarity) -> None:
        self.number = number
        self.rules: dict[int, Rule] = {}  # by their numbers
        self.expression = rule.expression
        sets = _two(required(rule.expression, rarity))
        self.pairs = _pairs(sets)
        self.besides = besides(rule.expression, sets)  # what to ask of an article that has a pair; None: nothing more
        self.waits = rule.waits_for_outlets
        self.gate = required(rule.expression, rarity, texts=False)[:1]
        self.keys = frozenset(key for pair in self.pairs for key in pair if key)
        self.of_text = any(map(is_text, self.keys))


def _two(sets: list[frozenset[str]]) -> list[frozenset[str]]:
    """The rarest, and the next rarest with which there are not too many pairs."""
    first, rest = sets[:1], sets[1:]
    return first + [keys for keys in rest if len(first[0]) * len(keys) <= _MOST_PAIRS][:1]


def _pairs(sets: list[frozenset[str]]) -> list[tuple[str, str]]:
    """Pairs of keys of which an article must have one whole; the second is empty where the first is enough.

    A mark stands first where the other is a word: an article has few marks, so few lists are looked into.
    """
    if len(sets) < 2:
        return [(key, "") for keys in sets for key in keys]
    first, second = sets
    if any(map(is_text, first)) and not any(map(is_text, second)):
        first, second = second, first
    return [(one, other) for one in first for other in second]


class RuleIndex:
    """Finds the rules that match, the same as asking every rule in turn. To be changed by one thread, with no other reading."""

    def __init__(self, rules: Iterable[Rule] = (), rarity: Rarity | None = None) -> None:
        self._rarity = rarity or Rarity()
        self._numbers: dict[str, tuple[int, Hashable]] = {}  # of rules by id, with what they ask
        self._asked: dict[Hashable, Question] = {}
        self._questions: dict[int, Question] = {}
        self._count = 0
        self._always: set[int] = set()  # questions that any article may meet
        # Questions by a key of theirs, and by a second one that is needed besides, or "" where one is enough.
        self._filed: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)
        self._begins: Counter[str] = Counter()  # questions by the beginnings of words among their keys
        self._stems: defaultdict[str, dict[str, str]] = defaultdict(dict)  # those keys, by how they begin
        self._known: dict[str, tuple[str, ...]] = {}  # which of them a word begins with, of words met lately
        self._gates: Counter[str] = Counter()  # without one of these, no question filed under words can be met
        self._ungated = 0  # questions for which that is not so
        for rule in rules:
            self.add(rule)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order in which they were added."""
        return tuple(self._asked[asked].rules[number] for number, asked in self._numbers.values())

    @property
    def questions(self) -> int:
        """How many different things the rules ask."""
        return len(self._questions)

    def add(self, rule: Rule) -> None:
        """One more. Raises ValueError if a rule with this id is in the index."""
        if rule.id in self._numbers:
            raise ValueError(f"two rules have the id {rule.id}")
        self._count += 1
        self._question(self._count, rule).rules[self._count] = rule
        self._numbers[rule.id] = (self._count, rule.asks)

    def remove(self, rule: str) -> None:
        """The rule with this id goes. Raises KeyError if there is none."""
        number, asked = self._numbers.pop(rule)
        question = self._asked[asked]
        del question.rules[number]
        if not question.rules:
            del self._asked[asked]
            self._unfile(question)

    def become(self, rules: Sequence[Rule]) -> None:
        """Hold these and no others, in their order. Raises ValueError if two have one id, and then changes nothing.

        What is asked before and after stays filed as it is.
        """
        numbered = list(enumerate(rules, self._count + 1))
        numbers = {rule.id: (number, rule.asks) for number, rule in numbered}
        if len(numbers) < len(numbered):
            twice = Counter(rule.id for rule in rules).most_common(1)[0][0]
            raise ValueError(f"two rules have the id {twice}")
        for asked in self._asked.keys() - {rule.asks for rule in rules}:
            self._unfile(self._asked.pop(asked))
        for question in self._asked.values():
            question.rules.clear()
        for number, rule in numbered:
            self._question(number, rule).rules[number] = rule
        self._numbers = numbers
        self._count += len(numbered)

    def answers(self, article: TaggedArticle | Reading) -> Answers:
        """Which rules match and which wait, each asked once."""
        reading = article if isinstance(article, Reading) else Reading(article)
        matching: list[Question] = []
        waiting: list[Question] = []
        for question in self._met(reading):
            waits = question.waits and not truth(question.expression, reading)
            (waiting if waits else matching).append(question)
        return Answers(_in_order(matching), _in_order(waiting))

    def matching(self, article: TaggedArticle | Reading) -> tuple[Rule, ...]:
        """Rules that match, in their order."""
        return self.answers(article).matching

    def _met(self, reading: Reading) -> Iterator[Question]:
        questions = self._questions
        for number in self._candidates(reading):
            question = questions[number]
            if question.besides is None or question.besides(reading):
                yield question

    def _candidates(self, reading: Reading) -> set[int]:
        """Numbers of the questions that can be met."""
        filed, found = self._filed, set(self._always)
        present = self._present(reading)
        for by in [filed[key] for key in present if key in filed]:
            if len(by) < _FEW:
                for other, numbers in by.items():
                    if other in present:
                        found.update(numbers)
            else:
                for other in by.keys() & present:
                    found.update(by[other])
        return found

    def _present(self, reading: Reading) -> set[str]:
        """The keys that the article has. Of most articles nobody asks for the words."""
        if not self._ungated and self._gates.keys().isdisjoint(reading.marks):
            return {"", *reading.marks}
        present = reading.vocabulary | reading.marks
        present.add("")
        present.update(self._begun(reading.vocabulary))
        return present

    def _begun(self, words: Iterable[str]) -> Iterator[str]:
        """Beginnings of these words that rules ask for."""
        if not self._stems:
            return
        known = self._known
        for word in words:
            begun = known.get(word)
            if begun is None:
                begun = known[word] = self._beginnings(word)
            if begun:
                yield from begun

    def _beginnings(self, word: str) -> tuple[str, ...]:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        return tuple(key for stem, key in self._stems.get(word[:_HEAD], {}).items() if word.startswith(stem))

    def _question(self, number: int, rule: Rule) -> Question:
        """What the rule asks; filed by this number if nobody has asked it so far."""
        question = self._asked.get(rule.asks)
        if question is None:
            question = self._asked[rule.asks] = Question(number, rule, self._rarity)
            self._file(question)
        return question

    def _file(self, question: Question) -> None:
        self._questions[question.number] = question
        for key, other in question.pairs:
            self._filed[key].setdefault(other, []).append(question.number)
        for key in question.keys:
            if key.endswith("*"):
                self._stems[key[:_HEAD]][key[:-1]] = key
                self._begins[key] += 1
                self._known.clear()
        if not question.pairs:
            self._always.add(question.number)
        if question.of_text:
            self._gates.update(key for keys in question.gate for key in keys)
            self._ungated += not question.gate

    def _unfile(self, question: Question) -> None:
        del self._questions[question.number]
        self._always.discard(question.number)
        for key, other in question.pairs:
            self._filed[key][other].remove(question.number)
            if not self._filed[key][other]:
                del self._filed[key][other]
            if not self._filed[key]:
                del self._filed[key]
        for key in question.keys:
            if key.endswith("*") and not _less(self._begins, key):
                del self._stems[key[:_HEAD]][key[:-1]]
                if not self._stems[key[:_HEAD]]:
                    del self._stems[key[:_HEAD]]
                self._known.clear()
        if question.of_text:
            for key in (key for keys in question.gate for key in keys):
                _less(self._gates, key)
            self._ungated -= not question.gate


def _in_order(questions: Iterable[Question]) -> tuple[Rule, ...]:
    found = {number: rule for question in questions for number, rule in question.rules.items()}
    return tuple(found[number] for number in sorted(found))


def _less(counts: Counter[str], key: str) -> int:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
    return counts[key]
