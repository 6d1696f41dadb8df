"""The bus in one SQLite file, behind the contract."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from services.bus.sqlite import SqliteBus
from services.core.ports.bus import Consumer
from tests.bus.clocks import LeapingClock
from tests.bus.contract import DurableBusContract, Harness


class SqliteHarness:
    """See tests.bus.harness.Harness."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._clock = LeapingClock()
        self._bus = self._open()

    def bus(self) -> SqliteBus:
        return self._bus

    def expire(self, consumer: Consumer) -> None:
        self._clock.leap(310.0)  # beyond both patience and lease

    @contextmanager
    def outage(self) -> Iterator[None]:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    def buffer(self) -> int:
        return 100

    def restart(self) -> None:
        self._bus.close()
        self._bus = self._open()

    def _open(self) -> SqliteBus:
        return SqliteBus(self._path, self._clock, max_records=50)


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return SqliteHarness(tmp_path / "bus.sqlite3")


class TestSqlite(DurableBusContract):
    pass
