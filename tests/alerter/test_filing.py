"""How rules are filed changes with what is read and what is reloaded; what matches never does."""

from collections.abc import Sequence

from services.alerter.filing import Filing
from services.core.article import TaggedArticle
from services.core.rule import RuleSource
from services.core.rules.compile import Rule, compile_rule
from services.core.rules.index import RuleIndex
from services.core.rules.reading import Reading
from tests.builders import tagged

NEWS = [
    tagged(title=title)
    for title in ("Radars for Norland", "Radar stations sold", "Radars and tanks", "Tanks for Norland", "Norland votes")
]
WHENS = ("radars AND norland", "tanks AND norland", "tank*", "NOT norland", "radars OR votes", "norland AND outlets>=2")


def rules(*whens: str) -> tuple[Rule, ...]:
    return tuple(compile_rule(RuleSource(id=str(number), title="R", when=when)) for number, when in enumerate(whens))


def names(asked: Sequence[Rule], article: TaggedArticle) -> list[str]:
    return [rule.id for rule in asked if rule.match(article)]


def test_what_matches_is_the_same_before_and_after_words_are_counted_and_over_reloads() -> None:
    filing, first, second = Filing((3, 7)), rules(*WHENS), rules(*WHENS[:2], "votes", *WHENS[4:])
    for asked in (first, first, second, first, second):
        for article in NEWS:
            index = filing.index(asked)
            assert index.rules == asked
            assert [rule.id for rule in index.matching(article)] == names(asked, article)
            assert index.answers(article) == RuleIndex(asked).answers(article)
            filing.count(Reading(article))


def test_a_reload_files_only_what_is_new() -> None:
    filing = Filing()
    before = filing.index(rules("radars AND norland", "tanks", "votes"))
    filed = dict(before._questions)
    after = filing.index(rules("radars AND  (norland)", "ships", "votes"))
    assert after is before
    kept = {number: question for number, question in after._questions.items() if number in filed}
    assert {number: filed[number] for number in kept} == kept
    assert (len(kept), after.questions) == (2, 3)


def test_rules_are_filed_anew_by_what_was_read_and_then_no_more_is_counted() -> None:
    filing, asked = Filing((2, 4)), rules("norland AND missiles")
    missiles = Reading(tagged(title="Missiles"))
    asked_of = []
    for _ in range(6):
        (question,) = filing.index(asked)._questions.values()
        asked_of.append(next(iter(question.pairs))[0])
        filing.count(missiles)
    assert asked_of == ["missiles", "missiles", *["norland"] * 4]
    assert filing.index(asked) is filing.index(asked)
    assert not filing._counts
