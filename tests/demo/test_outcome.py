"""The demo comes out as its stories say: every fact is alerted once, and what must be silent is."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from services.cli.demo_feeds import DemoAct, DemoEntry, read_stories
from services.cli.demo_play import play
from services.cli.demo_server import DemoServer
from services.core.act import Act
from services.core.alert import Alert, DevelopmentKind
from services.core.codec import decode
from services.core.ports.bus import Partition
from services.core.rules.reading import kind_of
from services.core.rules.vocabulary import ROLES
from services.core.settings import Settings
from services.core.streams import ALERTS, STREAMS
from services.openers import load_configuration, open_bus

STORIES = read_stories()
ENTRIES = {(entry.outlet, entry.title): entry for entry in STORIES.entries}


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory) -> list[Alert]:
    """What the real services alert on the demo's site, in the order of decision."""
    directory = tmp_path_factory.mktemp("demo")
    with DemoServer(STORIES, datetime.now(UTC)) as server:
        server.write_configuration(directory)
        loaded = load_configuration(directory)
        settings = msgspec.structs.replace(loaded.settings, data_dir=str(directory / "data"))
        assert play(server, msgspec.structs.replace(loaded, settings=settings)) == 0
    return sorted(published(settings), key=lambda alert: alert.decided_at)


def published(settings: Settings) -> Sequence[Alert]:
    bus = open_bus(settings)
    partitions = next(spec.partitions for spec in STREAMS if spec.name == ALERTS)
    try:
        records = [record for index in range(partitions) for record in bus.browse(Partition(ALERTS, index), 0, 1000)]
    finally:
        bus.close()
    return [decode(Alert, record.value) for record in records]


def entry_of(alert: Alert) -> DemoEntry:
    return ENTRIES[alert.outlet, alert.title]


def is_act(act: Act | None, fact: DemoAct) -> bool:
    """Whether the act is the fact, in every role that the fact names."""
    if act is None or (kind_of(act), act.stage, act.certainty) != (fact.act, fact.stage, fact.certainty):
        return False
    wanted = {role: country for role in ROLES[fact.act]["party"] if (country := getattr(fact, role))}
    return all(
        (party := getattr(act, role)) is not None and party.country == country for role, country in wanted.items()
    )


@pytest.mark.parametrize("name", STORIES.facts)
def test_a_fact_is_alerted_once(name: str, alerts: list[Alert]) -> None:
    told = [
        alert
        for alert in alerts
        if entry_of(alert).tells == name and alert.development.kind != DevelopmentKind.MORE_OUTLETS
    ]
    assert [alert.title for alert in told if is_act(alert.development.act, STORIES.facts[name])] == [
        alert.title for alert in told
    ]
    assert len(told) == 1


def test_what_must_be_silent_is_silent(alerts: list[Alert]) -> None:
    assert [(alert.title, alert.rule, entry_of(alert).silent) for alert in alerts if entry_of(alert).silent] == []


def test_a_wire_copy_is_told_once_however_many_outlets_print_it(alerts: list[Alert]) -> None:
    copies = [alert for alert in alerts if entry_of(alert).tells == "howitzers-agreed"]
    assert [alert.development.kind for alert in copies] == [DevelopmentKind.STAGE_MOVED]


def test_the_course_of_a_deal_is_one_story(alerts: list[Alert]) -> None:
    course = [alert for alert in alerts if (entry_of(alert).tells or "").startswith("howitzers")]
    assert len({alert.story_id for alert in course}) == 1
