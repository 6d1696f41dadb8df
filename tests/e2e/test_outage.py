"""The broker goes away while everything runs, and comes back: nobody dies, nothing is lost."""

import time
from pathlib import Path

import pytest

from services.openers import open_database
from tests.e2e.deployment import Deployment, eventually
from tests.e2e.outlets import Outlets, deal
from tests.servers.kafka import kafka_broker
from tests.servers.postgresql import postgresql_server
from tests.servers.slack import SlackServer

SERVICES = ("poller", "extractor", "alerter")
AWAY = 12.0  # seconds


@pytest.mark.kafka
@pytest.mark.postgresql
@pytest.mark.timeout(400)
def test_a_broker_that_stops_and_starts_costs_time_and_nothing_else(tmp_path: Path) -> None:
    outlets = Outlets(("harbour",))
    with SlackServer() as slack, kafka_broker(tmp_path / "broker") as broker, postgresql_server() as postgresql:
        receiver: dict[str, object] = {
            "type": "slack", "name": "desk", "token": {"env": "SLACK_TOKEN"}, "channel": "C1", "api_url": slack.api_url, "rate": 50,
        }  # fmt: skip
        bus = {"type": "kafka", "servers": list(broker.servers)}
        deployment = Deployment(
            tmp_path, outlets, SERVICES, receiver, bus=bus, database=postgresql.create_database("outage")
        )
        try:
            deployment.start_all()
            eventually("every service is ready", deployment.ready, 90)
            eventually("the feed was polled twice", lambda: outlets.polls["harbour"] > 1, 60)
            published = _publish(outlets, 0, 10)
            eventually("alerts flow", lambda: len(slack.posts) >= 10, 60)
            broker.stop()
            published += _publish(outlets, 10, 20)
            time.sleep(AWAY)
            assert all(deployment.alive(service) for service in SERVICES), deployment.logs()
            broker.start()
            seconds = eventually("everything came through", lambda: len(slack.posts) >= published, 120)
            print(f"recovered {seconds:.1f} s after the broker was back")
            eventually("every service is ready", deployment.ready, 60)
            assert seconds < 60
            store = open_database(deployment.configuration().settings)
            titles = [alert.title for alert in store.alerts.alerts()]
            store.close()
            assert sorted(titles) == sorted(deal(number) for number in range(published))
            assert set(deployment.stop_all().values()) == {0}
        except AssertionError as error:
            raise AssertionError(f"{error}\n{deployment.logs()}") from error
        finally:
            deployment.kill_all()
            outlets.close()


def _publish(outlets: Outlets, start: int, end: int) -> int:
    for number in range(start, end):
        outlets.publish("harbour", f"g{number}", deal(number))
    return end - start
