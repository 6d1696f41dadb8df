"""Groups of alerts and when they are told, as Alertmanager means it. Pure: state, alerts and time in; state and steps out.

An alert waits in the group that its route and labels make. A group is told ``group_wait`` after its first alert, and
what comes later ``group_interval`` after it was told before; each alert once, unless the route repeats. What is muted,
silenced or inhibited stays in the group and is looked at again at each interval, until it is no longer open. During
quiet hours, and on a route with a digest, what would be told waits in a group of the route that is told as one summary.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from services.core.alert import Alert
from services.core.digest import due_after, latest
from services.core.group import Flushed, Given, Group, Kind, Member, Step, Telling
from services.core.keep import at, is_quiet, kept_by, quiet_end
from services.core.ledger import Fate
from services.core.route import Node, alert_labels, group_key, group_labels

MAX_WAITING = 5000  # alerts; a group with more is told at once
_REMEMBERED = timedelta(days=3)  # so long after a digest it is known of which date it was


def admitted(group: Group | None, node: Node, alert: Alert, given: Given) -> tuple[Group, Step | None]:
    """The group with the alert waiting in it, and the step if it waits for a later moment."""
    now, open_until = given.now, alert.decided_at + timedelta(seconds=given.lifetime)
    if group is None or _is_over(group, given):
        group = _opened(node, alert, now, open_until)
    elif not group.waiting and group.flushed_at is not None:
        group = replace(group, due_at=_tick(group.flushed_at, node.group_interval, now))
    member = Member(alert_id=alert.id, since=alert.decided_at)
    group = replace(
        group, receiver=node.receiver, waiting=(*group.waiting, member), open_until=max(group.open_until, open_until)
    )
    if is_full(group):
        group = replace(group, due_at=now)
    return group, _waits(group, alert.id) if group.due_at > now else None


def key_at(node: Node, alert: Alert) -> str:
    """The key of the group that the alert is in at this route."""
    return group_key(node, _grouped(node, alert))


def flushed(group: Group, node: Node, alerts: Mapping[str, Alert], summary: Group | None, given: Given) -> Flushed:
    """Look at a group whose time has come. ``alerts`` holds those of its members; ``summary`` is the group of its route at :func:`summary_key`."""
    if group.kind is not Kind.GROUP:
        return _released(group, node, alerts, given)
    staying, ready, steps = _sorted_out(group, alerts, given, node)
    told: list[Member] = []
    later: list[Member] = []
    for one in ready:
        (later if _waits_for_summary(node, alerts[one.alert_id], given) else told).append(one)
    held = _summary(summary, node, later, given) if later else None
    repeated = _repeated(group, node, alerts, given)
    kept = tuple(one for one in group.told if _open(one, given)) if node.repeat_interval else ()
    after = replace(
        group, waiting=tuple(staying), told=(*kept, *told) if node.repeat_interval else (), flushed_at=given.now,
        told_at=given.now if told or repeated else group.told_at,
    )  # fmt: skip
    telling = _telling(group, (*repeated, *told), again=bool(repeated) and not told)
    early = ", early, as the group was full" if is_full(group) else ""
    steps += [_told(group, one.alert_id, _with(len(told) + len(repeated) - 1) + early) for one in told]
    steps += [_told(group, one.alert_id, "again") for one in repeated]
    steps += [_held(held, one.alert_id) for one in later if held]
    return Flushed(group=_rescheduled(after, node, given), telling=telling, moved=held, steps=tuple(steps))


def is_full(group: Group) -> bool:
    """Whether as many alerts wait in it as may: it is told without waiting for its time."""
    return len(group.waiting) >= MAX_WAITING


def adrift(group: Group) -> Flushed:
    """A group whose route is gone from the configuration: what waits in it is told at once."""
    steps = tuple(_told(group, one.alert_id, "the route is gone") for one in group.waiting)
    return Flushed(group=None, telling=_telling(group, group.waiting), steps=steps)


def summary_key(node: Node) -> str:
    """The key of the group in which alerts of a route wait for the end of the quiet hours, or for the digest."""
    return f"{node.key}:{(Kind.DIGEST if node.digest else Kind.QUIET).value}"


def _opened(node: Node, alert: Alert, now: datetime, open_until: datetime) -> Group:
    grouped = _grouped(node, alert)
    return Group(
        key=group_key(node, grouped), kind=Kind.GROUP, route=node.key, receiver=node.receiver, labels=grouped,
        due_at=now + timedelta(seconds=node.group_wait), open_until=open_until,
    )  # fmt: skip


def _is_over(group: Group, given: Given) -> bool:
    return not group.waiting and given.now >= group.due_at and not any(_open(one, given) for one in group.told)


def _grouped(node: Node, alert: Alert) -> dict[str, str]:
    labels = group_labels(node, alert_labels(alert))
    return {"alert": alert.id} if labels is None else labels


def _tick(first: datetime, interval: float, now: datetime) -> datetime:
    """The first moment from ``now`` on that is a whole number of intervals, at least one, after ``first``."""
    passed = (now - first) / timedelta(seconds=interval)
    return first + max(1, math.ceil(passed)) * timedelta(seconds=interval)


def _sorted_out(
    group: Group, alerts: Mapping[str, Alert], given: Given, node: Node
) -> tuple[list[Member], list[Member], list[Step]]:
    """The members that stay, those to be told, and the steps of those that are newly kept or have lapsed."""
    staying, ready, steps = [], [], []
    for member in group.waiting:
        alert = alerts.get(member.alert_id)
        kept = kept_by(alert, node, given)
        if kept is None:
            ready.append(member)
            continue
        fate, by, reason = kept
        if alert is None or not _open(member, given):
            steps.append(
                _step(group, member.alert_id, Fate.LAPSED, f"no longer open, and never told: {reason}", by=by or None)
            )
            continue
        if member.by != f"{fate} {by}":
            steps.append(_step(group, member.alert_id, fate, reason, by=by or None))
        staying.append(replace(member, by=f"{fate} {by}"))
    return staying, ready, steps


def _open(member: Member, given: Given) -> bool:
    return given.now < member.since + timedelta(seconds=given.lifetime)


def _waits_for_summary(node: Node, alert: Alert, given: Given) -> bool:
    return node.digest is not None or (is_quiet(node, given) and not node.bypasses(alert.severity))


def _summary(summary: Group | None, node: Node, members: Sequence[Member], given: Given) -> Group:
    """The group of the route's summary, with these waiting in it."""
    if summary is None or not summary.waiting:
        day = summary.day if summary else None
        summary = Group(
            key=summary_key(node), kind=Kind.DIGEST if node.digest else Kind.QUIET, route=node.key, receiver=node.receiver,
            due_at=_summary_due(node, given, day), open_until=given.now, day=day,
        )  # fmt: skip
    waiting = (*summary.waiting, *members)
    due_at = given.now if len(waiting) >= MAX_WAITING else summary.due_at
    return replace(summary, receiver=node.receiver, waiting=waiting, due_at=due_at)


