"""What an article tells only as what went before its news."""

import pytest

from services.core.ledger import Fate
from services.core.recall import recalled
from services.core.rule import RuleSource
from services.core.rules.compile import compile_rule
from services.core.rules.reading import Reading
from tests.extractor.reading import read

BEFORE = [
    ("Senator would leave his party", "His comments come after Portugal agreed to sell howitzers to Iceland."),
    ("Ship struck off the cape", "It comes one day after Portugal sent howitzers to Iceland."),
    ("Ship struck off the cape", "The attack came hours after Norway imposed sanctions on Paraguay."),
]
NEWS = [
    ("Portugal sends howitzers to Iceland", "The shipment comes after Iceland asked for help."),
    ("Portugal sends howitzers to Iceland", "It comes one day after Portugal sent howitzers to Iceland."),
    ("Ship struck off the cape", "Portugal sent howitzers to Iceland. It comes one day after a ship was struck."),
    ("Talks end", "New sanctions by Norway on Paraguay came after talks had failed."),
    ("Talks end", "It comes as Norway imposes sanctions on Paraguay."),
]


def fate(title: str, summary: str, when: str) -> Fate | None:
    reading = Reading(read(title, summary))
    assert reading.tagged.acts, "no act is read, so the case shows nothing"
    found = recalled(compile_rule(RuleSource(id="acts", title="Acts", when=when)), reading.tagged.acts, reading)
    return found[0] if found else None


@pytest.mark.parametrize(("title", "summary"), BEFORE)
def test_what_the_news_comes_after_is_no_news_to_a_rule_on_acts(title: str, summary: str) -> None:
    assert fate(title, summary, "act:any") is Fate.PAST


@pytest.mark.parametrize(("title", "summary"), BEFORE)
def test_a_rule_without_acts_is_told_of_the_article(title: str, summary: str) -> None:
    assert fate(title, summary, "howitzer* OR sanction*") is None


@pytest.mark.parametrize(("title", "summary"), NEWS)
def test_an_act_that_the_headline_or_another_sentence_tells_is_news(title: str, summary: str) -> None:
    assert fate(title, summary, "act:any") is None
