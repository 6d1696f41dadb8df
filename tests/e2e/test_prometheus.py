"""A real Prometheus scrapes a real wirewatch: the alerting rules load, and the dashboard shows what happened."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml

from tests.e2e.deployment import ROOT, Deployment, eventually
from tests.e2e.outlets import FILLER, Outlets, deal
from tests.e2e.watch import STDOUT, alerted, begin, printed
from tests.servers.lifetime import unavailable
from tests.servers.ports import free_ports

DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboards/wirewatch.json").read_text())
ALERT_RULES = ROOT / "deploy/prometheus/wirewatch.rules.yml"
TARGETS = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
IDS = [f"{title}-{number}" for number, (title, _) in enumerate(TARGETS)]
DEALS = 4


class Prometheus:
    """A server that scrapes one wirewatch every half second."""

    def __init__(self, directory: Path, target: int) -> None:
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = directory / "prometheus.log"
        configuration = {
            "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms", "evaluation_interval": "1s"},
            "rule_files": [str(ALERT_RULES)],
            "scrape_configs": [{"job_name": "wirewatch", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}],
        }
        (directory / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        self._process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={directory / 'prometheus.yml'}",
                f"--storage.tsdb.path={directory / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            stdout=self._log.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def get(self, path: str, **parameters: str) -> Any:
        """The ``data`` of an answer. Fails with Prometheus's own words."""
        try:
            with urlopen(f"{self.url}{path}?{urlencode(parameters)}", timeout=10) as answer:
                return json.load(answer)["data"]
        except HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    def query(self, expression: str) -> dict[str, float]:
        """The value of each series, by its labels."""
        found = self.get("/api/v1/query", query=expression)["result"]
        return {json.dumps(one["metric"], sort_keys=True): float(one["value"][1]) for one in found}

    def scraped(self) -> bool:
        """Whether it has read our series at least twice."""
        try:
            return max(self.query("count_over_time(wirewatch_service_ready[1m])").values(), default=0) > 1
        except URLError:
            assert self._process.poll() is None, self._log.read_text()
            return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def prometheus_of(directory: Path, target: int) -> Iterator[Prometheus]:
    server = Prometheus(directory, target)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Scraped from before the first article on; then deals and other news were published, and alerts flowed."""
    if not shutil.which("prometheus"):
        unavailable("no Prometheus server: `prometheus` is not on PATH (Debian's package of that name has it)")
    directory = tmp_path_factory.mktemp("prometheus")
    outlets = Outlets(("harbour",))
    deployment = Deployment(directory, outlets, ("run",), STDOUT)
    try:
        begin(deployment, outlets)
        with prometheus_of(directory, deployment.ports["run"]) as server:
            eventually("it scrapes", server.scraped, 20)
            _news_flows(deployment, outlets, server)
            yield server
    finally:
        deployment.kill_all()
        outlets.close()


def _news_flows(deployment: Deployment, outlets: Outlets, server: Prometheus) -> None:
    for number in range(DEALS):
        outlets.publish("harbour", f"f{number}", FILLER[number])
        outlets.publish("harbour", f"d{number}", deal(number))
    eventually("all are alerted", lambda: all(alerted(deployment, deal(number)) for number in range(DEALS)), 20)
    # What it knows must be as new as what we know; the outbox and the lag are measured every five seconds.
    eventually("all is scraped", lambda: sum(server.query("wirewatch_alerts_total").values()) == DEALS, 20)
    eventually(
        "the outbox is measured", lambda: bool(server.query('wirewatch_outbox_notifications{state="sent"} > 0')), 20
    )
    eventually("the lag is measured", lambda: bool(server.query("wirewatch_consumer_lag_records")), 20)
    told = re.search(r"\bal[0-9a-f]{20}\b", printed(deployment))
    assert told
    deployment.run("feedback", told[0], "useful")
    eventually("what was judged is measured", lambda: bool(server.query("wirewatch_rule_precision_ratio")), 40)


def spelled_out(expression: str) -> str:
    """As Grafana sends it."""
    return expression.replace("$__rate_interval", "1m")


@pytest.mark.parametrize(("title", "expression"), TARGETS, ids=IDS)
def test_every_panel_has_series_to_show(title: str, expression: str, prometheus: Prometheus) -> None:
    found = prometheus.query(spelled_out(expression))
    assert found, f"{title}: nothing for {expression}"
    assert all(value == value for value in found.values()), f"{title}: {found}"  # noqa: PLR0124  none is NaN


@pytest.mark.parametrize(
    ("title", "least", "most"),
    [
        ("Services ready", 4, 4),
        ("Alerts in the last day", DEALS, 1.5 * DEALS),  # the first included; a little is extrapolated
        ("Notifications waiting", 0, 0),
        ("Dead letters in the last day", 0, 0),
        ("From first sight to alert", 0, 5),
        ("Lag", 0, 0),
        ("Oldest successful poll", 0, 20),
    ],
)
def test_a_panel_shows_what_happened(title: str, least: float, most: float, prometheus: Prometheus) -> None:
    shown = [expression for panel, expression in TARGETS if panel == title]
    assert shown
    for expression in shown:
        values = prometheus.query(spelled_out(expression)).values()
        assert all(least <= value <= most for value in values), f"{expression}: {values}"


@pytest.mark.parametrize(
    ("title", "label", "words"),
    [
        ("Decisions", "fate", {"alerted", "no_rule"}),
        ("Alerts by rule", "rule", {"any-transfer"}),
        ("Attempts to notify", "outcome", {"sent"}),
        ("Polls", "outcome", {"changed"}),
        ("Articles", "state", {"new"}),
    ],
)
def test_what_happened_has_a_rate(title: str, label: str, words: set[str], prometheus: Prometheus) -> None:
    (expression,) = [expression for panel, expression in TARGETS if panel == title]
    found = prometheus.query(f"{spelled_out(expression)} > 0")
    assert words <= {json.loads(labels)[label] for labels in found}, found


def test_every_alerting_rule_is_evaluated_and_none_fires_while_all_is_well(prometheus: Prometheus) -> None:
    wanted = {rule["alert"] for group in yaml.safe_load(ALERT_RULES.read_text())["groups"] for rule in group["rules"]}
    rules = lambda: [rule for group in prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]  # noqa: E731
    eventually("all are evaluated", lambda: all(rule["health"] != "unknown" for rule in rules()), 20)
    assert {rule["name"] for rule in rules()} == wanted
    assert {rule["name"]: rule.get("lastError") for rule in rules() if rule["health"] != "ok"} == {}
    assert {rule["name"] for rule in rules() if rule["state"] != "inactive"} == set()


def test_prometheus_finds_nothing_wrong_with_what_we_expose(prometheus: Prometheus) -> None:
    (target,) = prometheus.get("/api/v1/targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("up", "")
    with urlopen(target["scrapeUrl"], timeout=5) as answer:
        page = answer.read()
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False, timeout=30)
    assert done.stderr.decode() == ""
    assert done.returncode == 0
