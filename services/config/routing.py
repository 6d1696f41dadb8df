"""What no schema can say about when routes tell: matchers, groups, times, inhibition."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from services.config.cross import labels_of
from services.config.document import Document
from services.config.problems import Path, Problem
from services.core.interval import IntervalError, TimeInterval, check, zone
from services.core.matcher import MatcherError, matcher
from services.core.route import EVERY_LABEL
from services.core.rules.problem import allowed
from services.core.settings import Configuration, Route, RoutesFile

Labels = Mapping[str, frozenset[str] | None]  # the values each label can have; None: any


def routing_problems(document: Document, file: RoutesFile, labels: Labels) -> Iterator[Problem]:
    """All of routes.yaml but the tree itself and the receivers."""
    names = [one.name for one in file.time_intervals]
    for number, interval in enumerate(file.time_intervals):
        yield from _interval(document, ("time_intervals", number), interval)
        if interval.name in names[:number]:
            yield document.problem(("time_intervals", number, "name"), "stands twice")
    for number, rule in enumerate(file.inhibit_rules):
        path: Path = ("inhibit_rules", number)
        yield from _matchers(document, (*path, "source_matchers"), rule.source_matchers, labels)
        yield from _matchers(document, (*path, "target_matchers"), rule.target_matchers, labels)
        yield from _labels(document, (*path, "equal"), rule.equal, labels)
    top = file.route
    for key in ("mute_time_intervals", "active_time_intervals"):
        if getattr(top, key):
            yield document.problem(
                ("route", key), "not on the first route, which takes what no other does; put it on routes below"
            )
    yield from _route(document, ("route",), top, file, labels)


def known_labels(loaded: Configuration) -> frozenset[str]:
    """The labels that alerts of this configuration can carry."""
    own = {label for rule in loaded.rules for label in rule.labels}
    return frozenset(labels_of((), (), ())) | own


def _route(document: Document, path: Path, route: Route, file: RoutesFile, labels: Labels) -> Iterator[Problem]:
    yield from _matchers(document, (*path, "matchers"), route.matchers, labels)
    yield from _group_by(document, (*path, "group_by"), route.group_by or (), labels)
    yield from _times(document, path, route, [one.name for one in file.time_intervals])
    if route.repeat_interval is not None and route.repeat_interval >= file.resolve_timeout:
        message = (
            f"longer than an alert is open (resolve_timeout: {file.resolve_timeout:g}), so nothing would be repeated"
        )
        yield document.problem((*path, "repeat_interval"), message)
    for number, child in enumerate(route.routes):
        yield from _route(document, (*path, "routes", number), child, file, labels)


def _times(document: Document, path: Path, route: Route, names: list[str]) -> Iterator[Problem]:
    quiet = route.quiet_hours.time_intervals if route.quiet_hours else ()
    for key, used in (
        (("mute_time_intervals",), route.mute_time_intervals), (("active_time_intervals",), route.active_time_intervals),
        (("quiet_hours", "time_intervals"), quiet),
    ):  # fmt: skip
        for number, name in enumerate(used):
            if name not in names:
                message = f'unknown time interval "{name}"; {allowed(name, names)}' if names else _NONE
                yield document.problem((*path, *key, number), message)
    if route.quiet_hours and route.digest:
        yield document.problem((*path, "digest"), "not together with quiet_hours: a digest waits for its time anyway")
    if route.digest:
        yield from _said(document, (*path, "digest", "zone"), lambda: zone(route.digest.zone if route.digest else ""))


_NONE = "there are no time_intervals in this file; declare one"


def _interval(document: Document, path: Path, interval: TimeInterval) -> Iterator[Problem]:
    for number, span in enumerate(interval.time_intervals):
        yield from _said(document, (*path, "time_intervals", number), lambda span=span: check(span))  # type: ignore[misc]


def _matchers(document: Document, path: Path, texts: Iterable[str], labels: Labels) -> Iterator[Problem]:
    for number, text in enumerate(texts):
        wrong = list(_said(document, (*path, number), lambda text=text: matcher(text)))  # type: ignore[misc]
        yield from wrong
        if not wrong:
            yield from _labels(document, path, [matcher(text).label], labels, number)


def _group_by(document: Document, path: Path, names: tuple[str, ...], labels: Labels) -> Iterator[Problem]:
    if EVERY_LABEL in names and len(names) > 1:
        yield document.problem(path, '"..." means every label; it stands alone')
    yield from _labels(document, path, [name for name in names if name != EVERY_LABEL], labels)


def _labels(
    document: Document, path: Path, names: Iterable[str], labels: Labels, number: int | None = None
) -> Iterator[Problem]:  # fmt: skip
    for place, name in enumerate(names):
        if name not in labels:
            at = place if number is None else number
            yield document.problem((*path, at), f"no alert carries the label {name[:80]}; {allowed(name, set(labels))}")


def _said(document: Document, path: Path, attempt: Callable[[], object]) -> Iterator[Problem]:
    """The mistake that the attempt names, if it does."""
    try:
        attempt()
    except (IntervalError, MatcherError) as error:
        yield document.problem(path, str(error))
