"""The built-in receiver that publishes every alert on the alerts stream, so that one outbox covers all."""

from collections.abc import Callable

from msgspec import Raw
from msgspec.json import Decoder

from services.alerter.render.event import StreamPayload
from services.core.alert import Alert
from services.core.codec import SCHEMA_HEADER, TRACE_HEADER, schema_name
from services.core.errors import Fatal, Poison, Retriable
from services.core.notification import Failed, OutboxRow, Outcome, Refused, Sent
from services.core.ports.bus import Producer
from services.core.streams import ALERTS

REPEAT_HEADER = "repeat"

_decoder = Decoder(StreamPayload)


class StreamNotifier:
    """Publishes at least once: readers of the stream skip an alert id that they have."""

    def __init__(self, producer: Callable[[], Producer]) -> None:
        """``producer`` makes a new producer: at the first alert, and after one that broke."""
        self._new = producer
        self._producer: Producer | None = None

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:  # noqa: ARG002  the port's shape
        """Publish and wait until it is durable."""
        found = _decoder.decode(row.notification.payload)
        try:
            self._publish(found, repeat=row.repeat, timeout=timeout)
        except Poison as error:
            return Refused(reason=f"{error.reason}: {error.detail}")
        except Fatal as error:
            self.close()
            return Failed(reason=f"the bus is broken: {error}")
        except Retriable as error:
            return Failed(reason=f"the bus is away: {error}")
        return Sent()

    def close(self) -> None:
        """Let go of the producer; the next alert makes a new one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()

    def _publish(self, found: StreamPayload, *, repeat: bool, timeout: float) -> None:
        if self._producer is None:
            self._producer = self._new()
        headers = [(SCHEMA_HEADER, schema_name(Alert).encode()), (TRACE_HEADER, found.trace_id.encode())]
        if repeat:
            headers.append((REPEAT_HEADER, b"true"))
        key, value = found.key.encode(), bytes(Raw(found.alert))
        self._producer.send(ALERTS, key=key, value=value, headers=tuple(headers), timeout=timeout / 2)
        self._producer.flush(timeout / 2)
