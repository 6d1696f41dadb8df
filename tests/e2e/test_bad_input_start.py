"""Bad input at the start: refused with the reason where waiting cannot help, waited for where it can."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.config.load import default_directory
from tests.e2e.deployment import Deployment, eventually
from tests.e2e.outlets import Outlets, deal
from tests.e2e.watch import STDOUT, alerted, answer, events, printed, refused, series
from tests.servers.ports import free_port
from tests.servers.postgresql import postgresql_server

PASSWORD = "hunter2-of-the-desk"


@pytest.fixture(scope="module")
def outlets() -> Iterator[Outlets]:
    outlets = Outlets(("harbour",))
    yield outlets
    outlets.close()


@pytest.fixture
def deployment(tmp_path: Path, outlets: Outlets) -> Iterator[Deployment]:
    deployment = Deployment(tmp_path, outlets, ("run",), STDOUT)
    yield deployment
    deployment.kill_all()


def break_files(deployment: Deployment) -> None:
    """A mistake in every file."""
    config = deployment.directory / "config"
    shutil.copytree(default_directory() / "lexicons", config / "lexicons")
    topic = config / "lexicons/topics/sanctions.yaml"
    topic.write_text(topic.read_text().replace("title:", "titel:", 1))
    feeds = "outlets:\n  - {id: harbour, name: Harbour}\nfeeds:\n  - {id: a, url: 'ftp://a.example/', outlet: harbor}\n"
    (config / "feeds.yaml").write_text(feeds)
    rule = "rules:\n  - id: any\n    title: Any\n    when: |\n      topic:arms_transfer AND\n      act:arms_transfer(suplier: NO)\n"
    (config / "rules/rules.yaml").write_text(rule)
    routes = "route: {receiver: dekc}\nreceivers:\n  - {type: stdout, name: desk}\n"
    (config / "routes.yaml").write_text(routes)


MISTAKES = (
    'feeds.yaml:4:13: feeds[0].url: scheme "ftp" cannot be polled; allowed: http, https',
    'feeds.yaml:4:38: feeds[0].outlet: unknown outlet "harbor"; did you mean "harbour"? Allowed: harbour',
    'routes.yaml:1:9: route.receiver: unknown receiver "dekc"; did you mean "desk"? Allowed: desk',
    'rules/rules.yaml:6:25: rules[0].when: unknown argument "suplier" of act:arms_transfer; did you mean "supplier"? Allowed: certainty,',
    "lexicons/topics/sanctions.yaml:3: Object contains unknown field `titel`; allowed are id, title, about",
)


def test_every_mistake_of_every_file_is_told_at_once_with_its_place(deployment: Deployment) -> None:
    break_files(deployment)
    said = refused(deployment)
    for mistake in MISTAKES:
        assert mistake in said, said
    assert not (deployment.directory / "data").exists()  # nothing was begun
    assert "listening" not in said


def test_a_secret_that_is_missing_is_named_before_anything_begins(deployment: Deployment) -> None:
    slack = {"type": "slack", "name": "desk", "token": {"env": "NOT_SET"}, "channel": "C1"}
    deployment.write("routes.yaml", {"route": {"receiver": "desk"}, "receivers": [slack]})
    said = refused(deployment)
    assert "the configuration has 1 mistake:\n" in said
    assert "receiver desk: token: the environment variable NOT_SET is not set or empty" in said
    assert not (deployment.directory / "data").exists()


def test_a_metrics_port_in_use_is_named(deployment: Deployment) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(deployment, "--metrics-port", str(port))
    assert said == f"wirewatch: cannot listen on 127.0.0.1:{port} for metrics and health: Address already in use\n"
    assert not (deployment.directory / "data").exists()


def test_a_metrics_port_that_is_none_is_named(deployment: Deployment) -> None:
    said = refused(deployment, "--metrics-port", "99999")
    assert "wirewatch: cannot listen on 127.0.0.1:99999 for metrics and health:" in said


@pytest.mark.parametrize(
    ("data_dir", "reason"),
    [
        ("{here}/file/data", "cannot be written: Not a directory"),
        ("{here}/file", "not a directory"),
        ("/proc", "cannot be written: "),  # the one directory in which even root can write nothing
    ],
    ids=("below a file", "a file", "not writable"),
)
def test_a_data_directory_that_cannot_be_written_is_named(
    data_dir: str, reason: str, tmp_path: Path, deployment: Deployment
) -> None:
    (tmp_path / "file").write_text("kept")
    place = data_dir.format(here=tmp_path)
    deployment.write("wirewatch.yaml", {"data_dir": place})
    assert f"wirewatch: data_dir {place}: {reason}" in refused(deployment)
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("name", ["bus.sqlite3", "wirewatch.sqlite3"])
def test_a_file_that_is_no_database_is_named_and_left_alone(name: str, deployment: Deployment) -> None:
    path = deployment.directory / "data" / name
    path.parent.mkdir()
    path.write_text("not a database " * 100)
    said = refused(deployment)
    assert f"{path}: file is not a database" in said
    assert path.read_text() == "not a database " * 100


def test_a_broker_that_cannot_be_reached_is_waited_for(tmp_path: Path, outlets: Outlets) -> None:
    port = free_port()
    bus = {
        "type": "kafka", "servers": [f"127.0.0.1:{port}"], "security": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN",
        "username": "desk", "password": {"env": "BROKER_PASSWORD"},
    }  # fmt: skip
    deployment = Deployment(tmp_path, outlets, ("run",), STDOUT, bus=bus)
    deployment.environment["BROKER_PASSWORD"] = PASSWORD
    try:
        deployment.start_all()
        eventually("it says so twice", lambda: len(_away(deployment, "bus")) > 1, 40)
        assert f"127.0.0.1:{port} ([Errno 111] Connection refused)" in _away(deployment, "bus")[0]["error"]
        _waits_well(deployment, "bus")
        _stops_at_once(deployment)
    finally:
        deployment.kill_all()


@pytest.mark.postgresql
def test_a_database_that_comes_late_is_waited_for_and_then_used(tmp_path: Path, outlets: Outlets) -> None:
    with postgresql_server() as server:
        server.create_database("late")
        server.stop()
        deployment = Deployment(tmp_path, outlets, ("run",), STDOUT, database={"env": "DATABASE_URL"})
        address = server.url("late").replace("postgres@", f"postgres:{PASSWORD}@")
        deployment.environment["DATABASE_URL"] = address
        try:
            deployment.start_all()
            eventually("it says so", lambda: len(_away(deployment, "store")) > 0, 40)
            said = _away(deployment, "store")[0]["error"]
            assert said.startswith(f"PostgreSQL at postgresql://postgres:***@127.0.0.1:{server.port}/late: ")
            assert "Connection refused" in said
            _waits_well(deployment, "store")
            server.start()
            eventually("it is ready", deployment.ready, 60)
            eventually("the feed was polled", lambda: outlets.polls["harbour"] > 0, 10)
            outlets.publish("harbour", "late", deal(3))
            eventually("an alert is printed", lambda: alerted(deployment, deal(3)), 20)
            assert PASSWORD not in printed(deployment)
        finally:
            deployment.kill_all()


def _away(deployment: Deployment, what: str) -> list[dict[str, str]]:
    return events(deployment, "away, trying again", what=what) if (deployment.directory / "run.log").exists() else []


def _waits_well(deployment: Deployment, what: str) -> None:
    """Alive, so that nobody restarts it; not ready; the wait is counted; and no password is shown."""
    assert answer(deployment, "/livez") == (200, "ok\n")
    assert answer(deployment, "/readyz") == (503, "not ok: poller, extractor, alerter, sender\n")
    assert series(deployment, "wirewatch_retries_total", kind=f"open {what}") > 0
    assert PASSWORD not in printed(deployment)
    assert PASSWORD not in answer(deployment, "/metrics")[1]
    assert deployment.alive("run")


def _stops_at_once(deployment: Deployment) -> None:
    """In the middle of the wait."""
    assert deployment.stop_all(timeout=10) == {"run": 0}
