"""What ``wirewatch explain`` says of an article."""

from services.cli.explain import explain
from services.core.ledger import Fate, LedgerEntry
from services.core.rule import Mode, RuleSource
from services.core.rules.compile import compile_rule
from tests.alerter.timeline import tagged
from tests.builders import alert, at

DEAL = tagged("Norland agrees to sell radars to Sudmark {NO>SD agreed}")
RULES = [
    compile_rule(RuleSource(id="arms", title="Arms", when="act:arms_transfer(supplier: NO) AND radars")),
    compile_rule(RuleSource(id="listing", title="Sanctions", when="act:sanction AND country:SD", mode=Mode.SHADOW)),
]


def test_each_rule_says_by_what_it_matches_or_which_clause_fails() -> None:
    text = explain([(DEAL, "st1")], RULES, [], [])
    assert 'arms matches: "Norland"' in text
    assert "listing (mode shadow) does not match" in text
    assert "fails: act:sanction\n" in text
    assert "no act of this kind; acts found: arms_transfer(supplier: Norland [NO]" in text
    assert "country:SD" not in text  # that clause holds


def test_what_was_decided_stands_with_its_reason_and_alert() -> None:
    entry = LedgerEntry(
        article_id="a1",
        revision=1,
        at=at(2),
        fate=Fate.ALERTED,
        reason="First report of this story",
        rule="arms",
        alert_id="al1",
    )
    text = explain([(DEAL, "st1")], RULES, [entry], [alert()])
    assert "2026-01-05 09:02:00 alerted arms: First report of this story (al1)" in text
    assert "alert al1 by arms version 1, warning" in text


def test_text_of_an_article_cannot_steer_the_terminal() -> None:
    text = explain([(tagged("Norland\x1b[31m sells \u202eradars"), None)], RULES, [], [])
    assert "\x1b" not in text
    assert "\u202e" not in text
