"""A wall-clock limit on a connection. Socket timeouts alone are per read: a peer that sends a byte now and then holds them for ever."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

CONNECT_SECONDS = 5.0  # per address of a host


class CutOff:
    """Inside the ``with`` block, the connection is shut down after ``seconds``; whoever reads or writes it gets an error or the end."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self.happened = False
        self._twin = sock.dup()  # TLS may wrap the original meanwhile; the twin shuts the same connection
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._twin.close()

    def _cut(self) -> None:
        self.happened = True
        with contextlib.suppress(OSError):
            self._twin.shutdown(socket.SHUT_RDWR)
