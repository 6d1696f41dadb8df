"""The demo's news holds together: every entry says what must come of it, and every scenario is there."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cli.demo_feeds import DemoEntry, Format, read_stories
from services.core.act import Certainty, SanctionStage, TransferStage
from services.core.feed import Outlet
from services.core.rules.vocabulary import COUNTRIES, ROLES, STAGES
from services.core.settings import PollerSettings

STORIES = read_stories()
ENTRIES = STORIES.entries
BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def telling(**wanted: str) -> list[DemoEntry]:
    """The entries of facts with these properties."""
    names = {
        name
        for name, fact in STORIES.facts.items()
        if all(getattr(fact, key) == value for key, value in wanted.items())
    }
    return [entry for entry in ENTRIES if entry.tells in names]


def test_there_are_about_sixty_entries_of_at_least_eight_outlets_in_four_formats() -> None:
    assert 55 <= len(ENTRIES) <= 65
    assert len(STORIES.outlets) >= 8
    assert {outlet.format for outlet in STORIES.outlets} == set(Format)
    assert {entry.outlet for entry in ENTRIES} == {outlet.id for outlet in STORIES.outlets}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.step} {entry.title[:40]}")
def test_an_entry_either_tells_a_known_fact_or_says_why_it_is_silent(entry: DemoEntry) -> None:
    assert (entry.tells is None) != (entry.silent is None)
    assert entry.tells is None or entry.tells in STORIES.facts
    assert entry.undated or entry.at < 0


def test_every_fact_is_told_and_is_an_act_that_rules_can_name() -> None:
    assert {entry.tells for entry in ENTRIES if entry.tells} == set(STORIES.facts)
    for fact in STORIES.facts.values():
        assert fact.stage in STAGES[fact.act]
        assert fact.certainty in set(Certainty)
        named = {role: country for role in ROLES[None]["party"] if (country := getattr(fact, role))}
        assert set(named) <= set(ROLES[fact.act]["party"])
        assert set(named.values()) <= COUNTRIES


@pytest.mark.parametrize(
    "stage", [TransferStage.SOUGHT, TransferStage.AGREED, TransferStage.DELIVERED, TransferStage.HALTED]
)
def test_arms_are_sought_agreed_shipped_and_halted(stage: TransferStage) -> None:
    assert telling(act="arms_transfer", stage=stage, certainty="asserted")


def test_a_shipment_is_denied_after_it_was_told() -> None:
    (denied,) = telling(act="arms_transfer", certainty="denied")
    (shipped,) = telling(supplier="PT", stage="delivered", certainty="asserted")
    assert denied.step > shipped.step


@pytest.mark.parametrize(
    "stage",
    [
        SanctionStage.CALLED_FOR,
        SanctionStage.THREATENED,
        SanctionStage.IMPOSED,
        SanctionStage.EASED,
        SanctionStage.REFUSED,
        SanctionStage.VIOLATED,
    ],
)
def test_sanctions_are_called_for_threatened_imposed_eased_refused_and_evaded(stage: SanctionStage) -> None:
    assert telling(act="sanction", stage=stage)


def test_a_wire_copy_stands_in_five_outlets() -> None:
    copies = [entry for entry in ENTRIES if entry.tells == "howitzers-agreed"]
    assert len({entry.outlet for entry in copies}) == 5
    assert sum("North Quay Wire" in entry.summary for entry in copies) >= 3


def test_a_headline_is_edited() -> None:
    versions = Counter((entry.outlet, entry.guid) for entry in ENTRIES)
    edited = [key for key, count in versions.items() if count > 1]
    assert edited
    for key in edited:
        first, *later = sorted(
            (entry for entry in ENTRIES if (entry.outlet, entry.guid) == key), key=lambda entry: entry.step
        )
        assert all(entry.title != first.title and entry.step > first.step for entry in later)


def test_officials_are_quoted() -> None:
    assert sum('"' in f"{entry.summary}{entry.body or ''}" for entry in ENTRIES if entry.tells) >= 3


@pytest.mark.parametrize(
    "friend", ["doping", "court", "chip makers", "gun crime", "shot in the arm", "approved", "toy", "video game"]
)
def test_false_friends_are_there(friend: str) -> None:
    assert [entry for entry in ENTRIES if entry.silent and "false friend" in entry.silent and friend in entry.silent]


def test_what_stands_there_first_is_old_and_what_comes_later_is_new() -> None:
    limit = timedelta(seconds=PollerSettings().backfill_after)
    for entry in ENTRIES:
        age = BEGAN - entry.published(BEGAN)
        assert (age > limit) == (entry.step == 0), entry.title


def test_every_outlet_has_news_at_the_first_step_so_that_its_first_poll_is_over() -> None:
    assert all(STORIES.shown(outlet.id, 0) for outlet in STORIES.outlets)


def test_no_outlet_bears_the_name_of_a_shipped_one() -> None:
    from tests.config.directories import loaded

    shipped: tuple[Outlet, ...] = loaded(Path(__file__).parents[2] / "deploy" / "config").feeds.outlets
    assert not {outlet.name for outlet in STORIES.outlets} & {outlet.name for outlet in shipped}
