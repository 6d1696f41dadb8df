"""The life of a daemon: it answers, takes over what is new, stops when asked, and leaves nothing behind."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.openers import open_database
from tests.e2e.deployment import RULES, Deployment, eventually
from tests.e2e.outlets import Outlets, deal
from tests.e2e.watch import STDOUT, alerted, answer, begin, children, events, hang_up, printed, series
from tests.servers.http import slow
from tests.servers.slack import SlackServer

SANCTIONS = {"id": "any-sanction", "title": "Any sanction", "when": "act:sanction(stage>=imposed)"}


@pytest.fixture(scope="module")
def outlets() -> Iterator[Outlets]:
    outlets = Outlets(("harbour",))
    yield outlets
    outlets.close()


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, outlets: Outlets) -> Iterator[Deployment]:
    """A daemon that runs, shared by the tests that let it live."""
    deployment = Deployment(tmp_path_factory.mktemp("daemon"), outlets, ("run",), STDOUT)
    yield begin(deployment, outlets)
    deployment.kill_all()


def test_it_answers_whether_it_lives_and_works(deployment: Deployment) -> None:
    assert answer(deployment, "/livez") == (200, "ok\n")
    assert answer(deployment, "/readyz") == (200, "ok\n")
    for service in ("poller", "extractor", "alerter", "sender"):
        assert series(deployment, "wirewatch_service_ready", service=service) == 1
    assert series(deployment, "wirewatch_config_last_success_timestamp_seconds") == pytest.approx(time.time(), abs=120)
    assert answer(deployment, "/elsewhere") == (404, "here are /metrics, /livez and /readyz\n")


def test_it_shows_what_did_not_happen_yet_as_nothing(deployment: Deployment) -> None:
    page = answer(deployment, "/metrics")[1]
    for line in (
        'wirewatch_alerts_total{rule="any-transfer",severity="warning"} 0.0',
        'wirewatch_config_reloads_total{result="invalid"} 0.0',
        'wirewatch_dead_letters_total{reason="malformed",stream="articles"} 0.0',
        'wirewatch_deliveries_total{outcome="sent",receiver="desk"} 0.0',
        'wirewatch_fetches_total{outcome="timeout"} 0.0',
    ):
        assert line in page, page


def test_at_rest_nothing_lags(deployment: Deployment, outlets: Outlets) -> None:
    outlets.publish("harbour", "g1", deal(1))
    eventually("it is alerted", lambda: alerted(deployment, deal(1)), 20)
    rows = [json.loads(line) for line in deployment.run("streams", "--json").stdout.splitlines()]
    assert {(row["group"], row["stream"]) for row in rows} == {
        ("extractors", "articles"),
        ("alerters", "tagged-articles"),
    }
    assert [row["lag"] for row in rows] == [0] * len(rows)
    assert sum(row["end"] for row in rows) >= 2
    shown = "wirewatch_consumer_lag_records{"
    eventually("the lag is measured", lambda: shown in answer(deployment, "/metrics")[1], 10)
    eventually("the series say so", lambda: series(deployment, "wirewatch_consumer_lag_records") == 0, 10)


def test_it_takes_over_a_new_feed_and_a_new_rule_without_a_restart(deployment: Deployment, outlets: Outlets) -> None:
    outlets.names = ("harbour", "meridian")
    deployment.write("feeds.yaml", deployment._feeds(outlets))
    deployment.write("rules/sanctions.yaml", {"rules": [SANCTIONS]})
    title = "Norway imposes sanctions on Belarus"
    hang_up(deployment)
    eventually("the new feed is polled", lambda: bool(events(deployment, "feed polled", feed="meridian")), 20)
    outlets.publish("meridian", "s1", title)
    eventually("the new rule alerts what the new feed brings", lambda: alerted(deployment, title), 20)
    assert "rule      any-sanction version 1" in printed(deployment)
    assert series(deployment, "wirewatch_config_reloads_total", result="ok") == 1
    assert series(deployment, "wirewatch_alerts_total", rule="any-sanction") == 1
    outlets.publish("harbour", "g2", deal(2))
    eventually("the feed and the rule of before still work", lambda: alerted(deployment, deal(2)), 20)
    assert len(events(deployment, "started")) == 1
    assert deployment.alive("run")


def test_a_feed_and_a_rule_that_are_taken_away_are_no_longer_used(deployment: Deployment, outlets: Outlets) -> None:
    outlets.names = ("harbour",)
    deployment.write("feeds.yaml", deployment._feeds(outlets))
    (deployment.directory / "config/rules/sanctions.yaml").unlink(missing_ok=True)
    deployment.write("rules/rules.yaml", {"rules": [RULES["rules"][0] | {"id": "other-transfer"}]})
    before = len(events(deployment, "reloaded"))
    hang_up(deployment)
    eventually("it is taken over", lambda: len(events(deployment, "reloaded")) > before, 20)
    eventually("the list of feeds too", lambda: events(deployment, "feeds adopted")[-1]["feeds"] == 1, 10)
    outlets.publish("harbour", "s2", "Canada imposes sanctions on Myanmar")
    outlets.publish("harbour", "g3", deal(3))
    eventually("the rule of now alerts", lambda: alerted(deployment, deal(3)), 20)
    assert "rule      other-transfer version 1" in printed(deployment)
    assert not alerted(deployment, "Canada imposes sanctions on Myanmar")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_it_stops_cleanly_within_seconds(name: str, tmp_path: Path, outlets: Outlets) -> None:
    """Ctrl-C reaches the whole process group, a supervisor may send SIGTERM to every process: so do we."""
    deployment = Deployment(tmp_path, outlets, ("run",), STDOUT)
    begin(deployment, outlets)
    process = deployment.processes["run"]
    started = children(process)
    try:
        assert len(started) >= 2  # those that parse and read what may be hostile
        begun = time.monotonic()
        for target in (process.pid, *(child.pid for child in started)) if name == "SIGTERM" else (process.pid,):
            os.kill(target, getattr(signal, name))
        assert process.wait(20) == 0
        assert time.monotonic() - begun < 10
        said = printed(deployment)
        assert '"event": "stopped"' in said
        assert "Traceback" not in said
        assert not [child for child in started if child.is_running()]
        assert answer(deployment, "/livez")[0] == 0
    finally:
        deployment.kill_all()


def test_a_second_sigterm_ends_it_at_once_and_what_was_in_hand_is_kept(tmp_path: Path, outlets: Outlets) -> None:
    with SlackServer() as slack:
        slack.script(slow(30))
        receiver: dict[str, object] = {
            "type": "slack", "name": "desk", "token": {"env": "SLACK_TOKEN"}, "channel": "C1", "api_url": slack.api_url,
        }  # fmt: skip
        deployment = Deployment(tmp_path, outlets, ("run",), receiver)
        begin(deployment, outlets)
        process = deployment.processes["run"]
        started = children(process)
        try:
            outlets.publish("harbour", "g4", deal(4))
            eventually("the destination has been asked and is slow", lambda: bool(slack.requests), 20)
            process.terminate()
            time.sleep(1.0)
            assert process.poll() is None  # it waits for the answer
            begun = time.monotonic()
            process.terminate()
            assert process.wait(10) == 128 + signal.SIGTERM
            assert time.monotonic() - begun < 2
            eventually("no process is left", lambda: not any(child.is_running() for child in started), 10)
            store = open_database(deployment.configuration().settings)
            rows = [row for row in store.outbox.rows() if row.notification.receiver == "desk"]
            store.close()
            assert [row.attempts for row in rows if row.state.value == "sending"] == [1]
        finally:
            deployment.kill_all()


def test_a_bus_that_breaks_beyond_repair_leaves_it_alive_unready_and_stoppable(
    tmp_path: Path, outlets: Outlets
) -> None:
    deployment = Deployment(tmp_path, outlets, ("run",), STDOUT)
    begin(deployment, outlets)
    try:
        for path in (tmp_path / "data").glob("bus.sqlite3*"):
            path.write_bytes(b"garbage " * 4000)
        eventually("it is not ready", lambda: answer(deployment, "/readyz")[0] == 503, 30)
        eventually("it says that the lag is unknown", lambda: bool(events(deployment, "lag is unknown")), 30)
        assert answer(deployment, "/livez") == (200, "ok\n")
        assert "not a database" in printed(deployment) or "malformed" in printed(deployment)
        assert deployment.stop_all(timeout=20) == {"run": 0}
    finally:
        deployment.kill_all()
