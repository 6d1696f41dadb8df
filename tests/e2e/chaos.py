"""The alerter and its sender killed with -9 at random moments, while destinations fail and lose answers: what arrives, and how often.

``python -m tests.e2e.chaos --kills 200`` prints the figures; test_chaos.py holds a shorter run to the same promises.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import yaml
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks.webhooks import Webhook

from services.core.act import Party
from services.core.article import TaggedArticle
from services.core.codec import encode, headers
from services.core.notification import DeliveryState
from services.core.streams import TAGGED
from services.openers import load_configuration, open_bus, open_database
from services.store.engine import Store
from tests.builders import party, tagged, transfer
from tests.e2e.deployment import ROOT, eventually
from tests.e2e.outlets import COUNTRIES, deal
from tests.servers.http import Behaviour, HttpServer, Request, status
from tests.servers.postgresql import postgresql_server
from tests.servers.slack import READS, SlackServer
from tests.servers.smtp import MailServer
from tests.servers.webhook import SECRET, WebhookServer

ERRORS, LOST = 0.05, 0.03  # of the requests fail, and are accepted while the answer is lost
RULES = {"rules": [{"id": "deals", "title": "Deals", "when": "act:arms_transfer"}]}
WAITING = (DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.SENDING, DeliveryState.LATE)
PLACES = ("slack", "hook", "mail", "web", "am", "tail")
LOOKS_FIRST = ("slack", "file")  # receivers that see for themselves whether a notification has arrived


@dataclass
class Chance:
    """Decides how a destination takes a request. ``accepted`` are those it took, ``lost`` counts those of them it did not say so of."""

    random: random.Random
    lost: int = 0
    errors: int = 0
    accepted: list[Request] = field(default_factory=list)

    def draw(self) -> str:
        roll = self.random.random()
        if roll < ERRORS:
            self.errors += 1
            return "error"
        if roll < ERRORS + LOST:
            self.lost += 1
            return "lost"
        return "taken"

    def http(self, request: Request) -> Behaviour:
        """Slow enough that a kill finds requests on their way."""
        drawn, delay = self.draw(), self.random.uniform(0, 0.1)
        if request.path in READS:
            self.lost -= drawn == "lost"  # nothing was accepted
        if drawn == "error":
            return status(503)
        self.accepted.append(request)
        if request.path.startswith("/hooks/"):
            Webhook(SECRET).verify(request.body, request.headers)  # raises for what is not signed by us
        return Behaviour(delay=delay, then="drop" if drawn == "lost" else "answer")


@dataclass
class ChaoticMail(MailServer):
    """A mail server that now and then puts a mail off, or keeps it and says nothing."""

    chance: Chance = field(default_factory=lambda: Chance(random.Random(0)))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  the name that aiosmtpd calls
        self.after_text = {"error": "451 later", "lost": "drop", "taken": None}[self.chance.draw()]
        return await super().handle_DATA(server, session, envelope)


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """What one receiver has: how often each alert came, under how many ids, and how many answers it has lost."""

    alerts: Counter[str]
    ids: dict[str, set[str]]
    lost_answers: int
    errors: int

    @property
    def repeats(self) -> int:
        return sum(self.alerts.values()) - len(self.alerts)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to."""

    kills: int
    published: int
    decided: Counter[str]  # by title
    alerts: frozenset[str]
    arrived: dict[str, Arrived]
    unsettled: dict[str, int]
    seconds: float

    def problems(self) -> list[str]:
        """What is broken of the promises; empty when they are kept."""
        found = []
        if len(self.decided) != self.published:
            found.append(f"{self.published} deals published, {len(self.decided)} alerted")
        found += [f"decided {count} times: {title}" for title, count in self.decided.items() if count != 1]
        found += [f"{count} notifications are {state}" for state, count in self.unsettled.items()]
        for name, one in self.arrived.items():
            found += self._of(name, one)
        return found

    def _of(self, name: str, one: Arrived) -> list[str]:
        found = []
        if lost := self.alerts - set(one.alerts):
            found.append(f"{name}: {len(lost)} lost")
        if several := [alert for alert, ids in one.ids.items() if len(ids) != 1]:
            found.append(f"{name}: {len(several)} came under more than one id")
        most = 0 if name in LOOKS_FIRST else self.kills + one.lost_answers
        if one.repeats > most:
            found.append(f"{name}: {one.repeats} repeats, {most} are allowed")
        return found

    def table(self) -> str:
        """The figures, a line for each receiver."""
        lines = [f"{self.kills} kills, {self.published} alerts, {self.seconds:.0f} s"]
        for name, one in self.arrived.items():
            lines.append(
                f"{name:<14} arrived {len(one.alerts)}, repeats {one.repeats}, errors {one.errors}, answers lost {one.lost_answers}"
            )
        return "\n".join(lines)


