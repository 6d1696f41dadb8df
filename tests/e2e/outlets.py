"""Outlets that a test owns: a local HTTP server whose feeds grow as the test publishes."""

import threading
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

WINDOW = 60  # entries a feed shows, the newest first

COUNTRIES = (
    "Norway", "Kenya", "Brazil", "Japan", "Morocco", "Vietnam", "Poland", "Chile", "Egypt", "Greece", "Peru", "Sweden",
    "Canada", "Ghana", "Finland", "Oman", "Malaysia", "Portugal", "Romania", "Uruguay", "Tunisia", "Jordan",
    "Bolivia", "Denmark", "Kuwait", "Nigeria", "Thailand", "Ecuador", "Latvia", "Mongolia", "Senegal", "Croatia",
)  # fmt: skip
ARMS = ("coastal radars", "artillery shells", "patrol boats", "air defence missiles", "armoured vehicles", "howitzers")
FILLER = (
    "Ferry timetable changes for the winter season",
    "Museum reopens after two years of repairs",
    "Local bakery wins prize for rye bread",
    "Rain expected over the northern hills",
)


def deal(number: int) -> str:
    """A headline about an arms deal that no other number has: each pair of countries has one."""
    assert number < len(COUNTRIES) * (len(COUNTRIES) - 1)
    supplier = COUNTRIES[number % len(COUNTRIES)]
    recipient = COUNTRIES[(number + 1 + number // len(COUNTRIES)) % len(COUNTRIES)]
    return f"{supplier} agrees to sell {ARMS[number % len(ARMS)]} to {recipient}"


class Outlets:
    """Serves ``/feed/<name>`` as RSS 2.0."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.published: dict[str, list[tuple[str, str, datetime]]] = defaultdict(list)
        self.polls: dict[str, int] = defaultdict(int)
        outlets = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rsplit("/", 1)[-1]
                body = outlets.document(name)
                outlets.polls[name] += 1
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/feed/{name}"

    def publish(self, name: str, guid: str, title: str) -> None:
        self.published[name].append((guid, title, datetime.now(UTC)))

    def document(self, name: str) -> bytes:
        entries = "".join(
            f"<item><guid isPermaLink='false'>{guid}</guid><link>https://{name}.example/{guid}</link>"
            f"<title>{escape(title)}</title><pubDate>{format_datetime(at)}</pubDate></item>"
            for guid, title, at in self.published[name][: -WINDOW - 1 : -1]
        )
        return f"<rss version='2.0'><channel><title>{name}</title>{entries}</channel></rss>".encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