def _summary_due(node: Node, given: Given, day: date | None) -> datetime:
    if node.digest:
        return due_after(node.digest, given.now, day).at
    return quiet_end(node, given)


def _released(group: Group, node: Node, alerts: Mapping[str, Alert], given: Given) -> Flushed:
    """A summary whose time has come. Those that are kept from being told now are not told later: their time was now."""
    if not group.waiting:
        return Flushed(group=None)
    if group.kind is Kind.QUIET and is_quiet(node, given) and not is_full(group):
        return Flushed(group=replace(group, due_at=quiet_end(node, given)))  # the times have changed meanwhile
    told, steps = [], []
    for member in group.waiting:
        kept = kept_by(alerts.get(member.alert_id), node, given)
        if kept is None:
            told.append(member)
            steps.append(
                _told(group, member.alert_id, "in the digest" if group.kind is Kind.DIGEST else "after quiet hours")
            )
        else:
            steps.append(_step(group, member.alert_id, kept[0], f"not in the summary: {kept[2]}", by=kept[1] or None))
    day = latest(node.digest, given.now) if node.digest and group.kind is Kind.DIGEST else None
    after = replace(group, waiting=(), day=day, due_at=given.now + _REMEMBERED, told_at=given.now) if day else None
    telling = _telling(group, told)
    return Flushed(
        group=after, telling=replace(telling, day=day) if telling else None, steps=tuple(steps)
    )  # fmt: skip


def _repeated(group: Group, node: Node, alerts: Mapping[str, Alert], given: Given) -> tuple[Member, ...]:
    """The open ones told before, if it is time to tell them again."""
    if node.repeat_interval is None or group.told_at is None:
        return ()
    if given.now < group.told_at + timedelta(seconds=node.repeat_interval):
        return ()
    here = [(one, alerts[one.alert_id]) for one in group.told if one.alert_id in alerts and _open(one, given)]
    return tuple(
        one for one, alert in here if kept_by(alert, node, given) is None and not _waits_for_summary(node, alert, given)
    )


def _rescheduled(group: Group, node: Node, given: Given) -> Group | None:
    """When the group is looked at again; None if nothing of it matters any more: all is closed, and told an interval ago."""
    interval = timedelta(seconds=node.group_interval)
    if group.waiting:
        return replace(group, due_at=given.now + interval)
    next_at = max(group.open_until, group.told_at + interval if group.told_at else group.open_until)
    if not group.told and (node.group_by is None or given.now >= next_at):
        return None
    if group.told and node.repeat_interval and group.told_at:
        next_at = min(next_at, group.told_at + timedelta(seconds=node.repeat_interval))
    return replace(group, due_at=_tick(given.now, node.group_interval, next_at))


def _telling(group: Group, members: Iterable[Member], *, again: bool = False) -> Telling | None:
    ids = tuple(one.alert_id for one in members)
    if not ids:
        return None
    return Telling(
        key=group.key, kind=group.kind, route=group.route, receiver=group.receiver, labels=group.labels, alert_ids=ids,
        again=again,
    )  # fmt: skip


def _waits(group: Group, alert_id: str) -> Step:
    return _step(group, alert_id, Fate.GROUPED, f"waits with its group until {at(group.due_at)}", until=group.due_at)


def _held(summary: Group, alert_id: str) -> Step:
    why = "the digest" if summary.kind is Kind.DIGEST else "the end of the quiet hours"
    return _step(summary, alert_id, Fate.HELD, f"held for {why} at {at(summary.due_at)}", until=summary.due_at)


def _told(group: Group, alert_id: str, reason: str) -> Step:
    return _step(group, alert_id, Fate.TOLD, reason)


def _with(others: int) -> str:
    return f"with {others} other{'s' * (others != 1)}" if others else "alone"


def _step(group: Group, alert_id: str, fate: Fate, reason: str, **more: Any) -> Step:
    return Step(
        alert_id=alert_id, fate=fate, group=group.key, route=group.route, receiver=group.receiver, reason=reason, **more
    )  # fmt: skip
