"""A desk for the timelines of routing: the real dispatch on a real SQLite store, and a clock that the script moves.

A timeline is a mapping: ``routes`` (as in routes.yaml, without receivers), ``alerts`` (name to labels; ``severity``,
``story`` and ``article`` have defaults), and ``script``, a list of lines::

    0 alert A B              the alerts are decided at that moment, in one batch
    30 told A B              at that moment, and at no other, these are put into the outbox together
    30 told desk: A B        the same to this receiver
    10 silence s1 severity="info" for 60
    20 expire s1
    40 restart               whatever was only in memory is gone
    50 reload                the routes are those of ``reloaded`` from now on
    90 fate A silenced by s1 the ledger has this for the alert, decided at that moment
    99 end                   nothing happens; the timeline lasts so long

Times are seconds after the beginning, or ``22:00:00`` on that day, or ``+1d 07:00``, in UTC.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from services.alerter.dispatch import Dispatch, Routing
from services.alerter.render.notifications import STREAM_RECEIVER, notifications
from services.core.alert import Alert, Severity
from services.core.notification import Notification
from services.core.settings import RoutesFile, StdoutReceiver
from services.core.silence import Silence
from services.store.engine import Store, open_store
from tests.builders import alert

_LINE = re.compile(r"(?:\+(?P<day>\d+)d )?(?P<at>\d\d:\d\d(?::\d\d)?|\d+(?:\.\d+)?) (?P<verb>\w+) ?(?P<rest>.*)")
_HORIZON = timedelta(days=400)
Told = tuple[float, str, tuple[str, ...]]  # seconds, receiver, names


class RoutingDesk:
    """Runs one timeline; ``told`` holds what was put into the outbox and when."""

    def __init__(self, directory: Path, timeline: dict[str, Any]) -> None:
        self.begin = datetime.fromisoformat(timeline.get("begin", "2026-01-05T09:00")).replace(tzinfo=UTC)
        self.url = f"sqlite:///{directory}/routing.sqlite3"
        self.store: Store = open_store(self.url)
        self.routing = routing(timeline["routes"])
        self.reloaded = timeline.get("reloaded", {})
        self.labels: dict[str, dict[str, str]] = timeline.get("alerts", {})
        self.told: list[Told] = []
        self.now = self.begin

    def run(self, script: list[str]) -> Iterator[tuple[str, Any, Any]]:
        """Every line that states something, with what it states and what is."""
        lines = [self.line(text) for text in script]
        for at, verb, rest, _ in lines:
            self.until(at)
            if verb == "alert":
                self.decide(rest.split())
            elif verb not in {"told", "fate", "end"}:
                getattr(self, verb)(*rest.split(maxsplit=1))
        self.until(self.begin + timedelta(seconds=self.seconds(lines[-1][0]) + 1))
        stated = [told(self.seconds(at), rest) for at, verb, rest, _ in lines if verb == "told"]
        yield "told", sorted(stated), sorted(self.told)
        for at, verb, rest, text in lines:
            if verb == "fate":
                name, _, fate = rest.partition(" ")
                yield text, True, any(fate in one for one in self.fates(name, at))

    def line(self, text: str) -> tuple[datetime, str, str, str]:
        match = _LINE.fullmatch(text)
        assert match, f"not a line of a timeline: {text}"
        if ":" in match["at"]:
            hour, minute, second = (*map(int, match["at"].split(":")), 0)[:3]
            at = self.begin.replace(hour=hour, minute=minute, second=second)
        else:
            at = self.begin + timedelta(seconds=float(match["at"]))
        return at + timedelta(days=int(match["day"] or 0)), match["verb"], match["rest"], text

    def until(self, at: datetime) -> None:
        """Look at every group that is due before this moment or at it, each when it is due."""
        while (due := self.store.alerts.next_due()) is not None and due <= at:
            self.now = max(self.now, due)
            self.turn([])
        self.now = at

    def decide(self, names: list[str]) -> None:
        self.turn([self.alert(name) for name in names])

    def alert(self, name: str) -> Alert:
        labels = {"severity": "warning", "story": "s1"} | self.labels.get(name, {})
        story, article = labels.pop("story"), labels.pop("article", name)
        return alert(
            id=f"al{name}", rule=name, article_id=article, labels=labels, severity=Severity(labels["severity"]), story_id=story,
            decided_at=self.now,
        )  # fmt: skip

    def turn(self, alerts: list[Alert]) -> None:
        with self.store.alerts.transaction() as transaction:
            transaction.add_alerts(alerts, [])
            done = Dispatch(transaction, self.routing, self.notify, self.now).run(
                [(one, self.notify(one)) for one in alerts]
            )
            transaction.add_alerts([], done.notifications)
            transaction.log(done.entries)
        for one in done.notifications:
            if one.receiver != STREAM_RECEIVER:
                names = tuple(sorted(ident.removeprefix("al") for ident in one.alert_ids))
                self.told.append((self.seconds(self.now), one.receiver, names))
        kept = {row.notification.id for row in self.store.outbox.rows(limit=10_000)}
        assert kept.issuperset(one.id for one in done.notifications), "an id was put into the outbox before"

    def notify(self, one: Alert) -> tuple[Notification, ...]:
        return notifications(one, self.routing.file.route, self.routing.receivers, one.decided_at)

    def silence(self, name: str, rest: str) -> None:
        matchers, _, seconds = rest.rpartition(" for ")
        end = self.now + timedelta(seconds=float(seconds))
        self.store.silences.add(
            Silence(
                id=name, matchers=tuple(matchers.split()), author="jo", comment="exercise", starts_at=self.now, ends_at=end,
                created_at=self.now,
            )
        )  # fmt: skip

    def expire(self, name: str) -> None:
        assert self.store.silences.expire(name, self.now) is not None

    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self.url)

    def reload(self) -> None:
        self.routing = routing(self.reloaded)

    def fates(self, name: str, at: datetime) -> list[str]:
        entries = self.store.alerts.ledger(alert_id=f"al{name}")
        return [f"{one.fate} by {one.by}" if one.by else f"{one.fate}" for one in entries if one.at == at]

    def seconds(self, at: datetime) -> float:
        return (at - self.begin).total_seconds()


def routing(routes: dict[str, Any]) -> Routing:
    """The routes with a printing receiver for every name in them."""
    names = sorted({"desk", *re.findall(r"'receiver': '([^']+)'", str(routes))})
    receivers = [{"type": "stdout", "name": name} for name in names]
    file = msgspec.convert({"route": {"receiver": "desk"}, "receivers": receivers} | routes, RoutesFile)
    assert all(isinstance(one, StdoutReceiver) for one in file.receivers)
    return Routing.of(file)


def told(seconds: float, rest: str) -> Told:
    receiver, colon, names = rest.partition(": ")
    return (seconds, receiver if colon else "desk", tuple(sorted((names if colon else rest).split())))
