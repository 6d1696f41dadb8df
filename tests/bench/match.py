"""Many rules on tagged articles: the index of rules, against asking every rule in turn. Both must find the same."""

import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from services.app import SystemClock, load_configuration
from services.config.load import default_directory
from services.core.article import Article, TaggedArticle
from services.core.rule import RuleSource
from services.core.rules.compile import Match, Rule, compile_rule
from services.core.rules.index import RuleIndex
from services.core.rules.reading import Reading
from services.core.rules.vocabulary import Vocabulary
from services.extractor.tagger import SpacyTagger
from tests.bench.report import Progress, heading, machine, table
from tests.bench.texts import articles, texts

_COUNTRIES = (
    "US",
    "RU",
    "CN",
    "IR",
    "KP",
    "UA",
    "IL",
    "TR",
    "DE",
    "FR",
    "GB",
    "IN",
    "PK",
    "SA",
    "AE",
    "TW",
    "KR",
    "JP",
    "PL",
    "SE",
)
_WORDS = (
    "missile",
    "drone",
    "tank",
    "frigate",
    "radar",
    "export",
    "licence",
    "embargo",
    "asset",
    "bank",
    "oil",
    "gas",
    "chip",
    "visa",
)
_TOPICS = (
    "arms_transfer",
    "sanctions",
    "armed_conflict",
    "defence_industry",
    "export_controls",
    "diplomacy",
    "nuclear_missile",
)
Answer = list[tuple[Rule, Match]]


def run(count: int, rules: int, full: float) -> None:
    """Measure and print, for the rules that wirewatch comes with and for ``rules`` made up ones."""
    configuration = load_configuration(default_directory())
    found = texts(count, full)
    heading("match: index of rules, or every rule in turn", machine(), str(found))
    tagged = _tagged(SpacyTagger(Path(configuration.lexicons), configuration.settings.extractor), list(articles(found)))
    shipped = [compile_rule(rule, Vocabulary(lists=configuration.lists)) for rule in configuration.rules]
    made_up = [
        compile_rule(RuleSource(id=f"r{number}", title="", when=when)) for number, when in enumerate(_conditions(rules))
    ]
    rows = []
    for name, own in (("shipped", shipped), ("made up", made_up)):
        nothing, _ = _best(tagged, _prepared)
        indexed, first = _best(tagged, partial(_by_index, RuleIndex(own)))
        asked, second = _best(tagged, partial(_every, own))
        assert first == second, "the index finds something else than every rule in turn"
        each = [1e6 * seconds / count for seconds in (nothing, indexed, asked)]
        rows.append((f"{len(own):,} {name}", first, *each, asked / indexed))
    table(
        ("rules", "matches", "preparing µs/article", "index µs/article", "every rule µs/article", "times as fast"), rows
    )


def _tagged(tagger: SpacyTagger, found: Sequence[Article]) -> list[TaggedArticle]:
    clock, progress = SystemClock(), Progress()
    progress("tagging")
    tagged = [tagger.tag(article, clock.now()) for article in found]
    progress.end()
    return tagged


def _prepared(reading: Reading) -> Answer:
    """What both take, and the alerter needs anyway: the words of the article and their places."""
    assert reading.places
    return []


def _by_index(index: RuleIndex, reading: Reading) -> Answer:
    return list(index.matches(reading))


def _every(rules: Sequence[Rule], reading: Reading) -> Answer:
    return [(rule, match) for rule in rules if (match := rule.match(reading)) is not None]


def _best(tagged: Sequence[TaggedArticle], ask: Callable[[Reading], Answer]) -> tuple[float, int]:
    """Of three."""
    return min(_timed(tagged, ask) for _ in range(3))


def _timed(tagged: Sequence[TaggedArticle], ask: Callable[[Reading], Answer]) -> tuple[float, int]:
    """Seconds of processor time, and how many matches. Every article is prepared anew, as the alerter does."""
    begun, matches = time.process_time(), 0
    for article in tagged:
        matches += len(ask(Reading(article)))
    return time.process_time() - begun, matches


def _conditions(count: int) -> list[str]:
    """Rules as desks write them, one per country, party, topic and words."""
    chance = random.Random(1)

    def one() -> str:
        first, second = chance.sample(_COUNTRIES, 2)
        word, other = chance.sample(_WORDS, 2)
        topic = chance.choice(_TOPICS)
        return chance.choice((
            f"act:arms_transfer(supplier: {first}, recipient: {second})",
            f"act:sanction(imposer: {first}, target: {second}, stage>=imposed)",
            f"act:arms_transfer(recipient: {first}, stage>=agreed) AND NOT topic:{topic}",
            f"topic:{topic} AND country:{first} AND ({word} OR {other}*)",
            f'country:({first}, {second}) AND title:{word} AND topic~{topic}',
            f'"{word} {other}" OR (topic:{topic} AND country:{first} AND country:{second})',
        ))  # fmt: skip

    return [one() for _ in range(count)]
