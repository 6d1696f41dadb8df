"""The whole embedded pipeline after the poller: articles on the SQLite bus, to notifications at a webhook.

It runs as its users run it: ``wirewatch run`` as a process of its own, with the rules and lexicons it comes with. The
peer is the same tagger in a plain loop over the same articles, measured before and after.
"""

import os
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import yaml

from services.config.load import default_directory
from services.core.notification import DeliveryState
from services.core.ports.bus import Bus
from services.core.settings import Configuration
from services.openers import open_bus, open_database
from tests.bench.pipeline import Rate, dead_letters, decided, extracted, fill, peer, series
from tests.bench.processes import Watch
from tests.bench.report import MB, Progress, heading, machine, table
from tests.bench.texts import Texts, articles, texts
from tests.e2e.deployment import Deployment, eventually
from tests.e2e.outlets import Outlets
from tests.servers.webhook import SECRET, WebhookServer

_MARKS = (0, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000)
_LOOK = 0.25  # seconds
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRY, DeliveryState.UNKNOWN)


class Moment(NamedTuple):
    """How it stood at one time. ``at`` in seconds since the bus was full; bytes by role."""

    at: float
    extracted: int
    decided: int
    resident: Counter[str]
    seconds: dict[str, float]


class Run(NamedTuple):
    """What a run came to: moments in order, the first before anything was read."""

    moments: list[Moment]
    series: dict[str, float]
    last_notified: float  # on the clock of the moments
    notified: int
    repeats: int
    unread: int
    disk: int


def run(count: int, full: float, limit: float) -> None:
    """Measure and print. ``limit``: seconds after which it stops where it is."""
    found = texts(count, full)
    with tempfile.TemporaryDirectory(prefix="wirewatch-bench-") as directory, WebhookServer() as webhook:
        outlets = Outlets(("quiet",))
        deployment = _deployment(Path(directory), webhook, outlets)
        try:
            configuration = deployment.configuration()
            heading("embedded: SQLite bus, extractor, alerter, outbox, webhook", machine(), str(found))
            before = peer(configuration, list(articles(found)))
            result = _run(deployment, configuration, webhook, found, limit)
            after = peer(configuration, list(articles(found)))
        finally:
            deployment.kill_all()
            outlets.close()
    _print(result, Rate(before.count + after.count, before.seconds + after.seconds, before.processor + after.processor))
    print(f"plain loop: {before.per_second:.0f} articles/s before, {after.per_second:.0f} after; {machine()}")


def _deployment(directory: Path, webhook: WebhookServer, outlets: Outlets) -> Deployment:
    """With the rules, outlets and lexicons that wirewatch comes with, and one feed in which nothing stands."""
    receiver: dict[str, object] = {
        "type": "webhook", "name": "desk", "url": {"env": "HOOK"}, "secret": {"env": "HOOK_SECRET"}, "rate": 1000,
    }  # fmt: skip
    deployment = Deployment(directory, outlets, ("run",), receiver)
    deployment.environment |= {"HOOK": webhook.hook_url, "HOOK_SECRET": SECRET}
    os.environ |= {"HOOK": webhook.hook_url, "HOOK_SECRET": SECRET}
    rules = directory / "config" / "rules"
    shutil.rmtree(rules)
    shutil.copytree(default_directory() / "rules", rules)
    shipped = yaml.safe_load((default_directory() / "feeds.yaml").read_text("utf-8"))
    quiet = {"id": "quiet", "outlet": "quiet", "url": outlets.url("quiet"), "every": 60}
    deployment.write(
        "feeds.yaml", {"outlets": [*shipped["outlets"], {"id": "quiet", "name": "Quiet"}], "feeds": [quiet]}
    )
    return deployment


def _run(
    deployment: Deployment, configuration: Configuration, webhook: WebhookServer, found: Texts, limit: float
) -> Run:
    deployment.start("run")
    eventually("wirewatch is ready", deployment.ready, 120)
    watch = Watch(deployment.processes["run"].pid, "wirewatch run")
    bus = open_bus(configuration.settings)
    try:
        idle = watch.usage()
        fill(bus, articles(found))
        begun = time.monotonic()
        moments = [Moment(0.0, extracted(bus), decided(bus), idle.resident, watch.usage().seconds)]
        unread = _follow(bus, watch, moments, len(found.texts), limit)
        _delivered(configuration)
        return Run(
            moments, series(deployment, "run"), max((request.at for request in webhook.requests), default=begun) - begun,
            len(webhook.events), len(webhook.repeats), unread, _size(deployment.directory / "data"),
        )  # fmt: skip
    finally:
        bus.close()


