"""A rule made ready to match, and what a match is."""

from collections.abc import Hashable
from functools import cached_property

from msgspec import Struct

from services.core.act import Act
from services.core.article import TaggedArticle
from services.core.mention import Span
from services.core.rule import RuleSource
from services.core.rules.evaluate import evidence, truth
from services.core.rules.expression import ActIs, Expression, Figure, FigureIs, leaves, unplaced
from services.core.rules.parse import parse
from services.core.rules.reading import Reading
from services.core.rules.vocabulary import ANYTHING, Lists, Vocabulary


class Match(Struct, frozen=True, kw_only=True):
    """The evidence that a rule fits an article. The spans alone, with the topics and acts they carry, reproduce it."""

    rule: str
    rule_version: str
    spans: tuple[Span, ...]  # in the order of the text, each once
    topics: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()  # those that meet the conditions on acts


class Rule:
    """A compiled rule. Immutable; may be used by several threads."""

    def __init__(
        self, source: RuleSource, expression: Expression, warnings: tuple[str, ...], lists: Lists | None = None
    ) -> None:
        self.source = source
        self.expression = expression
        self.asks: Hashable = unplaced(expression)  # equal for rules that ask the same, however they are written
        self.warnings = warnings
        self.lists = dict(lists or {})  # those it refers to, as they were when it was compiled

    @property
    def id(self) -> str:
        """The rule's id, which stays over its versions."""
        return self.source.id

    @cached_property
    def asks_for_acts(self) -> bool:
        """Whether any condition is on acts."""
        return any(isinstance(leaf, ActIs) for leaf in leaves(self.expression))

    @cached_property
    def waits_for_outlets(self) -> bool:
        """Whether any condition is on how many outlets tell the story."""
        figures = (leaf.figure for leaf in leaves(self.expression) if isinstance(leaf, FigureIs))
        return Figure.OUTLETS in figures

    def match(self, article: TaggedArticle | Reading) -> Match | None:
        """The match, or None. Pass a Reading to prepare an article once for many rules."""
        reading = article if isinstance(article, Reading) else Reading(article)
        return self.evidence(reading) if self.holds(reading) else None

    def holds(self, reading: Reading) -> bool:
        """Whether it matches: all that is asked of most articles, which bring no alert."""
        return truth(self.expression, reading) is True

    def acts(self, reading: Reading) -> tuple[Act, ...]:
        """The acts that meet the conditions of a rule that holds; empty where none of these is on acts."""
        return self.evidence(reading).acts if self.asks_for_acts else ()

    def evidence(self, reading: Reading) -> Match:
        """The match with an article that the rule holds for."""
        found = evidence(self.expression, reading)
        spans = {(span.start, span.end): span for one in found for span in one.spans}
        return Match(
            rule=self.source.id,
            rule_version=self.source.version,
            spans=tuple(spans[place] for place in sorted(spans)),
            topics=tuple(dict.fromkeys(topic for one in found for topic in one.topics)),
            acts=tuple(dict.fromkeys(act for one in found for act in one.acts)),
        )


def compile_rule(source: RuleSource, vocabulary: Vocabulary = ANYTHING) -> Rule:
    """The rule, ready to match. Raises RuleError with every mistake in ``when``, each with line, column and caret."""
    expression, warnings = parse(source.when, vocabulary)
    named = {name: members for name, members in (vocabulary.lists or {}).items() if f"@{name}" in source.when}
    return Rule(source, expression, warnings, named)
