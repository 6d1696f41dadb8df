"""A real Alertmanager with a configuration of our routes, and what it notifies of."""

import json
import shutil
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import yaml

from services.core.matcher import Matcher, Word, matcher
from tests.servers.ports import free_port

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
_SECONDS = {"group_wait", "group_interval", "repeat_interval"}


class _Hooks(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # hundreds of receivers are told in the same instant


class Alertmanager:
    """``told``: when, which receiver, and the names of the alerts of each group that had not been told before."""

    def __init__(self, directory: Path, routes: dict[str, Any], receivers: list[str]) -> None:
        self.told: list[tuple[float, str, tuple[str, ...]]] = []
        self._before: dict[tuple[str, str], set[str]] = {}
        self._hooks = _Hooks(("127.0.0.1", 0), self._hook())
        threading.Thread(target=self._hooks.serve_forever, daemon=True).start()
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        directory.mkdir(parents=True, exist_ok=True)
        self._log = directory / "alertmanager.log"
        (directory / "alertmanager.yml").write_text(yaml.safe_dump(self._configuration(routes, receivers)))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    str(PROGRAM), f"--config.file={directory}/alertmanager.yml", f"--storage.path={directory}/data",
                    f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
                ],
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self._ready()

    def alert(self, labels: dict[str, dict[str, str]]) -> None:
        """Alerts by name, all firing from now on for an hour."""
        now = datetime.now(UTC)
        body = [
            {"labels": {"alertname": name, **own}, "startsAt": now.isoformat(), "endsAt": (now + timedelta(hours=1)).isoformat()}
            for name, own in labels.items()
        ]  # fmt: skip
        self._send("POST", "/api/v2/alerts", body)

    def silence(self, matchers: list[str], seconds: float) -> str:
        """Add a silence; its id."""
        now = datetime.now(UTC)
        body = {
            "matchers": [spelled(matcher(text)) for text in matchers], "startsAt": now.isoformat(), "createdBy": "jo",
            "endsAt": (now + timedelta(seconds=seconds)).isoformat(), "comment": "exercise",
        }  # fmt: skip
        return str(self._send("POST", "/api/v2/silences", body)["silenceID"])

    def expire(self, ident: str) -> None:
        """End a silence."""
        self._send("DELETE", f"/api/v2/silence/{ident}", None)

    @property
    def url(self) -> str:
        return self._url

    def alerts(self) -> list[dict[str, Any]]:
        """What it holds, as its API tells it."""
        with urlopen(self._url + "/api/v2/alerts", timeout=10) as answer:
            return list(json.loads(answer.read()))

    def stop(self) -> None:
        """The processes are gone when this returns."""
        self._process.kill()
        self._process.wait(10)
        self._hooks.shutdown()
        self._hooks.server_close()

    def _configuration(self, routes: dict[str, Any], receivers: list[str]) -> dict[str, Any]:
        port = self._hooks.server_address[1]
        hooks = [
            {"name": name, "webhook_configs": [{"url": f"http://127.0.0.1:{port}/{name}", "send_resolved": False}]}
            for name in receivers
        ]  # fmt: skip
        top = {"repeat_interval": 86400, "group_wait": 0, **routes["route"]}
        besides = {key: routes.get(key, []) for key in ("inhibit_rules", "time_intervals")}
        return {"route": _spelled_out(top), "receivers": hooks, **besides}

    def _hook(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Hook

    def _take(self, body: dict[str, Any]) -> None:
        names = {one["labels"]["alertname"] for one in body["alerts"] if one["status"] == "firing"}
        before = self._before.setdefault((body["receiver"], body["groupKey"]), set())
        self.told.append((time.monotonic(), body["receiver"], tuple(sorted(names - before))))
        before |= names

    def _send(self, method: str, path: str, body: object) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._url + path, data=data, method=method, headers={"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def _ready(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                with urlopen(self._url + "/-/ready", timeout=1):
                    return
            except (URLError, OSError):
                assert self._process.poll() is None, self._log.read_text()
                assert time.monotonic() < deadline, self._log.read_text()
                time.sleep(0.05)


def spelled(one: Matcher) -> dict[str, Any]:
    """The matcher as Alertmanager's API takes it, when it is about one exact value."""
    (word,) = one.words
    assert word == Word(word.text)
    return {"name": one.label, "value": word.text, "isRegex": False, "isEqual": not one.negated}


def _spelled_out(route: dict[str, Any]) -> dict[str, Any]:
    """The route with its seconds as Alertmanager writes them."""
    made = {key: f"{value}s" if key in _SECONDS else value for key, value in route.items()}
    return made | ({"routes": [_spelled_out(child) for child in route["routes"]]} if "routes" in route else {})
