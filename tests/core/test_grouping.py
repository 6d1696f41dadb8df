"""Whatever comes: each alert is told once or accounted for, no group is told too early or too often, and every group ends."""

import itertools
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.alert import Alert, Severity
from services.core.digest import Digest
from services.core.group import Given, Group, Kind, Step, Telling
from services.core.grouping import MAX_WAITING, admitted, flushed, key_at, summary_key
from services.core.interval import TimeInterval, TimeRange, TimeSpan, contains
from services.core.ledger import Fate
from services.core.route import Node
from services.core.settings import QuietHours
from services.core.silence import Silence, silencing
from tests.builders import alert

BEGIN = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the clocks of Europe go forward that night
NIGHT = TimeInterval(
    name="night",
    time_intervals=(
        TimeSpan(times=(TimeRange(start_time="22:00", end_time="24:00"), TimeRange(start_time="00:00", end_time="06:30")), location="Europe/Berlin"),
    ),
)  # fmt: skip
LIFETIME = 1800.0


class Simulation:
    """One route, and a clock that jumps from one due moment to the next."""

    def __init__(self, node: Node, silences: tuple[Silence, ...] = ()) -> None:
        self.node = node
        self.silences = silences
        self.groups: dict[str, Group] = {}
        self.alerts: dict[str, Alert] = {}
        self.tellings: list[tuple[datetime, Telling]] = []
        self.steps: list[Step] = []

    def given(self, now: datetime) -> Given:
        return Given(now=now, lifetime=LIFETIME, intervals={"night": NIGHT}, silences=self.silences)

    def admit(self, one: Alert) -> None:
        self.until(one.decided_at, inclusive=False)
        self.alerts[one.id] = one
        key = key_at(self.node, one)
        self.groups[key], step = admitted(self.groups.get(key), self.node, one, self.given(one.decided_at))
        self.steps += [step] if step else []
        self.until(one.decided_at)

    def until(self, at: datetime, *, inclusive: bool = True) -> None:
        while due := [one for one in self.groups.values() if one.due_at < at or (inclusive and one.due_at == at)]:
            group = min(due, key=lambda one: (one.due_at, one.key))
            self.flush(group, group.due_at)

    def flush(self, group: Group, now: datetime) -> None:
        come = flushed(group, self.node, self.alerts, self.groups.get(summary_key(self.node)), self.given(now))
        assert come.group is None or come.group.due_at > now, "it would be looked at for ever"
        self.groups.pop(group.key, None)
        for one in (come.group, come.moved):
            if one is not None:
                self.groups[one.key] = one
        self.steps += come.steps
        if come.telling:
            self.tellings.append((now, come.telling))


_SECONDS = st.integers(0, 3 * 86400)
_NODES = st.builds(
    Node, key=st.just("{}"), receiver=st.just("desk"), group_by=st.sampled_from([None, (), ("topic",), ("...",)]),
    group_wait=st.sampled_from([0.0, 30.0, 900.0]), group_interval=st.sampled_from([60.0, 300.0, 3600.0]),
    mute_time_intervals=st.sampled_from([(), (), ("night",)]),
    quiet_hours=st.none() | st.builds(QuietHours, time_intervals=st.just(("night",)), bypass=st.none() | st.just(Severity.CRITICAL)),
    digest=st.none() | st.builds(Digest, at=st.sampled_from(["07:00", "02:30"]), zone=st.just("Europe/Berlin")),
)  # fmt: skip
_ALERTS = st.lists(st.tuples(_SECONDS, st.sampled_from(["arms", "oil"]), st.sampled_from(list(Severity))), max_size=25)
_SILENCES = st.lists(st.tuples(_SECONDS, st.integers(1, 20_000), st.sampled_from(["arms", "oil"])), max_size=3)


def simulated(node: Node, alerts: list[tuple[int, str, Severity]], silences: list[tuple[int, int, str]]) -> Simulation:
    run = Simulation(
        node,
        tuple(
            Silence(
                id=f"si{n}", matchers=(f"topic={topic}",), author="jo", comment="c", created_at=BEGIN,
                starts_at=BEGIN + timedelta(seconds=start), ends_at=BEGIN + timedelta(seconds=start + length),
            )
            for n, (start, length, topic) in enumerate(silences)
        ),
    )  # fmt: skip
    for n, (seconds, topic, severity) in enumerate(sorted(alerts)):
        at = BEGIN + timedelta(seconds=seconds)
        run.admit(
            alert(id=f"al{n}", labels={"topic": topic, "severity": severity.value}, severity=severity, decided_at=at)
        )
    run.until(BEGIN + timedelta(days=30))
    return run


@settings(max_examples=300)
@given(_NODES, _ALERTS, _SILENCES)
def test_each_alert_is_told_once_or_accounted_for(node: Node, alerts: list, silences: list) -> None:
    run = simulated(node, alerts, silences)
    told = Counter(ident for _, telling in run.tellings for ident in telling.alert_ids)
    assert all(count == 1 for count in told.values())
    last = {step.alert_id: step.fate for step in run.steps}
    assert set(last) == set(run.alerts)
    assert {ident for ident, fate in last.items() if fate is Fate.TOLD} == set(told)
    assert set(last.values()) <= {Fate.TOLD, Fate.LAPSED, Fate.SILENCED, Fate.MUTED}
    if not silences and not node.mute_time_intervals:
        assert set(told) == set(run.alerts)
    assert run.groups == {}, "every group ends"


@settings(max_examples=300)
@given(_NODES, _ALERTS, _SILENCES)
def test_nothing_is_told_while_it_must_not_be(node: Node, alerts: list, silences: list) -> None:
    run = simulated(node, alerts, silences)
    for now, telling in run.tellings:
        for one in (run.alerts[ident] for ident in telling.alert_ids):
            assert silencing(run.silences, one.labels, now) is None
            if node.mute_time_intervals and telling.kind is Kind.GROUP:
                assert not contains(NIGHT, now)
            if node.quiet_hours and not node.digest:
                assert not contains(NIGHT, now) or node.bypasses(one.severity)
            assert (now - one.decided_at).total_seconds() >= (node.group_wait if telling.kind is Kind.DIGEST else 0)


@settings(max_examples=300)
@given(_NODES, _ALERTS, _SILENCES)
def test_groups_keep_their_pace_and_digests_their_dates(node: Node, alerts: list, silences: list) -> None:
    run = simulated(node, alerts, silences)
    times: dict[str, list[datetime]] = defaultdict(list)
    days: list[date] = []
    for now, telling in run.tellings:
        if telling.kind is Kind.GROUP:
            times[telling.key].append(now)
        elif telling.day:
            days.append(telling.day)
            assert now.astimezone(ZoneInfo("Europe/Berlin")).date() == telling.day
    assert len(days) == len(set(days))
    for told in times.values():
        assert all(
            (after - before).total_seconds() >= node.group_interval for before, after in itertools.pairwise(told)
        )


def test_a_group_that_is_full_is_told_at_once() -> None:
    node = Node(key="{}", receiver="desk", group_by=(), group_wait=900.0)
    run = Simulation(node)
    for n in range(MAX_WAITING):
        run.admit(alert(id=f"al{n}", decided_at=BEGIN))
    assert [(now, len(telling.alert_ids)) for now, telling in run.tellings] == [(BEGIN, MAX_WAITING)]
    told = [step for step in run.steps if step.fate is Fate.TOLD]
    assert {step.reason for step in told} == {"with 4999 others, early, as the group was full"}
