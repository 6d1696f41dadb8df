"""Any interleaving of two members, a producer and a clock, against what a bus must then do.

The model is small: who was assigned a partition last owns it, until it is told otherwise, closes, or its lease has run out
and somebody else was assigned it.
"""

from collections.abc import Callable

from hypothesis import strategies as st

from services.core.errors import Lost
from services.core.ports.bus import Bus, Consumer, Partition
from tests.bus.members import Member, new_stream

STREAM_PARTITIONS = 3

_ONE = st.sampled_from([0, 1])
_WEIGHTED = [
    "send",
    "publish",
    "publish",
    "poll",
    "poll",
    "poll",
    "poll",
    "commit",
    "commit",
    "close",
    "expire",
    "flush",
]


def _step(name: str) -> st.SearchStrategy[tuple[str, int]]:
    return st.tuples(st.just(name), st.integers(0, 5) if name in {"send", "publish"} else _ONE)


STEPS = st.lists(st.sampled_from(_WEIGHTED).flatmap(_step), min_size=20, max_size=60)


class Interleaving:
    """Runs steps and checks each. ``expire`` lets every lease run out; ``look`` makes the next poll look at the group."""

    def __init__(self, bus: Bus, expire: Callable[[], None], look: Callable[[Consumer], None]) -> None:
        self._bus = bus
        self._expire = expire
        self._look = look
        self._stream = new_stream(bus, STREAM_PARTITIONS)
        self._producer = bus.producer("p")
        self._sent = 0
        self._buffered: list[bytes] = []
        self._flushed: list[bytes] = []
        self._seen: list[bytes] = []
        self._owner: dict[Partition, Member] = {}
        self._read: dict[tuple[Member, Partition], int] = {}  # the next offset, per member and partition it holds
        self._alive: set[Member] = set()  # polled since leases ran out last
        self._members = [self._new(), self._new()]

    def run(self, steps: list[tuple[str, int]]) -> None:
        """Every step, and then a member that reads what is left: nothing flushed is unread."""
        for name, argument in steps:
            getattr(self, name)(argument)
        for which in (0, 1):
            self.close(which)
        for _ in range(200):
            if set(self._flushed) <= set(self._seen) and self._owner:
                break
            self.poll(0)
        assert set(self._flushed) <= set(self._seen)
        for member in self._members:
            member.consumer.close()
        self._check_order_per_key()

    def send(self, key: int) -> None:
        self._producer.send(self._stream, key=b"%d" % key, value=b"%d" % self._sent)
        self._buffered.append(b"%d" % self._sent)
        self._sent += 1

    def flush(self, _: int) -> None:
        self._producer.flush()
        self._flushed += self._buffered
        self._buffered = []

    def publish(self, key: int) -> None:
        for _ in range(3):
            self.send(key)
        self.flush(0)

    def poll(self, which: int) -> None:
        member = self._members[which]
        self._look(member.consumer)
        batch = member.poll(0.0, max_records=3)
        self._alive.add(member)
        for place in batch.lost:
            assert self._owner.get(place) is not member, "lost is what somebody else was assigned"
        for place in batch.revoked:
            assert self._owner.pop(place) is member
        for place in batch.assigned:
            before = self._owner.get(place)
            assert before is None or before not in self._alive, "two owners"
            self._owner[place] = member
            self._read[member, place] = self._committed(place)
        for record in batch.records:
            assert record.offset == self._read[member, record.partition], "no gap and no step back"
            self._read[member, record.partition] += 1
            self._seen.append(record.value or b"")

    def commit(self, which: int) -> None:
        member = self._members[which]
        for place in sorted(member.owned):
            before, offset = self._committed(place), self._read[member, place]
            try:
                member.consumer.commit({place: offset})
            except Lost:
                assert self._owner.get(place) is not member
                assert self._committed(place) == before
            else:
                assert self._owner.get(place) is member, "a stale commit was accepted"
                assert self._committed(place) == offset

    def close(self, which: int) -> None:
        member = self._members[which]
        member.consumer.close()
        self._owner = {place: owner for place, owner in self._owner.items() if owner is not member}
        self._alive.discard(member)
        self._members[which] = self._new()

    def expire(self, _: int) -> None:
        self._expire()
        self._alive.clear()

    def _new(self) -> Member:
        return Member(self._bus, [self._stream], group="g")

    def _committed(self, place: Partition) -> int:
        return self._bus.lag("g", [self._stream])[place.index].committed or 0

    def _check_order_per_key(self) -> None:
        last: dict[bytes | None, int] = {}
        for index in range(STREAM_PARTITIONS):
            for record in self._bus.browse(Partition(self._stream, index), 0, 1000):
                number = int(record.value or b"")
                assert number > last.get(record.key, -1)
                last[record.key] = number
