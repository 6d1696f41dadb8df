"""A real Kafka broker, run by the script that people use as well."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.lifetime import outlives, run_process, unavailable
from tests.servers.ports import free_ports

SCRIPT = Path(__file__).parents[2] / "deploy" / "kafka" / "kafka.sh"


class KafkaBroker:
    """One broker on ports of its own. It can be stopped and started again: the ports and what it stored stay."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port, self._controller_port = free_ports(2)
        self._watched = False

    @property
    def servers(self) -> tuple[str, ...]:
        return (f"127.0.0.1:{self.port}",)

    def start(self) -> None:
        """Returns when the broker answers, some four seconds later."""
        if not self._watched:
            self._watched = True
            outlives(run_process(), [SCRIPT, "down", "--dir", self.directory])
        ports = ["--port", str(self.port), "--controller-port", str(self._controller_port)]
        self._script("up", *ports)

    def stop(self) -> None:
        """SIGTERM, and wait."""
        self._script("down")

    def signal(self, number: signal.Signals) -> None:
        """SIGKILL pulls the plug; SIGSTOP freezes it, SIGCONT wakes it."""
        os.kill(int((self.directory / "kafka.pid").read_text()), number)

    def _script(self, command: str, *arguments: str) -> None:
        done = subprocess.run(
            [SCRIPT, command, "--dir", self.directory, *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{SCRIPT.name} {command}: {done.stdout}{done.stderr}"


def require_kafka() -> None:
    """Skip (in CI: fail) unless Apache Kafka is there or can be fetched."""
    done = subprocess.run([SCRIPT, "fetch"], check=False, capture_output=True, text=True, timeout=280)
    if done.returncode != 0:
        unavailable(f"no Kafka broker: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1][:300]}")


@contextmanager
def kafka_broker(directory: Path) -> Iterator[KafkaBroker]:
    """A running broker that keeps its files in ``directory``, which is removed in the end."""
    broker = KafkaBroker(directory)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(directory, ignore_errors=True)
