"""What is older than the retention goes, a portion at a time, beside the work of alerter and sender."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.core.errors import Retriable
from services.core.ports.edges import Clock

EVERY = 3600.0
AT_ONCE = 1000  # rows


class Retention:
    """From every hour on, a portion at each call until nothing old is left, however much comes in."""

    def __init__(
        self, forget: Callable[[datetime, int], int], clock: Clock, kept: float, away: Callable[[Retriable], None]
    ) -> None:
        """``forget`` deletes up to so many rows from before a moment and says how many; ``kept``: seconds.

        ``away`` is told when the store is; it is asked again after an hour.
        """
        self._forget = forget
        self._clock = clock
        self._kept = timedelta(seconds=kept)
        self._away = away
        self.due_at = clock.monotonic() + EVERY

    def tick(self) -> None:
        """Forget one portion where some is due."""
        if self._clock.monotonic() < self.due_at:
            return
        forgotten = 0
        try:
            forgotten = self._forget(self._clock.now() - self._kept, AT_ONCE)
        except Retriable as error:
            self._away(error)
        if forgotten < AT_ONCE:
            self.due_at = self._clock.monotonic() + EVERY
