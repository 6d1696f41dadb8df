"""Which receivers an alert goes to, and how they are told: the route tree with the meaning it has in Alertmanager.

https://prometheus.io/docs/alerting/latest/configuration/#route
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from services.core.alert import Alert, Severity
from services.core.digest import Digest
from services.core.matcher import all_match, equality
from services.core.settings import QuietHours, Route

EVERY_LABEL = "..."  # in group_by: one group for each set of labels


class Node(Struct, frozen=True, kw_only=True):
    """A route that takes an alert, with all it has inherited. ``group_by`` None: each alert goes alone."""

    key: str  # the conditions from the top, the same as long as they are
    receiver: str
    group_by: tuple[str, ...] | None = None
    group_wait: float = 0.0
    group_interval: float = 300.0
    repeat_interval: float | None = None
    mute_time_intervals: tuple[str, ...] = ()
    active_time_intervals: tuple[str, ...] = ()
    quiet_hours: QuietHours | None = None
    digest: Digest | None = None

    def bypasses(self, severity: Severity) -> bool:
        """Whether alerts of this severity are told in the quiet hours too."""
        least = self.quiet_hours.bypass if self.quiet_hours else None
        return least is not None and severity.rank >= least.rank


def alert_labels(alert: Alert) -> dict[str, str]:
    """What matchers and ``group_by`` see of an alert: its labels, and ``story``."""
    return alert.labels | {"story": alert.story_id}


def nodes_for(route: Route, labels: Mapping[str, str]) -> tuple[Node, ...]:
    """The routes that take an alert with these labels, in the order of the tree; of each receiver the first only.

    The first child that matches takes the alert; one that says ``continue`` lets its siblings see it too. A node
    whose children all pass takes it itself, with its own receiver or the nearest one above. A label that the alert
    does not carry equals the empty string.
    """
    taken: dict[str, Node] = {}
    for node in _taken(route, labels, Node(key="", receiver="")):
        if node.receiver:
            taken.setdefault(node.receiver, node)
    return tuple(taken.values())


def receivers_for(route: Route, labels: Mapping[str, str]) -> tuple[str, ...]:
    """The receivers for an alert with these labels, each once, in the order of the tree."""
    return tuple(node.receiver for node in nodes_for(route, labels))


def tree(route: Route) -> Iterator[Node]:
    """Every route with all it inherits, from the top down."""
    yield from _below(route, Node(key="", receiver=""))


def group_labels(node: Node, labels: Mapping[str, str]) -> dict[str, str] | None:
    """The labels that make the group of an alert at this route; None where each alert goes alone."""
    if node.group_by is None:
        return None
    names = labels if EVERY_LABEL in node.group_by else node.group_by
    return {name: labels.get(name, "") for name in sorted(names)}


def group_key(node: Node, grouped: Mapping[str, str]) -> str:
    """The key of a group, in Alertmanager's form: the route, then the labels."""
    return f"{node.key}:{{{', '.join(equality(name, value) for name, value in grouped.items())}}}"


def conditions(route: Route) -> tuple[str, ...]:
    """What a route asks of an alert, as matchers."""
    return (*(equality(label, value) for label, value in route.match.items()), *route.matchers)


def _matches(route: Route, labels: Mapping[str, str]) -> bool:
    exact = all(labels.get(label, "") == value for label, value in route.match.items())
    return exact and all_match(route.matchers, labels)


def _taken(route: Route, labels: Mapping[str, str], above: Node, number: int = 0) -> list[Node]:
    """The nodes at and below ``route`` that take an alert; none if it does not match."""
    if not _matches(route, labels):
        return []
    node = _inherited(route, above, number)
    taken: list[Node] = []
    for child, place in _numbered(route.routes):
        below = _taken(child, labels, node, place)
        taken += below
        if any(one.receiver for one in below) and not child.continue_:
            break
    return taken or [node]


def _below(route: Route, above: Node, number: int = 0) -> Iterator[Node]:
    node = _inherited(route, above, number)
    yield node
    for child, place in _numbered(route.routes):
        yield from _below(child, node, place)


def _numbered(routes: Sequence[Route]) -> Iterator[tuple[Route, int]]:
    """Each with how many before it have the same conditions, which tells their keys apart."""
    seen: dict[tuple[str, ...], int] = {}
    for route in routes:
        asked = conditions(route)
        seen[asked] = seen.get(asked, -1) + 1
        yield route, seen[asked]


def _inherited(route: Route, above: Node, number: int) -> Node:
    """The times at which a route is muted or active are its own, as in Alertmanager; the rest comes from above where it is not given."""
    own = {
        name: value
        for name in ("receiver", "group_by", "group_wait", "group_interval", "repeat_interval", "quiet_hours", "digest")
        if (value := getattr(route, name)) is not None
    }
    key = f"{above.key}/{{{', '.join(conditions(route))}}}" if above.key else f"{{{', '.join(conditions(route))}}}"
    return replace(
        above, key=f"{key}#{number + 1}" if number else key, mute_time_intervals=route.mute_time_intervals,
        active_time_intervals=route.active_time_intervals, **own,
    )  # fmt: skip
