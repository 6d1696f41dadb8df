"""Rules that wait until enough outlets tell a story, or that want what is fresh."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.core.ledger import Fate
from services.core.rule import RuleSource
from services.store.engine import Store, open_store
from tests.alerter.desk import Desk
from tests.alerter.timeline import steps

SCRIPT = """
    09:00 harbour: Norland agrees to sell coastal radars to Sudmark {NO>SD agreed} => -
    09:10 harbour: Sudmark to get coastal radars from Norland, minister says {NO>SD agreed} => -
    09:20 ledger: Sudmark buys coastal radars of Norland {NO>SD agreed} => new_story
    09:30 herald: Coastal radars for Sudmark: Norland signs {NO>SD agreed} => -
    09:40 courier: Norland has sold coastal radars to Sudmark {NO>SD agreed} => -
    12:00 harbour: Norland delivers coastal radars to Sudmark {NO>SD delivered} => stage_moved
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/desk.sqlite3") as opened:
        yield opened


def told(desk: Desk, script: str) -> list[tuple[str, str]]:
    """What each line was meant to tell, and what it told."""
    return [
        (
            " ".join(step.expected) or "-",
            " ".join(alert.development.kind for alert in desk.decide([step.tagged])[0]) or "-",
        )
        for step in steps(script)
    ]


@pytest.mark.parametrize(
    "when", ["act:arms_transfer AND outlets>=2", "outlets>1 AND radars", "topic:none OR (NOT outlets<2 AND act:any)"]
)
def test_a_rule_that_waits_for_outlets_tells_once_when_they_are_reached(store: Store, when: str) -> None:
    desk = Desk(store, [RuleSource(id="arms", title="Arms", when=when)])
    for expected, found in told(desk, SCRIPT):
        assert found == expected


def test_outlets_of_one_owner_are_one_outlet(store: Store) -> None:
    rule = RuleSource(id="arms", title="Arms", when="act:any AND outlets>=2")
    desk = Desk(store, [rule], owners={"harbour": "group", "ledger": "group"})
    assert [found for _, found in told(desk, SCRIPT)][:4] == ["-", "-", "-", "new_story"]


def test_the_ledger_says_which_rule_waits(store: Store) -> None:
    desk = Desk(store, [RuleSource(id="arms", title="Arms", when="radars AND outlets>=2")])
    (step,) = steps("09:00 harbour: Norland shows coastal radars => -")
    alerts, (entry,) = desk.decide([step.tagged])
    assert alerts == []
    assert entry.fate is Fate.NO_RULE
    assert entry.story_id is not None
    assert entry.reason.startswith("no rule matched; arms would with another number of outlets, and 1 told it so far; ")


@pytest.mark.parametrize(("minutes", "count"), [(119, 1), (120, 0)])
def test_a_rule_for_what_is_fresh_tells_nothing_older(store: Store, minutes: int, count: int) -> None:
    desk = Desk(store, [RuleSource(id="arms", title="Arms", when="radars AND age<2h")])
    (step,) = steps("09:00 harbour: Norland shows coastal radars => -")
    alerts, _ = desk.decide([step.tagged], step.tagged.article.published_at + timedelta(minutes=minutes))
    assert len(alerts) == count