class Chaos:
    """Destinations, a configuration that tells all of them everything, and an alerter that never lives long."""

    def __init__(self, directory: Path, seed: int, command: tuple[str, ...], database: str) -> None:
        self.random = random.Random(seed)
        self.directory = directory
        self.command = command
        self.stack = ExitStack()
        self.chances = {name: Chance(random.Random(f"{seed}{name}")) for name in PLACES}
        self.slack = self.stack.enter_context(SlackServer(choose=self.chances["slack"].http))
        self.hook = self.stack.enter_context(SlackServer(choose=self.chances["hook"].http))
        self.mail = self.stack.enter_context(ChaoticMail(chance=self.chances["mail"]))
        self.web = self.stack.enter_context(WebhookServer(choose=self.chances["web"].http))
        self.am = self.stack.enter_context(HttpServer(choose=self.chances["am"].http))
        self.tail = self.stack.enter_context(HttpServer(choose=self.chances["tail"].http))
        self.config = self._configured(database)
        self.settings = load_configuration(self.config).settings
        self.published = 0

    def close(self) -> None:
        self.stack.close()

    def publish(self, count: int) -> None:
        """So many deals, each a story of its own."""
        with ExitStack() as stack:
            bus = open_bus(self.settings)
            stack.callback(bus.close)
            producer = bus.producer("chaos")
            stack.callback(producer.close)
            for _ in range(count):
                article = told(self.published)
                self.published += 1
                producer.send(TAGGED, key=article.article.id.encode(), value=encode(article), headers=headers(article))
            producer.flush()

    def kill(self, kills: int, longest: float) -> float:
        """Start the alerter and kill it, again and again; how long that took."""
        begun = time.monotonic()
        for number in range(1, kills + 1):
            process = self._start()
            self.publish(self.random.randint(1, 2))
            time.sleep(self.random.uniform(0.3, longest - 1))  # perhaps while it starts, perhaps while it works
            self.publish(self.random.randint(0, 2))
            time.sleep(self.random.uniform(0, 1))
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            print(f"\r{number}/{kills} kills, {self.published} alerts", end="", file=sys.stderr)
        print(file=sys.stderr)
        return time.monotonic() - begun

    def settle(self, timeout: float) -> None:
        """Let it live until nothing waits any more."""
        process = self._start()
        try:
            with open_database(self.settings) as store:
                eventually("all is decided", lambda: len(store.alerts.alerts(limit=100_000)) >= self.published, timeout)
                eventually("nothing waits", lambda: not waiting(store), timeout)
        except AssertionError as error:
            log = (self.directory / "log").read_text(errors="replace")
            raise AssertionError(f"{error}\n{log[-5000:]}") from error
        finally:
            process.terminate()
            process.wait(60)

    def result(self, kills: int, seconds: float) -> Result:
        with open_database(self.settings) as store:
            alerts = store.alerts.alerts(limit=100_000)
            depth = store.outbox.depth()
        posts = [(said_in(post.blocks), post.notification_id) for post in self.slack.posts]
        hooked = [(said_in(post.blocks), said_in(post.blocks)) for post in self.hook.posts]
        mails = [(kept.message["X-Wirewatch-Alert"], kept.message["Message-ID"]) for kept in self.mail.mails]
        events = [_event(request) for request in self.chances["web"].accepted]
        plain = [said_in(request.json["message"]) for request in self.chances["tail"].accepted]
        posted = [one["labels"]["alert"] for request in self.chances["am"].accepted for one in request.json]
        lines = [msgspec.json.decode(line) for line in (self.directory / "alerts.jsonl").read_bytes().splitlines()]
        filed = [(line["event"]["data"]["alert"]["id"], line["notification_id"]) for line in lines]
        gone = {
            f"{receiver} {state.value}": count
            for (receiver, state), count in depth.items()
            if state in WAITING or state is DeliveryState.DEAD
        }
        return Result(
            kills=kills, published=self.published, decided=Counter(alert.title for alert in alerts),
            alerts=frozenset(alert.id for alert in alerts), seconds=seconds, unsettled=gone,
            arrived={
                "slack": self._arrived("slack", posts), "slack_webhook": self._arrived("hook", hooked), "smtp": self._arrived("mail", mails),
                "webhook": self._arrived("web", events), "alertmanager": self._arrived("am", [(one, one) for one in posted]),
                "apprise": self._arrived("tail", [(one, one) for one in plain]), "file": self._arrived("", filed),
            },
        )  # fmt: skip

    def _arrived(self, name: str, found: list[tuple[str, str]]) -> Arrived:
        chance = self.chances.get(name, Chance(random.Random(0)))
        ids: dict[str, set[str]] = {}
        for alert, ident in found:
            ids.setdefault(alert, set()).add(ident)
        return Arrived(
            alerts=Counter(alert for alert, _ in found), ids=ids, lost_answers=chance.lost, errors=chance.errors
        )

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, *self.command, "alerter", "--config", str(self.config), "--metrics-port", "0"]
        with (self.directory / "log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=os.environ | self._environment(), stdout=log, stderr=log, start_new_session=True
            )

    def _environment(self) -> dict[str, str]:
        return {
            "TOKEN": "xoxb-1", "HOOK": self.hook.webhook_url, "WEB": self.web.hook_url, "SIGNING": SECRET, "AM": self.am.url,
            "TAIL": self.tail.url.replace("http", "json", 1) + "/tail",
        }  # fmt: skip

    def _configured(self, database: str) -> Path:
        receivers = [
            {"type": "slack", "name": "slack", "token": {"env": "TOKEN"}, "channel": "C0123456789", "api_url": self.slack.api_url, "rate": 50},
            {"type": "slack_webhook", "name": "slack-webhook", "url": {"env": "HOOK"}, "rate": 50},
            {"type": "smtp", "name": "smtp", "host": "127.0.0.1", "port": self.mail.port, "tls": "none", "sender": "watch@desk.example", "to": ["ann@desk.example"], "rate": 50},
            {"type": "webhook", "name": "webhook", "url": {"env": "WEB"}, "secret": {"env": "SIGNING"}, "rate": 50},
            {"type": "apprise", "name": "apprise", "url": {"env": "TAIL"}, "rate": 50},
            {"type": "alertmanager", "name": "alertmanager", "url": {"env": "AM"}, "rate": 50},
            {"type": "file", "name": "file", "path": str(self.directory / "alerts.jsonl")},
        ]  # fmt: skip
        routes = [{"receiver": one["name"], "continue": True} for one in receivers]
        files = {
            "wirewatch.yaml": {"data_dir": str(self.directory / "data"), "database": database},
            "feeds.yaml": {"outlets": [{"id": "harbour", "name": "Harbour"}], "feeds": [{"id": "f", "outlet": "harbour", "url": "http://127.0.0.1/"}]},
            "rules/rules.yaml": RULES,
            "routes.yaml": {"route": {"receiver": "file", "routes": routes}, "receivers": receivers},
        }  # fmt: skip
        for name, content in files.items():
            path = self.directory / "config" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(content, sort_keys=False))
        return self.directory / "config"


