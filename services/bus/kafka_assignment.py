"""Which partitions a consumer has, and what its caller has not been told yet."""

import threading
from collections.abc import Iterable

from services.core.ports.bus import Batch, Partition, Record


class Assignment:
    """Told by Kafka's network thread while a poll waits, asked by the consumer's thread.

    ``owned``: ours as of now. ``fresh``: ours, but not yet placed at an offset; nothing of them is read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owned: set[Partition] = set()
        self._fresh: set[Partition] = set()
        self._told: set[Partition] = set()  # what the caller believes to own
        self._lost: set[Partition] = set()
        self._revoked: set[Partition] = set()
        self._assigned: set[Partition] = set()

    def assign(self, partitions: Iterable[Partition]) -> None:
        """Ours from now on."""
        with self._lock:
            new = set(partitions)
            self._owned |= new
            self._fresh |= new
            self._assigned |= new

    def revoke(self, partitions: Iterable[Partition]) -> None:
        """Given up in order."""
        self._remove(set(partitions), self._revoked)

    def lose(self, partitions: Iterable[Partition]) -> None:
        """Taken from us."""
        self._remove(set(partitions), self._lost)

    def _remove(self, gone: set[Partition], told_as: set[Partition]) -> None:
        with self._lock:
            self._owned -= gone
            self._fresh -= gone
            told_as |= gone & self._told  # one that came and went between two polls is not worth a word
            self._assigned -= gone

    def owned(self) -> frozenset[Partition]:
        """Ours as of now."""
        with self._lock:
            return frozenset(self._owned)

    def fresh(self) -> frozenset[Partition]:
        """Ours, and to be placed."""
        with self._lock:
            return frozenset(self._fresh)

    def placed(self, partition: Partition) -> None:
        """It stands at an offset now."""
        with self._lock:
            self._fresh.discard(partition)

    def news(self) -> bool:
        """Whether there are events that no batch has carried."""
        with self._lock:
            return bool(self._lost or self._revoked or self._assigned)

    def batch(self, records: tuple[Record, ...]) -> Batch:
        """A batch with the events since the last one."""
        with self._lock:
            batch = Batch(
                lost=frozenset(self._lost),
                revoked=frozenset(self._revoked),
                assigned=frozenset(self._assigned),
                records=records,
            )
            self._told = set(self._owned)
            for told in (self._lost, self._revoked, self._assigned):
                told.clear()
            return batch
