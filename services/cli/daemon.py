"""A long-running process: signals, service threads that come back, health, reload, and a clean stop."""

import faulthandler
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from services.app import App, Service
from services.core.backoff import full_jitter
from services.core.errors import ConfigInvalid, WirewatchError
from services.core.settings import Configuration
from services.telemetry import metrics
from services.telemetry.health import Health, HealthServer, Vital

log = structlog.get_logger(__name__)

_DRAIN_SECONDS = 30.0
_LAG_EVERY = 5.0
_QUIET_SECONDS = 300.0  # a service that ran this long has recovered; its next failure starts the backoff anew


class Daemon:
    """Runs the services of an App until a signal. ``reload`` gives the configuration anew, or raises ConfigInvalid."""

    def __init__(
        self, parts: Sequence[str], build: Callable[[threading.Event], App | None], reload: Callable[[], Configuration]
    ) -> None:
        self._parts = parts
        self._build = build
        self._reload = reload
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._hangup = False

    def run(self, host: str, port: int) -> int:
        """The exit status: 0 after a clean stop, 1 if a service did not stop in time."""
        self._install_signals()
        health = Health(Vital(service=part, age=lambda: 0.0, ready=lambda: False) for part in self._parts)
        server = HealthServer(health, host, port)
        log.info("listening", host=host, port=server.port)
        try:
            app = self._build(self._stop)
            return self._serve(app, health) if app else 0
        finally:
            server.close()

    def _serve(self, app: App, health: Health) -> int:
        health.vitals = tuple(_vital(name, service) for name, service in app.services.items())
        health.pages = app.pages()
        threads = [threading.Thread(target=self._keep, args=pair, name=pair[0]) for pair in app.services.items()]
        for thread in threads:
            thread.start()
        log.info("started", services=list(app.services))
        self._watch(app)
        deadline = time.monotonic() + _DRAIN_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        late = [thread.name for thread in threads if thread.is_alive()]
        if late:
            log.error("did not stop in time", services=late, seconds=_DRAIN_SECONDS)
            os._exit(1)  # a thread that hangs would keep the process for ever; what it held is not committed
        app.close()
        log.info("stopped")
        if app.recycle.is_set():
            sys.stderr.flush()
            os.execv(sys.executable, [sys.executable, "-m", "services", *sys.argv[1:]])  # noqa: S606  this program again
        return 0

    def _watch(self, app: App) -> None:
        """Wait for signals, and keep the lag series fresh meanwhile."""
        while not self._stop.is_set():
            self._wake.wait(_LAG_EVERY)
            self._wake.clear()
            if self._hangup:
                self._hangup = False
                self._apply(app)
            if app.recycle.is_set():
                self._stop.set()
            _observe(app)

    def _apply(self, app: App) -> None:
        try:
            app.reload(self._reload())
        except ConfigInvalid as error:
            metrics.CONFIG_RELOADS.labels("invalid").inc()
            for problem in error.problems:
                log.error("reload refused, the old configuration stays", problem=problem)
        except Exception as error:  # a mistake of ours; the services run on as they were
            metrics.CONFIG_RELOADS.labels("invalid").inc()
            log.exception("reload failed, the old configuration stays", error=str(error))
        else:
            metrics.CONFIG_RELOADS.labels("ok").inc()
            log.info("reloaded")

    def _keep(self, name: str, service: Service) -> None:
        """Run a service until the stop; after a failure, again, with backoff. Nothing it had not committed is lost."""
        failures = 0
        while not self._stop.is_set():
            begun = time.monotonic()
            try:
                service.run(self._stop)
            except Exception as error:
                failures = 1 if time.monotonic() - begun > _QUIET_SECONDS else failures + 1
                metrics.RETRIES.labels(name, "restart").inc()
                expected = isinstance(error, WirewatchError)
                log.error("service failed, starting it again", service=name, error=str(error), exc_info=not expected)
                self._stop.wait(full_jitter(failures, base=1.0, cap=30.0, chance=random.random()))  # noqa: S311  jitter

    def _install_signals(self) -> None:
        faulthandler.enable()
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_hangup)
        faulthandler.register(signal.SIGUSR1)  # prints all stacks: kill -USR1

    def _on_stop(self, number: int, _frame: Any) -> None:
        if self._stop.is_set():
            os._exit(128 + number)  # asked twice
        self._stop.set()
        self._wake.set()

    def _on_hangup(self, _number: int, _frame: Any) -> None:
        self._hangup = True
        self._wake.set()


def _observe(app: App) -> None:
    """Measure the lag. A bus so broken that it cannot be asked must not end the process that has to tell of it."""
    try:
        app.observe()
    except Exception as error:
        log.warning("lag is unknown", error=str(error), exc_info=not isinstance(error, WirewatchError))


def _vital(name: str, service: Service) -> Vital:
    return Vital(service=name, age=lambda: time.monotonic() - service.last_progress, ready=lambda: service.ready)
