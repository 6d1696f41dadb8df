"""What the processes of a deployment take: resident memory and processor time, by what they do."""

from collections import Counter, defaultdict
from typing import NamedTuple

import psutil

_ROLES = {"services.extractor.reader": "reader", "services.poller.worker": "parse workers"}


class Usage(NamedTuple):
    """Bytes held now and seconds of processor time so far, by role."""

    resident: Counter[str]
    seconds: dict[str, float]


class Watch:
    """Follows a process and its children. The time of children that ended is kept as it was last seen."""

    def __init__(self, pid: int, name: str) -> None:
        self._process = psutil.Process(pid)
        self._name = name
        self._seconds: dict[int, tuple[str, float]] = {}

    def usage(self) -> Usage:
        """As of now."""
        resident: Counter[str] = Counter()
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                role = self._role(process)
                times = process.cpu_times()
                resident[role] += process.memory_info().rss
                self._seconds[process.pid] = (role, times.user + times.system)
            except psutil.NoSuchProcess:
                continue
        seconds: defaultdict[str, float] = defaultdict(float)
        for role, spent in self._seconds.values():
            seconds[role] += spent
        return Usage(resident, dict(seconds))

    def _role(self, process: psutil.Process) -> str:
        if process.pid == self._process.pid:
            return self._name
        command = process.cmdline()
        return next((role for module, role in _ROLES.items() if module in command), "other")
