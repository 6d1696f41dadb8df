"""What may happen to the file, and to those who wait for it."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from services.bus.sqlite import SqliteBus
from services.core.errors import Fatal, Retriable
from services.core.ports.bus import Partition
from tests.bus.clocks import LeapingClock
from tests.bus.members import Member, new_stream, numbers, poll_for, poll_until, send


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bus.sqlite3"


@pytest.fixture
def bus(path: Path) -> Iterator[SqliteBus]:
    bus = SqliteBus(path, LeapingClock())
    yield bus
    bus.close()


@contextmanager
def written_by_another(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_who_only_reads_is_not_kept_waiting_by_a_writer(bus: SqliteBus, path: Path) -> None:
    stream = new_stream(bus, 2)
    send(bus, stream, numbers(20))
    member = Member(bus, [stream], group="g")
    poll_until("all is ours", lambda: len(member.owned) == 2, member)
    with written_by_another(path):
        begun = time.monotonic()
        poll_until("all are read", lambda: len(member.records) >= 20, member)
        assert bus.lag("g", [stream])
        assert bus.browse(Partition(stream, 0), 0, 5)
        assert time.monotonic() - begun < 3


def test_a_poll_that_cannot_join_says_so_in_time_and_has_changed_nothing(bus: SqliteBus, path: Path) -> None:
    stream = new_stream(bus, 2)
    member = Member(bus, [stream], group="g")
    with written_by_another(path):
        begun = time.monotonic()
        with pytest.raises(Retriable):
            member.consumer.poll(0.1)
        assert time.monotonic() - begun < 3
    poll_until("all is ours", lambda: len(member.owned) == 2, member)


def test_a_member_that_never_polled_takes_nothing_away(bus: SqliteBus) -> None:
    stream = new_stream(bus)
    member = Member(bus, [stream], group="g")
    silent = Member(bus, [stream], group="g")
    poll_until("all is ours", lambda: len(member.owned) == 4, member)
    poll_for(0.5, member)
    assert len(member.owned) == 4
    silent.consumer.close()


def test_a_stream_that_is_not_there_is_no_silent_wait(bus: SqliteBus) -> None:
    with pytest.raises(Fatal, match="no stream nowhere"):
        bus.consumer(["nowhere"], group="g", name="n")


def test_a_full_disk_fails_the_flush_and_nothing_else(bus: SqliteBus) -> None:
    stream = new_stream(bus, 1)
    producer = bus.producer("p")
    pages = producer._connection.execute("PRAGMA page_count").fetchone()[0]
    producer._connection.execute(f"PRAGMA max_page_count = {pages}")
    large = [b"%d" % number + b"x" * 50_000 for number in range(5)]
    for value in large:
        producer.send(stream, key=b"k", value=value)
    with pytest.raises(Retriable, match="full"):
        producer.flush()
    assert bus.lag("g", [stream])[0].end == 0
    producer._connection.execute("PRAGMA max_page_count = 100000")
    for value in large:
        producer.send(stream, key=b"k", value=value)
    producer.flush()
    assert [record.value for record in bus.browse(Partition(stream, 0), 0, 10)] == large


def test_a_file_that_is_no_database_is_fatal(path: Path) -> None:
    path.write_bytes(os.urandom(8192))
    with pytest.raises(Fatal, match="not a database"):
        SqliteBus(path, LeapingClock())


def test_a_directory_that_is_not_there_can_be_tried_again(tmp_path: Path) -> None:
    with pytest.raises(Retriable, match="unable to open"):
        SqliteBus(tmp_path / "absent" / "bus.sqlite3", LeapingClock())


def test_a_member_leaves_even_when_its_file_is_gone(bus: SqliteBus, path: Path) -> None:
    stream = new_stream(bus)
    member = Member(bus, [stream], group="g")
    poll_until("all is ours", lambda: len(member.owned) == 4, member)
    for leftover in path.parent.glob("bus.sqlite3*"):
        leftover.unlink()
    path.parent.rmdir()
    member.consumer.close()
    with pytest.raises(Fatal, match="closed"):
        member.consumer.poll(0.1)
