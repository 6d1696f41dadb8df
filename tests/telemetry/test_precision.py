"""What people judged, as series."""

from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from services.core.feedback import Tally
from services.telemetry.precision import show

ARMS = Tally(rule="arms", version="1", told=40, useful=8, wrong=2)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    show(())


def judged(version: str, opinion: str) -> float | None:
    labels = {"rule": "arms", "version": version, "opinion": opinion}
    return REGISTRY.get_sample_value("wirewatch_judged_alerts", labels)


def precision(version: str, bound: str) -> float | None:
    return REGISTRY.get_sample_value(
        "wirewatch_rule_precision_ratio", {"rule": "arms", "version": version, "bound": bound}
    )


def test_each_version_shows_what_was_judged_and_its_precision_with_bounds() -> None:
    show([ARMS])
    assert [judged("1", opinion) for opinion in ("useful", "wrong", "repeat")] == [8, 2, 0]
    assert [round(precision("1", bound) or 0, 4) for bound in ("low", "value", "high")] == [0.4902, 0.8, 0.9433]


def test_a_version_that_nobody_has_judged_has_no_precision() -> None:
    show([Tally(rule="arms", version="2", told=3)])
    assert judged("2", "useful") == 0
    assert precision("2", "value") is None


def test_a_version_whose_alerts_are_long_ago_is_dropped() -> None:
    show([ARMS])
    show([])
    assert (judged("1", "useful"), precision("1", "value")) == (None, None)
