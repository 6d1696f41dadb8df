"""A receiver that does not deliver is reported through another one, once for each outage, and again when it is over."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import structlog
from msgspec import Struct

from services.alerter.render.trouble import broken, repaired
from services.core.ports.store import Outbox
from services.core.settings import Receiver, Trouble

log = structlog.get_logger(__name__)


class Failing(Struct, frozen=True, kw_only=True):
    """Since when nothing has got through, and why the latest attempt did not."""

    since: datetime
    reason: str


class Watched(Protocol):
    """What is looked at of a lane."""

    receiver: str

    @property
    def failing(self) -> Failing | None:
        """None where the latest attempt was answered, or nothing was tried yet."""

    @property
    def answers(self) -> bool:
        """Whether the latest attempt was answered."""


class TroubleReports:
    """Tells the receiver that the configuration names for it; of its own trouble only the log tells."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._reported: dict[str, datetime] = {}

    def look(self, lanes: Iterable[Watched], trouble: Trouble, told: Receiver, now: datetime) -> bool:
        """Report what there is to report to ``told``; whether there was anything. Raises Retriable."""
        news = False
        for lane in lanes:
            failing, name = lane.failing, lane.receiver
            if failing is None:
                news |= lane.answers and name in self._reported and self._repaired(name, told, now)
            elif name not in self._reported and (now - failing.since).total_seconds() >= trouble.after:
                news |= self._broken(name, failing, told, now)
        return news

    def _broken(self, name: str, failing: Failing, told: Receiver, now: datetime) -> bool:
        if name != told.name:
            self._outbox.put(broken(name, failing.since, failing.reason, told, now))
        self._reported[name] = now
        log.error("a receiver does not deliver", receiver=name, since=str(failing.since), reason=failing.reason, told=told.name)  # fmt: skip
        return name != told.name

    def _repaired(self, name: str, told: Receiver, now: datetime) -> bool:
        if name != told.name:
            self._outbox.put(repaired(name, self._reported[name], told, now))
        del self._reported[name]
        log.info("a receiver delivers again", receiver=name)
        return name != told.name
