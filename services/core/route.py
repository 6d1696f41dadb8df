"""Which receivers an alert goes to: the route tree with the meaning it has in Prometheus Alertmanager.

https://prometheus.io/docs/alerting/latest/configuration/#route
"""

from collections.abc import Mapping

from services.core.settings import Route


def receivers_for(route: Route, labels: Mapping[str, str]) -> tuple[str, ...]:
    """The receivers for an alert with these labels, each once, in the order of the tree.

    The first child that matches takes the alert; one that says ``continue`` lets its siblings see it too. A node
    whose children all pass takes it itself, with its own receiver or the nearest one above. A label that the alert
    does not carry equals the empty string.
    """
    return tuple(dict.fromkeys(_taken(route, labels, None)))


def _taken(route: Route, labels: Mapping[str, str], inherited: str | None) -> list[str]:
    """The receivers below ``route``; nothing if it does not match."""
    if any(labels.get(label, "") != value for label, value in route.match.items()):
        return []
    receiver = route.receiver or inherited
    taken: list[str] = []
    for child in route.routes:
        below = _taken(child, labels, receiver)
        taken += below
        if below and not child.continue_:
            break
    return taken or ([receiver] if receiver else [])
