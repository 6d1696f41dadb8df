"""Sending to Kafka: idempotent, acknowledged by all replicas, within bounds of our own."""

import time
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any

import structlog
from kafka import KafkaProducer as Producer
from kafka.errors import KafkaTimeoutError

from services.bus.kafka_clients import Client, Cluster, close
from services.bus.kafka_failures import in_our_words, translated
from services.bus.kafka_window import Window
from services.core.errors import BufferFull, Fatal, Poison, PoisonReason, Retriable
from services.core.ports.bus import Headers
from services.core.ports.edges import Clock

log = structlog.get_logger(__name__)

_OPTIONS = {
    "acks": "all",
    "enable_idempotence": True,
    "compression_type": "zstd",
    "batch_size": 512 * 1024,  # the default holds three articles, and costs half of the throughput
    "linger_ms": 5,
    "delivery_timeout_ms": 30_000,
    "max_block_ms": 1_000,
    "max_request_size": 64 * 1024 * 1024,  # the streams' own limits hold, see send
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}


class KafkaProducer:
    """Sends records (services.core.ports.bus.Producer). Connects at the first send.

    A flush that fails lets go of the client and of whatever it still holds: the caller sends all of that again, and
    an idempotent producer of kafka-python that has once given up a batch never sends another. The next send connects anew.
    """

    def __init__(self, cluster: Cluster, limit: Callable[[str], int], clock: Clock, name: str) -> None:
        self._cluster = cluster
        self._limit = limit
        self._clock = clock
        self._name = name
        self._where = f"{name}, Kafka at {', '.join(cluster.servers)}"
        self._window = Window(max_records=20_000, max_bytes=32 * 1024 * 1024)
        self._connecting = Lock()
        self._client: Client | None = None
        self._broken: str | None = None
        self.closed = False

    def send(self, stream: str, *, key: bytes, value: bytes, headers: Headers = (), timeout: float = 30.0) -> None:
        """See the port. Raises Retriable, having taken nothing, while no broker can be reached."""
        deadline = time.monotonic() + timeout
        self._check()
        size = record_size(key, value, headers)
        limit = self._limit(stream)
        if size > limit:
            raise Poison(PoisonReason.TOO_LARGE, f"{size} bytes are over the limit of stream {stream}, {limit}")
        client = self._connected(timeout)
        number = self._window.take(size, max(0.0, deadline - time.monotonic()))
        if number is None:
            raise BufferFull(f"sending to {stream} by {self._where}: no room in the buffer within {timeout:g} s")
        at = int(self._clock.now().timestamp() * 1000)
        try:
            with translated(f"sending to {stream} by {self._where}"):
                future = self._patiently(
                    lambda: client.kafka.send(stream, value, key, list(headers), timestamp_ms=at), deadline
                )
        except BaseException as error:
            self._window.landed(number)
            if client is not self._client:
                raise Retriable(f"sending to {stream} by {self._where}: the connection was given up") from error
            if isinstance(error, Fatal):
                self._broken = str(error)
            raise
        future.add_callback(partial(self._landed, number))
        future.add_errback(partial(self._window.landed, number))

    def _landed(self, number: int, _metadata: object) -> None:
        self._window.landed(number)

    def _patiently(self, send: Callable[[], Any], deadline: float) -> Any:
        """Kafka's future. While the client does not know the stream's partitions, it is asked again until the deadline."""
        while True:
            try:
                return send()
            except KafkaTimeoutError:
                if time.monotonic() >= deadline:
                    raise

    def flush(self, timeout: float = 30.0) -> None:
        """See the port. kafka-python's own flush returns in peace when records have failed, so we count them ourselves."""
        self._check()
        outcome = self._window.flush(timeout)
        if outcome.waiting or outcome.failures:
            self._let_go()
        for failure in outcome.failures:
            error = in_our_words(failure, f"flushing {self._where}")
            if not isinstance(error, Retriable):
                self._broken = str(error)
                raise error from failure
        if outcome.failures:
            raise in_our_words(outcome.failures[0], f"flushing {self._where}, records failed")
        if outcome.waiting:
            raise Retriable(f"flushing {self._where}: {outcome.waiting} records not acknowledged within {timeout:g} s")

    def close(self, timeout: float = 10.0) -> None:
        """See the port. Waits up to ``timeout`` for records in flight."""
        self.closed = True
        self._broken = self._broken or "the producer is closed"
        if self._client is not None:
            self._window.flush(timeout)
            self._let_go()

    def _let_go(self) -> None:
        """Drop the client. A record that another thread has sent through it since fails in that thread's flush."""
        with self._connecting:
            client, self._client = self._client, None
            self._window.give_up(Retriable(f"{self._where}: the connection was given up"))
        if client is None:
            return
        trouble = close(client, f"closing {self._name}", 5.0, lambda: _end(client.kafka))
        if trouble is not None:
            log.warning("producer not closed in order", producer=self._name, error=trouble)

    def _check(self) -> None:
        if self._broken is not None:
            raise Fatal(self._broken)

    def _connected(self, timeout: float) -> Client:
        with self._connecting:
            if self._client is None:
                self._client = self._cluster.connect(Producer, timeout, name=self._name, **_OPTIONS)
                log.info("producer connected", producer=self._name, servers=self._cluster.servers)
            return self._client


def _end(kafka: Any) -> None:
    """Its own close gives up half way when a record is still in flight, and leaves its thread running for ever."""
    kafka._sender.force_close()  # noqa: SLF001  there is no other way
    kafka._sender.join(5)  # noqa: SLF001
    kafka.close(0)


def record_size(key: bytes, value: bytes, headers: Headers) -> int:
    """Bytes of key, value and headers."""
    return len(key) + len(value) + sum(len(name.encode()) + len(content) for name, content in headers)
