"""The file receiver: each alert is one line of JSON, whole or not there at all, whatever kills the writer."""

import errno
import fcntl
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
from msgspec import Raw, Struct
from msgspec.json import Decoder

from services.core.notification import Failed, OutboxRow, Outcome, Sent
from services.core.ports.edges import Clock
from services.core.settings import FileReceiver

log = structlog.get_logger(__name__)

_FLAGS = (
    os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
)  # a pipe must not hold us up: it is refused
_BLOCK = 65_536
_LOOK_BACK = 64_000_000  # bytes searched for a line that may be there already
_PAUSE = 0.02  # seconds between looks at a lock that another holds
_ASIDE = re.compile(r"\.\d{8}T\d{6}\.\d{6}Z")


class _Event(Struct):
    type: str
    data: Raw


_decoder = Decoder(_Event)


class FileNotifier:
    """Appends under a lock and to disk before it says so. A row that may have been written is looked for first, so it is not there twice."""

    def __init__(self, receiver: FileReceiver, clock: Clock) -> None:
        """Puts right what a killed writer left at the end of the file. One that cannot be opened is tried again with each send."""
        self._path = Path(receiver.path)
        self._receiver = receiver
        self._clock = clock
        with suppress(OSError):
            if self._path.is_file():
                with _locked(self._path, _PAUSE) as file:
                    self._repair(file)

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:  # noqa: ARG002  files know no threads
        """Append the alert."""
        note = row.notification
        _decoder.decode(note.payload)  # raises, as for every receiver, what was rendered for another type
        line = b'{"notification_id":"%s","event":%s}\n' % (note.id.encode(), note.payload)
        try:
            with _locked(self._path, timeout) as file:
                self._repair(file)
                if row.repeat and self._holds(file, note.id):
                    return Sent()
                if not self._is_due(file, len(line)):
                    return self._append(file, line)
                self._set_aside()
            with _locked(self._path, timeout) as file:
                return self._append(file, line)
        except OSError as error:
            return Failed(reason=f"cannot write {self._path}: {error.strerror or type(error).__name__}")

    def close(self) -> None:
        """Nothing is held between sends."""

    def _append(self, file: int, line: bytes) -> Outcome:
        """The whole line, on disk; or, with OSError, none of it."""
        before = os.fstat(file).st_size
        try:
            if os.write(file, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file)
            if not before:
                _sync(self._path.parent)
        except OSError:
            os.ftruncate(file, before)
            raise
        return Sent()

    def _repair(self, file: int) -> None:
        """Move a line without an end, which a killed writer leaves, out of the way: into a file beside, so that nothing is lost."""
        size = os.fstat(file).st_size
        if not size or os.pread(file, 1, size - 1) == b"\n":
            return
        end = _last_end(file, size)
        with self._beside(".torn").open("ab") as torn:
            torn.write(os.pread(file, size - end, end) + b"\n")
            torn.flush()
            os.fsync(torn.fileno())
        os.ftruncate(file, end)
        os.fsync(file)
        log.warning("a torn line was set aside", receiver=self._receiver.name, bytes=size - end)

    def _holds(self, file: int, ident: str) -> bool:
        """Whether the notification is among the latest lines, of this file or of the one before it."""
        wanted = b'{"notification_id":"%s"' % ident.encode()
        if _found(file, wanted):
            return True
        for before in self._aside()[-1:]:
            with before.open("rb") as older:
                return _found(older.fileno(), wanted)
        return False

    def _is_due(self, file: int, more: int) -> bool:
        """Whether the file is to be set aside before a line of so many bytes."""
        state = os.fstat(file)
        today = self._clock.now().date()
        over = self._receiver.daily and datetime.fromtimestamp(state.st_mtime, UTC).date() < today
        return state.st_size > 0 and (over or state.st_size + more > self._receiver.max_size)

    def _set_aside(self) -> None:
        """Rename the file after this moment, and delete the oldest of those before it."""
        self._path.rename(self._beside(f".{self._clock.now():%Y%m%dT%H%M%S.%fZ}"))
        for old in self._aside()[: -self._receiver.keep]:
            old.unlink(missing_ok=True)
        _sync(self._path.parent)

    def _aside(self) -> list[Path]:
        """The files set aside, the oldest first."""
        name = self._path.name
        there = self._path.parent.iterdir()
        return sorted(one for one in there if one.name.startswith(name) and _ASIDE.fullmatch(one.name, len(name)))

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(self._path.name + ending)


@contextmanager
def _locked(path: Path, timeout: float) -> Iterator[int]:
    """The file that has this name now, ours alone. Raises OSError, after ``timeout`` seconds if another does not let go of it."""
    for _ in range(max(1, round(timeout / _PAUSE))):
        file = os.open(path, _FLAGS, 0o640)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            if _ours(path, file):
                yield file
                return
        finally:
            os.close(file)
        time.sleep(_PAUSE)
    raise OSError(errno.EAGAIN, "another process does not let go of it")


def _ours(path: Path, file: int) -> bool:
    """Whether we have the lock, and nobody has set the file aside before we got it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(path.stat(), os.fstat(file))
    except (BlockingIOError, FileNotFoundError):
        return False


def _last_end(file: int, size: int) -> int:
    """The position after the last line that is whole."""
    at = size
    while at > 0:
        start = max(0, at - _BLOCK)
        found = os.pread(file, at - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        at = start
    return 0


def _found(file: int, wanted: bytes) -> bool:
    size = os.fstat(file).st_size
    at, tail = max(0, size - _LOOK_BACK), b""
    while at < size:
        block = os.pread(file, _BLOCK, at)
        if wanted in tail + block:
            return True
        tail, at = block[-len(wanted) :], at + len(block)
    return False


def _sync(directory: Path) -> None:
    """The names in the directory, on disk."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
