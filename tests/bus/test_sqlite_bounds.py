"""What bounds the embedded bus in time and space: retention, bytes per poll, and failures half way through a poll."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from services.bus import sqlite_producer
from services.bus.sizes import POLL_BYTES
from services.bus.sqlite import SqliteBus
from services.core.errors import Fatal, Retriable
from services.core.ports.bus import Partition, StreamSpec
from tests.bus.clocks import LeapingClock
from tests.bus.members import Member, new_stream, numbers, poll_until, send

DAY = 86400.0


@pytest.fixture
def clock() -> LeapingClock:
    return LeapingClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bus.sqlite3"


@pytest.fixture
def bus(path: Path, clock: LeapingClock) -> Iterator[SqliteBus]:
    bus = SqliteBus(path, clock)
    yield bus
    bus.close()


def kept(bus: SqliteBus, stream: str) -> list[int]:
    return [record.offset for record in bus.browse(Partition(stream, 0), 0, 1_000_000)]


def test_retention_deletes_what_is_older_and_keeps_the_rest(bus: SqliteBus, clock: LeapingClock) -> None:
    stream = new_stream(bus, 1)  # a day
    producer = bus.producer("p")
    for number in range(4):
        producer.send(stream, key=b"k", value=b"%d" % number)
        producer.flush()
        clock.leap(0.4 * DAY)
    producer.send(stream, key=b"k", value=b"4")
    producer.flush()  # now 1.6 days after the first, 0.8 after the third
    assert kept(bus, stream) == [2, 3, 4]
    assert bus.lag("g", [stream])[0].end == 5


def test_each_stream_has_its_own_retention(bus: SqliteBus, clock: LeapingClock) -> None:
    short, long = f"short-{uuid4().hex}", f"long-{uuid4().hex}"
    bus.ensure(
        [StreamSpec(name=short, partitions=1, retention=DAY), StreamSpec(name=long, partitions=1, retention=9 * DAY)]
    )
    producer = bus.producer("p")
    for stream in (short, long):
        producer.send(stream, key=b"k", value=b"old")
    producer.flush()
    clock.leap(2 * DAY)
    producer.send(long, key=b"k", value=b"new")
    producer.flush()
    assert (kept(bus, short), kept(bus, long)) == ([], [0, 1])


def test_retention_deletes_a_bounded_number_at_a_time(bus: SqliteBus, clock: LeapingClock) -> None:
    stream, rows = new_stream(bus, 1), sqlite_producer._FORGET_ROWS
    send(bus, stream, numbers(rows + 500))
    producer = bus.producer("p")
    left = []
    for _ in range(3):
        clock.leap(1.1 * DAY)
        producer.send(stream, key=b"k", value=b"new")
        producer.flush()
        left.append(len(kept(bus, stream)))
    assert left == [501, 1, 1]


def test_a_reader_behind_retention_goes_on_at_the_oldest_record_kept(bus: SqliteBus, clock: LeapingClock) -> None:
    stream = new_stream(bus, 1)
    send(bus, stream, numbers(10))
    member = Member(bus, [stream], group="g")
    poll_until("all are read", lambda: len(member.records) >= 10, member)
    member.consumer.commit({Partition(stream, 0): 3})
    producer = bus.producer("p")
    clock.leap(1.1 * DAY)
    producer.send(stream, key=b"k", value=b"new")
    producer.flush()
    late = Member(bus, [stream], group="g")
    poll_until("the new one is read", lambda: bool(late.records), late)
    assert late.values() == [b"new"]
    late.consumer.seek(Partition(stream, 0), 3)
    poll_until("the new one is read again", lambda: len(late.records) >= 2, late)
    assert late.values() == [b"new"] * 2


def test_offsets_go_on_counting_when_everything_was_deleted(bus: SqliteBus, path: Path, clock: LeapingClock) -> None:
    stream = new_stream(bus, 1)
    send(bus, stream, numbers(3))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DELETE FROM records")
    send(bus, stream, [b"next"])
    assert kept(bus, stream) == [3]


def test_a_poll_is_bounded_in_bytes(bus: SqliteBus) -> None:
    stream = f"large-{uuid4().hex}"
    bus.ensure([StreamSpec(name=stream, partitions=2, retention=DAY, max_record=4_000_000)])
    megabyte = b"x" * 1_000_000
    send(bus, stream, [megabyte + b"%d" % number for number in range(40)], keys=40)
    member = Member(bus, [stream], group="g")
    poll_until("all are read", lambda: len(member.records) >= 40, member)
    sizes = [sum(len(record.value or b"") for record in batch.records) for batch in member.batches]
    assert POLL_BYTES <= max(sizes) <= POLL_BYTES + 1_000_100
    assert len({(record.partition, record.offset) for record in member.records}) == len(member.records) == 40


def test_a_record_larger_than_a_poll_still_comes(bus: SqliteBus) -> None:
    stream = f"huge-{uuid4().hex}"
    bus.ensure([StreamSpec(name=stream, partitions=1, retention=DAY, max_record=50_000_000)])
    send(bus, stream, [b"x" * (POLL_BYTES + 1), b"next"])
    member = Member(bus, [stream], group="g")
    poll_until("both are read", lambda: len(member.records) >= 2, member)
    assert [len(value) for value in member.values()] == [POLL_BYTES + 1, 4]


def test_a_poll_that_fails_half_way_has_moved_nothing(bus: SqliteBus, path: Path) -> None:
    stream = new_stream(bus, 2)
    send(bus, stream, numbers(40), keys=40)
    member = Member(bus, [stream], group="g")
    poll_until("all is ours", lambda: len(member.owned) == 2, member)
    broken = FailsAtTheSecondPartition(member.consumer._connection)  # type: ignore[attr-defined]
    member.consumer._connection = broken  # type: ignore[attr-defined]
    with pytest.raises(Retriable):
        member.consumer.poll(1.0)
    assert broken.failed
    poll_until("all are read", lambda: len(member.records) >= 40, member)
    assert sorted(member.values(), key=int) == numbers(40)


class FailsAtTheSecondPartition:
    """A connection whose second look for records meets an input/output error, once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._looks = 0
        self.failed = False

    def execute(self, sql: str, *arguments: object) -> sqlite3.Cursor:
        self._looks += "FROM records" in sql
        if self._looks == 2 and not self.failed:
            self.failed = True
            raise sqlite3.OperationalError("disk I/O error")
        return self._connection.execute(sql, *arguments)  # type: ignore[arg-type]

    def close(self) -> None:
        self._connection.close()


