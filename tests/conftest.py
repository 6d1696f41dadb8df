"""Real servers for the tests that ask for them: one of each per run, shared by the workers of pytest-xdist."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers.kafka import KafkaBroker, kafka_broker, require_kafka
from tests.servers.lifetime import shared
from tests.servers.postgresql import PostgresqlServer, fresh_database, new_server, require_postgresql

# No test is about time: how long an example takes says how busy the machine is.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for all workers of a run, another for every run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def kafka_servers(run_directory: Path) -> Iterator[tuple[str, ...]]:
    """A broker that nobody stops. Tests share it: name streams and groups for yourself. To stop one, use kafka_broker."""
    directory = run_directory / "kafka"

    def start() -> dict[str, str]:
        require_kafka()
        broker = KafkaBroker(directory / "broker")
        broker.start()
        return {"server": broker.servers[0]}

    def stop(_known: dict[str, str]) -> None:
        KafkaBroker(directory / "broker").stop()
        shutil.rmtree(directory / "broker")

    with shared(directory, start, stop) as known:
        yield (known["server"],)


@pytest.fixture(scope="session")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A broker that tests may stop and freeze, and leave as it was."""
    require_kafka()
    with kafka_broker(tmp_path_factory.mktemp("own-kafka") / "broker") as broker:
        yield broker


@pytest.fixture(scope="session")
def shared_postgresql(run_directory: Path) -> Iterator[PostgresqlServer]:
    """A server that nobody stops."""

    def start() -> dict[str, str]:
        require_postgresql()
        server = new_server()
        return {"directory": str(server.directory), "port": str(server.port)}

    def server_of(known: dict[str, str]) -> PostgresqlServer:
        return PostgresqlServer(Path(known["directory"]), int(known["port"]))

    with shared(run_directory / "postgresql", start, lambda known: server_of(known).remove()) as known:
        yield server_of(known)


@pytest.fixture
def postgresql_url(shared_postgresql: PostgresqlServer) -> Iterator[str]:
    """An empty database of the test's own. To stop a server, use postgresql_server."""
    with fresh_database(shared_postgresql) as url:
        yield url
