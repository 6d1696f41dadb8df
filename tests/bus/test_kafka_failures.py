"""Kafka's errors in our words, and calls that never return."""

import threading
import time

import pytest
from kafka import errors

from services.bus.kafka_clients import cluster
from services.bus.kafka_failures import describe, in_our_words, translated, within
from services.core.errors import ConfigInvalid, Fatal, Lost, Poison, PoisonReason, Retriable
from services.core.settings import KafkaBus as Settings


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (errors.KafkaTimeoutError("slow"), Retriable),
        (errors.KafkaConnectionError("refused"), Retriable),
        (errors.NotLeaderForPartitionError(), Retriable),
        (errors.OutOfOrderSequenceNumberError(), Retriable),
        (ConnectionRefusedError("refused"), Retriable),
        (errors.CommitFailedError("generation"), Lost),
        (errors.IllegalGenerationError(), Lost),
        (errors.UnknownMemberIdError(), Lost),
        (errors.TopicAuthorizationFailedError("articles"), Fatal),
        (errors.CorruptRecordError(), Fatal),
        (errors.UnsupportedCodecError("snappy"), Fatal),
        (RuntimeError("a bug"), Fatal),
    ],
)
def test_every_error_says_what_to_do_next(error: Exception, becomes: type[Exception]) -> None:
    assert type(in_our_words(error, "poll")) is becomes
    with pytest.raises(becomes, match=r"^poll: "), translated("poll"):
        raise error


def test_our_own_errors_pass_as_they_are() -> None:
    poison = Poison(PoisonReason.TOO_LARGE, "9 bytes")
    assert in_our_words(poison, "send") is poison


def test_an_error_that_holds_a_whole_request_is_cut() -> None:
    assert len(describe(errors.KafkaError("x" * 100_000))) == 300


def test_a_call_that_hangs_is_fatal_after_its_time() -> None:
    release = threading.Event()
    begun = time.monotonic()
    with pytest.raises(Fatal, match=r"commit: no return within 0\.1 s"):
        within(0.1, "commit", release.wait)
    assert time.monotonic() - begun < 2
    release.set()


def test_a_call_in_time_gives_its_result_or_its_error() -> None:
    assert within(5, "poll", lambda: 7) == 7
    with pytest.raises(Retriable, match="poll: TimeoutError: socket"):
        within(5, "poll", lambda: (_ for _ in ()).throw(TimeoutError("socket")))


def test_a_server_without_a_port_is_named() -> None:
    with pytest.raises(Fatal, match="'broker' is not the address of a Kafka broker: expected host:port"):
        cluster(Settings(servers=("broker",)), None).connect(object, 1, name="n")


@pytest.mark.parametrize(("username", "password"), [(None, "secret"), ("me", None)])
def test_sasl_without_credentials_is_a_mistake_in_the_configuration(username: str | None, password: str | None) -> None:
    settings = Settings(servers=("127.0.0.1:1",), security="SASL_SSL", username=username)
    with pytest.raises(ConfigInvalid, match="SASL_SSL needs username and password"):
        cluster(settings, password)


def test_a_password_shows_nowhere() -> None:
    secret = "hunter-2-hunter"
    settings = Settings(servers=("127.0.0.1:1",), security="SASL_PLAINTEXT", username="me")
    guarded = cluster(settings, secret)
    assert guarded.options["sasl_plain_password"] == secret
    with pytest.raises(Retriable) as caught:
        guarded.connect(object, 1, name="n")
    assert secret not in f"{guarded!r} {guarded} {caught.value!r}"
