"""How the alerter keeps up with a long stream: ``python -m tests.stories.load``, with ``../shared`` beside the repository.

The alerter and the sender of the daemon, on the SQLite bus and store, by the rules, routes and settings that wirewatch comes
with, but for seven days of stories and seven days of retention. Their clock moves with the articles, 100,000 a day, so
that minutes forget what days of news would. Articles come as fast as they are decided.
"""

import argparse
import json
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TextIO

import psutil
from msgspec import structs

from services.alerter.dispatch import Routing
from services.alerter.lane import Pace
from services.alerter.receivers import build_notifiers
from services.alerter.render.notifications import notifications
from services.alerter.sender import Sender
from services.alerter.sense import sense_of
from services.alerter.service import Alerter
from services.bus.sqlite import SqliteBus
from services.config.load import default_directory
from services.config.secrets import resolve_secret
from services.core.ports.bus import StreamSpec
from services.core.rule import RuleSource
from services.core.settings import Configuration
from services.core.streams import STREAMS, TAGGED
from services.openers import load_configuration
from services.store.engine import Store, open_store
from services.telemetry import log
from tests.bench.report import MB, heading, machine
from tests.stories.fed import FedBus, Feed, MovedClock
from tests.stories.labelled import CLOCK, shared
from tests.stories.stream import A_DAY, SOURCE, entries, stream

_DAY = 86400.0
_KEPT = 7 * _DAY  # of stories and of all else that is forgotten
_LONG = 1e9  # seconds: leases that a clock that jumps does not end
_BROAD = (
    RuleSource(id="acts", title="Acts", when="act:any"),
    RuleSource(id="war", title="War", when="topic:armed_conflict OR topic:diplomacy OR topic:sanctions"),
    RuleSource(id="leaders", title="Leaders", when="president OR minister"),
)
_PORTION = 1000  # articles put on the bus at once: a quarter of an hour of the clock
_FEW = 200
_WAITING = """
SELECT count(*) FROM outbox
WHERE receiver IN (SELECT value FROM json_each(?)) AND state IN ('pending', 'retry', 'sending')
"""
_HEAD = (
    "articles", "a second", "slowest batch", "MB resident", "MB database", "of it free", "MB bus",
    "articles kept", "stories kept", "alerts",
)  # fmt: skip


class Sending:
    """The sender in a thread of its own. It is waited for: in a day that passes within a minute it would fall behind."""

    def __init__(self, sender: Sender, database: Path) -> None:
        self.sender = sender
        self._stop = threading.Event()
        self._thread = threading.Thread(target=sender.run, args=(self._stop,), name="sender")
        self._connection = sqlite3.connect(database)

    def keep_up(self) -> None:
        """Return when few notifications wait."""
        while self._thread.is_alive() and self._waiting() > _FEW:
            time.sleep(0.02)

    def _waiting(self) -> int:
        receivers = json.dumps(list(self.sender.totals))
        return int(self._connection.execute(_WAITING, (receivers,)).fetchone()[0])

    def __enter__(self) -> "Sending":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.sender.close()
        self._connection.close()


class Rows:
    """A row of figures after every so many articles."""

    def __init__(self, every: int, database: Path, bus: Path) -> None:
        self._every = every
        self._database = database
        self._bus = bus
        self._articles, self._begun, self._fed_seconds = 0, time.perf_counter(), 0.0
        _print(_HEAD)

    def __call__(self, feed: Feed) -> None:
        """The row, where it is time for one."""
        articles = feed.articles - self._articles
        if articles < self._every:
            return
        seconds = time.perf_counter() - self._begun - (feed.seconds - self._fed_seconds)
        slowest, feed.slowest = feed.slowest, 0.0
        size, free, kept = _database(self._database)
        bus, _, _ = _database(self._bus, ())
        rss = psutil.Process().memory_info().rss
        _print((feed.articles, f"{articles / seconds:.0f}", f"{slowest:.2f} s", *(f"{one / MB:,.0f}" for one in (rss, size, free, bus)), *kept))  # fmt: skip
        self._articles, self._begun, self._fed_seconds = feed.articles, time.perf_counter(), feed.seconds


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m tests.stories.load", description=__doc__)
    options.add_argument("--articles", type=int, default=100_000, metavar="N")
    options.add_argument("--every", type=int, default=50_000, metavar="N", help="articles to a row")
    options.add_argument(
        "--broad", action="store_true", help="three broad rules beside those that wirewatch comes with"
    )
    options.add_argument(
        "--directory", type=Path, help="where the database is made and left, instead of a temporary one"
    )
    given = options.parse_args()
    log.configure("warning", "console")
    if shared(SOURCE) is None:
        print(f"stories under load: {SOURCE} is not there, skipped")
        return
    with tempfile.TemporaryDirectory(prefix="wirewatch-load-") as temporary:
        run(given.articles, given.every, given.directory or Path(temporary), broad=given.broad)


