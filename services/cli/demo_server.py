"""The demo's outlets on a local HTTP server whose feeds grow step by step."""

import hashlib
import shutil
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import msgspec
import yaml

from services.cli.demo_feeds import CONTENT_TYPES, DemoOutlet, Stories, demo_directory, render
from services.core.feed import Feed, Outlet
from services.core.settings import FeedsFile


class DemoServer:
    """Serves ``/<outlet>/feed.xml`` on a free port of the loopback interface from entering to leaving ``with``.

    ``began`` is the time that stories.yaml counts back from. Thread-safe.
    """

    def __init__(self, stories: Stories, began: datetime) -> None:
        self.stories = stories
        self._began = began
        self._lock = threading.Lock()
        self._step = 0
        self._asked: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answers(self))
        self._thread = threading.Thread(target=self._server.serve_forever, name="demo outlets", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def step(self) -> int:
        """The step whose documents are served now; the first is 0."""
        return self._step

    def next_step(self) -> bool:
        """Serve the documents of the next step; False when the last one is served already."""
        with self._lock:
            if self._step >= self.stories.last_step:
                return False
            self._step += 1
            self._asked.clear()
            return True

    def all_asked(self) -> bool:
        """Whether every outlet's feed of this step has been fetched, or been found unchanged."""
        with self._lock:
            return len(self._asked) == len(self.stories.outlets)

    def url(self, outlet: str) -> str:
        """The address of an outlet's feed."""
        return f"http://127.0.0.1:{self._server.server_port}/{outlet}/feed.xml"

    def feeds(self, every: float = 1.0) -> FeedsFile:
        """Outlets and feeds as feeds.yaml would declare them, each polled after ``every`` seconds at the soonest."""
        outlets = tuple(
            Outlet(id=outlet.id, name=outlet.name, country=outlet.country, tier=outlet.tier, owner=outlet.owner)
            for outlet in self.stories.outlets
        )
        feeds = tuple(
            Feed(id=outlet.id, url=self.url(outlet.id), outlet=outlet.id, every=every)
            for outlet in self.stories.outlets
        )
        return FeedsFile(outlets=outlets, feeds=feeds)

    def write_configuration(self, directory: Path) -> None:
        """Fill ``directory`` with the configuration of the demo: deploy/demo/config and a feeds.yaml for this server."""
        shutil.copytree(demo_directory() / "config", directory, dirs_exist_ok=True)
        feeds = msgspec.to_builtins(self.feeds())
        (directory / "feeds.yaml").write_text(yaml.safe_dump(feeds, sort_keys=False, allow_unicode=True), "utf-8")

    def served(self, path: str) -> "Served | None":
        """The document at ``path``, or None."""
        step = self._step
        outlet = next((one for one in self.stories.outlets if path == f"/{one.id}/feed.xml"), None)
        if outlet is None:
            return None
        return Served(outlet, step, render(outlet, self.stories.shown(outlet.id, step), self._began))

    def note(self, served: "Served") -> None:
        """Remember that the document has been fetched."""
        with self._lock:
            if served.step == self._step:
                self._asked.add(served.outlet.id)


class Served(NamedTuple):
    """A feed document of a step."""

    outlet: DemoOutlet
    step: int
    body: bytes


def _answers(server: DemoServer) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        server_version = "demo"
        sys_version = ""
        timeout = 10.0

        def do_GET(self) -> None:
            found = server.served(self.path)
            if found is None:
                self.send_error(404)
                return
            etag = f'"{hashlib.sha256(found.body).hexdigest()[:16]}"'
            unchanged = self.headers.get("If-None-Match") == etag
            self.send_response(304 if unchanged else 200)
            self.send_header("ETag", etag)
            if not unchanged:
                self.send_header("Content-Type", CONTENT_TYPES[found.outlet.format])
                self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(found.body)
            server.note(found)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is that of the library
            pass

    return Answer
