"""What follows from an attempt to deliver: the next state of an outbox row, and when it is due again.

What cannot be delivered within the maximum age of its receiver, or in so many attempts, is late: a line of a digest.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from services.core.backoff import full_jitter
from services.core.notification import Ambiguous, DeliveryState, Failed, OutboxRow, Outcome, Refused, Sent


class Policy(Struct, frozen=True, kw_only=True):
    """How long and how often a receiver is tried. Durations in seconds.

    ``resend`` decides about a notification that may have arrived: sent once more, marked as a possible repeat, after
    ``resend_after`` seconds; or left for people to look at. ``reconciles``: the notifier looks at the destination before it sends such a
    notification, so that it can be tried as often as any other.
    """

    max_age: float = 86400.0
    max_attempts: int = 1000
    queue: int = 10_000  # notifications that wait
    base: float = 2.0
    cap: float = 600.0
    longest_wait: float = 3600.0  # however long a destination asks us to wait
    resend: bool = True
    resend_after: float = 30.0
    reconciles: bool = False


class Verdict(Struct, frozen=True, kw_only=True):
    """The state to settle a row with, when it is due again, and why in words (None: nothing to explain)."""

    state: DeliveryState
    due_at: datetime
    reason: str | None = None


def verdict(row: OutboxRow, outcome: Outcome, now: datetime, policy: Policy, *, chance: float) -> Verdict:
    """What becomes of ``row`` after this outcome. ``chance`` in 0..1 is the jitter. The same arguments give the same verdict."""
    match outcome:
        case Sent():
            return Verdict(state=DeliveryState.SENT, due_at=now)
        case Refused(reason=reason):
            return Verdict(state=DeliveryState.DEAD, due_at=now, reason=reason)
        case Ambiguous(reason=reason):
            return _after_ambiguous(row, reason, now, policy)
        case Failed():
            return _after_failure(row, outcome, now, policy, chance)


def expired(row: OutboxRow, now: datetime, policy: Policy) -> Verdict | None:
    """The end of a row that it is too late to send, or None while it is not."""
    reason = _too_late(row, now, policy)
    return None if reason is None else _late(row, reason, now)


def _too_late(row: OutboxRow, now: datetime, policy: Policy) -> str | None:
    if (now - row.notification.created_at).total_seconds() >= policy.max_age:
        return f"not delivered within {policy.max_age:g} s"
    if row.attempts > policy.max_attempts:
        return f"not delivered in {policy.max_attempts} attempts"
    return None


def _late(row: OutboxRow, reason: str, now: datetime) -> Verdict:
    doubt = "may have arrived: " if row.repeat else ""
    return Verdict(state=DeliveryState.LATE, due_at=now, reason=doubt + reason)


def _after_ambiguous(row: OutboxRow, reason: str, now: datetime, policy: Policy) -> Verdict:
    """One repeat at most: a row that may have arrived before is not sent a third time, unless its notifier looks first."""
    doubt = f"may have arrived: {reason}"
    if not policy.resend or (row.repeat and not policy.reconciles):
        return Verdict(state=DeliveryState.UNKNOWN, due_at=now, reason=doubt)
    if _too_late(row, now, policy) is not None:
        return Verdict(state=DeliveryState.LATE, due_at=now, reason=doubt)
    return Verdict(state=DeliveryState.RETRY, due_at=now + timedelta(seconds=policy.resend_after), reason=doubt)


def _after_failure(row: OutboxRow, failed: Failed, now: datetime, policy: Policy, chance: float) -> Verdict:
    too_late = _too_late(row, now, policy)
    if too_late is None and row.attempts >= policy.max_attempts:
        too_late = f"not delivered in {policy.max_attempts} attempts"
    if too_late is not None:
        return _late(row, f"{too_late}: {failed.reason}", now)
    backoff = full_jitter(max(1, row.attempts), base=policy.base, cap=policy.cap, chance=chance)
    asked = min(max(0.0, failed.retry_after or 0.0), policy.longest_wait)
    return Verdict(state=DeliveryState.RETRY, due_at=now + timedelta(seconds=max(backoff, asked)), reason=failed.reason)