def _follow(bus: Bus, watch: Watch, moments: list[Moment], count: int, limit: float) -> int:
    """Look now and then until everything is decided; how many became dead letters."""
    progress, unread, begun = Progress(), 0, time.monotonic()
    while moments[-1].decided < count - unread and moments[-1].at < limit:
        time.sleep(_LOOK)
        usage = watch.usage()
        now = Moment(time.monotonic() - begun, extracted(bus), decided(bus), usage.resident, usage.seconds)
        moments.append(now)
        rate = (now.decided - moments[0].decided) / now.at
        held = sum(now.resident.values()) / MB
        progress(f"{now.decided:,} of {count:,} decided, {now.extracted:,} extracted, {rate:.0f}/s, {held:.0f} MB")
        if now.extracted >= count:
            unread = dead_letters(bus)
    progress.end()
    return unread


def _delivered(configuration: Configuration) -> None:
    store = open_database(configuration.settings)
    try:
        eventually("the outbox is empty", lambda: not _waiting(store.outbox.depth()), 120)
    finally:
        store.close()


def _waiting(depth: dict[tuple[str, DeliveryState], int]) -> int:
    return sum(rows for (_, state), rows in depth.items() if state in _OPEN)


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _print(result: Run, plain: Rate) -> None:
    first, last = result.moments[0], result.moments[-1]
    done, wall = last.decided - first.decided, max(last.at, result.last_notified)
    used = {role: last.seconds[role] - first.seconds.get(role, 0.0) for role in last.seconds}
    rate = Rate(done, wall, sum(used.values()))
    times = (rate.per_second / plain.per_second, rate.processor_ms / plain.processor_ms)
    table(
        ("", "articles/s", "to the loop", "CPU ms/article", "to the loop"),
        [
            ("pipeline", rate.per_second, times[0], rate.processor_ms, times[1]),
            ("plain loop", plain.per_second, 1.0, plain.processor_ms, 1.0),
        ],
    )
    print(
        f"{done:,} articles in {wall:.1f} s, {result.unread} dead letters, {result.notified:,} notifications"
        f" ({result.repeats} repeated), the last {result.last_notified:.1f} s after the start; {result.disk / MB:.0f} MB on disk\n"
    )
    _print_shares(result, used, wall)
    print()
    _print_memory(result)


def _print_shares(result: Run, used: dict[str, float], wall: float) -> None:
    """The two halves run side by side, so each is compared with the wall clock of its own."""
    tagging = result.series.get("wirewatch_tag_seconds_sum", 0.0)
    tagged = max(1.0, result.series.get("wirewatch_tag_seconds_count", 0.0))
    deciding = result.series.get("wirewatch_decide_batch_seconds_sum", 0.0)
    batches = max(1.0, result.series.get("wirewatch_decide_batch_seconds_count", 0.0))
    until = next((moment.at for moment in result.moments if moment.extracted >= result.moments[-1].extracted), wall)
    rest = until - tagging
    table(
        ("where the time goes", "seconds", "ms/article", "of the wall clock"),
        [
            ("extractor: reading", tagging, 1000 * tagging / tagged, f"{tagging / wall:.0%}"),
            ("extractor: bus, pipe, waiting", rest, 1000 * rest / tagged, f"{rest / wall:.0%}"),
            ("alerter: deciding, transaction", deciding, 1000 * deciding / tagged, f"{deciding / wall:.0%}"),
            *(
                (f"processor: {role}", spent, 1000 * spent / tagged, f"{spent / wall:.0%}")
                for role, spent in used.items()
            ),
        ],
    )
    print(
        f"{tagged / batches:.0f} articles per batch of the alerter; extracted after {until:.1f} s, decided after {wall:.1f} s"
    )


def _print_memory(result: Run) -> None:
    roles = sorted({role for moment in result.moments for role in moment.resident})
    rows, before = [], result.moments[0]
    for moment in _marked(result.moments):
        rate = (moment.decided - before.decided) / (moment.at - before.at) if moment.at > before.at else 0.0
        held = [round(moment.resident[role] / MB) for role in roles]
        rows.append((f"{moment.decided:,}", round(moment.at), *held, sum(held), rate))
        before = moment
    table(("after articles", "s", *(f"{role} MB" for role in roles), "all MB", "articles/s since"), rows)
    print(f"peak {max(sum(moment.resident.values()) for moment in result.moments) / MB:.0f} MB")


def _marked(moments: list[Moment]) -> list[Moment]:
    """The first moments at or after each mark, and the last."""
    found = [next((moment for moment in moments if moment.decided >= mark), moments[-1]) for mark in _MARKS]
    wanted = {moments[0].at, *(moment.at for moment in found), moments[-1].at}
    return [moment for moment in moments if moment.at in wanted]
