"""The bus on Apache Kafka, through kafka-python.

What the kafka* files of this package know about that library, and why they do not trust it with more:

* Bytes only. A deserializer that raises leaves a fetched batch half unpacked, and the next poll turns in circles.
* Timeouts hold inside its network thread; a caller waits for that thread without one. So every call runs under a
  deadline of ours (kafka_failures.within). A call that overstays makes its client Fatal.
* A producer buffers without bound and its flush returns in peace after failures (kafka_window counts records).
* After a rebalance it goes on from the position it remembers, not from the committed offset (kafka_reader.place).

Times of waiting are the machine's: they bound a network, not a decision. Only timestamps of records come from the clock.
Only these files say topic; a stream is a topic.
"""

from collections.abc import Sequence

import crc32c  # noqa: F401  without it kafka-python computes checksums in Python, at a twentieth of the speed

from services.bus.kafka_admin import Admin
from services.bus.kafka_browse import Browser
from services.bus.kafka_clients import cluster
from services.bus.kafka_consumer import KafkaConsumer, Leases
from services.bus.kafka_producer import KafkaProducer
from services.core.ports.bus import Lag, Partition, Record, StreamSpec
from services.core.ports.edges import Clock
from services.core.settings import KafkaBus as Settings


class KafkaBus:
    """services.core.ports.bus.Bus on a Kafka cluster. Nothing is connected before it is used.

    ``password`` is for SASL; it appears in no log and no error. Raises ConfigInvalid when SASL is asked for without
    credentials. ``leases`` are for tests.
    """

    def __init__(self, settings: Settings, *, password: str | None, clock: Clock, leases: Leases | None = None) -> None:
        self._cluster = cluster(settings, password)
        self._clock = clock
        self._leases = leases or Leases()
        self._admin = Admin(self._cluster, "wirewatch-admin", settings.replication)
        self._browser = Browser(self._cluster, "wirewatch-browser")
        self._limits: dict[str, int] = {}
        self._made: list[KafkaProducer | KafkaConsumer] = []

    def ensure(self, streams: Sequence[StreamSpec]) -> None:
        """See the port. Retention, limit and replication are compared as well; the error names every difference."""
        self._admin.ensure(streams)
        self._limits |= {stream.name: stream.max_record for stream in streams}

    def producer(self, name: str) -> KafkaProducer:
        """See the port."""
        producer = KafkaProducer(self._cluster, self._limit, self._clock, name)
        self._remember(producer)
        return producer

    def consumer(self, streams: Sequence[str], *, group: str, name: str) -> KafkaConsumer:
        """See the port."""
        consumer = KafkaConsumer(self._cluster, streams, group, name, self._leases)
        self._remember(consumer)
        return consumer

    def lag(self, group: str, streams: Sequence[str]) -> tuple[Lag, ...]:
        """See the port."""
        return self._admin.lag(group, streams)

    def browse(self, partition: Partition, offset: int, limit: int) -> tuple[Record, ...]:
        """See the port."""
        return self._browser.browse(partition, offset, limit)

    def close(self) -> None:
        """See the port. Producers and consumers are closed as well: one that is only forgotten stays a member of its group."""
        for client in self._made:
            client.close()
        self._admin.close()
        self._browser.close()

    def _remember(self, client: KafkaProducer | KafkaConsumer) -> None:
        self._made = [made for made in self._made if not made.closed]
        self._made.append(client)

    def _limit(self, stream: str) -> int:
        """The limit that ensure was given, else what the cluster says."""
        if stream not in self._limits:
            self._limits[stream] = self._admin.largest_record(stream)
        return self._limits[stream]
