"""The only composition root: configuration to adapters to services."""

import os
import random
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Protocol, TextIO, TypeVar

import structlog

from services.alerter.dispatch import Routing
from services.alerter.receivers import build_notifiers
from services.alerter.render.notifications import notifications
from services.alerter.sender import Sender
from services.alerter.sense import sense_of
from services.alerter.service import Alerter
from services.config.feedback import feedback_links
from services.config.secrets import resolve_secret
from services.core.alert import Alert
from services.core.backoff import full_jitter
from services.core.errors import Retriable
from services.core.feedback_link import FeedbackLinks
from services.core.notification import Notification
from services.core.ports.bus import Bus
from services.core.ports.edges import Notifier
from services.core.settings import Configuration
from services.core.streams import ALERTERS, ARTICLES, EXTRACTORS, STREAMS, TAGGED
from services.openers import SystemClock, open_bus, open_database
from services.poller.service import Poller
from services.store.engine import Store
from services.telemetry import metrics, precision
from services.telemetry.feedback_page import FeedbackPage
from services.telemetry.health import Page

log = structlog.get_logger(__name__)
T = TypeVar("T")
OnAlert = Callable[[Alert], None]

_JUDGED_EVERY, _JUDGED_SINCE = 20.0, timedelta(days=30)


class Service(Protocol):
    """What a daemon runs. ``run`` returns after ``stop`` is set, with what it had in hand committed or left to a successor."""

    last_progress: float  # monotonic seconds at the last turn of its loop
    ready: bool  # whether what it depends on is there

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``. Raises what it cannot get over itself; it is then run again."""


class App:
    """The services of one process, and the adapters they share."""

    def __init__(
        self, configuration: Configuration, bus: Bus, store: Store, *, out: TextIO, on_alert: OnAlert | None
    ) -> None:
        self.bus = bus
        self.store = store
        self.services: dict[str, Service] = {}
        self.recycle = threading.Event()  # set when the process should start anew, to give memory back
        self._configuration = configuration
        self._clock = SystemClock()
        self._name = f"{socket.gethostname()}-{os.getpid()}"
        self._out = out
        self._on_alert = on_alert
        self._links: FeedbackLinks | None = None
        self._judged_at = -_JUDGED_EVERY  # monotonic

    @classmethod
    def open(
        cls, configuration: Configuration, parts: Sequence[str], stop: threading.Event,
        *, out: TextIO = sys.stdout, on_alert: OnAlert | None = None,
    ) -> "App | None":  # fmt: skip
        """Bus and store opened, and the services built: poller, extractor, alerter, sender.

        Waits for a bus or store that is away, however long, saying so; None if ``stop`` is set meanwhile.
        Raises Fatal where they do not fit, ConfigInvalid for a secret that is missing.
        """
        settings = configuration.settings
        bus = _patiently("bus", partial(open_bus, settings), stop)
        store = _patiently("store", partial(open_database, settings), stop) if bus else None
        if bus is None or store is None:
            if bus:
                bus.close()
            return None
        app = cls(configuration, bus, store, out=out, on_alert=on_alert)
        try:
            app._build(parts)
        except BaseException:
            app.close()
            raise
        metrics.initialise(tuple(spec.name for spec in STREAMS))
        metrics.CONFIG_LOADED.set_to_current_time()
        return app

    def _build(self, parts: Sequence[str]) -> None:
        self._links = feedback_links(self._configuration.settings.alerter) if "alerter" in parts else None
        makers: dict[str, Callable[[], Service]] = {
            "poller": self._poller,
            "extractor": self._extractor,
            "alerter": self._alerter,
            "sender": self._sender,
        }
        for part in parts:
            self.services[part] = makers[part]()

    def _poller(self) -> Poller:
        return Poller(
            bus=self.bus, store=self.store.feeds, feeds=self._configuration.feeds, clock=self._clock,
            settings=self._configuration.settings.poller, name=self._name,
        )  # fmt: skip

    def _extractor(self) -> Service:
        from services.extractor.service import Extractor  # spaCy takes a second to import; the other daemons do without
        from services.extractor.tagger import SpacyTagger

        settings = self._configuration.settings.extractor
        make = partial(SpacyTagger, Path(self._configuration.lexicons), settings)
        return Extractor(
            bus=self.bus,
            tagger_factory=make,
            clock=self._clock,
            settings=settings,
            name=self._name,
            recycle=self.recycle.set,
        )

    def _alerter(self) -> Alerter:
        return Alerter(
            bus=self.bus, store=self.store.alerts, rules=self._configuration.rules, outlets=self._configuration.feeds.outlets,
            notify=self._notify(self._configuration), clock=self._clock, settings=self._configuration.settings.alerter,
            name=self._name, on_alert=self._decided, routing=Routing.of(self._configuration.routes, self._links), on_told=self._wake_sender,
            vocabulary=self._configuration.vocabulary, sense=sense_of(self._configuration.settings.alerter.story_model),
        )  # fmt: skip

    def _sender(self) -> Sender:
        configuration = self._configuration
        receivers = configuration.routes.receivers
        return Sender(
            self.store.outbox,
            self._notifiers(configuration),
            receivers,
            self._clock,
            configuration.settings.alerter,
            self._name,
            links=self._links,
            trouble=configuration.routes.trouble,
        )

    def pages(self) -> dict[str, Page]:
        """What this process serves beside metrics and health, by path."""
        return {"/feedback": FeedbackPage(self._links, self.store.feedback, self._clock)} if self._links else {}

    def _notify(self, configuration: Configuration) -> Callable[[Alert], Sequence[Notification]]:
        receivers = {receiver.name: receiver for receiver in configuration.routes.receivers}
        links, route = self._links, configuration.routes.route
        return lambda alert: notifications(alert, route, receivers, alert.decided_at, links)

    def _notifiers(self, configuration: Configuration) -> dict[str, Notifier]:
        producer = partial(self.bus.producer, self._name)
        return build_notifiers(configuration.routes.receivers, resolve_secret, producer, self._out, self._clock)

    def _decided(self, alert: Alert) -> None:
        self._wake_sender()
        if self._on_alert:
            self._on_alert(alert)

    def _wake_sender(self) -> None:
        sender = self.services.get("sender")
        if isinstance(sender, Sender):
            sender.wake()

    def reload(self, configuration: Configuration) -> None:
        """Feeds, rules, routes and receivers are taken over at once; other settings at the next start.

        Raises ConfigInvalid, with nothing changed, for a secret that is missing.
        """
        notifiers = self._notifiers(configuration) if "sender" in self.services else {}
        for service in self.services.values():
            if isinstance(service, Poller):
                service.reload(configuration.feeds)
            elif isinstance(service, Alerter):
                routing = Routing.of(configuration.routes, self._links)
                words = configuration.vocabulary
                service.reload(
                    configuration.rules, configuration.feeds.outlets, self._notify(configuration), routing, words
                )
            elif isinstance(service, Sender):
                service.reload(notifiers, configuration.routes.receivers, configuration.routes.trouble)
        self._configuration = configuration
        metrics.CONFIG_LOADED.set_to_current_time()

    def observe(self) -> None:
        """Set the series that show how far groups are behind, and what was judged. A bus or store that is away changes nothing."""
        groups = (("extractor", EXTRACTORS, ARTICLES), ("alerter", ALERTERS, TAGGED))
        try:
            for service, group, stream in groups:
                for lag in self.bus.lag(group, [stream]) if service in self.services else ():
                    metrics.LAG.labels(group, stream, lag.partition.index).set(lag.records)
        except Retriable as error:
            log.warning("lag is unknown", error=str(error))
        if "alerter" in self.services and self._clock.monotonic() - self._judged_at >= _JUDGED_EVERY:
            self._judged_at = self._clock.monotonic()
            self._observe_judged()

    def _observe_judged(self) -> None:
        try:
            precision.show(self.store.feedback.tallies(self._clock.now() - _JUDGED_SINCE))
        except Retriable as error:
            log.warning("what was judged is unknown", error=str(error))

    def close(self) -> None:
        """Let go of everything, after the services have returned."""
        for service in self.services.values():
            close = getattr(service, "close", None)
            if close:
                close()
        self.store.close()
        self.bus.close()


def _patiently(what: str, attempt: Callable[[], T], stop: threading.Event) -> T | None:
    """The result of ``attempt``, tried again while it raises Retriable; None once ``stop`` is set."""
    failures = 0
    while not stop.is_set():
        try:
            return attempt()
        except Retriable as error:
            failures += 1
            pause = full_jitter(failures, base=1.0, cap=15.0, chance=random.random())  # noqa: S311  jitter
            metrics.RETRIES.labels("daemon", f"open {what}").inc()
            log.warning("away, trying again", what=what, error=str(error), seconds=round(pause, 1))
            stop.wait(pause)
    return None
