"""What the alerter leaves behind of its work besides the store: dead letters, counts and log events."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog

from services.alerter.batch import Decided
from services.core import codec
from services.core.alert import Alert
from services.core.dead_letter import DeadLetter
from services.core.errors import Poison
from services.core.ledger import LedgerEntry
from services.core.ports.bus import Producer, Record
from services.core.streams import ALERTERS, DEAD_LETTERS
from services.telemetry import metrics

log = structlog.get_logger(__name__)

_DETAIL = 2000

Poisoned = Sequence[tuple[Record, Poison]]


def bury(producer: Producer, poisoned: Poisoned, now: datetime) -> None:
    """Dead letters, durable when this returns. Raises Retriable: then they are written again, with the same ids."""
    for record, poison in poisoned:
        letter = dead_letter(record, poison, now)
        key = letter.id.encode()
        producer.send(DEAD_LETTERS, key=key, value=codec.encode(letter), headers=codec.headers(letter))
    if poisoned:
        producer.flush()


def dead_letter(record: Record, poison: Poison, now: datetime) -> DeadLetter:
    """The record as a dead letter. The same record gives the same id."""
    place = record.partition
    trace = dict(record.headers).get(codec.TRACE_HEADER)
    return DeadLetter(
        id=f"{place.stream}-{place.index}-{record.offset}",
        stream=place.stream,
        partition=place.index,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
        reason=poison.reason,
        detail=poison.detail[:_DETAIL],
        group=ALERTERS,
        at=now,
        trace_id=trace.decode(errors="replace") if trace else None,
    )


def observe(decided: Decided, poisoned: Poisoned) -> None:
    """Count what is durable now."""
    for record, poison in poisoned:
        metrics.DEAD_LETTERS.labels(record.partition.stream, poison.reason.value).inc()
        log.error(
            "dead letter",
            partition=record.partition.index,
            offset=record.offset,
            reason=poison.reason.value,
            detail=poison.detail[:300],
        )
    for entry in decided.entries:
        metrics.DECIDED.labels(entry.fate.value).inc()
    observe_routed(decided.routed)
    metrics.STORIES.labels("new").inc(decided.new_stories)
    metrics.STORIES.labels("joined").inc(decided.joined)
    for alert in decided.alerts:
        metrics.ALERTS.labels(alert.rule, alert.severity.value).inc()
        metrics.PUBLISH_TO_ALERT.observe(max(0.0, (alert.decided_at - alert.published_at).total_seconds()))
        metrics.SEEN_TO_ALERT.observe(max(0.0, (alert.decided_at - alert.first_seen_at).total_seconds()))


def observe_routed(entries: Iterable[LedgerEntry]) -> None:
    """Count and log what became of alerts at their routes."""
    for entry in entries:
        metrics.ROUTED.labels(entry.receiver, entry.fate.value).inc()
        log.info(
            "alert routed", alert=entry.alert_id, fate=entry.fate.value, receiver=entry.receiver, route=entry.route,
            group=entry.group, reason=entry.reason,
        )  # fmt: skip


def log_alert(alert: Alert) -> None:
    """One event per alert."""
    log.info(
        "alert decided",
        alert=alert.id,
        rule=alert.rule,
        kind=alert.development.kind.value,
        story=alert.story_id,
        article=alert.article_id,
        revision=alert.revision,
        outlet=alert.outlet,
        trace=alert.trace_id,
    )
