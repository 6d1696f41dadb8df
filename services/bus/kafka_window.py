"""The records that a producer has taken and that are not yet known to be durable: bounded, and none forgotten."""

import threading
from collections import deque

from msgspec import Struct


class Outcome(Struct, frozen=True):
    """What became of the records of one flush."""

    waiting: int  # not known to be durable when the time was over
    failures: tuple[Exception, ...]  # of those that failed, the latest


class Window:
    """Counts records in flight. Safe to use from any thread; callbacks of the client come on a thread of its own."""

    def __init__(self, *, max_records: int, max_bytes: int) -> None:
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._changed = threading.Condition()
        self._flying: dict[int, int] = {}  # number of the record -> its bytes, the oldest first
        self._bytes = 0
        self._taken = 0
        self._failures: deque[tuple[int, Exception]] = deque(maxlen=100)

    def take(self, size: int, timeout: float) -> int | None:
        """Make room for a record; its number, or None if there was no room within ``timeout`` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._fits(size), timeout):
                return None
            self._taken += 1
            self._flying[self._taken] = size
            self._bytes += size
            return self._taken

    def _fits(self, size: int) -> bool:
        if not self._flying:
            return True  # a record larger than the window would wait for ever
        return len(self._flying) < self._max_records and self._bytes + size <= self._max_bytes

    def landed(self, number: int, failure: Exception | None = None) -> None:
        """The record is durable, or failed. Of one that was given up, nothing is known and nothing is done."""
        with self._changed:
            if number not in self._flying:
                return
            self._bytes -= self._flying.pop(number)
            if failure is not None:
                self._failures.append((number, failure))
            self._changed.notify_all()

    def flush(self, timeout: float) -> Outcome:
        """Wait for every record taken before this call, and account for them: a later flush does not speak of them again.

        Threads that send through one window share its flushes: the first that ends speaks for all.
        """
        with self._changed:
            last = self._taken
            self._changed.wait_for(lambda: self._oldest() > last, timeout)
            waiting = [number for number in self._flying if number <= last]
            for number in waiting:
                self._bytes -= self._flying.pop(number)
            failures = tuple(error for number, error in self._failures if number <= last)
            self._failures = deque((pair for pair in self._failures if pair[0] > last), maxlen=100)
            return Outcome(len(waiting), failures)

    def give_up(self, why: Exception) -> None:
        """Whatever is in flight fails: what carried it is gone."""
        with self._changed:
            self._failures.extend((number, why) for number in self._flying)
            self._flying.clear()
            self._bytes = 0
            self._changed.notify_all()

    def _oldest(self) -> int:
        return next(iter(self._flying), self._taken + 1)
