"""Ports for servers of the tests."""

import random
import socket
from contextlib import ExitStack

# Below those that systems give to outgoing connections: nobody else takes one while its server is away.
_LOWEST, _HIGHEST = 15_000, 32_000


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses now, all different."""
    with ExitStack() as stack:
        return [_bound(stack) for _ in range(count)]


def free_port() -> int:
    """A port that nobody uses now."""
    return free_ports(1)[0]


def _bound(stack: ExitStack) -> int:
    for port in random.SystemRandom().sample(range(_LOWEST, _HIGHEST), 200):
        probe = stack.enter_context(socket.socket())
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
    raise OSError(f"200 ports between {_LOWEST} and {_HIGHEST} are in use")
