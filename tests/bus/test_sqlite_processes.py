"""The SQLite bus between real processes that are killed and stopped at random moments."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.bus.sqlite import SqliteBus
from services.core.ports.bus import Partition, StreamSpec
from tests.bus.clocks import LeapingClock
from tests.bus.members import Member, poll_until, send
from tests.bus.sqlite_workers import GROUP

REPOSITORY = Path(__file__).parents[2]
STREAM = "numbers"
PARTITIONS = 6
CHAOS = 12.0  # seconds


class Crew:
    """Worker processes over one file, with a diary each. Whoever is killed leaves the diary."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.path = directory / "bus.sqlite3"
        self.bus = SqliteBus(self.path, LeapingClock())
        self.bus.ensure([StreamSpec(name=STREAM, partitions=PARTITIONS, retention=86400.0)])
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._started = 0

    def start(self, job: str) -> str:
        """The new worker's name."""
        self._started += 1
        name = f"{job}{self._started}"
        command = [sys.executable, "-m", "tests.bus.sqlite_workers", job, self.path, STREAM, self._diary(name), name]
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        self.running[name] = subprocess.Popen(command, env=environment, cwd=REPOSITORY)
        return name

    def kill(self, name: str) -> None:
        """SIGKILL, at whatever it is doing."""
        worker = self.running.pop(name)
        assert worker.poll() is None, f"{name} ended by itself"
        worker.kill()
        worker.wait()

    def lines(self, name: str, kind: str) -> list[list[str]]:
        """The complete lines of one kind in a diary, without the kind."""
        if not self._diary(name).exists():
            return []
        whole = self._diary(name).read_text().split("\n")[:-1]
        return [line.split()[1:] for line in whole if line.split()[0] == kind]

    def all_lines(self, job: str, kind: str) -> list[list[str]]:
        """Of every worker that ever did the job."""
        names = [path.stem for path in self._directory.glob(f"{job}*.diary")]
        return [line for name in names for line in self.lines(name, kind)]

    def flushed(self) -> set[str]:
        """Every value that a flush vouched for."""
        names = [path.stem for path in self._directory.glob("send*.diary")]
        ends = {name: int(lines[-1][0]) for name in names if (lines := self.lines(name, "flushed"))}
        return {f"{name}-{number}" for name, end in ends.items() for number in range(end)}

    def read(self) -> set[str]:
        """Every value that any worker read."""
        return {value for _, _, _, value in self.all_lines("read", "read")}

    def close(self) -> None:
        for name in list(self.running):
            worker = self.running.pop(name)
            worker.kill()
            worker.wait()
        self.bus.close()

    def _diary(self, name: str) -> Path:
        return self._directory / f"{name}.diary"


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    crew = Crew(tmp_path)
    yield crew
    crew.close()


