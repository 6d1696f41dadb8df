"""What we deploy with is checked by the tools that will read it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from services.telemetry import metrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
DASHBOARD = json.loads((DEPLOY / "grafana/dashboards/wirewatch.json").read_text())
SERIES = re.compile(r"wirewatch_[a-z_]+")


def check(*command: str | Path) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed")
    assert found, f"{name} must be there in CI"
    return found


def names() -> set[str]:
    """Every series name that wirewatch exposes, suffixes included."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
    kinds = [series for series in vars(metrics).values() if isinstance(series, MetricWrapperBase)]
    return {
        family.name + suffix for series in kinds for family in series.describe() for suffix in suffixes[family.type]
    }


def test_compose_follows_the_compose_specification() -> None:
    check(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")


def test_the_dockerfile_has_no_findings() -> None:
    check(BIN / "hadolint", DEPLOY / "Dockerfile")


def test_every_file_that_compose_mounts_is_there() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    mounted = {
        volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", ())
    }
    missing = [path for path in mounted if path.startswith("./") and not (DEPLOY / path).exists()]
    assert not missing


def test_every_variable_that_compose_reads_is_in_the_example() -> None:
    read = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    example = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE))
    assert read == example


def test_prometheus_takes_its_configuration_and_rules() -> None:
    check(tool("promtool"), "check", "config", DEPLOY / "prometheus/prometheus.yml")
    check(tool("promtool"), "test", "rules", DEPLOY / "prometheus/wirewatch.test.yml")


def test_rules_and_dashboard_name_only_series_that_exist() -> None:
    rules = (DEPLOY / "prometheus/wirewatch.rules.yml").read_text()
    expressions = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
    expressions += [rule["expr"] for group in yaml.safe_load(rules)["groups"] for rule in group["rules"]]
    unknown = {name for text in expressions for name in SERIES.findall(text)} - names()
    assert not unknown


@pytest.mark.parametrize(
    "panel", [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"], ids=lambda panel: panel["title"]
)
def test_a_panel_explains_itself(panel: dict[str, object]) -> None:
    assert panel["description"]
    assert panel["fieldConfig"]["defaults"]["unit"]  # type: ignore[index]  # JSON
    assert panel["targets"]