def told(number: int) -> TaggedArticle:
    """An article about a deal that no other number has, as the extractor passes it on."""
    title, now = deal(number), datetime.now(UTC)
    supplier, recipient = title.split()[0], title.rpartition(" to ")[2]
    act = transfer(title, supplier=country(title, supplier), recipient=country(title, recipient))
    return tagged(
        id=f"a{number}", title=title, summary="", url=f"https://harbour.example/{number}", published_at=now, first_seen_at=now,
        content_hash=str(number), trace_id=f"t{number}", acts=(act,),
    )  # fmt: skip


def country(title: str, name: str) -> Party:
    code = COUNTRIES.index(name)
    return party(title, name, chr(65 + code // 26) + chr(65 + code % 26))


def _event(request: Request) -> tuple[str, str]:
    """The alert of a webhook's event and the id that it came under."""
    return request.json["data"]["alert"]["id"], request.headers["webhook-id"]


def waiting(store: Store) -> int:
    return sum(count for (_, state), count in store.outbox.depth().items() if state in WAITING)


def said_in(shown: object) -> str:
    """The id of the alert that a message is about."""
    found = re.search(r"alert (al\w+)", str(shown))
    assert found is not None
    return found.group(1)


def run(
    directory: Path, kills: int, *, seed: int, longest: float, settling: float, command: tuple[str, ...], database: str = "sqlite"
) -> Result:  # fmt: skip
    """The whole of it."""
    chaos = Chaos(directory, seed, command, database)
    try:
        seconds = chaos.kill(kills, longest)
        chaos.settle(settling)
        return chaos.result(kills, seconds)
    finally:
        chaos.close()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--postgresql", action="store_true", help="on a server of its own instead of SQLite")
    args = arguments.parse_args()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgresql_server()) if args.postgresql else None
        database = server.create_database("chaos") if server else "sqlite"
        result = run(
            directory, args.kills, seed=args.seed, longest=5.0, settling=300, command=("-m", "services"), database=database
        )  # fmt: skip
    print(result.table())
    print("problems:", *(result.problems() or ["none"]), sep="\n  ")
    sys.exit(bool(result.problems()))


if __name__ == "__main__":
    main()
