"""Timelines of routing, told second by second."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from tests.alerter.routing_desk import RoutingDesk

TIMELINES = yaml.safe_load((Path(__file__).parent / "timelines" / "routing.yaml").read_text("utf-8"))


@pytest.mark.parametrize("timeline", TIMELINES, ids=lambda one: one["name"])
def test_timeline(timeline: dict[str, Any], tmp_path: Path) -> None:
    desk = RoutingDesk(tmp_path, timeline)
    for line, stated, found in desk.run(timeline["script"]):
        assert found == stated, line
    desk.store.close()


def test_the_bounds_of_routing_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.core.grouping.MAX_WAITING", 3)
    monkeypatch.setattr("services.alerter.dispatch._MOST_OPEN", 3)
    before = {bound: reached(bound) for bound in ("group", "inhibition")}
    inhibit = {"source_matchers": ['severity="critical"'], "target_matchers": ['severity="info"']}
    routes = {"route": {"receiver": "desk", "group_by": [], "group_wait": 600}, "inhibit_rules": [inhibit]}
    desk = RoutingDesk(tmp_path, {"routes": routes})
    desk.decide(["A", "B"])
    assert {bound: reached(bound) for bound in before} == before
    desk.decide(["C"])
    assert desk.told == [(0.0, "desk", ("A", "B", "C"))]
    assert reached("group") == before["group"] + 1
    assert reached("inhibition") > before["inhibition"]


def reached(bound: str) -> float:
    return REGISTRY.get_sample_value("wirewatch_routing_bounds_total", {"bound": bound}) or 0.0
