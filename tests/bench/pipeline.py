"""What the parts on a bus share: filling it, seeing how far a group is, and reading a service's series."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from services.core import codec
from services.core.article import Article
from services.core.ports.bus import Bus, Partition
from services.core.ports.edges import Tagger
from services.core.settings import Configuration
from services.core.streams import ALERTERS, ARTICLES, DEAD_LETTERS, EXTRACTORS, TAGGED
from services.extractor.tagger import SpacyTagger
from services.openers import SystemClock
from tests.e2e.deployment import Deployment

_PORTION = 200
_PEER = 1500  # articles in the plain loop


class Rate:
    """Work over wall clock and processor time."""

    def __init__(self, count: int, seconds: float, processor: float) -> None:
        self.count = count
        self.seconds = seconds
        self.processor = processor

    @property
    def per_second(self) -> float:
        """How many a second."""
        return self.count / self.seconds

    @property
    def processor_ms(self) -> float:
        """Milliseconds of processor time for one."""
        return 1000 * self.processor / self.count


def fill(bus: Bus, found: Iterable[Article]) -> None:
    """Put articles on the bus, as the poller does."""
    producer = bus.producer("bench")
    try:
        for number, article in enumerate(found, 1):
            producer.send(
                ARTICLES, key=article.id.encode(), value=codec.encode(article), headers=codec.headers(article)
            )
            if number % _PORTION == 0:
                producer.flush()
        producer.flush()
    finally:
        producer.close()


def extracted(bus: Bus) -> int:
    """Articles that the extractors are done with."""
    return sum(lag.committed or 0 for lag in bus.lag(EXTRACTORS, [ARTICLES]))


def decided(bus: Bus) -> int:
    """Tagged articles that the alerter is done with."""
    return sum(lag.committed or 0 for lag in bus.lag(ALERTERS, [TAGGED]))


def dead_letters(bus: Bus) -> int:
    """Articles that nobody could read."""
    return len(bus.browse(Partition(stream=DEAD_LETTERS, index=0), 0, 100_000))


def series(deployment: Deployment, service: str) -> dict[str, float]:
    """Every series of a service by name, summed over its labels. Empty while it does not answer."""
    page = deployment.get(service, "/metrics") or ""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


def peer(configuration: Configuration, found: Sequence[Article]) -> Rate:
    """The peer of everything that tags: the same tagger in a plain loop over the first articles, its caches warm."""
    tagger = SpacyTagger(Path(configuration.lexicons), configuration.settings.extractor)
    plain_loop(tagger, found[:100])
    return plain_loop(tagger, found[:_PEER])


def plain_loop(tagger: Tagger, found: Sequence[Article]) -> Rate:
    """The tagger called in a loop, without bus, processes or alerter."""
    clock = SystemClock()
    begun, before = time.perf_counter(), time.process_time()
    for article in found:
        tagger.tag(article, clock.now())
    return Rate(len(found), time.perf_counter() - begun, time.process_time() - before)
