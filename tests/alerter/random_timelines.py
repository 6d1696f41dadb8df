"""Timelines of routing drawn at random: trees, groups, silences and inhibition within sixteen seconds.

No two moments fall together: alerts come at hundredths of their own, so that every tick is far from what happens.
"""

import random
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from services.core.interval import MONTHS, WEEKDAYS

_LABELS = {"topic": ("arms", "oil", "missiles"), "severity": ("info", "warning", "critical"), "outlet": ("x", "y")}
# Below the first route, Alertmanager takes an empty list for none, and inherits; to us it is one group for the route.
_GROUPS = ([], ["topic"], ["severity"], ["topic", "outlet"], ["..."])


def timeline(seed: int) -> dict[str, Any]:
    """The same seed gives the same timeline. Nothing is stated in it: what is told is compared, not known beforehand."""
    chance = random.Random(seed)
    top = {**_route(chance, 0), "receiver": "desk"}
    _name(top, iter(ascii_lowercase))
    routes: dict[str, Any] = {"route": top}
    if chance.random() < 0.6:
        routes["inhibit_rules"] = [
            {
                "source_matchers": ['severity="critical"'], "target_matchers": ['severity=~"info|warning"'],
                "equal": [chance.choice(["topic", "outlet"])],
            }
        ]  # fmt: skip
    drawn = range(chance.randint(3, 8))
    alerts = {
        ascii_uppercase[n]: {name: chance.choice(of) for name, of in _LABELS.items()} | {"n": str(n)} for n in drawn
    }
    lines = [(chance.randint(0, 16) / 2 + 0.04 + 0.055 * n, f"alert {name}") for n, name in enumerate(alerts)]
    for n in range(chance.choice([0, 1, 2])):
        lines += _silence(chance, f"s{n}")
    script = [f"{at:.3f} {what}" for at, what in sorted([*lines, (16.0, "end")])]
    return {"name": f"drawn {seed}", "routes": routes, "alerts": alerts, "script": script}


def _route(chance: random.Random, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "group_by": chance.choice(_GROUPS[bool(depth) :]), "group_wait": chance.choice([0, 1, 2, 3]), "group_interval": chance.choice([3, 4, 5])
    }  # fmt: skip
    if depth < 2 and chance.random() < 0.7:
        made["routes"] = [
            _route(chance, depth + 1)
            | {"matchers": [_matcher(chance) for _ in range(chance.randint(1, 2))], "continue": chance.random() < 0.4}
            for _ in range(chance.randint(1, 3))
        ]
    return made


def _name(route: dict[str, Any], names: Any) -> None:
    """Every route has a receiver of its own, as ours tell a receiver once whatever leads to it."""
    for child in route.get("routes", []):
        child["receiver"] = f"to-{next(names)}"
        _name(child, names)


def _matcher(chance: random.Random) -> str:
    label = chance.choice(list(_LABELS))
    value, sign = chance.choice(_LABELS[label]), chance.choice(["=", "!=", "=~", "!~"])
    return f'{label}{sign}"{value[:2]}.*|nothing"' if sign.endswith("~") else f'{label}{sign}"{value}"'


def _silence(chance: random.Random, name: str) -> list[tuple[float, str]]:
    label, at = chance.choice(list(_LABELS)), chance.randint(0, 10) / 2
    lines = [(at, f'silence {name} {label}="{chance.choice(_LABELS[label])}" for {chance.choice([3, 6, 60])}')]
    return [*lines, (at + chance.choice([2, 3.5]), f"expire {name}")] if chance.random() < 0.4 else lines


def time_interval(chance: random.Random, name: str) -> dict[str, Any]:
    """A time interval to which any moment belongs about as likely as not."""
    span: dict[str, Any] = {
        "location": chance.choice(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
    }
    if chance.random() < 0.6:
        first, last = sorted(chance.sample(range(49), 2))
        clock = [f"{half // 2:02}:{half % 2 * 30:02}" for half in (first, last)]
        span["times"] = [{"start_time": clock[0], "end_time": clock[1]}]
    if chance.random() < 0.4:
        span["weekdays"] = [_range(chance, (WEEKDAYS[-1], *WEEKDAYS[:-1]))]  # a week of Alertmanager begins on Sunday
    if chance.random() < 0.4:
        first, last = sorted(chance.sample(range(1, 28), 2))  # and a month has 28 days when it looks at a range
        span["days_of_month"] = [chance.choice([f"{first}:{last}", f"-{last}:-{first}", f"{first}:-1", f"-{first}"])]
    if chance.random() < 0.3:
        span["months"] = [_range(chance, MONTHS)]
    if chance.random() < 0.2:
        span["years"] = [chance.choice(["2026", "2020:2025", "2020:2100"])]
    return {"name": name, "time_intervals": [span]}


def _range(chance: random.Random, names: tuple[str, ...]) -> str:
    first, last = sorted(chance.sample(range(len(names)), 2))
    return chance.choice([f"{names[first]}:{names[last]}", names[first]])
