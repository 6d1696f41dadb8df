"""A producer and a consumer that are killed: each writes down what it has done, at once and in one write.

``python -m tests.bus.sqlite_workers send|read BUS STREAM DIARY NAME``
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from services.bus.sqlite import SqliteBus
from services.core.errors import Lost, Retriable
from services.core.ports.bus import Consumer
from tests.bus.clocks import LeapingClock

GROUP = "readers"
KEYS = 13


def main() -> None:
    """Run until killed."""
    job, bus, stream, diary, name = sys.argv[1:]
    page = os.open(diary, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(*words: object) -> None:
        os.write(page, (" ".join(map(str, words)) + "\n").encode())

    {"send": send, "read": read}[job](SqliteBus(Path(bus), LeapingClock()), stream, name, write)


def send(bus: SqliteBus, stream: str, name: str, write: Callable[..., None]) -> None:
    """``flushed N``: the values name-0 to name-(N-1) are durable."""
    producer, done = bus.producer(name), 0
    while True:
        try:
            for number in range(done, done + 20):
                producer.send(
                    stream, key=b"%s-%d" % (name.encode(), number % KEYS), value=b"%s-%d" % (name.encode(), number)
                )
            producer.flush()
            done += 20
            write("flushed", done)
        except Retriable as error:
            write("busy", error)
        time.sleep(0.05)


def read(bus: SqliteBus, stream: str, name: str, write: Callable[..., None]) -> None:
    """``read INDEX OFFSET VALUE`` before the commit, ``committed INDEX OFFSET`` after it, each with the time."""
    consumer = bus.consumer([stream], group=GROUP, name=name)
    while True:
        try:
            _turn(consumer, write)
        except Retriable as error:
            write("busy", error)
        except Lost:
            write("lost")


def _turn(consumer: Consumer, write: Callable[..., None]) -> None:
    batch = consumer.poll(0.5, max_records=50)
    for place in batch.assigned:
        write("assigned", place.index)
    for place in batch.lost:
        write("lost", place.index)
    if batch.records:
        lines = (
            f"read {time.monotonic()} {record.partition.index} {record.offset} {(record.value or b'').decode()}"
            for record in batch.records
        )
        write("\n".join(lines))
        ends = {record.partition: record.offset + 1 for record in batch.records}
        consumer.commit(ends)
        write("\n".join(f"committed {time.monotonic()} {place.index} {end}" for place, end in ends.items()))


if __name__ == "__main__":
    main()
