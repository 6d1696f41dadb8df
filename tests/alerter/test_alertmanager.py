"""The timelines that mean the same to Alertmanager, and some drawn at random, on a real one: it tells what we tell, and when.

Each notification of Alertmanager holds its whole group; ours what is new in it. So what it has told before is left out.
"""

import random
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from services.core.interval import TimeInterval, contains
from services.core.matcher import matcher
from tests.alerter.random_timelines import time_interval, timeline
from tests.alerter.routing_desk import RoutingDesk, Told, routing
from tests.servers.alertmanager import PROGRAM, Alertmanager
from tests.servers.lifetime import unavailable

TIMELINES = [
    one
    for one in yaml.safe_load((Path(__file__).parent / "timelines" / "routing.yaml").read_text("utf-8"))
    if one.get("shared")
]
DRAWN = [timeline(seed) for seed in range(8)]
_LATE = 0.9  # seconds that a notification may come after its time


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Told]]:
    """What Alertmanager told in each timeline: all at the same time, as they take as long as they say."""
    if PROGRAM is None:
        unavailable("no Alertmanager: `prometheus-alertmanager` is not on PATH (Debian's package of that name has it)")
    directory = tmp_path_factory.mktemp("alertmanager")
    with ThreadPoolExecutor(len(TIMELINES + DRAWN)) as pool:
        runs = {one["name"]: pool.submit(run, one, directory / str(n)) for n, one in enumerate(TIMELINES + DRAWN)}
        return {name: future.result() for name, future in runs.items()}


def run(script: dict[str, Any], directory: Path) -> list[Told]:
    directory.mkdir()
    desk = RoutingDesk(directory, script)
    lines = [desk.line(text) for text in script["script"]]
    server = Alertmanager(directory / "server", script["routes"], sorted(routing(script["routes"]).receivers))
    silences: dict[str, str] = {}
    begin = time.monotonic()
    try:
        for at, verb, rest, _ in lines:
            time.sleep(max(0.0, begin + desk.seconds(at) - time.monotonic()))
            if verb == "alert":
                server.alert({name: {"severity": "warning"} | desk.labels.get(name, {}) for name in rest.split()})
            elif verb == "silence":
                name, _, text = rest.partition(" ")
                matchers, _, seconds = text.rpartition(" for ")
                silences[name] = server.silence(matchers.split(), float(seconds))
            elif verb == "expire":
                server.expire(silences[rest])
        time.sleep(max(0.0, begin + desk.seconds(lines[-1][0]) + 2.0 - time.monotonic()))
        return [(at - begin, receiver, names) for at, receiver, names in server.told]
    finally:
        server.stop()
        desk.store.close()


@pytest.mark.parametrize("played", TIMELINES + DRAWN, ids=lambda one: one["name"])
def test_alertmanager_tells_the_same(played: dict[str, Any], outcomes: dict[str, list[Told]], tmp_path: Path) -> None:
    desk = RoutingDesk(tmp_path, played)
    list(desk.run(played["script"]))
    desk.store.close()
    ours, theirs = (sorted(many, key=lambda one: one[1:]) for many in (desk.told, outcomes[played["name"]]))
    assert [one[1:] for one in theirs] == [one[1:] for one in ours]
    late = [(theirs[n], at) for n, (at, *_) in enumerate(ours) if not at - 0.1 <= theirs[n][0] <= at + _LATE]
    assert late == []


VALUES = ["", "arms", "arms_x", "x.arms", "a.b", "ab", "a|b", "a\\b", 'say "x"', "KP,RU", "a*b", "{x}", "über", "a b"]
MATCHERS = [
    'v="arms"', "v=arms", 'v!="arms"', 'v=""', 'v!=""', 'v=~"arms.*"', 'v=~".*arms"', 'v=~".*arms.*"', 'v!~".*arms.*"', 'v=~".*"',
    'v=~"arms|ab"', 'v=~"arms|"', 'v!~"arms|"', r'v=~"a\\.b"', r"v=~a\.b", r'v=~"a\\|b"', r'v=~"a\\\\b"', r'v="say \"x\""', r'v="a\\b"',
    'v=~".*KP.*|.*IR.*"', r'v=~"a\\*b|\\{x\\}"', 'v="über"', 'v=~"ü.*"', 'v="a b"', 'v=~"a b|ab"', ' v = "ab" ', r'v=~"a\\..*"',
]  # fmt: skip


def test_every_matcher_means_the_same_to_alertmanager(tmp_path: Path) -> None:
    amtool = shutil.which("amtool")
    if amtool is None:
        unavailable("no amtool on PATH (Debian's package prometheus-alertmanager has it)")
    routes = [{"receiver": f"r{n}", "matchers": [text], "continue": True} for n, text in enumerate(MATCHERS)]
    receivers = [{"name": "none"}, *({"name": route["receiver"]} for route in routes)]
    config = tmp_path / "alertmanager.yml"
    config.write_text(yaml.safe_dump({"route": {"receiver": "none", "routes": routes}, "receivers": receivers}))
    for value in VALUES:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        command = [amtool, "config", "routes", "test", f"--config.file={config}", f'v="{quoted}"']
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
        ours = [f"r{n}" for n, text in enumerate(MATCHERS) if matcher(text).matches({"v": value})]
        assert answer.split(",") == (ours or ["none"]), value


def test_every_time_interval_means_the_same_to_alertmanager(tmp_path: Path) -> None:
    """A route for each, active at its times alone, and one alert now: who is told?"""
    if PROGRAM is None:
        unavailable("no Alertmanager: `prometheus-alertmanager` is not on PATH (Debian's package of that name has it)")
    chance = random.Random(datetime.now(UTC).toordinal())  # other moments, so other intervals matter
    drawn = [time_interval(chance, f"i{n}") for n in range(300)]
    children = [{"receiver": one["name"], "active_time_intervals": [one["name"]], "continue": True} for one in drawn]
    routes = {"route": {"receiver": "desk", "group_interval": 60, "routes": children}, "time_intervals": drawn}
    server = Alertmanager(tmp_path, routes, ["desk", *(one["name"] for one in drawn)])
    read = {one["name"]: msgspec.convert(one, TimeInterval) for one in drawn}
    try:
        server.alert({"A": {"severity": "info"}})
        begin = datetime.now(UTC)
        expected = sum(contains(one, begin) for one in read.values())
        while len({receiver for _, receiver, _ in server.told}) < expected and datetime.now(UTC) < begin + timedelta(
            seconds=20
        ):
            time.sleep(0.2)
        time.sleep(1.0)  # for those it should not tell
    finally:
        server.stop()
    moments = (begin - timedelta(seconds=2), datetime.now(UTC))
    told = {receiver for _, receiver, _ in server.told}
    ours = {name: [contains(one, at) for at in moments] for name, one in read.items()}
    steady = {name: first for name, (first, last) in ours.items() if first is last}
    assert len(steady) > 200
    assert 20 < sum(steady.values()) < 280
    assert [one for one in drawn if one["name"] in steady and steady[one["name"]] is not (one["name"] in told)] == []