def test_polling_does_not_keep_the_log_of_writes_from_being_folded_in(bus: SqliteBus, path: Path) -> None:
    stream = new_stream(bus, 1)
    send(bus, stream, numbers(100))
    member = Member(bus, [stream], group="g")
    poll_until("some are read", lambda: bool(member.records or member.poll(max_records=5).records))
    with closing(sqlite3.connect(path)) as other:
        busy, logged, folded = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (busy, logged, folded) == (0, 0, 0)


def test_members_that_were_killed_leave_no_rows_behind(bus: SqliteBus, path: Path, clock: LeapingClock) -> None:
    stream = new_stream(bus, 2)
    killed = [Member(bus, [stream], group="g") for _ in range(5)]
    for member in killed:
        member.poll()
        member.consumer._membership._ended.set()  # type: ignore[attr-defined]  its heart stops
    clock.leap(310)
    heir = Member(bus, [stream], group="g")
    poll_until("all is its own", lambda: len(heir.owned) == 2, heir)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM members").fetchone() == (1,)
    for member in (*killed, heir):
        member.consumer.close()


def test_a_file_of_another_release_is_refused(bus: SqliteBus, path: Path) -> None:
    SqliteBus(path, LeapingClock()).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 2")
    with pytest.raises(Fatal, match="format 2"):
        SqliteBus(path, LeapingClock())


def test_the_file_opens_while_another_writes(bus: SqliteBus, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        SqliteBus(path, LeapingClock()).close()
        other.execute("ROLLBACK")
