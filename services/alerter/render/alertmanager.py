"""An alert as Alertmanager's API takes it: labels that tell alerts apart, and annotations for people. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from services.alerter.render import event, text
from services.alerter.render.card import Card
from services.alerter.render.clean import cut, one_line
from services.core.alert import Alert

_NAME = re.compile(r"[^a-zA-Z0-9_]")
_LABELS = 40  # labels of an alert
_LABEL = 200
_ANNOTATION = 1000
_ALERTNAME = "wirewatch"


class Posted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One alert. ``generatorURL`` is left out where there is no link that is safe to follow."""

    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: datetime  # noqa: N815  the API's own name
    endsAt: datetime  # noqa: N815
    generatorURL: str = ""  # noqa: N815


def payload(alerts: Sequence[tuple[Alert, Card]], resolve_after: float) -> bytes:
    """The alerts; each ends ``resolve_after`` seconds after it was decided."""
    return event.encode([posted(alert, shown, resolve_after) for alert, shown in alerts])


def posted(alert: Alert, shown: Card, resolve_after: float) -> Posted:
    """The alert, with the label ``alert`` so that no two of ours are one to Alertmanager, and a repeat of one is."""
    return Posted(
        labels=labels(alert.labels) | fixed(alert), annotations=annotations(shown), startsAt=alert.decided_at,
        endsAt=alert.decided_at + timedelta(seconds=resolve_after), generatorURL=shown.link or "",
    )  # fmt: skip


def fixed(alert: Alert) -> dict[str, str]:
    """What every alert carries, whatever its rule says."""
    ours = {
        "alertname": _ALERTNAME, "alert": alert.id, "rule": alert.rule, "severity": alert.severity.value, "story": alert.story_id,
        "development": alert.development.kind.value,
    }  # fmt: skip
    return {name: one_line(value, _LABEL) for name, value in ours.items()}


def labels(own: Mapping[str, str]) -> dict[str, str]:
    """Labels under names that every Alertmanager takes; an empty one is none."""
    named: dict[str, str] = {}
    for name in sorted(own):
        value = one_line(own[name], _LABEL)
        if value and name and len(named) < _LABELS:
            named.setdefault(_label_name(name), value)
    return named


def annotations(shown: Card) -> dict[str, str]:
    """What people read, each on one line."""
    said: Sequence[tuple[str, str]] = (
        ("summary", shown.headline), ("description", text.marked(shown)), ("article", shown.title), ("story_title", shown.story),
        ("link", shown.link or ""), ("rule_version", shown.rule), *shown.facts,
    )  # fmt: skip
    return {_label_name(name): cut(value, _ANNOTATION) for name, value in said if value}


def _label_name(name: str) -> str:
    kept = _NAME.sub("_", name)[:_LABEL]
    return f"_{kept}" if kept[0].isdigit() else kept
