"""The process that parses: ``python -m services.poller.worker MEMORY SECONDS``.

Reads jobs from standard input and answers on standard output, each as a length of four bytes and that many bytes of
MessagePack. It begins with an empty answer when it is ready, ends with its input, and is killed, by the kernel or by
its parent, when a job takes more than it may.
"""

import gc
import os
import resource
import sys
from math import ceil
from pathlib import Path

import msgspec
from msgspec import Struct

from services.core.entry import Document
from services.frames import receive, send
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.parse import Job, parse

OUT_OF_MEMORY = 3  # exit status
MAX_REPLY = 64 * 1024 * 1024


class Read(Struct, frozen=True, tag=True):
    """The job was done."""

    document: Document


class Refused(Struct, frozen=True, tag=True):
    """The document cannot be read."""

    reason: FetchFailure
    detail: str


Reply = Read | Refused


def answer(job: Job) -> Reply:
    """What to reply to a job. Lets MemoryError through: this process is then of no more use."""
    try:
        return Read(parse(job))
    except FetchFailed as failure:
        return Refused(failure.reason, failure.detail)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a document provokes is about that document
        return Refused(FetchFailure.UNREADABLE, f"{type(error).__name__} while reading")


def main(memory: int, seconds: float) -> int:
    """Serve until the input ends; the exit status."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints can disturb the answers
    _limit(memory)
    gc.freeze()
    send(sink, b"")
    decoder = msgspec.msgpack.Decoder(Job)
    try:
        while (frame := receive(source)) is not None:
            _allow(seconds)
            send(sink, msgspec.msgpack.encode(answer(decoder.decode(frame))))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        pass  # the parent is gone
    return 0


def _limit(memory: int) -> None:
    """``memory`` bytes of address space more than now, no files, no core dump."""
    for what, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_AS, _address_space() + memory)):  # fmt: skip
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _address_space() -> int:
    """Bytes mapped now. Where the system does not say, a guess that leaves room."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 512 * 1024 * 1024
    return pages * resource.getpagesize()


def _allow(seconds: float) -> None:
    """So much CPU time for the next job; the kernel ends the process at the limit."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    limit = ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2])))
