"""The clock of the machine, and how tests move it."""

import time
from datetime import UTC, datetime, timedelta


class LeapingClock:
    """The clock of the machine, ahead by ``lead`` seconds."""

    def __init__(self) -> None:
        self.lead = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.lead)

    def monotonic(self) -> float:
        return time.monotonic() + self.lead

    def leap(self, seconds: float) -> None:
        self.lead += seconds
