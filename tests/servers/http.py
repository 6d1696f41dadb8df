"""An HTTP server that records what it gets and answers as scripted."""

import contextlib
import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Behaviour:
    """What to do with one request, after it was read and recorded. ``then``: answer, drop (close without an answer), or drip (a byte now and then)."""

    status: int | None = None  # None: whatever the server says by itself
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    delay: float = 0.0
    then: str = "answer"


OK = Behaviour()
DROP = Behaviour(then="drop")
DRIP = Behaviour(then="drip")


def status(code: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer with this status. Header names are given with underscores."""
    return Behaviour(
        status=code, body=body, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items())
    )


def slow(seconds: float) -> Behaviour:
    return Behaviour(delay=seconds)


@dataclass(frozen=True)
class Request:
    """One request as it came. ``at`` is monotonic."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class HttpServer:
    """Answers 200 with an empty body unless scripted otherwise. Subclasses say how in ``respond``."""

    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    choose: Callable[[Request], Behaviour | None] = field(default=lambda _request: None)
    listen: int = 0  # the port; 0 takes a free one

    def __post_init__(self) -> None:
        self._script: deque[Behaviour] = deque()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", self.listen), _handler(self))
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def script(self, *behaviours: Behaviour) -> None:
        """Behave so for the next requests, then normally."""
        self._script.extend(behaviours)

    def respond(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the normal answer."""
        return 200, {}, b""

    def receive(self, request: Request) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            return self.choose(request) or (self._script.popleft() if self._script else OK)

    def wait(self, seconds: float) -> None:
        self._closing.wait(seconds)

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients of these tests go away on purpose."""


def _handler(server: HttpServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, body, time.monotonic())
            behaviour = server.receive(request)
            server.wait(behaviour.delay)
            if behaviour.then == "drop":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            elif behaviour.then == "drip":
                self._drip()
            else:
                self._answer(behaviour, request)

        do_GET = do_POST  # noqa: N815  the name that http.server calls

        def _answer(self, behaviour: Behaviour, request: Request) -> None:
            code, headers, body = server.respond(request) if behaviour.status is None else (behaviour.status, {}, b"")
            if behaviour.body is not None:
                body = behaviour.body
            self.send_response(code)
            for name, value in (*headers.items(), *behaviour.headers, ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _drip(self) -> None:
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not server._closing.is_set():
                    self.wfile.write(b"X-Slow: 1\r\n"[:1])
                    self.wfile.flush()
                    server.wait(0.05)

        def log_message(self, *_: Any) -> None:
            """Tests look at what was recorded."""

    return Handler
