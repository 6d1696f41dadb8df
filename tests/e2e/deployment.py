"""wirewatch as its users run it: real processes, started by the command line, killed by the test."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import yaml

from services.core.settings import Configuration
from services.openers import load_configuration
from tests.e2e.outlets import Outlets
from tests.servers.ports import free_port

ROOT = Path(__file__).parents[2]
RULES = {
    "rules": [
        {
            "id": "any-transfer",
            "title": "Any arms transfer",
            "when": "act:arms_transfer(stage>=agreed)",
            "severity": "warning",
        },
    ]
}


class Deployment:
    """A configuration directory and the processes that run on it. ``services`` are commands of wirewatch."""

    def __init__(
        self,
        directory: Path,
        outlets: Outlets,
        services: tuple[str, ...],
        receiver: dict[str, object],
        **settings: object,
    ) -> None:
        self.directory = directory
        self.services = services
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {service: free_port() for service in services}
        self.environment = {"SLACK_TOKEN": "xoxb-test-token"}
        self.starts = 0
        plain: dict[str, object] = {
            "data_dir": str(directory / "data"),
            "poller": {"allow_private": True, "host_pause": 0, "per_host": 10},
        }
        self.write("wirewatch.yaml", plain | settings)
        self.write("feeds.yaml", self._feeds(outlets))
        self.write("rules/rules.yaml", RULES)
        self.write("routes.yaml", {"route": {"receiver": receiver["name"]}, "receivers": [receiver]})

    @staticmethod
    def _feeds(outlets: Outlets) -> dict[str, object]:
        return {
            "outlets": [{"id": name, "name": name.title()} for name in outlets.names],
            "feeds": [{"id": name, "outlet": name, "url": outlets.url(name), "every": 1} for name in outlets.names],
        }

    def write(self, name: str, content: object) -> None:
        path = self.directory / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False))

    def start(self, service: str) -> None:
        self.starts += 1
        log = (self.directory / f"{service}.log").open("ab")
        command = [sys.executable, "-m", "services", service, "--config", str(self.directory / "config")]
        self.processes[service] = subprocess.Popen(
            [*command, "--metrics-port", str(self.ports[service])],
            cwd=ROOT,
            env=os.environ | self.environment,
            stdout=log,
            stderr=log,
        )

    def start_all(self) -> None:
        for service in self.services:
            self.start(service)

    def kill(self, service: str) -> None:
        """kill -9"""
        process = self.processes.pop(service)
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def stop_all(self, timeout: float = 40) -> dict[str, int]:
        """SIGTERM, and the exit statuses."""
        for process in self.processes.values():
            process.terminate()
        return {service: process.wait(timeout) for service, process in self.processes.items()}

    def kill_all(self) -> None:
        """Leave nothing behind."""
        for service in tuple(self.processes):
            self.kill(service)

    def configuration(self) -> Configuration:
        """As wirewatch reads it."""
        return load_configuration(self.directory / "config")

    def alive(self, service: str) -> bool:
        return self.processes[service].poll() is None

    def get(self, service: str, path: str) -> str | None:
        try:
            with urlopen(f"http://127.0.0.1:{self.ports[service]}{path}", timeout=5) as answer:
                return str(answer.read().decode())
        except (URLError, OSError):
            return None

    def ready(self) -> bool:
        return all(self.get(service, "/readyz") == "ok\n" for service in self.services)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One command of wirewatch on this configuration."""
        return subprocess.run(
            [sys.executable, "-m", "services", *arguments, "--config", str(self.directory / "config")],
            cwd=ROOT, env=os.environ | self.environment, capture_output=True, text=True, check=check, timeout=120,
        )  # fmt: skip

    def lag(self) -> int:
        """Records that some group has not committed yet."""
        return sum(json.loads(line)["lag"] for line in self.run("streams", "--json").stdout.splitlines())

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-5000:] for path in sorted(self.directory.glob("*.log")))


def eventually(what: str, holds: Callable[[], bool], timeout: float, every: float = 0.25) -> float:
    """Wait until it holds; how long that took. Fails with ``what`` after ``timeout`` seconds."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < timeout, f"not within {timeout} s: {what}"
        time.sleep(every)
    return time.monotonic() - begun
