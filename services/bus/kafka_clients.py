"""Connecting to Kafka: what every client has in common."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka.errors import KafkaTimeoutError
from kafka.net.compat import KafkaNetClient
from msgspec import Struct

from services.bus.kafka_failures import describe, within
from services.core.errors import ConfigInvalid, Fatal, Retriable
from services.core.settings import KafkaBus as Settings

# It warns of every batch that takes a tenth of a second to unpack.
logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)

_GRACE = 5.0  # seconds that a call gets beyond its own timeout before it counts as hanging


class Client(Struct, frozen=True):
    """A client of kafka-python together with its network side, which it would hide."""

    kafka: Any
    network: Any

    def connected(self) -> bool:
        """Whether a connection to any broker stands."""
        return any(self.network.connected(broker.node_id) for broker in self.network.cluster.brokers())


class Cluster(Struct, frozen=True, kw_only=True):
    """Where Kafka is and how to speak to it. ``options`` may hold a password: it is never logged."""

    servers: tuple[str, ...]
    options: dict[str, Any]

    def __repr__(self) -> str:
        return f"Cluster({', '.join(self.servers)})"

    def connect(self, kind: Callable[..., Any], timeout: float, *, name: str, **options: Any) -> Client:
        """A connected client. Raises Retriable naming the servers when none answers within ``timeout`` seconds, Fatal for options it refuses."""
        begun = time.monotonic()
        self._reach(timeout)
        left = max(1.0, timeout - (time.monotonic() - begun))
        doing = f"connecting to Kafka at {', '.join(self.servers)}"
        everything = self.options | options | {"client_id": name, "bootstrap_timeout_ms": int(left * 1000)}
        return within(left + _GRACE, doing, lambda: _build(kind, everything))

    def _reach(self, timeout: float) -> None:
        """A plain connection first: kafka-python retries in silence until its time is over, and does not say what went wrong."""
        failures = []
        for server in self.servers:
            try:
                socket.create_connection(_address(server), timeout / len(self.servers)).close()
            except OSError as error:
                failures.append(f"{server} ({error})")
            else:
                return
        raise Retriable(f"no Kafka broker can be reached: {', '.join(failures)}")


def cluster(settings: Settings, password: str | None) -> Cluster:
    """What the settings say, in kafka-python's words. Raises ConfigInvalid for SASL without credentials."""
    options: dict[str, Any] = {
        "bootstrap_servers": list(settings.servers),
        "security_protocol": settings.security,
        "request_timeout_ms": 10_000,
        # The default lets a client sleep half a minute after the broker has come back.
        "reconnect_backoff_max_ms": 1_000,
        "retry_backoff_ms": 100,
        # The default is five minutes: a consumer that joined while streams were being made would wait so long for its partitions.
        "metadata_max_age_ms": 15_000,
    }
    if settings.ca_file is not None:
        options["ssl_cafile"] = settings.ca_file
    if settings.security.startswith("SASL_"):
        if settings.username is None or password is None:
            raise ConfigInvalid([f"bus: security {settings.security} needs username and password"])
        options["sasl_mechanism"] = settings.sasl_mechanism or "SCRAM-SHA-512"
        options["sasl_plain_username"] = settings.username
        options["sasl_plain_password"] = password
    return Cluster(servers=settings.servers, options=options)


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        raise Fatal(f"{server!r} is not the address of a Kafka broker: expected host:port")
    return host.strip("[]"), int(port)


def _build(kind: Callable[..., Any], options: dict[str, Any]) -> Client:
    """A constructor that fails leaves its network thread running, so its network side is made here, where it can be closed."""
    made: list[Any] = []

    def network(**configs: Any) -> Any:
        made.append(KafkaNetClient(**configs))
        return made[-1]

    with _first_words() as words:
        try:
            return Client(kind(kafka_client=network, **options), made[0])
        except BaseException as error:
            for client in made:
                client.close()
            if isinstance(error, KafkaTimeoutError) and words.text:
                outcome = Fatal if any(word in words.text for word in _REFUSALS) else Retriable
                raise outcome(f"Kafka at {', '.join(options['bootstrap_servers'])}: {words.text}") from error
            raise


_REFUSALS = ("AuthenticationFailed", "UnsupportedSaslMechanism", "CERTIFICATE_VERIFY_FAILED")


class _FirstWords(logging.Handler):
    """Why a connection failed. kafka-python only logs it, and tries again as if a wrong password could become right."""

    text = ""

    def emit(self, record: logging.LogRecord) -> None:
        if not self.text and isinstance(record.msg, str) and record.msg.startswith("Bootstrap connection to"):
            self.text = record.getMessage()[:300]


@contextmanager
def _first_words() -> Iterator[_FirstWords]:
    words = _FirstWords(logging.WARNING)
    logger = logging.getLogger("kafka.net.manager")
    logger.addHandler(words)
    try:
        yield words
    finally:
        logger.removeHandler(words)


def close(client: Client, doing: str, timeout: float, act: Callable[[], None]) -> str | None:
    """Close the client by ``act``; what went wrong, in words. Never raises, never hangs."""
    try:
        within(timeout + _GRACE, doing, act)
    except Exception as error:  # noqa: BLE001  there is nothing left to save
        return describe(error)
    finally:
        client.network.wakeup()
    return None
