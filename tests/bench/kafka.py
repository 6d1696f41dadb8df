"""Extractors on a real Kafka: one against two, and against the same tagger in a plain loop."""

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from services.core.ports.bus import Bus
from services.core.streams import ARTICLES, EXTRACTORS
from services.openers import open_bus
from tests.bench.pipeline import Rate, fill, peer, series
from tests.bench.processes import Watch
from tests.bench.report import Progress, heading, machine, table
from tests.bench.texts import Texts, articles, texts
from tests.e2e.deployment import Deployment, eventually
from tests.e2e.outlets import Outlets
from tests.servers.kafka import KafkaBroker, kafka_broker, require_kafka

_LOOK = 0.2  # seconds
_LONGEST = 180.0  # seconds for one drain


class Drain(NamedTuple):
    """A stream read to its end by some extractors."""

    extractors: int
    articles: int
    seconds: float
    processor: float  # seconds of all extractors
    shares: tuple[int, ...]  # articles that each of them read

    @property
    def per_second(self) -> float:
        """Articles a second."""
        return self.articles / self.seconds

    @property
    def processor_ms(self) -> float:
        """Milliseconds of processor time for an article, the broker's not counted."""
        return 1000 * self.processor / self.articles


def run(count: int, full: float, rounds: int) -> None:
    """Measure and print. Each round fills and drains the stream once with one and once with two extractors."""
    heading("kafka: extractors on one broker", machine())
    try:
        require_kafka()
    except pytest.skip.Exception as reason:
        print(f"left out: {reason}")
        return
    found = texts(count, full)
    print(found)
    outlets = Outlets(("quiet",))
    with (
        tempfile.TemporaryDirectory(prefix="wirewatch-bench-") as place,
        kafka_broker(Path(place) / "broker") as broker,
    ):
        members = [_extractor(Path(place) / name, outlets, broker) for name in ("one", "two")]
        bus = open_bus(members[0].configuration().settings)
        try:
            plain = peer(members[0].configuration(), list(articles(found)))
            drains = [_drain(bus, members[:size], found) for _ in range(rounds) for size in (1, 2)]
        finally:
            for member in members:
                member.kill_all()
            bus.close()
            outlets.close()
    _print(drains, plain)


def _extractor(directory: Path, outlets: Outlets, broker: KafkaBroker) -> Deployment:
    receiver: dict[str, object] = {"type": "stdout", "name": "desk"}
    settings = {"bus": {"type": "kafka", "servers": list(broker.servers)}}
    return Deployment(directory, outlets, ("extractor",), receiver, **settings)


def _drain(bus: Bus, members: Sequence[Deployment], found: Texts) -> Drain:
    """Start the extractors, wait until the partitions are dealt out, fill the stream, and see it read."""
    for member in members:
        member.start("extractor")
    try:
        for member in members:
            eventually("the extractor is ready", member.ready, 120)
        eventually("every extractor has partitions", lambda: _dealt(members), 60)
        return _timed(bus, members, found)
    finally:
        for member in members:
            member.stop_all()
            member.processes.clear()


def _timed(bus: Bus, members: Sequence[Deployment], found: Texts) -> Drain:
    watches = [Watch(member.processes["extractor"].pid, "extractor") for member in members]
    before = _committed(bus)
    progress = Progress()
    fill(bus, articles(found))
    begun, start, spent = time.monotonic(), _committed(bus), _processor(watches)
    while (done := _committed(bus)) < before + len(found.texts):
        if time.monotonic() - begun > _LONGEST:
            raise RuntimeError(
                f"{done - before} of {len(found.texts)} articles read in {_LONGEST:g} s\n{members[0].logs()}"
            )
        progress(f"{len(members)} extractors: {done - before:,} of {len(found.texts):,}")
        time.sleep(_LOOK)
    seconds = time.monotonic() - begun
    progress.end()
    shares = tuple(round(series(member, "extractor").get("wirewatch_tag_seconds_count", 0.0)) for member in members)
    return Drain(len(members), done - start, seconds, _processor(watches) - spent, shares)


def _committed(bus: Bus) -> int:
    return sum(lag.committed or 0 for lag in bus.lag(EXTRACTORS, [ARTICLES]))


def _processor(watches: Sequence[Watch]) -> float:
    return sum(sum(watch.usage().seconds.values()) for watch in watches)


def _dealt(members: Sequence[Deployment]) -> bool:
    """Whether all partitions have an owner and the owners are these, by what the extractors log."""
    held = [_held(member) for member in members]
    return all(held) and sorted(index for own in held for index in own) == list(range(12))


def _held(member: Deployment) -> list[int]:
    """The partitions of the last assignment since the last start."""
    held: list[int] = []
    for line in (member.directory / "extractor.log").read_text("utf-8").splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("event") == "listening":
            held = []
        elif event.get("event") == "assigned":
            held = json.loads(event["partitions"])
    return held


def _print(drains: Sequence[Drain], plain: Rate) -> None:
    rows = [
        (
            f"{drain.extractors} extractor{'s' if drain.extractors > 1 else ''}", drain.articles, drain.seconds,
            drain.per_second, drain.per_second / plain.per_second,
            drain.processor_ms, drain.processor_ms / plain.processor_ms, " + ".join(map(str, drain.shares)),
        )
        for drain in drains
    ]  # fmt: skip
    head = ("", "articles", "s", "articles/s", "to the loop", "CPU ms/article", "to the loop", "read by each")
    table(head, [*rows, ("plain loop", "", "", plain.per_second, 1.0, plain.processor_ms, 1.0, "")])
    ratios = [two.per_second / one.per_second for one, two in zip(drains[::2], drains[1::2], strict=True)]
    print(f"two extractors to one: {', '.join(f'{ratio:.2f}' for ratio in ratios)}; {machine()}")
