"""The file receiver on a real disk: whole lines, set aside in time, and put right after a kill."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.alerter.file import FileNotifier
from services.core.notification import Failed, OutboxRow, Sent
from services.core.settings import FileReceiver
from tests.alerter.outgoing import FILE, SLACK, RealClock, row
from tests.alerter.sending import alerts, decide, opened, sending, until
from tests.builders import alert


def receiver(path: Path, **changes: Any) -> FileReceiver:
    return msgspec.structs.replace(FILE, path=str(path), **changes)


def send(notifier: FileNotifier, outgoing: OutboxRow) -> object:
    return notifier.send(outgoing, thread=None, timeout=0.5)


def lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8")
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def aside(path: Path) -> list[Path]:
    return sorted(one for one in path.parent.iterdir() if re.search(r"\.\d{8}T\d{6}\.\d{6}Z$", one.name))


def big(number: int, size: int) -> OutboxRow:
    return row(FILE, alert(id=f"al{number}", title="x" * size))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts.jsonl"


def test_each_alert_is_a_line_with_its_id_and_the_event(path: Path) -> None:
    notifier = FileNotifier(receiver(path), RealClock())
    rows = [row(FILE, one) for one in alerts(3)]
    assert [send(notifier, one) for one in rows] == [Sent()] * 3
    written = lines(path)
    assert [line["notification_id"] for line in written] == [one.notification.id for one in rows]
    assert written[1]["event"]["type"] == "alert.decided"
    assert written[1]["event"]["data"]["alert"]["id"] == "al1"


def test_a_repeat_is_written_only_if_it_is_not_there(path: Path) -> None:
    notifier = FileNotifier(receiver(path), RealClock())
    first, second = (row(FILE, one, repeat=True) for one in alerts(2))
    for outgoing in (first, first, second, first):
        assert send(notifier, outgoing) == Sent()
    assert [line["notification_id"] for line in lines(path)] == [first.notification.id, second.notification.id]


def test_a_repeat_is_found_in_the_file_set_aside_before(path: Path) -> None:
    notifier = FileNotifier(receiver(path, max_size=100_000), RealClock())
    first = msgspec.structs.replace(big(1, 60_000), repeat=True)
    for outgoing in (first, big(2, 60_000), first):
        send(notifier, outgoing)
    assert len(lines(path)) == len(aside(path)) == 1


def test_a_full_file_is_set_aside_and_the_oldest_are_deleted(path: Path) -> None:
    notifier = FileNotifier(receiver(path, max_size=100_000, keep=3), RealClock())
    for number in range(12):
        assert send(notifier, big(number, 25_000)) == Sent()
    kept = [line["event"]["data"]["alert"]["id"] for one in (*aside(path), path) for line in lines(one)]
    assert len(aside(path)) == 3
    assert kept == [f"al{number}" for number in range(12 - len(kept), 12)]
    assert all(one.stat().st_size <= 100_000 for one in aside(path))


@pytest.mark.parametrize(("daily", "files"), [(True, 1), (False, 0)])
def test_with_daily_a_file_of_another_day_is_set_aside(path: Path, daily: bool, files: int) -> None:
    notifier = FileNotifier(receiver(path, daily=daily), RealClock())
    first, second = (row(FILE, one) for one in alerts(2))
    send(notifier, first)
    os.utime(path, (time.time() - 86_400,) * 2)
    send(notifier, second)
    assert len(aside(path)) == files


@pytest.mark.parametrize("torn", [b'{"notification_id":"ab', b"x" * 200_000])
@pytest.mark.parametrize("whole", [0, 2])
def test_a_torn_last_line_is_put_right_at_the_start(path: Path, torn: bytes, whole: int) -> None:
    notifier = FileNotifier(receiver(path), RealClock())
    for one in alerts(whole):
        send(notifier, row(FILE, one))
    with path.open("ab") as file:
        file.write(torn)
    notifier = FileNotifier(receiver(path), RealClock())
    assert len(lines(path)) == whole
    assert path.with_name("alerts.jsonl.torn").read_bytes() == torn + b"\n"
    send(notifier, big(9, 10))
    assert lines(path)[-1]["event"]["data"]["alert"]["id"] == "al9"


WRITER = """
import sys
from tests.alerter.outgoing import FILE, RealClock, row
from tests.alerter.test_file import big, receiver
from services.alerter.file import FileNotifier
from pathlib import Path
notifier = FileNotifier(receiver(Path(sys.argv[1]), max_size=20_000_000, keep=1000), RealClock())
for number in range(100_000):
    outgoing = big(number, 1_000_000)
    assert type(notifier.send(outgoing, thread=None, timeout=5)).__name__ == "Sent"
    print(outgoing.notification.id, flush=True)
"""


def test_a_kill_leaves_no_torn_line_and_loses_none_that_was_told(path: Path) -> None:
    told: list[str] = []
    for number in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout
        told += [writer.stdout.readline().strip() for _ in range(1 + number % 3)]
        time.sleep(0.003 * number)
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.read().split("\n")[:-1]
        writer.wait()
        writer.stdout.close()
    FileNotifier(receiver(path, max_size=20_000_000, keep=1000), RealClock())
    there = [line["notification_id"] for one in (*aside(path), path) for line in lines(one)]
    told = [said for said in told if re.fullmatch("[0-9a-f]{32}", said)]  # the writers also log a torn line they found
    assert len(told) >= 6
    assert not set(told) - set(there)
    assert len(there) - len(told) <= 6  # at most the one in hand at each kill


def test_two_processes_write_whole_lines_side_by_side(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER.replace("100_000", "8"), str(path)], stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert sum(len(lines(one)) for one in (*aside(path), path)) == 16


def test_a_file_that_another_does_not_let_go_of_is_tried_again(path: Path) -> None:
    notifier = FileNotifier(receiver(path), RealClock())
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert send(notifier, row(FILE)) == Failed(reason=f"cannot write {path}: another process does not let go of it")
    assert send(notifier, row(FILE)) == Sent()


def test_what_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    missing, pipe = tmp_path / "none" / "x", tmp_path / "pipe"
    os.mkfifo(pipe)
    assert send(FileNotifier(receiver(missing), RealClock()), row(FILE)) == Failed(
        reason=f"cannot write {missing}: No such file or directory"
    )
    assert send(FileNotifier(receiver(pipe), RealClock()), row(FILE)) == Failed(
        reason=f"cannot write {pipe}: not a regular file"
    )
    assert send(FileNotifier(receiver(tmp_path), RealClock()), row(FILE)) == Failed(
        reason=f"cannot write {tmp_path}: Is a directory"
    )


def test_a_full_disk_leaves_the_lines_before_as_they_were(path: Path) -> None:
    script = WRITER.replace("1_000_000", "300_000").replace(
        "import sys\n", "import sys, resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n", 1
    )  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "AssertionError" in ended.stderr
    assert len(lines(path)) == len(ended.stdout.split()) > 0


def test_the_sender_brings_every_alert_there_once(tmp_path: Path, path: Path) -> None:
    store = opened(tmp_path)
    own = receiver(path)
    decide(store, [own], alerts(20))
    with sending(store.outbox, {"file": FileNotifier(own, RealClock())}, [own]):
        until(lambda: path.exists() and len(lines(path)) == 20)
    store.close()


def test_what_was_rendered_for_another_receiver_is_not_written(path: Path) -> None:
    with pytest.raises(msgspec.MsgspecError):
        send(FileNotifier(receiver(path), RealClock()), row(SLACK))
    assert not path.exists()
