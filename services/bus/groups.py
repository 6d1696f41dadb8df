"""Which member of a group reads which partition: contiguous ranges per stream, the same for every member that looks."""

from collections.abc import Collection, Sequence
from zlib import crc32

from services.core.ports.bus import Partition


def share(member: str, members: Collection[str], partitions: Sequence[Partition]) -> frozenset[Partition]:
    """The partitions that fall to ``member``: of each stream one contiguous range, sizes at most one apart."""
    order = sorted(members)
    mine: set[Partition] = set()
    for stream in {partition.stream for partition in partitions}:
        own = sorted(partition for partition in partitions if partition.stream == stream)
        size, extra = divmod(len(own), len(order))
        place = order.index(member)
        start = place * size + min(place, extra)
        mine.update(own[start : start + size + (place < extra)])
    return frozenset(mine)


def partition_of(key: bytes, partitions: int) -> int:
    """Where records with this key go: CRC-32 of the key, modulo. Stable over releases, since it decides the order per key."""
    return crc32(key) % partitions
