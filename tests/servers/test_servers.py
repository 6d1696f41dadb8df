"""The servers that other tests stand on."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.servers.kafka import SCRIPT, kafka_broker, require_kafka
from tests.servers.lifetime import shared, unavailable
from tests.servers.postgresql import PostgresqlServer, postgresql_server, require_postgresql


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.kafka
def test_a_broker_stops_and_starts_on_the_same_port_and_the_script_knows(tmp_path: Path) -> None:
    require_kafka()
    status = [SCRIPT, "status", "--dir", tmp_path / "broker"]
    with kafka_broker(tmp_path / "broker") as broker:
        assert f"127.0.0.1:{broker.port}" in subprocess.run(status, capture_output=True, text=True, check=True).stdout
        second = [SCRIPT, "up", "--dir", tmp_path / "second", "--port", str(broker.port)]
        refusal = subprocess.run(second, check=False, capture_output=True, text=True)
        assert f"port {broker.port} is in use" in refusal.stderr
        broker.stop()
        assert not listens(broker.port)
        assert subprocess.run(status, check=False, capture_output=True).returncode == 3
        broker.start()
        assert listens(broker.port)
    assert not listens(broker.port)
    assert not broker.directory.exists()


@pytest.mark.parametrize("arguments", [[], ["upp"], ["up", "--port"], ["up", "--prot", "1"]])
def test_the_script_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    done = subprocess.run([SCRIPT, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "kafka.sh:" in done.stderr


def test_the_script_names_a_java_that_is_missing(tmp_path: Path) -> None:
    tools = {"PATH": str(tmp_path), "JAVA_HOME": ""}
    for name in ("bash", "dirname", "sed", "head"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    done = subprocess.run(
        [SCRIPT, "up", "--dir", tmp_path / "d"], env=tools, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "needs Java 17" in done.stderr


@pytest.mark.postgresql
def test_every_test_gets_an_empty_database(postgresql_url: str, shared_postgresql: PostgresqlServer) -> None:
    with psycopg.connect(postgresql_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    assert postgresql_url != shared_postgresql.url()


@pytest.mark.postgresql
def test_a_database_server_stops_and_starts_on_the_same_port() -> None:
    require_postgresql()
    with postgresql_server() as server:
        url = server.create_database("kept")
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2)
        server.start()
        psycopg.connect(url).close()


def test_the_first_user_starts_a_shared_server_and_the_last_stops_it(tmp_path: Path) -> None:
    calls: list[str] = []

    def start() -> dict[str, str]:
        calls.append("start")
        return {"port": "1"}

    def stop(known: dict[str, str]) -> None:
        calls.append(f"stop {known['port']}")

    with shared(tmp_path, start, stop) as first:
        with shared(tmp_path, start, stop) as second:
            assert first == second
        assert calls == ["start"]
    assert calls == ["start", "stop 1"]


def test_a_server_does_not_outlive_a_test_run_that_was_killed(tmp_path: Path) -> None:
    mark = tmp_path / "stopped"
    script = f"from tests.servers.lifetime import outlives; import os, time; outlives(os.getpid(), ['touch', {str(mark)!r}]); print(flush=True); time.sleep(60)"
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert run.stdout is not None
    run.stdout.readline()
    assert not mark.exists()
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    deadline = time.monotonic() + 10
    while not mark.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_what_is_missing_skips_at_home_and_fails_in_ci(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no such server"):
        unavailable("no such server")
    assert os.environ["CI"] == ci
