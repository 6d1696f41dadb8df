"""What one receiver could not be told in time becomes a digest: one message when the receiver is back, not one for each."""

from datetime import datetime

import structlog

from services.alerter.render.late import by_recipient, digests
from services.core.feedback_link import FeedbackLinks
from services.core.ports.store import Outbox
from services.core.settings import Receiver

log = structlog.get_logger(__name__)

_AT_ONCE = 1000  # notifications; what more there is follows, in the same digest while that has not gone out


class Late:
    """Safe to call in several processes at once: the store lets one of them have a row."""

    def __init__(self, outbox: Outbox, receiver: Receiver, links: FeedbackLinks | None = None) -> None:
        """``links`` ask what an alert was worth."""
        self._links = links
        self._outbox = outbox
        self._receiver = receiver

    def shed(self, most: int, now: datetime) -> int:
        """Of more than ``most`` notifications that wait, the oldest come too late; how many. Raises Retriable."""
        shed = self._outbox.overflow(self._receiver.name, most, now)
        if shed:
            log.warning("too many notifications wait, the oldest are told in a digest", receiver=self._receiver.name, notifications=shed)  # fmt: skip
        return shed

    def gather(self, now: datetime, *, answers: bool) -> bool:
        """Put what is late into digests in the outbox; whether there was anything.

        While it is not known that the receiver ``answers``, only if nothing else of it waits: then the digest itself tries.
        Raises Retriable.
        """
        rows = self._outbox.late(self._receiver.name, limit=_AT_ONCE, alone=not answers)
        done = False
        for to, late in by_recipient(rows, self._receiver).items():
            alerts = self._outbox.alerts({ident for row in late for ident in row.notification.alert_ids})
            made = digests(late, to, alerts, self._receiver, now, links=self._links)
            if self._outbox.gather(late, made, now):
                done = True
                log.warning(
                    "notifications came too late and are told in a digest", receiver=self._receiver.name, notifications=len(late),
                    alerts=len(alerts), digests=",".join(one.id for one in made),
                )  # fmt: skip
        return done
