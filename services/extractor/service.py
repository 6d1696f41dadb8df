"""The extractor: consumes articles, has them read, and sends tagged articles, at least once and in order per article."""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog
from msgspec import Struct

from services.core import codec
from services.core.backoff import full_jitter
from services.core.dead_letter import DeadLetter
from services.core.errors import Fatal, Lost, Poison, PoisonReason, Retriable
from services.core.ports.bus import Bus, Consumer, Partition, Producer, Record
from services.core.ports.edges import Clock, Tagger
from services.core.settings import ExtractorSettings
from services.core.streams import ARTICLES, DEAD_LETTERS, EXTRACTORS, TAGGED
from services.extractor.process import Died, ReaderProcess, TimedOut
from services.extractor.reader import Read, Refused
from services.telemetry import metrics

log = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0
_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_DETAIL = 2000
_TRIES = (
    2  # an article on which the process died is read once more: the process may have been killed for another's sake
)


class Totals(Struct, frozen=True, kw_only=True):
    """What this extractor has done since it was made."""

    articles: int
    dead_letters: int
    acts: dict[str, int]  # by kind
    results: dict[str, int]  # read, or why passed on unread
    recycles: int


class Extractor:
    """Runs until told to stop. Any number may run: each has its own partitions.

    A tagged article is durable before its article is committed, so a crash repeats at most a batch and loses nothing.
    What can never be read becomes a dead letter, durable before the commit too.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        tagger_factory: Callable[[], Tagger],
        clock: Clock,
        settings: ExtractorSettings,
        name: str,
        recycle: Callable[[], None] | None = None,
    ) -> None:
        """``tagger_factory`` must pickle: it is called in the reading process. ``recycle`` is called when this process itself, not the reading one, holds more than ``max_rss``."""
        self.last_progress = clock.monotonic()
        self.ready = False
        self._bus = bus
        self._factory = tagger_factory
        self._clock = clock
        self._settings = settings
        self._name = name
        self._recycle = recycle
        self._reader: ReaderProcess | None = None
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._acts: Counter[str] = Counter()
        self._results: Counter[str] = Counter()

    def totals(self) -> Totals:
        """What was done so far. Any thread may call it."""
        with self._lock:
            return Totals(
                articles=self._counts["articles"],
                dead_letters=self._counts["dead_letters"],
                acts=dict(self._acts),
                results=dict(self._results),
                recycles=self._counts["recycles"],
            )

    def run(self, stop: threading.Event) -> None:
        """Read until ``stop``. A broken consumer, producer or reading process is replaced; what was not committed is read again."""
        failures = 0
        while not stop.is_set():
            consumer = self._bus.consumer([ARTICLES], group=EXTRACTORS, name=self._name)
            producer = self._bus.producer(self._name)
            try:
                self._consume(consumer, producer, stop)
            except Fatal as error:
                failures += 1
                metrics.RETRIES.labels("extractor", "rebuild").inc()
                log.warning("starting with a new consumer", error=str(error))
                self._pause(failures, stop)
            finally:
                self.ready = False
                producer.close()
                consumer.close()
                self.close()

    def close(self) -> None:
        """End the reading process. Safe to call twice."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _consume(self, consumer: Consumer, producer: Producer, stop: threading.Event) -> None:
        failures = 0
        self._ensure_reader()
        while not stop.is_set():
            try:
                polled = consumer.poll(_POLL_SECONDS, self._settings.batch)
            except Retriable as error:
                failures += 1
                self._retried("poll", error)
                self._pause(failures, stop)
                continue
            failures = 0
            self._progress()
            if polled.assigned:
                log.info("assigned", partitions=sorted(partition.index for partition in polled.assigned))
            if polled.records:
                self._settle(consumer, producer, polled.records, stop)

    def _settle(
        self, consumer: Consumer, producer: Producer, records: tuple[Record, ...], stop: threading.Event
    ) -> None:
        """Read and pass on the batch, again and again until it is done, no longer ours, or we are told to stop."""
        metrics.CONSUMED.labels(ARTICLES).inc(len(records))
        failures = 0
        waiting = records
        while waiting and not stop.is_set():
            try:
                waiting = self._pass_on(consumer, producer, waiting)
                self._progress()
            except Retriable as error:
                failures += 1
                self._retried("batch", error)
                self._pause(failures, stop)
            except Lost as error:
                self._retried("lost", error)
                return
        self._weigh()

    def _pass_on(self, consumer: Consumer, producer: Producer, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """Read, send, flush, commit; what is left of the batch.

        A batch ends at an article that took its process with it: what came before, and its dead letter, are committed
        at once, so that several such articles in a row cannot keep each other from ever being committed.
        """
        begun = self._clock.monotonic()
        replies: list[tuple[Record, Read | Refused]] = []
        for record in records:
            reply, whole = self._read(record)
            replies.append((record, reply))
            if not whole:
                break
        letters = [self._send(producer, record, reply) for record, reply in replies]
        producer.flush()
        consumer.commit(_following(record for record, _ in replies))
        self._account(replies, [letter for letter in letters if letter], begun)
        return records[len(replies) :]

    def _read(self, record: Record) -> tuple[Read | Refused, bool]:
        """The reply, and whether the reading process has survived it."""
        if record.value is None:
            return Refused(PoisonReason.MALFORMED, "the record has no value"), True
        for _ in range(_TRIES):
            reader = self._ensure_reader()
            try:
                return reader.read(record.value, self._settings.deadline), True
            except TimedOut:
                self.close()
                return Refused(PoisonReason.TIMED_OUT, f"not read within {self._settings.deadline:g} s"), False
            except Died as error:
                log.warning(
                    "reading process died", offset=record.offset, partition=record.partition.index, error=str(error)
                )
                self.close()
                detail = str(error)
        return Refused(PoisonReason.CRASHED, f"the reading process ended {_TRIES} times: {detail}"), False

    def _send(self, producer: Producer, record: Record, reply: Read | Refused) -> DeadLetter | None:
        """Send what became of the record. A tagged article over the stream's limit becomes a dead letter."""
        if isinstance(reply, Read):
            try:
                producer.send(TAGGED, key=reply.key, value=reply.value, headers=reply.headers)
            except Poison as poison:
                reply = Refused(poison.reason, poison.detail)
            else:
                return None
        letter = _letter(record, reply, self._clock)
        producer.send(DEAD_LETTERS, key=letter.id.encode(), value=codec.encode(letter), headers=codec.headers(letter))
        return letter

    def _ensure_reader(self) -> ReaderProcess:
        if self._reader is None or not self._reader.usable:
            self.close()
            begun = self._clock.monotonic()
            self._reader = ReaderProcess(self._factory)
            log.info("reading process started", pid=self._reader.pid, seconds=round(self._clock.monotonic() - begun, 2))
        return self._reader

    def _weigh(self) -> None:
        """After a batch, give memory back where too much is held: end the reading process, or have this one started anew."""
        if self._reader is not None and self._reader.resident() > self._settings.max_rss:
            log.info("reading process recycled", resident=self._reader.resident(), limit=self._settings.max_rss)
            self.close()
            self._count_recycle()
        if self._recycle is not None and _own_resident() > self._settings.max_rss:
            self._count_recycle()
            self._recycle()

    def _count_recycle(self) -> None:
        metrics.RECYCLES.inc()
        with self._lock:
            self._counts["recycles"] += 1

    def _account(self, replies: list[tuple[Record, Read | Refused]], letters: list[DeadLetter], begun: float) -> None:
        """Count and log what is durable now."""
        read = [reply for _, reply in replies if isinstance(reply, Read)]
        acts = [act for reply in read for act in reply.acts]
        with self._lock:
            self._counts.update(articles=len(replies), dead_letters=len(letters))
            self._acts.update(kind for kind, _ in acts)
            self._results.update(reply.result for reply in read)
        for reply in read:
            metrics.TAGGED.labels(reply.result).inc()
            metrics.TAG_SECONDS.observe(reply.seconds)
        for kind, certainty in acts:
            metrics.ACTS.labels(kind, certainty).inc()
        for letter in letters:
            metrics.DEAD_LETTERS.labels(letter.stream, letter.reason.value).inc()
            log.error("dead letter", id=letter.id, reason=letter.reason.value, detail=letter.detail)
        seconds = round(self._clock.monotonic() - begun, 3)
        log.info("batch read", records=len(replies), acts=len(acts), dead_letters=len(letters), seconds=seconds)

    def _progress(self) -> None:
        self.last_progress = self._clock.monotonic()
        self.ready = True

    def _retried(self, kind: str, error: Exception) -> None:
        metrics.RETRIES.labels("extractor", kind).inc()
        log.warning("trying again", what=kind, error=str(error))

    def _pause(self, failures: int, stop: threading.Event) -> None:
        chance = random.random()  # noqa: S311  jitter
        stop.wait(full_jitter(failures, base=_PAUSE, cap=_LONGEST_PAUSE, chance=chance))
        self.last_progress = self._clock.monotonic()


def _following(records: Iterable[Record]) -> dict[Partition, int]:
    return {record.partition: record.offset + 1 for record in records}


def _letter(record: Record, refused: Refused, clock: Clock) -> DeadLetter:
    """The record as a dead letter. The same record gives the same id."""
    place = record.partition
    trace = dict(record.headers).get(codec.TRACE_HEADER)
    return DeadLetter(
        id=f"{place.stream}-{place.index}-{record.offset}", stream=place.stream, partition=place.index, offset=record.offset,
        key=record.key, value=record.value, headers=record.headers, reason=refused.reason, detail=refused.detail[:_DETAIL],
        group=EXTRACTORS, at=clock.now(), trace_id=trace.decode(errors="replace") if trace else None,
    )  # fmt: skip


def _own_resident() -> int:
    """Bytes of memory this process holds; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
