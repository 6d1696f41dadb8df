"""The parent's side of the reading process.

Articles are read in a process of their own, also where all services share one process. Text from anywhere meets
tokenizers, regular expressions and C extensions there, and only a process can be stopped in the middle of one: when an
article takes longer than the deadline, or takes the process with it, the process is killed, the article becomes a dead
letter and a new process goes on with the next. The same restart gives memory back, which a long-lived spaCy does not. It
costs about a tenth of a millisecond per article, and on two cores wins more than that, since nothing waits for the
interpreter lock.
"""

import contextlib
import os
import pickle
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from services.core.errors import Fatal
from services.core.ports.edges import Tagger
from services.extractor.reader import Reply
from services.frames import LENGTH

log = structlog.get_logger(__name__)

_START_SECONDS = 60.0
_MAX_REPLY = 64 * 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]  # where the package services lies
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHASHSEED", "OMP_NUM_THREADS")
_decoder: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class TimedOut(Exception):
    """No answer within the deadline; the process is gone."""


class Died(Exception):
    """The process ended in the middle of an article."""


class ReaderProcess:
    """One process with one tagger. Used from one thread."""

    def __init__(self, factory: Callable[[], Tagger]) -> None:
        """Starts at once, ready when this returns. ``factory`` must pickle. Raises Fatal if it does not come up."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}  # and no secret
        paths = os.pathsep.join(
            dict.fromkeys([str(_ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
        )
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", "services.extractor.reader"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True,
            env={**environment, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
        )  # fmt: skip
        try:
            self._send(pickle.dumps(factory))
            self._receive(_START_SECONDS)
        except (TimedOut, Died) as error:
            self.close()
            raise Fatal(f"the reading process does not start (exit status {self._process.returncode})") from error

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether it can take an article."""
        return self._process.poll() is None

    def read(self, value: bytes, seconds: float) -> Reply:
        """The reply to an article. Raises TimedOut after ``seconds``, Died if the process ends; it is of no more use then."""
        self._send(value)
        return _decoder.decode(self._receive(seconds))

    def resident(self) -> int:
        """Bytes of memory it holds; 0 where the system does not say."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, IndexError, ValueError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """Kill it and see it off. Safe to call twice."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _send(self, body: bytes) -> None:
        assert self._process.stdin is not None
        frame = memoryview(len(body).to_bytes(LENGTH, "big") + body)
        try:
            while frame:
                frame = frame[self._process.stdin.write(frame) :]
        except OSError as error:
            self.close()
            raise Died(f"exit status {self._process.returncode}") from error

    def _receive(self, seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        size = int.from_bytes(self._exactly(LENGTH, deadline), "big")
        if size > _MAX_REPLY:
            self.close()
            raise Died(f"a reply of {size} bytes")
        return self._exactly(size, deadline)

    def _exactly(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        parts: list[bytes] = []
        while size:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                self.close()
                raise TimedOut
            part = os.read(descriptor, min(size, 1 << 20))
            if not part:
                self.close()
                raise Died(f"exit status {self._process.returncode}")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
