"""The extractor over the bus in memory: nothing is lost, whatever an article does to its reader."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.bus.memory import MemoryBus
from services.core import codec
from services.core.article import Article, TaggedArticle
from services.core.dead_letter import DeadLetter
from services.core.errors import Fatal, Lost, PoisonReason, Retriable
from services.core.ports.bus import Partition
from services.core.settings import ExtractorSettings
from services.core.streams import ARTICLES, DEAD_LETTERS, EXTRACTORS, STREAMS, TAGGED
from services.extractor.process import Died, ReaderProcess, TimedOut
from services.extractor.reader import Read
from services.extractor.service import Extractor
from tests.builders import T0, article
from tests.extractor.taggers import Forgetful, Obedient, broken


class WallClock:
    def now(self) -> datetime:
        return T0

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.fixture
def bus() -> MemoryBus:
    made = MemoryBus(WallClock())
    made.ensure(STREAMS)
    return made


def send(bus: MemoryBus, *titles: str, key: bytes = b"k") -> None:
    producer = bus.producer("test")
    for number, title in enumerate(titles):
        message = article(id=f"{title}-{number}", title=title, summary="")
        producer.send(ARTICLES, key=key, value=codec.encode(message), headers=codec.headers(message))
    producer.flush()


def send_bytes(bus: MemoryBus, value: bytes | None) -> None:
    producer = bus.producer("test")
    producer.send(ARTICLES, key=b"k", value=value or b"", headers=(("trace", b"t9"),))
    producer.flush()


def values(bus: MemoryBus, stream: str) -> list[bytes]:
    partitions = next(spec.partitions for spec in STREAMS if spec.name == stream)
    records = [r for i in range(partitions) for r in bus.browse(Partition(stream, i), 0, 1000)]
    return [record.value for record in records if record.value is not None]


def tagged(bus: MemoryBus) -> list[str]:
    return sorted(codec.decode(TaggedArticle, value).article.title for value in values(bus, TAGGED))


def letters(bus: MemoryBus) -> list[DeadLetter]:
    return [codec.decode(DeadLetter, value) for value in values(bus, DEAD_LETTERS)]


def waiting(bus: MemoryBus) -> int:
    return sum(lag.records for lag in bus.lag(EXTRACTORS, [ARTICLES]))


@contextmanager
def running(bus: Any, factory: Callable[[], Any] = Obedient, recycle: Callable[[], None] | None = None, **settings: Any) -> Iterator[Extractor]:  # fmt: skip
    extractor = Extractor(
        bus=bus, tagger_factory=factory, clock=WallClock(), settings=ExtractorSettings(**settings), name="e", recycle=recycle,
    )  # fmt: skip
    stop = threading.Event()
    thread = threading.Thread(target=extractor.run, args=(stop,))
    thread.start()
    try:
        yield extractor
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def test_every_article_comes_out_tagged_under_its_id(bus: MemoryBus) -> None:
    send(bus, "one", "two", "three")
    with running(bus) as extractor:
        until(lambda: waiting(bus) == 0 and extractor.ready)
        assert extractor.totals().articles == 3
    assert tagged(bus) == ["one", "three", "two"]


def test_what_cannot_be_read_is_a_dead_letter_with_its_bytes_and_reason(bus: MemoryBus) -> None:
    send_bytes(bus, b"{oops")
    send_bytes(bus, b'{"schema":"article/9"}')
    send(bus, "one")
    with running(bus):
        until(lambda: waiting(bus) == 0)
    assert [(letter.reason, letter.value, letter.group) for letter in letters(bus)] == [
        (PoisonReason.MALFORMED, b"{oops", EXTRACTORS),
        (PoisonReason.UNKNOWN_SCHEMA, b'{"schema":"article/9"}', EXTRACTORS),
    ]
    assert letters(bus)[0].trace_id == "t9"
    assert tagged(bus) == ["one"]


@pytest.mark.parametrize(
    ("word", "reason"),
    [("hang", PoisonReason.TIMED_OUT), ("die", PoisonReason.CRASHED), ("fail", PoisonReason.CRASHED)],
)
def test_an_article_that_harms_its_reader_costs_nobody_else(bus: MemoryBus, word: str, reason: PoisonReason) -> None:
    send(bus, "before", word, "after")
    with running(bus, deadline=0.5):
        until(lambda: waiting(bus) == 0)
    assert tagged(bus) == ["after", "before"]
    assert [letter.reason for letter in letters(bus)] == [reason]


def test_several_harmful_articles_in_a_row_are_committed_one_by_one(bus: MemoryBus) -> None:
    send(bus, "hang", "hang", "die", "one")
    with running(bus, deadline=0.3):
        until(lambda: waiting(bus) == 0)
    assert len(letters(bus)) == 3
    assert tagged(bus) == ["one"]


def test_a_reader_killed_for_another_reason_reads_the_article_again(bus: MemoryBus, tmp_path: Path) -> None:
    send(bus, "die once", "one")
    with running(bus, partial(Forgetful, str(tmp_path / "mark"))):
        until(lambda: waiting(bus) == 0)
    assert tagged(bus) == ["die once", "one"]
    assert letters(bus) == []


def test_memory_is_given_back_by_a_new_reader_and_nothing_is_lost(bus: MemoryBus) -> None:
    send(bus, *["hoard"] * 6)
    with running(bus, batch=1, max_rss=180_000_000) as extractor:
        until(lambda: waiting(bus) == 0)
        until(lambda: extractor.totals().recycles >= 1)
    assert len(tagged(bus)) == 6


def test_the_process_itself_is_started_anew_where_it_holds_too_much(bus: MemoryBus) -> None:
    asked = threading.Event()
    send(bus, "one")
    with running(bus, max_rss=1_000_000, recycle=asked.set):
        until(asked.is_set)
    assert tagged(bus) == ["one"]


def test_a_bus_that_is_away_is_waited_for(bus: MemoryBus) -> None:
    send(bus, "one")
    with running(bus) as extractor:
        until(lambda: waiting(bus) == 0)
        bus.away = True
        time.sleep(0.4)
        bus.away = False
        send(bus, "two")
        until(lambda: len(tagged(bus)) == 2)
        assert extractor.totals().articles >= 2


class Failing:
    """The bus in memory, with a producer or consumer that fails as often as told."""

    def __init__(self, inner: MemoryBus, failures: list[Exception], method: str) -> None:
        self.inner = inner
        self.failures = failures
        self.method = method

    def producer(self, name: str) -> Any:
        made = self.inner.producer(name)
        return _Fails(made, self.failures, self.method) if self.method == "flush" else made

    def consumer(self, streams: list[str], *, group: str, name: str) -> Any:
        made = self.inner.consumer(streams, group=group, name=name)
        return _Fails(made, self.failures, self.method) if self.method != "flush" else made


class _Fails:
    def __init__(self, inner: Any, failures: list[Exception], method: str) -> None:
        self._inner = inner
        self._failures = failures
        self._method = method

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._failures:
            raise self._failures.pop()
        return getattr(self._inner, name)


@pytest.mark.parametrize("method", ["flush", "poll", "commit"])
@pytest.mark.parametrize("error", [Retriable("away"), Fatal("broken")])
def test_a_failure_that_passes_loses_nothing(bus: MemoryBus, method: str, error: Exception) -> None:
    send(bus, "one", "two")
    with running(Failing(bus, [error, error], method)):
        until(lambda: waiting(bus) == 0)
    assert set(tagged(bus)) == {"one", "two"}


def test_a_batch_that_is_lost_is_dropped_and_left_to_its_new_owner(bus: MemoryBus) -> None:
    send(bus, "one")
    with running(Failing(bus, [Lost("taken")], "commit")) as extractor:
        until(lambda: len(tagged(bus)) == 1)
        time.sleep(0.2)
        assert extractor.totals().articles == 0
    with running(bus):
        until(lambda: waiting(bus) == 0)
    assert tagged(bus) == ["one", "one"]  # at least once


def test_a_reader_that_does_not_come_up_is_fatal() -> None:
    with pytest.raises(Fatal, match="does not start"):
        ReaderProcess(broken)


def test_the_reader_answers_within_its_deadline_or_is_gone() -> None:
    reader = ReaderProcess(Obedient)
    try:
        reply = reader.read(codec.encode(article(title="one")), 5)
        assert isinstance(reply, Read)
        assert reader.resident() > 1_000_000
        with pytest.raises(TimedOut):
            reader.read(codec.encode(article(title="hang")), 0.3)
        assert not reader.usable
        with pytest.raises((Died, TimedOut, ValueError)):
            reader.read(codec.encode(article(title="one")), 1)
    finally:
        reader.close()


def test_the_reader_gets_no_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_TOKEN", "s3cret")
    reader = ReaderProcess(Obedient)
    try:
        environment: Mapping[str, str] = dict(
            line.split("=", 1) for line in Path(f"/proc/{reader.pid}/environ").read_text().split("\0") if "=" in line
        )
    finally:
        reader.close()
    assert "s3cret" not in environment.values()


def test_articles_are_read_by_the_real_tagger_in_the_real_process(bus: MemoryBus) -> None:
    from services.extractor.tagger import SpacyTagger
    from tests.extractor.reading import LEXICONS

    message: Article = article(title="Portugal agrees to sell coastal radars to Iceland", summary="")
    producer = bus.producer("test")
    producer.send(ARTICLES, key=b"k", value=codec.encode(message))
    producer.flush()
    with running(bus, partial(SpacyTagger, LEXICONS, ExtractorSettings())) as extractor:
        until(lambda: waiting(bus) == 0)
        assert extractor.totals().acts == {"arms_transfer": 1}
