"""Liveness is progress, readiness is what a service depends on."""

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from services.core.errors import Fatal
from services.telemetry.health import Health, HealthServer, Vital


class Service:
    def __init__(self) -> None:
        self.age = 0.0
        self.ready = True


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def server(service: Service) -> Iterator[HealthServer]:
    vital = Vital(service="alerter", age=lambda: service.age, ready=lambda: service.ready, stall_after=60)
    server = HealthServer(Health([vital]), "127.0.0.1", 0)
    yield server
    server.close()


def get(server: HealthServer, path: str) -> tuple[int, str]:
    try:
        with urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_a_service_that_turns_its_loop_lives(server: HealthServer) -> None:
    assert get(server, "/livez") == (200, "ok\n")


def test_a_service_that_stands_still_is_named(server: HealthServer, service: Service) -> None:
    service.age = 61
    assert get(server, "/livez") == (503, "not ok: alerter\n")


def test_a_service_without_its_broker_is_unready_and_alive(server: HealthServer, service: Service) -> None:
    service.ready = False
    assert get(server, "/readyz") == (503, "not ok: alerter\n")
    assert get(server, "/livez")[0] == 200


def test_metrics_show_readiness_as_a_series(server: HealthServer, service: Service) -> None:
    service.ready = False
    assert 'wirewatch_service_ready{service="alerter"} 0.0' in get(server, "/metrics")[1]


def test_another_path_says_what_there_is(server: HealthServer) -> None:
    assert get(server, "/") == (404, "here are /metrics, /livez and /readyz\n")


def test_a_port_in_use_is_named(server: HealthServer) -> None:
    with pytest.raises(Fatal, match=f"127.0.0.1:{server.port}"):
        HealthServer(Health(), "127.0.0.1", server.port)
