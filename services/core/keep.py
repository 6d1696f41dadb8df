"""What keeps an alert from being told at a moment, in Alertmanager's order: inhibition, active times, mute times, silences."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.core.alert import Alert
from services.core.group import Given
from services.core.inhibit import inhibiting
from services.core.interval import contains, end
from services.core.ledger import Fate
from services.core.route import Node, alert_labels
from services.core.silence import silencing

_NO_END = timedelta(days=1)  # quiet hours that never end are looked at again so much later


def kept_by(alert: Alert | None, node: Node, given: Given) -> tuple[Fate, str, str] | None:
    """What keeps an alert from being told now, in Alertmanager's order: inhibition, active times, mute times, silences."""
    if alert is None:
        return Fate.LAPSED, "", "the store knows it no more"
    labels = alert_labels(alert)
    others = [(ident, one) for ident, one in given.open_alerts if ident != alert.id]
    source = inhibiting(given.inhibit_rules, labels, others)
    if source is not None:
        return Fate.INHIBITED, source, f"inhibited by alert {source}"
    timed = _timed_out(node, given)
    if timed is not None:
        return timed
    silence = silencing(given.silences, labels, given.now)
    if silence is not None:
        why = f"silenced by {silence.id} of {silence.author} until {at(silence.ends_at)}: {silence.comment}"
        return Fate.SILENCED, silence.id, why
    return None


def _timed_out(node: Node, given: Given) -> tuple[Fate, str, str] | None:
    active = node.active_time_intervals
    if active and not _within(active, given):
        return Fate.MUTED, ",".join(active), f"outside of the active times {', '.join(active)}"
    muting = _within(node.mute_time_intervals, given)
    return (Fate.MUTED, muting, f"muted by the times {muting}") if muting else None


def _within(names: Iterable[str], given: Given) -> str | None:
    """The first of the named intervals that the moment belongs to."""
    return next(
        (name for name in names if name in given.intervals and contains(given.intervals[name], given.now)), None
    )


def is_quiet(node: Node, given: Given) -> bool:
    """Whether it is within the quiet hours of the route."""
    return node.quiet_hours is not None and _within(node.quiet_hours.time_intervals, given) is not None


def quiet_end(node: Node, given: Given) -> datetime:
    """When the quiet hours end."""
    names = node.quiet_hours.time_intervals if node.quiet_hours else ()
    ends = end([given.intervals[name] for name in names if name in given.intervals], given.now)
    return ends or given.now + _NO_END


def at(moment: datetime) -> str:
    """A moment for people."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
