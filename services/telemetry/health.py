"""``/metrics``, ``/livez`` and ``/readyz`` on one port, on loopback unless the configuration says otherwise.

Liveness is about progress only: a service that has not turned its loop for ``stall_after`` seconds is dead, whatever
the reason. Readiness is about what it depends on: a broker or database that is away makes it unready, not dead.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from msgspec import Struct
from prometheus_client import make_wsgi_app

from services.core.errors import Fatal
from services.telemetry import metrics

Page = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]  # a WSGI application


class Vital(Struct, frozen=True, kw_only=True):
    """How to tell whether a service lives. ``age`` gives seconds since its loop last turned, ``ready`` whether it does its work."""

    service: str
    age: Callable[[], float]
    ready: Callable[[], bool]
    stall_after: float = 120.0


class Health:
    """Answers for the services of this process."""

    def __init__(self, vitals: Iterable[Vital] = ()) -> None:
        self.vitals = tuple(vitals)
        self.pages: Mapping[str, Page] = {}  # further pages by path

    def stalled(self) -> list[str]:
        """The services whose loop stands still."""
        return [vital.service for vital in self.vitals if vital.age() > vital.stall_after]

    def unready(self) -> list[str]:
        """The services that cannot do their work now; sets the readiness series."""
        states = {vital.service: vital.ready() for vital in self.vitals}
        for service, ready in states.items():
            metrics.UP.labels(service).set(ready)
        return [service for service, ready in states.items() if not ready]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 16


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
        """Probes come every few seconds; they are not events."""


class HealthServer:
    """Serves until closed, in a thread of its own."""

    def __init__(self, health: Health, host: str, port: int) -> None:
        """Raises Fatal when the port cannot be bound, or is none."""
        try:
            self._server = make_server(host, port, _application(health), server_class=_Server, handler_class=_Quiet)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise Fatal(f"cannot listen on {host}:{port} for metrics and health: {reason}") from error
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _application(health: Health) -> Callable[..., Iterable[bytes]]:
    exposition = make_wsgi_app()

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            health.unready()
            page: Iterable[bytes] = exposition(environ, start)
            return page
        if path in health.pages:
            return health.pages[path](environ, start)
        if path not in {"/livez", "/readyz"}:
            return _plain(start, "404 Not Found", "here are /metrics, /livez and /readyz")
        bad = health.stalled() if path == "/livez" else health.unready()
        return _plain(
            start, "503 Service Unavailable" if bad else "200 OK", f"not ok: {', '.join(bad)}" if bad else "ok"
        )

    return answer


def _plain(start: Callable[..., Any], status: str, text: str) -> Iterable[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode() + b"\n"]
