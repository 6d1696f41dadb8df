"""Timelines of routing, told second by second."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alerter.routing_desk import RoutingDesk

TIMELINES = yaml.safe_load((Path(__file__).parent / "timelines" / "routing.yaml").read_text("utf-8"))


@pytest.mark.parametrize("timeline", TIMELINES, ids=lambda one: one["name"])
def test_timeline(timeline: dict[str, Any], tmp_path: Path) -> None:
    desk = RoutingDesk(tmp_path, timeline)
    for line, stated, found in desk.run(timeline["script"]):
        assert found == stated, line
    desk.store.close()
