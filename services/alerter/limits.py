"""How fast one receiver is served, and when it is left alone. Pure: the time, in seconds that never go back, is an argument."""

from services.core.backoff import full_jitter


class Bucket:
    """A token bucket: ``rate`` messages a second, a second's worth (at least one) at once after a pause."""

    def __init__(self, rate: float | None) -> None:
        """``rate`` None: no limit."""
        self._rate = rate
        self._size = max(1.0, rate or 0.0)
        self._tokens = self._size
        self._at: float | None = None

    def wait(self, now: float) -> float:
        """Seconds until a message may go; 0 if one may go now."""
        self._refill(now)
        return 0.0 if self._rate is None or self._tokens >= 1.0 else (1.0 - self._tokens) / self._rate

    def take(self, now: float) -> None:
        """Count a message."""
        self._refill(now)
        self._tokens -= 1.0

    def _refill(self, now: float) -> None:
        if self._rate is None:
            return
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._tokens = min(self._size, self._tokens + passed * self._rate)
        self._at = now


class Breaker:
    """Leaves a destination alone after failures in a row, longer each time; one message then tries it again.

    The first failures of a message pause it as long as the message itself waits, so that a short outage keeps the order;
    a message that fails again and again while others pass does not hold them up.
    """

    def __init__(self, *, patience: int = 3, base: float = 1.0, cap: float = 30.0) -> None:
        self._patience = patience
        self._base = base
        self._cap = cap
        self._failures = 0
        self._until = 0.0

    @property
    def open(self) -> bool:
        """Whether the destination has failed more often in a row than patience goes."""
        return self._failures > self._patience

    def wait(self, now: float) -> float:
        """Seconds until the destination may be tried; 0 if it may be now."""
        return max(0.0, self._until - now)

    def succeeded(self) -> None:
        """The destination has answered for a message, well or with a refusal of that message."""
        self._failures = 0
        self._until = 0.0

    def failed(self, now: float, *, attempts: int, row_wait: float, asked: float | None, chance: float) -> None:
        """The destination could not take a message in ``attempts`` tries; it is due again in ``row_wait`` s.

        ``asked`` is the pause that the destination wants, where it says so. ``chance`` in 0..1 is the jitter.
        """
        self._failures += 1
        pause = asked or 0.0
        if self.open:
            over = self._failures - self._patience
            pause = max(pause, full_jitter(over, base=self._base, cap=self._cap, chance=chance))
        elif attempts <= self._patience:
            pause = max(pause, min(row_wait, self._cap))
        self._until = max(self._until, now + pause)
