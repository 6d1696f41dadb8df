"""Kafka's errors in our words, and a deadline for calls that may never return."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Generic, TypeVar

from kafka import errors

from services.core.errors import Fatal, Lost, Retriable, WirewatchError

T = TypeVar("T")

_SHOWN = 300

_LOST = (
    errors.CommitFailedError,
    errors.FencedInstanceIdError,
    errors.IllegalGenerationError,
    errors.RebalanceInProgressError,
    errors.UnknownMemberIdError,
)
_PASSES = (
    OSError,
    errors.BrokerNotAvailableError,
    errors.RetriableError,
    # The batch is lost, the producer goes on under a new epoch.
    errors.InvalidProducerEpochError,
    errors.OutOfOrderSequenceNumberError,
    errors.UnknownProducerIdError,
)


def describe(error: BaseException) -> str:
    """The error in one bounded line: its text may hold a whole request."""
    return f"{type(error).__name__}: {error}"[:_SHOWN]


def in_our_words(error: Exception, doing: str) -> WirewatchError:
    """Retriable for what passes, Lost for what another member of the group has taken over, Fatal for the rest."""
    if isinstance(error, WirewatchError):
        return error
    if isinstance(error, _LOST):
        return Lost(f"{doing}: no longer a member of the group ({describe(error)})")
    if isinstance(error, _PASSES):
        return Retriable(f"{doing}: {describe(error)}")
    return Fatal(f"{doing}: {describe(error)}")


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Whatever Kafka raises inside leaves as an error of services.core.errors; ``doing`` begins its message."""
    try:
        yield
    except Exception as error:
        raised = in_our_words(error, doing)
        if raised is error:
            raise
        raise raised from error


class Call(Generic[T]):
    """``act``, begun on a thread of its own.

    kafka-python waits for its network thread without a deadline, so that a call can stand still for hours. Such a call cannot
    be ended: it keeps its thread (a daemon, so that the process can still end), and the client it was made on must not
    be used again. A thread for each call costs some 50 µs, little beside a round trip.
    """

    def __init__(self, doing: str, act: Callable[[], T]) -> None:
        self._doing = doing
        self._act = act
        self._outcome: Future[T] = Future()
        self._thread = threading.Thread(target=self._run, name=f"kafka: {doing}"[:60], daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome.set_result(self._act())
        except BaseException as error:  # noqa: BLE001  the caller's thread raises it
            self._outcome.set_exception(error)

    def done(self, seconds: float) -> bool:
        """Whether it has ended, waiting up to ``seconds`` for that."""
        self._thread.join(max(0.0, seconds))
        return self._outcome.done()

    def result(self) -> T:
        """What it returned; raises what it raised, in our words."""
        with translated(self._doing):
            return self._outcome.result()


def within(seconds: float, doing: str, act: Callable[[], T]) -> T:
    """The result of ``act``, or Fatal when it has not ended after ``seconds``."""
    call = Call(doing, act)
    if not call.done(seconds):
        raise Fatal(f"{doing}: no return within {seconds:g} s, the client stands still")
    return call.result()
