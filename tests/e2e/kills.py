"""kill -9 at random moments: what must hold afterwards, and a program that counts it.

``python -m tests.e2e.kills embedded|apart|kafka --kills 30`` prints the figures; test_kills.py holds shorter runs to the same.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from msgspec import Struct

from services.openers import open_database
from tests.e2e.deployment import Deployment, eventually
from tests.e2e.outlets import FILLER, Outlets, deal
from tests.servers.kafka import kafka_broker
from tests.servers.postgresql import postgresql_server
from tests.servers.slack import SlackServer

FEEDS = ("harbour", "meridian", "northwire", "lantern")


class Result(Struct, frozen=True, kw_only=True):
    """What a run came to."""

    kills: dict[str, int]
    published: int
    deals: int
    tagged: int
    alerts: Counter[str]  # alerts decided per title of a deal
    posts: Counter[str]  # posts per notification id
    seconds: float
    passed_after: float  # seconds until a fresh article had become a notification

    def problems(self) -> list[str]:
        """What is broken of the promises; empty when they are kept."""
        found = []
        if self.tagged != self.published:
            found.append(f"{self.published} articles published, {self.tagged} tagged")
        if len(self.alerts) != self.deals:
            found.append(f"{self.deals} deals, {len(self.alerts)} of them alerted")
        found += [f"decided {count} times: {title}" for title, count in self.alerts.items() if count != 1]
        repeats = sum(count - 1 for count in self.posts.values())
        if repeats > sum(self.kills.values()):
            found.append(f"{repeats} repeated notifications for {sum(self.kills.values())} kills")
        return found


class Run:
    """Publishes while it kills, then waits for everything to come through."""

    def __init__(self, deployment: Deployment, outlets: Outlets, slack: SlackServer, seed: int) -> None:
        self.deployment = deployment
        self.outlets = outlets
        self.slack = slack
        self.random = random.Random(seed)
        self.published = 0
        self.deals: list[str] = []
        self.kills: Counter[str] = Counter()

    def publish(self) -> None:
        """One article: every other one is a deal."""
        self.published += 1
        name = FEEDS[self.published % len(FEEDS)]
        if self.published % 2:
            title = deal(len(self.deals))
            self.deals.append(title)
        else:
            title = f"{FILLER[self.published % len(FILLER)]}, part {self.published}"
        self.outlets.publish(name, f"g{self.published}", title)

    def kill_one(self, service: str) -> None:
        """At a random moment of its life, publishing meanwhile; then start it again."""
        until = time.monotonic() + self.random.uniform(0.2, 5.0)
        while time.monotonic() < until:
            self.publish()
            time.sleep(self.random.uniform(0.1, 0.4))
        if self.deployment.alive(service):
            self.deployment.kill(service)
            self.kills[service] += 1
        self.deployment.start(service)

    def go(self, kills: int) -> Result:
        """Every service of the deployment is killed ``kills`` times, in a random order."""
        begun = time.monotonic()
        self._first_polls()
        order = [service for service in self.deployment.services for _ in range(kills)]
        self.random.shuffle(order)
        for number, service in enumerate(order, 1):
            self.kill_one(service)
            print(f"\r{number}/{len(order)} kills, {self.published} articles", end="", file=sys.stderr)
        print(file=sys.stderr)
        self._settle()
        passed_after = self._fresh_article()
        return self._result(time.monotonic() - begun, passed_after)

    def _first_polls(self) -> None:
        """What stands in a feed at its first poll is not alerted, so wait until every feed was polled."""
        self.deployment.start_all()
        eventually("every service is ready", self.deployment.ready, 90)
        eventually("every feed was polled twice", lambda: all(self.outlets.polls[name] > 1 for name in FEEDS), 60)

    def _settle(self) -> None:
        eventually("every service is ready", self.deployment.ready, 120)
        eventually("all deals were notified", lambda: self._notified() >= len(self.deals), 180, every=1)
        eventually("every article was decided on", lambda: self._decided() >= self.published, 90, every=1)
        eventually("nothing lags", lambda: self.deployment.lag() == 0, 120, every=2)

    def _decided(self) -> int:
        store = open_database(self.deployment.configuration().settings)
        try:
            return len({(entry.article_id, entry.revision) for entry in store.alerts.ledger(limit=1_000_000)})
        finally:
            store.close()

    def _notified(self) -> int:
        return len({post.notification_id for post in list(self.slack.posts)})

    def _fresh_article(self) -> float:
        before = self._notified()
        title = deal(len(self.deals))
        self.deals.append(title)
        self.published += 1
        self.outlets.publish(FEEDS[0], "fresh", title)
        return eventually("a fresh article is notified", lambda: self._notified() > before, 60)

    def _result(self, seconds: float, passed_after: float) -> Result:
        store = open_database(self.deployment.configuration().settings)
        try:
            alerts = Counter(alert.title for alert in store.alerts.alerts(limit=100_000))
        finally:
            store.close()
        posts = Counter(post.notification_id for post in self.slack.posts)
        return Result(
            kills=dict(self.kills), published=self.published, deals=len(self.deals), tagged=self._decided(), alerts=alerts,
            posts=posts, seconds=seconds, passed_after=passed_after,
        )  # fmt: skip


def run_embedded(directory: Path, kills: int, seed: int) -> Result:
    """Everything in one process, on SQLite."""
    with SlackServer() as slack:
        return _run(directory, slack, ("run",), kills, seed, {})


def run_apart(directory: Path, kills: int, seed: int) -> Result:
    """Three daemons of one machine, on SQLite."""
    with SlackServer() as slack:
        return _run(directory, slack, ("poller", "extractor", "alerter"), kills, seed, {})


def run_kafka(directory: Path, kills: int, seed: int) -> Result:
    """Three daemons on Kafka and PostgreSQL."""
    with SlackServer() as slack, kafka_broker(directory / "broker") as broker, postgresql_server() as postgresql:
        settings = {
            "bus": {"type": "kafka", "servers": list(broker.servers)},
            "database": postgresql.create_database(f"kills{seed}"),
        }
        return _run(directory, slack, ("poller", "extractor", "alerter"), kills, seed, settings)


def _run(
    directory: Path, slack: SlackServer, services: tuple[str, ...], kills: int, seed: int, settings: dict[str, object]
) -> Result:
    outlets = Outlets(FEEDS)
    receiver: dict[str, object] = {
        "type": "slack", "name": "desk", "token": {"env": "SLACK_TOKEN"}, "channel": "C1", "api_url": slack.api_url, "rate": 50,
    }  # fmt: skip
    deployment = Deployment(directory, outlets, services, receiver, **settings)
    try:
        result = Run(deployment, outlets, slack, seed).go(kills)
        statuses = deployment.stop_all()
        assert set(statuses.values()) == {0}, f"exit statuses {statuses}"
        return result
    except AssertionError as error:
        raise AssertionError(f"{error}\n{deployment.logs()}") from error
    finally:
        deployment.kill_all()
        outlets.close()


_RUNS = {"embedded": run_embedded, "apart": run_apart, "kafka": run_kafka}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("deployment", choices=tuple(_RUNS))
    arguments.add_argument("--kills", type=int, default=30, help="of each service")
    arguments.add_argument("--seed", type=int, default=1)
    args = arguments.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        result = _RUNS[args.deployment](Path(directory), args.kills, args.seed)
    repeats = sum(count - 1 for count in result.posts.values())
    print(
        f"kills {result.kills}, {result.published} articles, {result.tagged} tagged, {result.deals} deals, {len(result.alerts)} alerted"
    )
    print(
        f"{sum(result.posts.values())} posts, {repeats} of them repeats; a fresh article passed in {result.passed_after:.1f} s; {result.seconds:.0f} s in all"
    )
    print("problems:", *(result.problems() or ["none"]), sep="\n  ")
    sys.exit(bool(result.problems()))


if __name__ == "__main__":
    main()
