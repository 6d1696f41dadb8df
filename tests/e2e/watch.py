"""What a running wirewatch says of itself: answers over HTTP, series, log events. And commands about it."""

import json
import signal
import subprocess
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.deployment import Deployment, eventually
from tests.e2e.outlets import Outlets

STDOUT: dict[str, object] = {"type": "stdout", "name": "desk"}


def answer(deployment: Deployment, path: str) -> tuple[int, str]:
    """Status and body; (0, "") while nobody listens."""
    try:
        with urlopen(f"http://127.0.0.1:{deployment.ports['run']}{path}", timeout=5) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def series(deployment: Deployment, name: str, **labels: str) -> float:
    """The sum of the samples that carry these labels; 0 where there is none."""
    page = answer(deployment, "/metrics")[1]
    samples = (sample for family in text_string_to_metric_families(page) for sample in family.samples)
    return sum(sample.value for sample in samples if sample.name == name and labels.items() <= sample.labels.items())


def printed(deployment: Deployment) -> str:
    """All that the process has printed, on either stream."""
    return (deployment.directory / "run.log").read_text()


def events(deployment: Deployment, event: str, **fields: object) -> list[dict[str, Any]]:
    """The log events of this name with these fields, the oldest first."""
    lines = (line for line in printed(deployment).splitlines() if line.startswith("{"))
    found = (json.loads(line) for line in lines)
    return [one for one in found if one["event"] == event and fields.items() <= one.items()]


def alerted(deployment: Deployment, title: str) -> bool:
    """Whether the receiver of STDOUT has printed an alert about an article of this title."""
    return f"article   {title}\n" in printed(deployment)


def begin(deployment: Deployment, outlets: Outlets) -> Deployment:
    """Start it, and wait until it is ready and has polled every outlet: what stands in a feed before is no news."""
    try:
        deployment.start_all()
        eventually("it is ready", deployment.ready, 60)
        eventually("every feed was polled", lambda: all(outlets.polls[name] for name in outlets.names), 20)
    except BaseException:
        deployment.kill_all()
        print(deployment.logs())
        raise
    return deployment


def hang_up(deployment: Deployment) -> None:
    """SIGHUP: read the configuration again."""
    deployment.processes["run"].send_signal(signal.SIGHUP)


def refused(deployment: Deployment, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """What ``wirewatch run`` prints when it refuses to start. Fails if it starts, or ends in a traceback."""
    deployment.environment |= environment or {}
    done = deployment.run("run", *(arguments or ("--metrics-port", "0")), check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    return said


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes that it has started and that still run."""
    return psutil.Process(process.pid).children(recursive=True)
