"""The course of ``wirewatch demo``: services on its outlets, step by step, and what the run came to."""

import sys
import threading
import time

from services.alerter.service import Alerter
from services.app import App
from services.cli.daemons import PARTS
from services.cli.demo_server import DemoServer
from services.core.notification import DeliveryState
from services.core.settings import Configuration
from services.core.streams import ALERTERS, ARTICLES, EXTRACTORS, TAGGED
from services.poller.service import Poller

_LONGEST_STEP = 30.0
_QUIET = 5  # looks, a tenth of a second apart
_WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRY)


def play(server: DemoServer, configuration: Configuration) -> int:
    """Run all services on the demo's outlets, step by step, and print the summary; the exit status."""
    begun = time.monotonic()
    stop = threading.Event()
    app = App.open(configuration, PARTS["run"], stop)
    assert app is not None  # only a stop ends the wait
    threads = [threading.Thread(target=service.run, args=(stop,), name=name) for name, service in app.services.items()]
    for thread in threads:
        thread.start()
    try:
        settled = _all_steps(server, app)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    _summary(app, time.monotonic() - begun)
    app.close()
    return 0 if settled else 1


def _all_steps(server: DemoServer, app: App) -> bool:
    more = True
    while more:
        if not _settles(server, app):
            print(f"step {server.step} did not settle within {_LONGEST_STEP:g} s", file=sys.stderr)
            return False
        more = server.next_step()
    return True


def _settles(server: DemoServer, app: App) -> bool:
    """Wait until this step's feeds are fetched and nothing is on its way, for half a second."""
    deadline = time.monotonic() + _LONGEST_STEP
    quiet = 0
    while quiet < _QUIET and time.monotonic() < deadline:
        time.sleep(0.1)
        quiet = quiet + 1 if server.all_asked() and not _under_way(app) else 0
    return quiet == _QUIET


def _under_way(app: App) -> bool:
    groups = ((EXTRACTORS, ARTICLES), (ALERTERS, TAGGED))
    lag = sum(lag.records for group, stream in groups for lag in app.bus.lag(group, [stream]))
    return lag > 0 or any(n for (_, state), n in app.store.outbox.depth().items() if state in _WAITING)


def _summary(app: App, seconds: float) -> None:
    """What the run came to, in the words of the ledger."""
    poller, alerter = app.services["poller"], app.services["alerter"]
    assert isinstance(poller, Poller)
    assert isinstance(alerter, Alerter)
    polled, decided = poller.totals, alerter.totals()
    sent = sum(
        n
        for (receiver, state), n in app.store.outbox.depth().items()
        if state == DeliveryState.SENT and receiver[0] != "@"
    )
    suppressed = {fate: n for fate, n in decided.fates.items() if fate not in {"alerted", "no_rule"}}
    rows = (
        ("feeds polled", f"{polled.feeds} feeds, {polled.polls} polls"),
        ("articles", f"{polled.new} new, {polled.revised} revised, {polled.duplicate} duplicate"),
        ("tagged", f"{decided.articles} articles read and decided on"),
        ("stories", f"{decided.new_stories} new, {decided.joined} articles joined one"),
        ("alerts sent", f"{sent}: {_counts(decided.alerts)}"),
        ("suppressed", _counts(suppressed)),
        ("no rule", f"{decided.fates.get('no_rule', 0)} articles matched no rule"),
    )
    print(f"\nSummary after {seconds:.1f} s", *(f"  {name:13} {text}" for name, text in rows), sep="\n")


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in sorted(counted.items())) or "none"
