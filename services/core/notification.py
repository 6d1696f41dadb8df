"""One message to one receiver about one group of alerts, and what became of it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class DeliveryState(StrEnum):
    """Where a notification stands in the outbox."""

    PENDING = "pending"  # decided, not tried yet
    SENDING = "sending"  # leased by a sender; found after its lease ran out, it is sent again with the same id
    RETRY = "retry"  # failed for a reason that passes
    UNKNOWN = "unknown"  # may have arrived: the answer was lost
    SENT = "sent"
    DEAD = "dead"  # refused: kept with the reason
    LATE = "late"  # not delivered in time: waits for a digest of what came too late
    DIGESTED = "digested"  # told in such a digest, which ``error`` names


class Notification(Struct, frozen=True, kw_only=True):
    """``payload`` is rendered once, when the alert is decided, so that a retry sends the same bytes."""

    id: str
    receiver: str
    story_id: str
    alert_ids: tuple[str, ...]
    payload: bytes
    created_at: datetime
    trace_id: str


def late_story(receiver: str) -> str:
    """What stands as the story of digests of what could not be delivered in time. No thread is made of them."""
    return f"late.{receiver}"


class OutboxRow(Struct, frozen=True, kw_only=True):
    """A notification with its delivery state. ``attempts`` counts sends begun; ``repeat`` says an earlier one may have arrived."""

    notification: Notification
    state: DeliveryState
    attempts: int = 0
    due_at: datetime
    repeat: bool = False
    remote_id: str | None = None  # what the destination calls it (Slack ts, Message-ID)
    error: str | None = None
    settled_at: datetime | None = None  # when the latest try ended


class Sent(Struct, frozen=True, kw_only=True, tag=True):
    """The destination has accepted it."""

    remote_id: str | None = None


class Failed(Struct, frozen=True, kw_only=True, tag=True):
    """Not delivered, and trying again later can help; ``retry_after`` in seconds where the destination names it."""

    reason: str
    retry_after: float | None = None


class Refused(Struct, frozen=True, kw_only=True, tag=True):
    """Not delivered, and the same bytes never will be."""

    reason: str


class Ambiguous(Struct, frozen=True, kw_only=True, tag=True):
    """It may have been delivered: the connection broke after the bytes were sent."""

    reason: str


Outcome = Sent | Failed | Refused | Ambiguous
