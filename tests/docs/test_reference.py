"""The reference is complete: every series, command and message is documented, and nothing else."""

import re
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from services.cli.main import parser
from services.telemetry import metrics

DOCS = Path(__file__).parents[2] / "docs"
ROOT = DOCS.parent


def documented(page: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (DOCS / "reference" / page).read_text(), re.MULTILINE))


def test_every_series_is_documented_with_its_labels() -> None:
    kinds = [series for series in vars(metrics).values() if isinstance(series, MetricWrapperBase)]
    rows = {
        f"| `{family.name}` | {family.type} | {', '.join(series._labelnames)} | {family.documentation} |"
        for series in kinds
        for family in series.describe()
    }
    page = set((DOCS / "reference/metrics.md").read_text().splitlines())
    assert rows == {line for line in page if line.startswith("| `wirewatch_")}


def test_every_command_is_documented() -> None:
    page = documented("commands.md", r"^## `wirewatch ([a-z-]+)")
    choices = next(action.choices for action in parser()._actions if isinstance(action.choices, dict))
    assert page == set(choices)


@pytest.mark.parametrize(
    "page", sorted([*DOCS.rglob("*.md"), ROOT / "README.md"]), ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing
