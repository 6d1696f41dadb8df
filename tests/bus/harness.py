"""What the contract of the bus needs of an adapter."""

from contextlib import AbstractContextManager
from typing import Protocol
from uuid import uuid4

from services.core.ports.bus import Bus, Consumer


class Harness(Protocol):
    """One adapter under test."""

    def bus(self) -> Bus:
        """The bus; the same one until :meth:`restart`."""

    def expire(self, consumer: Consumer) -> None:
        """From now on the lease of ``consumer``, which is not polled any more, runs out within seconds.

        Other members may have to poll again before they are known to be there; the suite polls them.
        """

    def outage(self) -> AbstractContextManager[None]:
        """While inside, nothing that is sent can become durable. Skips the test where the adapter has no way to do so."""

    def buffer(self) -> int:
        """More records than one producer buffers."""

    def restart(self) -> None:
        """Close the bus and open it again over what is durable. Skips the test where nothing is."""


def group() -> str:
    """A group that no other test knows."""
    return f"group-{uuid4().hex[:10]}"
