"""A bus that is fed as fast as its reader decides, and a clock that moves with what it is fed."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from services.bus.sqlite import SqliteBus
from services.core import codec
from services.core.article import TaggedArticle
from services.core.ports.bus import Batch, Consumer, Lag, Partition, Producer, Record, StreamSpec
from services.core.streams import TAGGED


class MovedClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = self._begun = at

    def now(self) -> datetime:
        """Where it was moved to."""
        return self.at

    def monotonic(self) -> float:
        """Seconds that it was moved by."""
        return (self.at - self._begun).total_seconds()


class Feed:
    """Puts a portion of articles on the bus whenever the one before has been decided; ``stop`` is set when none is left."""

    def __init__(
        self, articles: Iterator[TaggedArticle], producer: Producer, clock: MovedClock, portion: int, fed: Callable[["Feed"], None]
    ) -> None:  # fmt: skip
        """``fed`` is told after each portion was decided."""
        self.stop = threading.Event()
        self.articles = 0
        self.seconds = 0.0  # that feeding took
        self.slowest = 0.0  # seconds from a poll that brought articles to the next
        self._source = articles
        self._producer = producer
        self._clock = clock
        self._portion = portion
        self._fed = fed
        self._waiting = 0
        self._brought_at: float | None = None

    def polled(self) -> None:
        """The reader asks for more."""
        begun = time.perf_counter()
        if self._brought_at is not None:
            self.slowest = max(self.slowest, begun - self._brought_at)
        if self._waiting <= 0:
            if self.articles:
                self._fed(self)
            self._more()
        self.seconds += time.perf_counter() - begun

    def brought(self, records: int) -> None:
        """The reader got so many."""
        self._waiting -= records
        self._brought_at = time.perf_counter() if records else None

    def _more(self) -> None:
        portion = list(islice(self._source, self._portion))
        for tagged in portion:
            key, value = tagged.article.id.encode(), codec.encode(tagged)
            self._producer.send(TAGGED, key=key, value=value, headers=codec.headers(tagged))
        self._producer.flush()
        if portion:
            self._clock.at = portion[-1].tagged_at
            self.articles += len(portion)
            self._waiting += len(portion)
        else:
            self.stop.set()


class FedBus:
    """A bus whose consumers say when they poll."""

    def __init__(self, bus: SqliteBus, feed: Feed) -> None:
        self._bus = bus
        self._feed = feed

    def ensure(self, streams: Sequence[StreamSpec]) -> None:
        """As the bus does."""
        self._bus.ensure(streams)

    def producer(self, name: str) -> Producer:
        """As the bus does."""
        return self._bus.producer(name)

    def consumer(self, streams: Sequence[str], *, group: str, name: str) -> Consumer:
        """One that is fed."""
        return _FedConsumer(self._bus.consumer(streams, group=group, name=name), self._feed)

    def lag(self, group: str, streams: Sequence[str]) -> tuple[Lag, ...]:
        """As the bus does."""
        return self._bus.lag(group, streams)

    def browse(self, partition: Partition, offset: int, limit: int) -> tuple[Record, ...]:
        """As the bus does."""
        return self._bus.browse(partition, offset, limit)

    def close(self) -> None:
        """As the bus does."""
        self._bus.close()


class _FedConsumer:
    def __init__(self, consumer: Consumer, feed: Feed) -> None:
        self._consumer = consumer
        self._feed = feed
        self.commit: Callable[[Mapping[Partition, int]], None] = consumer.commit
        self.seek = consumer.seek
        self.pause = consumer.pause
        self.resume = consumer.resume
        self.close = consumer.close

    def poll(self, timeout: float, max_records: int = 500) -> Batch:
        """What is there, after the next portion was fed where it is time."""
        self._feed.polled()
        if self._feed.stop.is_set():
            return Batch()
        polled = self._consumer.poll(timeout, max_records)
        self._feed.brought(len(polled.records))
        return polled
