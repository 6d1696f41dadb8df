"""The reference names every setting with its default, and what its examples show is valid."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from services.core.digest import Digest
from services.core.feed import Feed, Outlet
from services.core.inhibit import InhibitRule
from services.core.interval import TimeSpan
from services.core.rule import RuleSource
from services.core.rules.compile import compile_rule
from services.core.settings import (
    AlerterSettings,
    ExtractorSettings,
    KafkaBus,
    PollerSettings,
    QuietHours,
    Route,
    RoutesFile,
    Settings,
    SqliteBus,
    TelemetrySettings,
)

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "configuration.md").read_text("utf-8")
TABLES = {
    "## `wirewatch.yaml`": Settings,
    "key of `type: sqlite`": SqliteBus,
    "key of `type: kafka`": KafkaBus,
    "### `poller`": PollerSettings,
    "### `extractor`": ExtractorSettings,
    "### `alerter`": AlerterSettings,
    "### `telemetry`": TelemetrySettings,
    "key of `outlets`": Outlet,
    "key of `feeds`": Feed,
    "key of `rules`": RuleSource,
    "key of `routes.yaml`": RoutesFile,
    "key of `route`": Route,
    "key of `quiet_hours`": QuietHours,
    "key of `digest`": Digest,
    "key of `inhibit_rules`": InhibitRule,
    "key of a time interval": TimeSpan,
}
ELSEWHERE = {"poller", "extractor", "alerter", "telemetry"}  # have tables of their own
IN_WORDS = {"bus", "receiver"}  # their default is said in words


def written(after: str) -> dict[str, str]:
    """Key and default of the first table that stands after these words."""
    table = re.search(r"(?:^\|.*\n)+", PAGE[PAGE.rindex("\n", 0, PAGE.index(after)) :], re.MULTILINE)
    assert table
    return dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", table.group(), re.MULTILINE))


@pytest.mark.parametrize(("after", "kind"), TABLES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_setting_is_documented_with_its_default(after: str, kind: type[Any]) -> None:
    table = written(after)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind) if field.encode_name not in ELSEWHERE}
    assert set(table) == set(fields)
    for name, field in fields.items():
        if name not in IN_WORDS:
            assert meaning(table[name]) == default(field), name


def meaning(cell: str) -> object:
    return cell if cell in {"required", "none"} else yaml.safe_load(cell.strip("`"))


def default(field: msgspec.structs.FieldInfo) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default_factory())
    if field.default is msgspec.NODEFAULT:
        return "required"
    value = msgspec.to_builtins(field.default)
    value = list(value) if isinstance(value, tuple) else value
    return "none" if value is None else yaml.safe_load(value) if isinstance(value, str) else value


def test_the_examples_of_the_guides_are_valid() -> None:
    rules = re.findall(r"```yaml\n(rules:.*?)```", (DOCS / "guides" / "rules.md").read_text("utf-8"), re.DOTALL)
    feeds = re.findall(r"```yaml\n(outlets:.*?)```", (DOCS / "guides" / "feeds.md").read_text("utf-8"), re.DOTALL)
    assert rules
    assert feeds
    for text in rules:
        for rule in msgspec.convert(yaml.safe_load(text)["rules"], list[RuleSource]):
            assert not compile_rule(rule).warnings
    for text in feeds:
        msgspec.convert(yaml.safe_load(text)["feeds"], list[Feed])
