"""Many rules on tagged articles: the index of rules, every rule in turn, and Lucene Monitor. All must find the same."""

import gc
import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

from services.config.load import default_directory
from services.core.article import Article, TaggedArticle
from services.core.rules.compile import Rule, compile_rule
from services.core.rules.index import RuleIndex
from services.core.rules.keys import Rarity
from services.core.rules.reading import Reading
from services.core.settings import Configuration
from services.extractor.lexicons import load_lexicons
from services.extractor.tagger import SpacyTagger
from services.openers import SystemClock, load_configuration
from tests.bench import monitor
from tests.bench.report import Progress, heading, machine, table
from tests.bench.rulebook import rulebook
from tests.bench.texts import Text, Texts, articles, texts

_IN_TURN = 300_000  # rules asked in turn, over all articles: more only takes longer
_WARM = 4.0  # seconds for each way to ask Lucene, so that its code is compiled
_WORD = re.compile(r"\w+")
Answers = list[frozenset[str]]


def run(count: int, rules: Sequence[int], length: int, *, lucene: bool) -> None:
    """Measure and print, for the rules that wirewatch comes with and for made up ones."""
    configuration = load_configuration(default_directory())
    found = _cut(texts(3 * count, 1.0), 2 * count, length)
    heading("match: which rules fit an article", machine(), f"{found}, at most {length} words")
    tagger = SpacyTagger(Path(configuration.lexicons), configuration.settings.extractor)
    tagged = _tagged(tagger, list(articles(found)))
    sample, asked = tagged[: len(tagged) // 2], tagged[len(tagged) // 2 :]
    rarity = Rarity.of([Reading(article) for article in sample])
    shipped = [compile_rule(rule, configuration.vocabulary) for rule in configuration.rules]
    absent = monitor.missing() if lucene else "not asked"
    if absent:
        print(f"without Lucene Monitor: {absent}")
    rows = [_row("shipped", shipped, rarity, asked, None)]
    for number in rules:
        made_up = [compile_rule(rule) for rule in rulebook(number, *_names(configuration, asked))]
        rows.append(_row("made up", made_up, rarity, asked, None if absent else _lucene))
    head = (
        "rules",
        "hits/article",
        "words and marks alone",
        "which rules",
        "with evidence",
        "every rule",
        "Lucene Monitor",
    )
    print("articles a second")
    table(head, rows)


def _row(name: str, rules: Sequence[Rule], rarity: Rarity, tagged: Sequence[TaggedArticle], lucene: Callable[..., tuple[float, Answers]] | None) -> Sequence[object]:  # fmt: skip
    index = RuleIndex(rules, rarity)
    gc.collect()
    gc.freeze()  # as where the index lives as long as the process
    prepared, _ = _best(tagged, _prepare)
    which, found = _best(tagged, partial(_which, index))
    evident, same = _best(tagged, partial(_evident, index))
    few = tagged[: max(3, _IN_TURN // len(rules))]
    turn, expected = _timed(few, partial(_in_turn, rules))
    _agree("every rule in turn", expected, found)
    _agree("the index with evidence", same, found)
    peer = "-"
    if lucene:
        micro, answers = lucene(rules, tagged)
        _agree("Lucene Monitor", answers, found)
        peer = f"{1e6 / micro:,.0f}"
    hits = sum(map(len, found)) / len(tagged)
    gc.unfreeze()
    return (f"{len(rules):,} {name}", hits, *(1 / one for one in (prepared, which, evident, turn)), peer)


def _agree(who: str, answers: Answers, found: Answers) -> None:
    wrong = sum(len(one ^ other) for one, other in zip(answers, found, strict=False))
    if wrong:
        raise SystemExit(f"{who} and the index differ in {wrong} answers")


def _lucene(rules: Sequence[Rule], tagged: Sequence[TaggedArticle]) -> tuple[float, Answers]:
    measured = monitor.measure(rules, [Reading(article) for article in tagged], _WARM)
    for way, micro in measured.ways.items():
        print(f"  Lucene Monitor, {len(rules):,} rules, {way}: {1e6 / micro:,.0f} articles a second")
    return min(measured.ways.values()), measured.answers


def _cut(found: Texts, count: int, length: int) -> Texts:
    """The first ``count`` texts that are long enough, each cut to so many words."""
    return Texts(found.source, list(_long(found.texts, length))[:count])


def _long(found: Sequence[Text], length: int) -> Iterator[Text]:
    for text in found:
        words = list(_WORD.finditer(text.body))
        over = length - len(_WORD.findall(f"{text.title} {text.summary}"))
        if len(words) >= over > 0:
            yield text._replace(body=text.body[: words[over - 1].end()])


def _names(configuration: Configuration, tagged: Sequence[TaggedArticle]) -> tuple[list[str], list[str]]:
    """Outlets and entities to make rules with."""
    outlets = {outlet.id for outlet in configuration.feeds.outlets} | {one.article.outlet for one in tagged}
    entities = [
        one for one in load_lexicons(Path(configuration.lexicons)).entities if re.fullmatch(r"[a-z_]+:[\w.-]+", one)
    ]
    return sorted(outlets), entities


def _tagged(tagger: SpacyTagger, found: Sequence[Article]) -> list[TaggedArticle]:
    clock, progress = SystemClock(), Progress()
    progress("tagging")
    tagged = [tagger.tag(article, clock.now()) for article in found]
    progress.end()
    return tagged


def _prepare(reading: Reading) -> Collection[str]:
    """What the index looks at of every article: its words and its marks."""
    assert reading.vocabulary
    assert reading.marks
    return ()


def _which(index: RuleIndex, reading: Reading) -> Collection[str]:
    return [rule.id for rule in index.matching(reading)]


def _evident(index: RuleIndex, reading: Reading) -> Collection[str]:
    return [rule.evidence(reading).rule for rule in index.matching(reading)]


def _in_turn(rules: Sequence[Rule], reading: Reading) -> Collection[str]:
    return [rule.id for rule in rules if rule.match(reading) is not None]


def _best(tagged: Sequence[TaggedArticle], ask: Callable[[Reading], Collection[str]]) -> tuple[float, Answers]:
    """Of five."""
    return min((_timed(tagged, ask) for _ in range(5)), key=lambda one: one[0])


def _timed(tagged: Sequence[TaggedArticle], ask: Callable[[Reading], Collection[str]]) -> tuple[float, Answers]:
    """Seconds of processor time per article, and the answers. Every article is prepared anew, as the alerter does."""
    readings = [Reading(article) for article in tagged]
    begun = time.process_time()
    answers = [ask(reading) for reading in readings]
    return (time.process_time() - begun) / len(tagged), list(map(frozenset, answers))