def run(articles: int, every: int, directory: Path, *, broad: bool) -> None:
    """The whole stream."""
    configuration = _configuration(broad=broad)
    rules = len(configuration.rules)
    notes = f"{articles:,} articles, {A_DAY:,} a day, {rules} rules, 7 days of stories and of retention"
    heading("The alerter under load", machine(), notes)
    directory.mkdir(parents=True, exist_ok=True)
    found, clock = entries(directory / "entries.jsonl", articles), MovedClock(CLOCK)
    files = [directory / name for name in ("wirewatch.sqlite3", "bus.sqlite3")]
    with (
        closing(found), open_store(f"sqlite:///{files[0].absolute()}") as store, Path(os.devnull).open("w", encoding="utf-8") as out,
        closing(SqliteBus(files[1], clock, lease=_LONG, patience=_LONG)) as bus,
    ):  # fmt: skip
        bus.ensure(tuple(map(_for_a_day, STREAMS)))
        with Sending(_sender(configuration, bus, store, clock, out), files[0]) as sending:
            rows = Rows(every, *files)
            feed = Feed(
                stream(found, articles),
                bus.producer("load"),
                clock,
                _PORTION,
                lambda fed: (sending.keep_up(), rows(fed)),
            )
            _decide(_alerter(configuration, FedBus(bus, feed), store, clock, sending.sender), feed)
            print(sending.sender.totals)
    print(machine())


def _decide(alerter: Alerter, feed: Feed) -> None:
    begun = time.perf_counter()
    alerter.run(feed.stop)
    whole, fed = (time.perf_counter() - begun) / 60, feed.seconds / 60
    print(f"{whole:.1f} minutes in all, of them {fed:.1f} for feeding and waiting for the sender")
    print(alerter.totals())


def _alerter(configuration: Configuration, bus: FedBus, store: Store, clock: MovedClock, sender: Sender) -> Alerter:
    receivers = {receiver.name: receiver for receiver in configuration.routes.receivers}
    return Alerter(
        bus=bus, store=store.alerts, rules=configuration.rules, outlets=configuration.feeds.outlets,
        notify=lambda alert: notifications(alert, configuration.routes.route, receivers, alert.decided_at, None),
        clock=clock, settings=configuration.settings.alerter, name="load", on_alert=lambda _: sender.wake(),
        routing=Routing.of(configuration.routes), on_told=sender.wake, vocabulary=configuration.vocabulary,
        sense=sense_of(configuration.settings.alerter.story_model),
    )  # fmt: skip


def _sender(configuration: Configuration, bus: SqliteBus, store: Store, clock: MovedClock, out: TextIO) -> Sender:
    receivers = configuration.routes.receivers
    notifiers = build_notifiers(receivers, resolve_secret, partial(bus.producer, "load"), out, clock)
    settings = configuration.settings.alerter
    return Sender(store.outbox, notifiers, receivers, clock, settings, "load", pace=Pace(lease=_LONG))


def _configuration(*, broad: bool) -> Configuration:
    shipped = load_configuration(default_directory())
    alerter = structs.replace(shipped.settings.alerter, story_window=_KEPT, retention=_KEPT)
    settings = structs.replace(shipped.settings, alerter=alerter)
    return structs.replace(shipped, settings=settings, rules=(*shipped.rules, *(_BROAD if broad else ())))


def _for_a_day(spec: StreamSpec) -> StreamSpec:
    """Tagged articles are kept for a day, so that the bus takes no room that says nothing of the alerter."""
    return structs.replace(spec, retention=_DAY) if spec.name == TAGGED else spec


def _database(path: Path, tables: Iterable[str] = ("articles", "stories", "alerts")) -> tuple[int, int, list[int]]:
    """Bytes with the log of writes, bytes that are free within, and rows of the tables."""
    with closing(sqlite3.connect(path)) as connection:
        page, pages, free = (
            connection.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_size", "page_count", "freelist_count")
        )
        kept = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
    written = path.with_name(path.name + "-wal")
    return page * pages + (written.stat().st_size if written.exists() else 0), page * free, kept


def _print(row: Iterable[object]) -> None:
    cells = [f"{one:,}" if isinstance(one, int) else str(one) for one in row]
    print("  ".join(cell.rjust(13) for cell in cells), flush=True)


if __name__ == "__main__":
    main()