def until(what: str, holds: Callable[[], bool], seconds: float = 30.0) -> float:
    """Wait; how long it took."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, f"not within {seconds:g} s: {what}"
        time.sleep(0.3)
    return time.monotonic() - begun


def assigned(crew: Crew, name: str) -> set[str]:
    return {index for (index,) in crew.lines(name, "assigned")}


def test_killed_at_random_moments_they_lose_nothing(crew: Crew) -> None:
    chance = random.Random(7)
    for job in ("send", "send", "read", "read", "read"):
        crew.start(job)
    end = time.monotonic() + CHAOS
    kills = 0
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.6, 1.6))
        victim = chance.choice(sorted(crew.running))
        crew.kill(victim)
        crew.start("send" if victim.startswith("send") else "read")
        kills += 1
    for name in [name for name in crew.running if name.startswith("send")]:
        crew.kill(name)
    flushed = crew.flushed()
    until("all that was flushed is read", lambda: flushed <= crew.read(), 40)
    print(
        f"\n{kills} kills, {len(flushed)} flushed, {len(crew.all_lines('read', 'read'))} reads of {len(crew.read())} values"
    )
    assert kills >= 7
    assert len(flushed) > 1000
    assert_commits_hold(crew)
    assert_order_per_key(crew.bus)


def assert_commits_hold(crew: Crew) -> None:
    """Every commit that was accepted still counts; nobody read again what was committed, unless told that it was late."""
    commits = [(float(at), int(index), int(end)) for at, index, end in crew.all_lines("read", "committed")]
    for lag in crew.bus.lag(GROUP, [STREAM]):
        ends = [end for _, index, end in commits if index == lag.partition.index]
        assert (lag.committed or 0) >= max(ends, default=0)
    if crew.all_lines("read", "lost"):
        return
    for at, index, offset, _ in crew.all_lines("read", "read"):
        assert not any(
            when < float(at) and place == int(index) and end > int(offset) for when, place, end in commits
        ), f"{index}/{offset} was read after it had been committed"


def assert_order_per_key(bus: SqliteBus) -> None:
    """Within the file, by what each producer counted."""
    last: dict[bytes, int] = {}
    for index in range(PARTITIONS):
        records = bus.browse(Partition(STREAM, index), 0, 10**9)
        assert [record.offset for record in records] == list(range(len(records)))
        for record in records:
            number = int((record.value or b"").rpartition(b"-")[2])
            assert number > last.get(record.key or b"", -1)
            last[record.key or b""] = number


def test_partitions_of_a_killed_member_move_within_seconds(crew: Crew) -> None:
    doomed = crew.start("read")
    until("it has all", lambda: len(assigned(crew, doomed)) == PARTITIONS)
    heir = crew.start("read")
    until("each has half", lambda: len(assigned(crew, heir)) == PARTITIONS / 2)
    crew.kill(doomed)
    took = until("the other has all", lambda: len(assigned(crew, heir)) == PARTITIONS, 20)
    print(f"\ntaken over after {took:.1f} s")
    send(crew.bus, STREAM, [b"x-%d" % number for number in range(100)], keys=60)
    until("all are read", lambda: len(crew.read()) == 100)


def test_a_frozen_member_loses_its_partitions_and_is_told_when_it_wakes(crew: Crew) -> None:
    frozen = crew.start("read")
    until("it has all", lambda: len(assigned(crew, frozen)) == PARTITIONS)
    os.kill(crew.running[frozen].pid, signal.SIGSTOP)
    heir = crew.start("read")
    until("the other has all", lambda: len(assigned(crew, heir)) == PARTITIONS, 20)
    os.kill(crew.running[frozen].pid, signal.SIGCONT)
    until("it is told", lambda: len(crew.lines(frozen, "lost")) == PARTITIONS, 20)
    until("they share again", lambda: len(crew.lines(frozen, "assigned")) > PARTITIONS, 20)


def test_many_processes_may_create_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bus.sqlite3"
    code = (
        "import sys; from pathlib import Path; from services.bus.sqlite import SqliteBus;"
        "from services.core.streams import STREAMS; from tests.bus.clocks import LeapingClock;"
        "bus = SqliteBus(Path(sys.argv[1]), LeapingClock()); bus.ensure(STREAMS); bus.close()"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    processes = [
        subprocess.Popen([sys.executable, "-c", code, path], env=environment, cwd=REPOSITORY) for _ in range(6)
    ]
    assert [process.wait(60) for process in processes] == [0] * 6


def test_two_buses_of_one_process_are_as_two_processes(tmp_path: Path) -> None:
    one, other = (SqliteBus(tmp_path / "bus.sqlite3", LeapingClock()) for _ in range(2))
    one.ensure([StreamSpec(name=STREAM, partitions=4, retention=86400.0)])
    first, second = Member(one, [STREAM], group="g"), Member(other, [STREAM], group="g")
    poll_until("they share", lambda: len(first.owned) == len(second.owned) == 2, first, second)
    send(other, STREAM, [b"%d" % number for number in range(50)], keys=40)
    poll_until("all are read", lambda: len(first.records) + len(second.records) >= 50, first, second, work=True)
    one.close()
    first.consumer.close()
    poll_until("the second has all", lambda: len(second.owned) == 4, second)
    other.close()
