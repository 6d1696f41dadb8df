"""A group of alerts as the store keeps it, and what can come of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from services.core.inhibit import InhibitRule, Labels
from services.core.interval import TimeInterval
from services.core.ledger import Fate
from services.core.moment import Moment
from services.core.silence import Silence


class Kind(StrEnum):
    """What is told together, and why."""

    GROUP = "group"
    QUIET = "quiet"  # what quiet hours have held
    DIGEST = "digest"
    LATE = "late"  # what could not be delivered in time


class Member(Struct, frozen=True, kw_only=True):
    """An alert in a group. ``by``: what kept it from being told when it was looked at last."""

    alert_id: str
    since: Moment
    by: str | None = None


class Group(Struct, frozen=True, kw_only=True):
    """What the store keeps of a group. It is looked at when ``due_at`` has come.

    ``told`` is kept only where the route repeats. ``day``: of the latest digest.
    """

    key: str
    kind: Kind
    route: str
    receiver: str
    labels: dict[str, str] = {}
    due_at: Moment
    waiting: tuple[Member, ...] = ()
    told: tuple[Member, ...] = ()
    open_until: Moment
    flushed_at: Moment | None = None
    told_at: Moment | None = None
    day: date | None = None


class Step(Struct, frozen=True, kw_only=True):
    """What became of an alert at a route, for the ledger. ``by``: the silence, the alert or the interval that did it."""

    alert_id: str
    fate: Fate
    group: str
    route: str
    receiver: str
    reason: str
    by: str | None = None
    until: datetime | None = None


class Telling(Struct, frozen=True, kw_only=True):
    """Alerts to be told together now, in one notification to each recipient. ``day``: of a digest."""

    key: str
    kind: Kind
    route: str
    receiver: str
    labels: dict[str, str]
    alert_ids: tuple[str, ...]
    again: bool = False  # they have been told before
    day: date | None = None


class Given(Struct, frozen=True, kw_only=True):
    """What a decision depends on besides the group. ``lifetime``: how many seconds an alert is open."""

    now: datetime
    lifetime: float
    intervals: Mapping[str, TimeInterval] = {}
    silences: Sequence[Silence] = ()
    inhibit_rules: Sequence[InhibitRule] = ()
    open_alerts: Sequence[tuple[str, Labels]] = ()


class Flushed(Struct, frozen=True, kw_only=True):
    """What comes of looking at a group: the group (None: it has ended), what to tell, and the steps."""

    group: Group | None
    telling: Telling | None = None
    moved: Group | None = None  # the group of the summary that some of it waits in now
    steps: tuple[Step, ...] = ()
