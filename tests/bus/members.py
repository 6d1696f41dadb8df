"""A member of a group as services are one, and waiting for what it comes to own and to read."""

import time
from collections.abc import Callable, Sequence
from uuid import uuid4

from services.core.errors import Retriable
from services.core.ports.bus import Batch, Bus, Consumer, Partition, Record, StreamSpec

DEADLINE = 20.0  # seconds; what takes longer has failed


class Member:
    """Applies each batch to what it believes to own, and checks what the port promises of every batch."""

    def __init__(self, bus: Bus, streams: Sequence[str], *, group: str, name: str = "member") -> None:
        self.consumer: Consumer = bus.consumer(streams, group=group, name=name)
        self.owned: set[Partition] = set()
        self.records: list[Record] = []
        self.batches: list[Batch] = []

    def poll(self, timeout: float = 0.1, max_records: int = 500) -> Batch:
        """One poll. A bus that is busy for the moment counts as an empty batch."""
        try:
            batch = self.consumer.poll(timeout, max_records)
        except Retriable:
            return Batch()
        assert batch.lost | batch.revoked <= self.owned, "only what was ours can be taken from us"
        self.owned -= batch.lost | batch.revoked
        assert not batch.assigned & self.owned, "what is assigned was not ours"
        self.owned |= batch.assigned
        came = {record.partition for record in batch.records}
        assert came <= self.owned - batch.assigned, "records are of partitions that were ours before this poll"
        assert len(batch.records) <= max_records
        self.batches.append(batch)
        self.records += batch.records
        return batch

    def commit(self) -> None:
        """All that was read of the partitions we own."""
        ends = {record.partition: record.offset + 1 for record in self.records if record.partition in self.owned}
        if ends:
            self.consumer.commit(ends)

    def work(self, timeout: float = 0.1) -> Batch:
        """Poll, and commit what came."""
        batch = self.poll(timeout)
        if batch.records:
            self.consumer.commit({record.partition: record.offset + 1 for record in batch.records})
        return batch

    def lost(self) -> set[Partition]:
        """What was ever told to be lost."""
        return {partition for batch in self.batches for partition in batch.lost}

    def values(self) -> list[bytes]:
        """What was read, in order."""
        return [record.value or b"" for record in self.records]


def poll_until(what: str, holds: Callable[[], bool], *members: Member, work: bool = False) -> None:
    """Poll the members in turn (and commit, for ``work``) until ``holds()``."""
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, f"not within {DEADLINE:g} s: {what}"
        for member in members:
            if work:
                member.work()
            else:
                member.poll()


def poll_for(seconds: float, *members: Member) -> None:
    """Poll the members in turn for a while, to see that something does not happen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for member in members:
            member.poll()


def new_stream(bus: Bus, partitions: int = 4, *, max_record: int = 100_000) -> str:
    """A stream that no other test knows."""
    name = f"contract-{uuid4().hex[:10]}"
    bus.ensure([StreamSpec(name=name, partitions=partitions, retention=86400.0, max_record=max_record)])
    return name


def partitions_of(stream: str, count: int = 4) -> set[Partition]:
    """All of them."""
    return {Partition(stream, index) for index in range(count)}


def send(bus: Bus, stream: str, values: Sequence[bytes], *, keys: int = 8) -> None:
    """Send the values under a few keys, in turn, and flush."""
    producer = bus.producer("contract")
    for place, value in enumerate(values):
        producer.send(stream, key=b"k%d" % (place % keys), value=value)
    producer.flush()
    producer.close()


def numbers(count: int, first: int = 0) -> list[bytes]:
    """Values that differ."""
    return [b"%d" % number for number in range(first, first + count)]
