"""``wirewatch routes show|test``: the tree of routes, and which of them take an alert, in which group and when."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from services.cli.arguments import add_config, configuration, since
from services.config.routing import known_labels
from services.core.alert import Severity
from services.core.digest import due_after
from services.core.interval import TimeInterval, contains, end
from services.core.printable import printable
from services.core.route import Node, alert_labels, group_key, group_labels, nodes_for, tree
from services.core.rules.problem import allowed
from services.core.settings import Configuration
from services.core.silence import Silence, silencing
from services.openers import open_database

_TEXT = 2000


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the commands."""
    own = subparsers.add_parser("routes", help="show the routes, and which of them take an alert")
    verbs = own.add_subparsers(required=True, metavar="show|test")
    show = verbs.add_parser("show", help="every route with its receiver, groups and times")
    test = verbs.add_parser("test", help="which routes take an alert, in which group, and when it would be told")
    test.add_argument("labels", nargs="*", metavar="LABEL=VALUE", help="the labels of the alert")
    test.add_argument(
        "--alert",
        metavar="ID",
        help="an alert that was decided, or an article with alerts: by their labels, and with the silences over them",
    )
    test.add_argument("--at", type=since, metavar="TIME", help="the moment (default: now)")
    for verb, run in ((show, _show), (test, _test)):
        add_config(verb)
        verb.set_defaults(run=run)


def _show(args: argparse.Namespace) -> int:
    loaded, now = configuration(args), datetime.now(UTC)
    for node in tree(loaded.routes.route):
        print(*_lines(node, loaded, now), sep="\n")
    return 0


def _test(args: argparse.Namespace) -> int:
    """1 for labels that no alert carries, or an id that no alert and no article with alerts has."""
    loaded, now = configuration(args), args.at or datetime.now(UTC)
    labels = dict(text.partition("=")[::2] for text in args.labels)
    wrong = next((name for name in labels if name not in known_labels(loaded)), None)
    if wrong is not None or (not labels and args.alert is None):
        said = f"no alert carries the label {printable(wrong, 80)}" if wrong else "name labels, or --alert ID"
        print(f"{said}; {allowed(wrong or '', known_labels(loaded))}", file=sys.stderr)
        return 1
    if args.alert is None:
        _print(labels, (), loaded, now)
        return 0
    with open_database(loaded.settings) as store:
        alerts = store.alerts.alerts(alert_id=args.alert) or store.alerts.alerts(article_id=args.alert)
        silences = store.silences.all(ending_after=now)
    for one in alerts:
        print(f"alert {one.id} of rule {printable(one.rule, 80)}")
        _print(alert_labels(one) | labels, silences, loaded, now)
    if not alerts:
        print(f"no alert {printable(args.alert, 80)}, and no article with alerts", file=sys.stderr)
    return int(not alerts)


def _print(labels: dict[str, str], silences: Sequence[Silence], loaded: Configuration, now: datetime) -> None:
    for node in nodes_for(loaded.routes.route, labels):
        print(*_taken(node, loaded, now, labels), sep="\n")
    silence = silencing(silences, labels, now)
    if silence:
        print(printable(f"silenced by {silence.id} of {silence.author}: {silence.comment}", _TEXT))


def _taken(node: Node, loaded: Configuration, now: datetime, labels: dict[str, str]) -> Iterator[str]:
    yield from _lines(node, loaded, now)
    grouped = group_labels(node, labels)
    yield f"  group     {printable(group_key(node, grouped), _TEXT) if grouped is not None else 'alone'}"
    if node.quiet_hours and labels.get("severity") in set(Severity) and node.bypasses(Severity(labels["severity"])):
        yield f"  bypass    {labels['severity']} is told in the quiet hours too"


def _lines(node: Node, loaded: Configuration, now: datetime) -> Iterator[str]:
    yield printable(f"{node.key} to {node.receiver}", _TEXT)
    yield f"  told      {_pace(node)}"
    intervals = {one.name: one for one in loaded.routes.time_intervals}
    for name in node.mute_time_intervals:
        yield f"  muted     {name}: {_when(intervals[name], now)}"
    for name in node.active_time_intervals:
        yield f"  active    {name}: {_when(intervals[name], now)}"
    if node.quiet_hours and not node.digest:
        for name in node.quiet_hours.time_intervals:
            yield f"  quiet     {name}: {_when(intervals[name], now)}"
    if node.digest:
        due = due_after(node.digest, now)
        yield f"  digest    {node.digest.at} {node.digest.zone}, next of {due.day} at {due.at:%Y-%m-%d %H:%M} UTC"


def _pace(node: Node) -> str:
    begin = f"after {node.group_wait:g} s" if node.group_wait else "at once"
    again = f"again after {node.repeat_interval:g} s" if node.repeat_interval else "never again"
    if node.group_by is None:
        return f"each alert alone, {begin}, {again}"
    together = f"by {', '.join(node.group_by)}" if node.group_by else "all together"
    return f"{together}, {begin}, then every {node.group_interval:g} s, {again}"


def _when(interval: TimeInterval, now: datetime) -> str:
    if not contains(interval, now):
        return "not now"
    until = end([interval], now)
    return f"now, until {until:%Y-%m-%d %H:%M} UTC" if until else "now, and for more than a year"
