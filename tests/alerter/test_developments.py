"""What is new in an act that was told before, under the kinds that a rule asks for, as timelines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.core.alert import DevelopmentKind
from services.core.rule import RuleSource
from services.store.engine import Store, open_store
from tests.alerter.desk import Desk
from tests.alerter.test_stories import play


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/desk.sqlite3") as opened:
        yield opened


ALL = RuleSource(id="arms", title="Arms", when="act:any", notify_on=tuple(DevelopmentKind))

DETAILS = {
    "a number that changes is told once, with what it was": """
        09:00 harbour: Norland agrees to sell 12 howitzers to Sudmark {NO>SD agreed of howitzers} => new_story
        09:30 harbour: Norland has agreed to sell 12 howitzers to Sudmark {NO>SD agreed of howitzers} => -
        10:00 harbour: Norland agrees to sell Sudmark 24 howitzers {NO>SD agreed of howitzers} => number_changed "Number changed from 12 to 24 (howitzer): Norland agrees to supply arms to Sudmark"
        10:30 harbour: It is 24 howitzers that Norland sells Sudmark {NO>SD agreed of howitzers} => -
        11:00 harbour: Norland agrees to sell 12 howitzers to Sudmark, again {NO>SD agreed of howitzers} => -
    """,
    "a sum that changes, and one that is only rounded otherwise": """
        09:00 harbour: Norland approves $2 billion sale of radars to Sudmark {NO>SD agreed} => new_story
        09:30 harbour: Norland approves $1.96bn sale of radars to Sudmark {NO>SD agreed} => -
        10:00 harbour: Norland approves $2.4B radar sale to Sudmark {NO>SD agreed} => number_changed "from $2 billion to $2.4 billion"
    """,
    "numbers of different stages are different numbers": """
        09:00 harbour: Norland agrees to sell 24 howitzers to Sudmark {NO>SD agreed of howitzers} => new_story
        10:00 harbour: Norland delivers 12 howitzers to Sudmark {NO>SD delivered of howitzers} => stage_moved
        11:00 harbour: Norland delivered 12 of 24 howitzers to Sudmark {NO>SD delivered of howitzers} => -
    """,
    "other arms than told before": """
        09:00 harbour: Norland agrees to send Harpoon missiles to Sudmark {NO>SD agreed of Harpoon} => new_story
        10:00 harbour: Norland agrees to send Patriot missiles to Sudmark {NO>SD agreed of Patriot} => number_changed "Other arms than told before: patriot, where it was harpoon"
        11:00 harbour: Norland agrees to send Sudmark Harpoon missiles {NO>SD agreed of Harpoon} => -
    """,
    "a party that was not named before": """
        09:00 harbour: Norland agrees to sell coastal radars abroad {NO>? agreed} => new_story
        09:30 harbour: Norland agrees to sell coastal radars to Sudmark {NO>SD agreed} => party_added "no recipient was named before: Sudmark"
        09:40 harbour: Norland agrees to sell Sudmark coastal radars {NO>SD agreed} => -
        09:50 harbour: Norland agrees to sell coastal radars abroad, again {NO>? agreed} => -
        10:00 harbour: Norland agrees to sell its coastal radars to Sudmark {NO>SD agreed} => -
    """,
    "somebody who joins": """
        09:00 harbour: Norland imposes sanctions on Kestria {NO!KE imposed} => new_story
        10:00 harbour: Westria follows Norland with sanctions on Kestria {NO!KE imposed}{WS!KE imposed} => party_added "Another party to what was told: Westria imposes sanctions on Kestria, as Norland imposes"
        11:00 harbour: Westria followed Norland with sanctions on Kestria {NO!KE imposed}{WS!KE imposed} => -
    """,
    "one more name of a party that no lexicon knows is nobody who joins": """
        09:00 harbour: Norland imposes sanctions on mine owner Ivo {NO!~Ivo imposed} => new_story
        10:00 harbour: Norland sanctions mine owner Ivo, the Baron {NO!~Ivo imposed}{NO!~Baron imposed} => new_act
    """,
    "whom sanctions hit is no official source of them": """
        09:00 harbour: Norland imposes sanctions on Kestria, paper says {NO!KE imposed by Northern Herald} => new_story
        10:00 harbour: Norland imposes sanctions, Kestria says {NO!KE imposed by Kestria} => -
        11:00 harbour: Norland imposes sanctions on Kestria, its minister says {NO!KE imposed by minister} => official_source
    """,
    "an official source after others": """
        09:00 harbour: Norland agrees to sell radars to Sudmark, paper says {NO>SD agreed by Northern Herald} => new_story
        09:30 harbour: Norland agrees to sell radars to Sudmark, officials say {NO>SD agreed by Norlandic officials} => -
        10:00 harbour: Norland agrees to sell radars to Sudmark, ministry says {NO>SD agreed by defence ministry} => official_source "First official source: defence ministry says so"
        10:30 harbour: Norland agrees to sell radars to Sudmark, minister says {NO>SD agreed by defence minister} => -
    """,
    "an official source from the start is none later": """
        09:00 harbour: Norland agrees to sell radars to Sudmark, ministry says {NO>SD agreed by defence ministry} => new_story
        09:30 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => -
        10:00 harbour: Norland agrees to sell radars to Sudmark, minister says {NO>SD agreed by defence minister} => -
    """,
    "an official body that publishes it itself": """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
        10:00 ministry: Sudmark to get radars from Norland {NO>SD agreed} => official_source "First official source: ministry says so, where none in office was named before; also now told by 2"
    """,
    "the second outlet is one arrival, told once": """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
        09:10 ledger: Sudmark to get radars from Norland {NO>SD agreed} => independent_source "Now told by 2 independent outlets"
        09:20 herald: Radars of Norland go to Sudmark {NO>SD agreed} => -
        09:30 courier: Radars for Sudmark from Norland {NO>SD agreed} => -
        09:40 wire: Norlandic radars sold to Sudmark {NO>SD agreed} => more_outlets "5 independent"
    """,
    "a headline that takes back who it was": """
        09:00 harbour #a: Norland delivers missiles to Kestria {NO>KE delivered} => new_story
        09:20 harbour #a: Norland delivers its missiles to Kestria {NO>KE delivered} => -
        10:00 harbour #a: Westria delivers missiles to Kestria {WS>KE delivered} => headline_corrected "Headline corrected, it read “Norland delivers its missiles to Kestria” before: Westria delivers arms to Kestria"
        10:10 harbour #a: Westria delivers missiles to Kestria at night {WS>KE delivered} => -
    """,
    "a headline that takes back how far it has got, or how sure it is": """
        09:00 harbour #a: Norland delivers missiles to Kestria {NO>KE delivered} => new_story
        09:20 harbour #a: Norland agrees to give missiles to Kestria {NO>KE agreed} => headline_corrected "it read “Norland delivers missiles to Kestria” before"
        09:30 harbour #a: Norland agrees to give missiles to Kestria, Sudmark claims {NO>KE agreed alleged by Sudmark} => headline_corrected
        09:40 harbour #a: Norland denies giving missiles to Kestria {NO>KE agreed denied by Norland} => denied
    """,
    "a headline with another number": """
        09:00 harbour #a: Norland agrees to sell 12 howitzers to Sudmark {NO>SD agreed of howitzers} => new_story
        09:20 harbour #a: Norland agrees to sell 120 howitzers to Sudmark {NO>SD agreed of howitzers} => headline_corrected "; number changed from 12 to 120"
        09:30 harbour #a: Norland agrees to sell some 120 howitzers to Sudmark {NO>SD agreed of howitzers} => -
    """,
    "the same headline over another text corrects nothing": """
        09:00 harbour #a: Norland and missiles for Kestria {NO>KE delivered} => new_story
        09:20 harbour #a: NORLAND and missiles for Kestria // It only agreed to give them. {NO>KE agreed} => -
    """,
    "a headline that says more than before corrects nothing": """
        09:00 harbour #a: Norland agrees to sell radars {NO>? agreed} => new_story
        09:20 harbour #a: Norland agrees to sell 12 radars to Sudmark {NO>SD agreed of radars} => party_added
    """,
}  # fmt: skip


@pytest.mark.parametrize("script", DETAILS.values(), ids=list(DETAILS))
def test_a_rule_that_wants_all_kinds_is_told_of_what_changes_in_an_act(store: Store, script: str) -> None:
    play(Desk(store, (ALL,), official=["ministry"]), script)


WITHOUT = {
    "one who joins is a new act to a rule that does not ask for parties": """
        09:00 harbour: Norland imposes sanctions on Kestria {NO!KE imposed} => new_story
        10:00 harbour: Westria follows Norland with sanctions on Kestria {NO!KE imposed}{WS!KE imposed} => new_act
    """,
    "a correction is what it brings to a rule that does not ask for corrections": """
        09:00 harbour #a: Norland delivers missiles to Kestria {NO>KE delivered} => new_story
        10:00 harbour #a: Westria delivers missiles to Kestria {WS>KE delivered} => new_act
    """,
    "numbers and sources are recorded": """
        09:00 harbour: Norland agrees to sell 12 howitzers to Sudmark {NO>SD agreed of howitzers} => new_story
        10:00 harbour: Norland agrees to sell Sudmark 24 howitzers {NO>SD agreed of howitzers} => unwanted "from 12 to 24 (howitzer): Norland agrees to supply arms to Sudmark; not in the rule's notify_on: number_changed"
        11:00 harbour: Norland agrees to sell Sudmark 24 howitzers, ministry says {NO>SD agreed by ministry of howitzers} => unwanted "official_source"
    """,
}  # fmt: skip


@pytest.mark.parametrize("script", WITHOUT.values(), ids=list(WITHOUT))
def test_without_notify_on_a_rule_is_told_of_acts_and_outlets(store: Store, script: str) -> None:
    play(Desk(store), script)
