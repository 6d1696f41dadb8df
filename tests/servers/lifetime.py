"""Servers that several test processes use, and that never outlive the test run."""

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest


def unavailable(what: str) -> NoReturn:
    """Skip with the reason; in CI, where everything is installed, fail."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}; in CI nothing is skipped", pytrace=False)
    pytest.skip(what)


def run_process() -> int:
    """The process that lives as long as the test run: with pytest-xdist, the parent of the workers."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def outlives(process: int, stop: Sequence[str | Path]) -> None:
    """Should ``process`` be killed before it could clean up, run ``stop``."""
    script = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; shift; exec "$@"'
    subprocess.Popen(
        ["/bin/sh", "-c", script, "lifetime", str(process), *map(str, stop)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


@contextmanager
def shared(
    directory: Path, start: Callable[[], dict[str, str]], stop: Callable[[dict[str, str]], None]
) -> Iterator[dict[str, str]]:
    """One server for all workers of a run: the first starts it, the last stops it. ``start`` says what others need to know."""
    directory.mkdir(parents=True, exist_ok=True)
    state = directory / "state.json"
    with _locked(directory):
        users, known = json.loads(state.read_text()) if state.exists() else (0, {})
        if not users:
            known = start()
        state.write_text(json.dumps([users + 1, known]))
    try:
        yield known
    finally:
        with _locked(directory):
            users, _ = json.loads(state.read_text())
            state.write_text(json.dumps([users - 1, known]))
            if users == 1:
                stop(known)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
