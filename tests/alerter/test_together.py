"""Several rules, one article, one message for people; one for each rule where a machine reads."""

from pathlib import Path

import pytest
from msgspec import structs

from services.alerter.dispatch import Dispatch, Routing
from services.alerter.render.card import card
from services.alerter.render.notifications import notifications
from services.core.act import TransferStage
from services.core.settings import Receiver, Route, RoutesFile
from services.store.engine import open_store
from tests.alerter.outgoing import ALERTMANAGER, SLACK, STDOUT, WEBHOOK
from tests.builders import T0, alert, transfer


def told(directory: Path, receiver: Receiver, **second: object) -> list[tuple[str, ...]]:
    """Which alerts share a message when two rules fit one article. ``second``: what is different about the other's alert."""
    routing = Routing.of(RoutesFile(route=Route(receiver=receiver.name), receivers=(receiver,)))
    both = [alert(id="al1", rule="iran"), alert(id="al2", rule="drones", **second)]
    store = open_store(f"sqlite:///{directory}/store.sqlite3")
    with store.alerts.transaction() as transaction:
        transaction.add_alerts(both, [])
        made = [(one, notifications(one, routing.file.route, routing.receivers, T0)) for one in both]
        done = Dispatch(
            transaction, routing, lambda one: notifications(one, routing.file.route, routing.receivers, T0), T0
        ).run(made)
    store.close()
    return [one.alert_ids for one in done.notifications if one.receiver == receiver.name]


@pytest.mark.parametrize("receiver", [STDOUT, SLACK], ids=lambda one: one.name)
def test_people_get_one_message(receiver: Receiver, tmp_path: Path) -> None:
    assert told(tmp_path, receiver) == [("al1", "al2")]


@pytest.mark.parametrize("receiver", [WEBHOOK, ALERTMANAGER], ids=lambda one: one.name)
def test_machines_get_one_for_each_rule(receiver: Receiver, tmp_path: Path) -> None:
    assert told(tmp_path, receiver) == [("al1",), ("al2",)]


def test_another_article_is_another_message(tmp_path: Path) -> None:
    assert told(tmp_path, STDOUT, article_id="a2") == [("al1",), ("al2",)]


def test_another_act_of_the_article_is_another_message(tmp_path: Path) -> None:
    other = structs.replace(alert().development, act=transfer(stage=TransferStage.HALTED))
    assert told(tmp_path, STDOUT, development=other) == [("al1",), ("al2",)]


def test_the_message_names_the_rules() -> None:
    named = card(alert(rule="iran", rule_version="1", also=("drones", "gulf"))).rule
    assert named == "iran version 1, also drones, gulf"
    many = card(alert(rule="iran", rule_version="1", also=tuple("bcdefg"))).rule
    assert many == "iran version 1, also b, c, d, e and 2 more"
