"""The parent's side of the parse workers: a few warm processes, each killed when a document takes too much."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from services.core.entry import Document
from services.core.errors import Fatal
from services.core.settings import PollerSettings
from services.frames import LENGTH
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.parse import Job
from services.poller.worker import MAX_REPLY, OUT_OF_MEMORY, Refused, Reply

log = structlog.get_logger(__name__)

_START_SECONDS = 60.0
_JOBS = 1000  # then a worker is replaced: what a parser leaks goes with it
_ROOT = Path(__file__).resolve().parents[2]  # where the package services lies
_decoder: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class Parser(Protocol):
    """Turns fetched bodies into documents."""

    async def start(self) -> None:
        """Make ready, so that the first document does not wait."""

    async def parse(self, job: Job) -> Document:
        """Bounded in time and memory. Raises FetchFailed for what cannot be read, whatever it does to the process that reads it."""

    async def close(self) -> None:
        """Let go of processes. Safe to call twice."""


class ParseWorkers:
    """The Parser of wirewatch: ``count`` processes (see :mod:`services.poller.worker`), used from one event loop at a time."""

    def __init__(self, settings: PollerSettings, count: int = 2) -> None:
        self._settings = settings
        self._count = count
        self._free: asyncio.Queue[_Worker] | None = None
        self._all: set[_Worker] = set()

    async def start(self) -> None:
        """Start every worker. Raises Fatal if one does not come up."""
        self._free = asyncio.Queue()
        for worker in await asyncio.gather(*(self._begin() for _ in range(self._count))):
            self._free.put_nowait(worker)

    async def parse(self, job: Job) -> Document:
        """See :class:`Parser`. The time allowed is CPU time; twice as long by the clock, waiting for a free worker not counted."""
        if self._free is None:
            await self.start()
        assert self._free is not None
        worker = await self._free.get()
        try:
            if not worker.usable:
                await self._end(worker)
                worker = await self._begin()
            reply = await worker.ask(job)
        finally:
            self._free.put_nowait(worker)
        if isinstance(reply, Refused):
            raise FetchFailed(reply.reason, reply.detail)
        return reply.document

    async def close(self) -> None:
        """End every worker."""
        self._free = None
        for worker in tuple(self._all):
            await self._end(worker)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(worker.pid for worker in self._all if worker.usable)

    async def _begin(self) -> "_Worker":
        worker = await _Worker.begin(self._settings)
        self._all.add(worker)
        return worker

    async def _end(self, worker: "_Worker") -> None:
        self._all.discard(worker)
        await worker.end()


class _Worker:
    """One process. Not usable any more once a job has ended badly."""

    def __init__(self, process: asyncio.subprocess.Process, seconds: float) -> None:
        self._process = process
        self._seconds = seconds
        self._jobs = 0
        self._broken = False

    @classmethod
    async def begin(cls, settings: PollerSettings) -> "_Worker":
        # Of our environment it gets what Python needs and no secret. Its own session keeps a terminal's Ctrl-C from it.
        environment = {
            name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-W", "ignore", "-m", "services.poller.worker", str(settings.parse_memory), str(settings.parse_seconds),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
            env={**environment, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},
        )  # fmt: skip
        worker = cls(process, settings.parse_seconds)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await worker._receive()
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            await worker.end()
            raise Fatal(f"the parse worker does not start (exit status {process.returncode})") from error
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def usable(self) -> bool:
        return not self._broken and self._jobs < _JOBS and self._process.returncode is None

    async def ask(self, job: Job) -> Reply:
        """The answer, or the failure that the end of the process stands for."""
        self._jobs += 1
        try:
            async with asyncio.timeout(2 * self._seconds):
                return await self._exchange(job)
        except TimeoutError:
            await self.end()
            return Refused(FetchFailure.PARSE_TIMEOUT, f"not read within {2 * self._seconds:g} s")
        except (asyncio.IncompleteReadError, ConnectionError):
            await self._farewell()
            return self._last_words()
        except BaseException:
            self._broken = True  # in the middle of a job, and nobody waits for its answer
            self._kill()
            raise

    async def end(self) -> None:
        """Kill the process and see it off."""
        self._broken = True
        self._kill()
        await self._process.wait()

    async def _farewell(self) -> None:
        """The process closed its output: it is dying, and how it dies says why. Killed if it takes its time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._process.wait()
        await self.end()

    def _kill(self) -> None:
        """Not by Process.kill, which may reap the process before asyncio does, and so lose its status."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def _exchange(self, job: Job) -> Reply:
        assert self._process.stdin is not None
        frame = msgspec.msgpack.encode(job)
        self._process.stdin.write(len(frame).to_bytes(LENGTH, "big"))
        self._process.stdin.write(frame)
        await self._process.stdin.drain()
        return _decoder.decode(await self._receive())

    async def _receive(self) -> bytes:
        assert self._process.stdout is not None
        size = int.from_bytes(await self._process.stdout.readexactly(LENGTH), "big")
        if size > MAX_REPLY:
            raise asyncio.IncompleteReadError(b"", size)
        return await self._process.stdout.readexactly(size)

    def _last_words(self) -> Refused:
        status = self._process.returncode
        if status == -signal.SIGXCPU:
            return Refused(FetchFailure.PARSE_TIMEOUT, f"not read within {self._seconds:g} s of CPU time")
        if status == OUT_OF_MEMORY:
            return Refused(FetchFailure.PARSE_MEMORY, "reading it takes too much memory")
        log.warning("parse worker died", status=status)
        return Refused(FetchFailure.PARSE_CRASHED, f"the worker ended with status {status}")
