"""Alerts at their routes, within the transaction that decides them: what waits, what is kept, what goes out now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

import structlog
from msgspec import Struct
from msgspec.structs import replace

from services.alerter.render.notifications import STREAM_RECEIVER
from services.alerter.render.summary import summary
from services.alerter.together import Alone, is_alone, joined, together
from services.core.alert import Alert
from services.core.feedback_link import FeedbackLinks
from services.core.group import Flushed, Given, Group, Step, Telling
from services.core.grouping import admitted, adrift, flushed, is_full, key_at, summary_key
from services.core.inhibit import sources_among
from services.core.interval import TimeInterval
from services.core.ledger import Fate, LedgerEntry
from services.core.notification import Notification
from services.core.ports.store import AlertTransaction
from services.core.route import Node, alert_labels, nodes_for, tree
from services.core.settings import Receiver, RoutesFile
from services.telemetry import metrics

log = structlog.get_logger(__name__)

Notify = Callable[[Alert], Sequence[Notification]]

_DUE_AT_ONCE = 200  # groups looked at in one transaction
_MOST_OPEN = 5000  # alerts that can inhibit others


class Routing(Struct, frozen=True, kw_only=True):
    """How alerts are routed: swapped as a whole on reload."""

    file: RoutesFile
    nodes: Mapping[str, Node]
    receivers: Mapping[str, Receiver]
    intervals: Mapping[str, TimeInterval]
    links: FeedbackLinks | None = None

    @classmethod
    def of(cls, file: RoutesFile, links: FeedbackLinks | None = None) -> "Routing":
        """By a valid routes.yaml. With ``links``, summaries ask what their alerts were worth."""
        return cls(
            file=file,
            nodes={node.key: node for node in tree(file.route)},
            receivers={receiver.name: receiver for receiver in file.receivers},
            intervals={interval.name: interval for interval in file.time_intervals},
            links=links,
        )


class Dispatched(Struct, kw_only=True):
    """What a turn has come to. Complete only after its transaction."""

    notifications: list[Notification]
    entries: list[LedgerEntry]


class Dispatch:
    """One turn within a transaction: fresh alerts join their groups, and every group whose time has come is told."""

    def __init__(self, transaction: AlertTransaction, routing: Routing, notify: Notify, now: datetime) -> None:
        self._transaction = transaction
        self._routing = routing
        self._notify = notify
        self._now = now
        self._alerts: dict[str, Alert] = {}
        self._groups: dict[str, Group | None] = {}
        self._stored: set[str] = set()
        self._alone: list[Alone] = []
        self._done = Dispatched(notifications=[], entries=[])

    def run(self, fresh: Iterable[tuple[Alert, Sequence[Notification]]]) -> Dispatched:
        """``fresh``: alerts recorded in this transaction, each with its notifications as if it went out alone and at once."""
        prepared: dict[str, Sequence[Notification]] = {}
        for alert, made in fresh:
            self._alerts[alert.id], prepared[alert.id] = alert, made
            self._done.notifications += [one for one in made if one.receiver == STREAM_RECEIVER]
        self._admit([self._alerts[ident] for ident in prepared])
        self._load(self._transaction.due_groups(self._now, _DUE_AT_ONCE))
        for key in [key for key, group in self._groups.items() if group and group.due_at <= self._now]:
            self._flush(key, prepared)
        for same in together(self._alone, self._alerts):
            self._tell(same, prepared)
        changed = {key: group for key, group in self._groups.items() if group or key in self._stored}
        self._transaction.save_groups(changed)
        return self._done

    @cached_property
    def _given(self) -> Given:
        file = self._routing.file
        since = self._now - timedelta(seconds=file.resolve_timeout)
        sources = self._transaction.latest_alerts(since, _MOST_OPEN) if file.inhibit_rules else ()
        if len(sources) >= _MOST_OPEN:
            metrics.ROUTING_BOUNDS.labels("inhibition").inc()
            log.warning("too many open alerts, the oldest inhibit no more", looked_at=len(sources))
        return Given(
            now=self._now, lifetime=file.resolve_timeout, intervals=self._routing.intervals,
            silences=self._transaction.silences(self._now), inhibit_rules=file.inhibit_rules,
            open_alerts=sources_among(file.inhibit_rules, [(alert.id, alert_labels(alert)) for alert in sources]),
        )  # fmt: skip

    def _admit(self, alerts: Sequence[Alert]) -> None:
        placed = [
            (alert, node) for alert in alerts for node in nodes_for(self._routing.file.route, alert_labels(alert))
        ]
        keys = {key_at(node, alert) for alert, node in placed if node.group_by is not None}
        self._load(self._transaction.groups(keys - self._groups.keys()).values())
        for alert, node in placed:
            key = key_at(node, alert)
            self._groups[key], step = admitted(self._groups.get(key), node, alert, self._given)
            self._log([step] if step else [])

    def _load(self, groups: Iterable[Group]) -> None:
        for group in groups:
            self._groups.setdefault(group.key, group)
            self._stored.add(group.key)

    def _flush(self, key: str, prepared: Mapping[str, Sequence[Notification]]) -> None:
        group = self._groups[key]
        if group is None:
            return
        if is_full(group):
            metrics.ROUTING_BOUNDS.labels("group").inc()
            log.warning("a group is full and told early", group=key, alerts=len(group.waiting))
        self._know(one.alert_id for one in (*group.waiting, *group.told))
        node = self._routing.nodes.get(group.route)
        if node is None or node.receiver not in self._routing.receivers:
            self._release(group, prepared)
            return
        group = replace(group, receiver=node.receiver)
        self._take(key, flushed(group, node, self._alerts, self._held(node), self._given), prepared)

    def _held(self, node: Node) -> Group | None:
        """The group of the route's summary, if the route can have one."""
        if not (node.digest or node.quiet_hours):
            return None
        key = summary_key(node)
        if key not in self._groups:
            self._load(self._transaction.groups([key]).values())
            self._groups.setdefault(key, None)
        return self._groups[key]

    def _release(self, group: Group, prepared: Mapping[str, Sequence[Notification]]) -> None:
        """The route is gone: tell whom it told, or, if that receiver is gone as well, whom the routes name now."""
        if group.receiver in self._routing.receivers:
            self._take(group.key, adrift(group), prepared)
            return
        self._groups[group.key] = None
        waiting = [self._alerts[one.alert_id] for one in group.waiting if one.alert_id in self._alerts]
        log.warning("route and receiver are gone, routing anew", group=group.key, alerts=len(waiting))
        before = set(self._groups)
        self._admit(waiting)
        for key in [key for key, one in self._groups.items() if one and one.due_at <= self._now and key not in before]:
            self._flush(key, prepared)

    def _take(self, key: str, come: Flushed, prepared: Mapping[str, Sequence[Notification]]) -> None:
        self._groups[key] = come.group
        if come.moved is not None:
            self._groups[come.moved.key] = come.moved
        if come.telling is None:
            self._log(come.steps)
        elif is_alone(come.telling, self._routing.receivers.get(come.telling.receiver)):
            self._alone.append(Alone(come.telling, come.steps))
        else:
            self._tell([Alone(come.telling, come.steps)], prepared)

    def _tell(self, same: Sequence[Alone], prepared: Mapping[str, Sequence[Notification]]) -> None:
        """Put a message into the outbox. ``same``: tellings that say the same; usually one."""
        steps, telling = joined(same), same[0].telling
        try:
            others = list(dict.fromkeys(one.alert_id for one in same if one.alert_id != same[0].alert_id))
            self._done.notifications += self._with(telling, others) if others else self._told(telling, prepared)
        except Exception as error:  # a text that breaks its rendering must not hold up all others
            ids = [ident for one in same for ident in one.telling.alert_ids]
            log.exception("alerts cannot be rendered", group=telling.key, alerts=ids, error=str(error))
            steps = tuple(_unrendered(step, error) for step in steps)
        self._log(steps)

    def _with(self, telling: Telling, others: Sequence[str]) -> list[Notification]:
        """The message of an alert that names the rules of the others as well."""
        lead = self._alerts[telling.alert_ids[0]]
        made = self._notify(replace(lead, also=tuple(self._alerts[ident].rule for ident in others)))
        own = [replace(one, alert_ids=(lead.id, *others)) for one in self._own(made, telling)]
        return own or [
            one for ident in (lead.id, *others) for one in self._told(replace(telling, alert_ids=(ident,)), {})
        ]

    def _told(self, telling: Telling, prepared: Mapping[str, Sequence[Notification]]) -> list[Notification]:
        """One alert as it is told alone; several, or one told again or in a digest, as a summary."""
        alerts = [self._alerts[ident] for ident in telling.alert_ids]
        if len(alerts) == 1 and not telling.again and telling.day is None:
            made = prepared.get(alerts[0].id) or self._notify(alerts[0])
            if own := self._own(made, telling):
                return own  # none where its labels lead elsewhere by now
        receiver = self._routing.receivers[telling.receiver]
        return list(summary(telling, alerts, receiver, self._now, links=self._routing.links))

    def _own(self, made: Iterable[Notification], telling: Telling) -> list[Notification]:
        """Those for its receiver, as of now."""
        return [replace(one, created_at=self._now) for one in made if one.receiver == telling.receiver]

    def _know(self, ids: Iterable[str]) -> None:
        self._alerts |= self._transaction.alerts([ident for ident in ids if ident not in self._alerts])

    def _log(self, steps: Iterable[Step]) -> None:
        for step in steps:
            alert = self._alerts.get(step.alert_id)
            if alert is not None:
                self._done.entries.append(_entry(step, alert, self._now))


def _unrendered(step: Step, error: Exception) -> Step:
    if step.fate is not Fate.TOLD:
        return step
    return replace(step, fate=Fate.LAPSED, reason=f"cannot be rendered: {type(error).__name__}")


def _entry(step: Step, alert: Alert, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        article_id=alert.article_id, revision=alert.revision, at=now, fate=step.fate, reason=step.reason,
        story_id=alert.story_id, rule=alert.rule, alert_id=alert.id, route=step.route, receiver=step.receiver,
        group=step.group, by=step.by, until=step.until,
    )  # fmt: skip
