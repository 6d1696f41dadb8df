"""Reading outside any group."""

import threading
import time
from typing import Any

from kafka import KafkaConsumer as Reader
from kafka import TopicPartition

from services.bus.kafka_clients import Client, Cluster, close
from services.bus.kafka_failures import within
from services.bus.kafka_reader import READING, as_record
from services.core.errors import Fatal, Retriable
from services.core.ports.bus import Partition, Record

_SECONDS = 15.0


class Browser:
    """One reader for everybody who looks into streams; made when first needed, and again after a failure."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self._name = name
        self._one_at_a_time = threading.Lock()
        self._client: Client | None = None

    def browse(self, partition: Partition, offset: int, limit: int) -> tuple[Record, ...]:
        """See the port."""
        place = TopicPartition(partition.stream, partition.index)
        doing = f"browsing {partition.stream}/{partition.index}"
        with self._one_at_a_time:
            try:
                if self._client is None:
                    self._client = self._cluster.connect(Reader, _SECONDS, name=self._name, **READING)
                kafka = self._client.kafka
                return within(2 * _SECONDS, doing, lambda: _read(kafka, place, offset, limit))
            except (Retriable, Fatal):
                self._drop()
                raise

    def close(self) -> None:
        """Let go of the connection."""
        with self._one_at_a_time:
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            close(client, "closing the browser", 2.0, lambda: client.kafka.close(autocommit=False, timeout_ms=2_000))


def _read(kafka: Any, place: Any, offset: int, limit: int) -> tuple[Record, ...]:
    wait = int(_SECONDS * 300)
    oldest = kafka.beginning_offsets([place], timeout_ms=wait)[place]
    end = kafka.end_offsets([place], timeout_ms=wait)[place]
    position = max(offset, oldest)
    found: list[Record] = []
    deadline = time.monotonic() + _SECONDS
    kafka.assign([place])
    kafka.seek(place, position)
    while position < end and len(found) < limit:
        if time.monotonic() > deadline:
            raise Retriable(f"browsing {place.topic}/{place.partition}: {position} of {end} after {_SECONDS:g} s")
        records = kafka.poll(timeout_ms=500, max_records=limit - len(found)).get(place, [])
        found += map(as_record, records)
        position = kafka.position(place, timeout_ms=wait)
    return tuple(record for record in found if record.offset < end)
