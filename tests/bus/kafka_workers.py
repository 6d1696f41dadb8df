"""A producer and a consumer that behave as services do: failures that pass are tried again, broken objects are built anew."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from services.bus.kafka import KafkaBus
from services.core.errors import Fatal, Lost, Retriable
from services.core.ports.bus import Batch, Consumer, Producer


class Clock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class _Worker:
    """A thread that works from the beginning of a with block to its end."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.failures: list[Exception] = []
        self._thread = threading.Thread(target=self.run)

    def run(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        self.stop.set()
        self._thread.join(90)
        assert not self._thread.is_alive()


class Sender(_Worker):
    """Sends numbers in chunks. ``durable`` are those that a flush has vouched for."""

    def __init__(self, bus: KafkaBus, stream: str, *, chunk: int = 20, pause: float = 0.01) -> None:
        super().__init__()
        self._bus = bus
        self._stream = stream
        self._chunk = chunk
        self._pause = pause
        self.durable = 0

    def run(self) -> None:
        producer: Producer = self._bus.producer("sender")
        while not self.stop.is_set():
            try:
                for number in range(self.durable, self.durable + self._chunk):
                    producer.send(self._stream, key=b"k%d" % (number % 41), value=b"%d" % number, timeout=5)
                producer.flush(10)
                self.durable += self._chunk
            except Retriable as error:
                self.failures.append(error)
                self.stop.wait(0.2)
            except Fatal as error:
                self.failures.append(error)
                producer.close(1)
                producer = self._bus.producer("sender")
            self.stop.wait(self._pause)
        producer.close()


class Reader(_Worker):
    """Counts the numbers it reads, and commits after each poll."""

    def __init__(self, bus: KafkaBus, stream: str, name: str = "reader", *, work: float = 0.0) -> None:
        super().__init__()
        self._bus = bus
        self._stream = stream
        self._name = name
        self._work = work
        self.numbers: Counter[int] = Counter()
        self.order: dict[bytes, list[int]] = {}
        self.batches: list[Batch] = []
        self.last_record = 0.0

    def run(self) -> None:
        consumer = self._new()
        while not self.stop.is_set():
            try:
                self._turn(consumer)
            except Retriable as error:
                self.failures.append(error)
                self.stop.wait(0.2)
            except Lost as error:
                self.failures.append(error)
            except Fatal as error:
                self.failures.append(error)
                consumer.close()
                consumer = self._new()
        consumer.close()

    def _new(self) -> Consumer:
        return self._bus.consumer([self._stream], group="readers", name=self._name)

    def _turn(self, consumer: Consumer) -> None:
        batch = consumer.poll(0.5, max_records=50)
        self.batches.append(batch)
        for record in batch.records:
            number = int(record.value or b"")
            self.numbers[number] += 1
            self.order.setdefault(record.key or b"", []).append(number)
            self.last_record = time.monotonic()
        if self._work:
            self.stop.wait(self._work)
        if batch.records:
            consumer.commit({record.partition: record.offset + 1 for record in batch.records})

    def repeats(self) -> int:
        return sum(count - 1 for count in self.numbers.values())

    def in_order(self) -> bool:
        """Whether the first sight of every number of a key came after that of the one before."""
        return all(list(dict.fromkeys(seen)) == sorted(set(seen)) for seen in self.order.values())


def until(what: str, holds: Callable[[], bool], timeout: float) -> float:
    """Wait until ``holds()``; how long that took."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < timeout, f"not within {timeout} s: {what}"

        time.sleep(0.05)
    return time.monotonic() - begun
