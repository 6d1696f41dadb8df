"""The alerter: reads tagged articles, and decides each batch in one transaction with the offsets it has consumed.

An article is decided exactly once: the offsets move in the same transaction as stories, alerts, outbox, archive and
ledger, and only from where this alerter believes them to be. The bus is told afterwards, for the lag display only.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial

import structlog
from msgspec import Struct

from services.alerter.account import Poisoned, bury, log_alert, observe
from services.alerter.batch import Batch, Decided, Moves, Policy
from services.alerter.dispatch import Notify, Routing
from services.alerter.due import Due
from services.alerter.memory import Memory
from services.alerter.retention import Retention
from services.alerter.sense import Sense, senseless
from services.core import codec
from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.backoff import full_jitter
from services.core.decide import Circumstances
from services.core.errors import Fatal, Lost, Poison, Retriable
from services.core.feed import Outlet
from services.core.ports.bus import Batch as Polled
from services.core.ports.bus import Bus, Consumer, Partition, Producer, Record
from services.core.ports.edges import Clock
from services.core.ports.store import AlertStore
from services.core.rule import Mode, RuleSource
from services.core.rules.vocabulary import ANYTHING, Vocabulary
from services.core.settings import AlerterSettings
from services.core.streams import ALERTERS, TAGGED
from services.telemetry import metrics

log = structlog.get_logger(__name__)

_PAUSE, _LONGEST_PAUSE = 0.2, 10.0


class Totals(Struct, frozen=True, kw_only=True):
    """What this alerter has decided since it was made, for a summary at the end of a run."""

    articles: int
    alerts: dict[str, int]  # by kind of development
    fates: dict[str, int]  # by fate, one per article or match
    new_stories: int
    joined: int  # articles that joined a story
    dead_letters: int


class Alerter:
    """Runs until told to stop.

    Any number may run: each has partitions of its own, and as the store lets one transaction of an alerter go at a
    time, they share stories without harm. More than one is a matter of standing by, not of speed.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        store: AlertStore,
        rules: Sequence[RuleSource],
        outlets: Iterable[Outlet],
        notify: Notify,
        clock: Clock,
        settings: AlerterSettings,
        name: str,
        on_alert: Callable[[Alert], None] | None = None,
        poll_seconds: float = 1.0,
        routing: Routing | None = None,
        on_told: Callable[[], None] = lambda: None,
        vocabulary: Vocabulary = ANYTHING,
        sense: Sense = senseless,
    ) -> None:
        """``notify`` renders an alert for every receiver that its routes name; it must be pure. ``routing`` decides which of that
        waits. ``on_alert`` is called after the alert is durable, ``on_told`` after what had waited is in the outbox. ``sense`` tells what an
        article is about, for stories. Raises RuleError.
        """
        self.last_progress = clock.monotonic()
        self.ready = False
        self._bus = bus
        self._store = store
        self._clock = clock
        self._settings = settings
        self._name = name
        self._on_alert = on_alert
        self._poll_seconds = poll_seconds
        self._lock = threading.Lock()
        self._due = Due(store, clock, on_told)
        self._policy = _policy(rules, outlets, notify, routing, vocabulary)
        self._memory = Memory()
        self._sense = sense
        self._next: dict[Partition, int | None] = {}  # of our partitions, as we believe the store has them
        self._counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._fates: Counter[str] = Counter()
        self._retention = Retention(store.forget, clock, settings.retention, partial(self._retried, "forget"))

    def reload(
        self, rules: Sequence[RuleSource], outlets: Iterable[Outlet], notify: Notify, routing: Routing | None = None,
        vocabulary: Vocabulary = ANYTHING,
    ) -> None:  # fmt: skip
        """Decide by these from the next batch on. Raises RuleError and keeps the old ones. Any thread may call it."""
        policy = _policy(rules, outlets, notify, routing, vocabulary)
        with self._lock:
            self._policy = policy

    def totals(self) -> Totals:
        """What was decided so far. Any thread may call it."""
        with self._lock:
            return Totals(
                articles=self._counts["articles"],
                alerts=dict(self._kinds),
                fates=dict(self._fates),
                new_stories=self._counts["new_stories"],
                joined=self._counts["joined"],
                dead_letters=self._counts["dead_letters"],
            )

    def run(self, stop: threading.Event) -> None:
        """Decide until ``stop``. A broken consumer or producer is replaced; what was not committed is read again."""
        failures = 0
        while not stop.is_set():
            self._tell_due()
            try:
                with (
                    closing(self._bus.consumer([TAGGED], group=ALERTERS, name=self._name)) as consumer,
                    closing(self._bus.producer(self._name)) as producer,
                ):
                    self._consume(consumer, producer, stop)
            except (Fatal, Retriable) as error:
                failures += 1
                self._retried("rebuild", error)
                self._pause(failures, stop)
            finally:
                self.ready = False
                self._next.clear()

    def _consume(self, consumer: Consumer, producer: Producer, stop: threading.Event) -> None:
        failures = 0
        while not stop.is_set():
            wait = self._tell_due()
            try:
                polled = consumer.poll(wait, self._settings.batch)
                failures = 0
            except Retriable as error:
                failures += 1
                self._retried("poll", error)
                self._pause(failures, stop)
                continue
            self._progress()
            self._reassign(consumer, polled, stop)
            if polled.records:
                self._settle(consumer, producer, polled.records, stop)
            self._retention.tick()

    def _tell_due(self) -> float:
        """Tell what has waited until now; how many seconds to wait for records, so that the next is told in time."""
        with self._lock:
            policy = self._policy
        try:
            return self._due.tell(policy, self._poll_seconds)
        except Retriable as error:
            self._retried("tell", error)
            return self._poll_seconds

    def _reassign(self, consumer: Consumer, polled: Polled, stop: threading.Event) -> None:
        for partition in polled.lost | polled.revoked:
            self._next.pop(partition, None)
        if polled.assigned:
            log.info("assigned", partitions=sorted(partition.index for partition in polled.assigned))
            self._position(consumer, polled.assigned, stop)

    def _position(self, consumer: Consumer, partitions: Iterable[Partition], stop: threading.Event) -> None:
        """Read on from where the store is: what the bus believes may be older or, after a restored backup, newer."""
        offsets = self._offsets(stop)
        for partition in partitions if offsets is not None else ():
            self._next[partition] = (offsets or {}).get(partition)
            consumer.seek(partition, self._next[partition] or 0)

    def _offsets(self, stop: threading.Event) -> dict[Partition, int] | None:
        """The store's offsets, however long it takes; None if told to stop meanwhile."""
        failures = 0
        while not stop.is_set():
            try:
                return self._store.offsets(ALERTERS)
            except Retriable as error:
                failures += 1
                self._retried("offsets", error)
                self._pause(failures, stop)
        return None

    def _settle(
        self, consumer: Consumer, producer: Producer, records: tuple[Record, ...], stop: threading.Event
    ) -> None:
        """Decide the batch, again and again until it is done, no longer ours, or we are told to stop."""
        failures = 0
        metrics.CONSUMED.labels(TAGGED).inc(len(records))
        while not stop.is_set():
            try:
                self._decide(producer, records)
            except Retriable as error:
                failures += 1
                self._retried("decide", error)
                self._pause(failures, stop)
            except Lost as error:
                self._retried("lost", error)
                self._position(consumer, list(self._next), stop)
                return
            else:
                self._progress()
                self._tell_bus(consumer, records)
                return

    def _decide(self, producer: Producer, records: tuple[Record, ...]) -> None:
        begun = self._clock.monotonic()
        with self._lock:
            policy = self._policy
        articles, unreadable = _read(records)
        bury(producer, unreadable, self._clock.now())
        moves = self._moves(records)
        given = Circumstances(now=self._clock.now(), settings=self._settings, owners=policy.owners)
        self._memory.filing.index(policy.rules)  # of many rules this takes seconds, and the store need not wait
        # What a failed transaction has counted must not stay.
        memory, self._memory = self._memory, Memory(self._memory.filing)
        with self._store.transaction() as transaction:
            decided = Batch(transaction, policy, given, memory, self._sense).run(articles, moves)
            bury(producer, decided.crashed, self._clock.now())
        self._memory = memory
        self._next |= {partition: following for partition, (_, following) in moves.items()}
        self._account(decided, len(records), [*unreadable, *decided.crashed], begun)

    def _moves(self, records: tuple[Record, ...]) -> Moves:
        ends = {record.partition: record.offset + 1 for record in records}
        return {partition: (self._next.get(partition), end) for partition, end in ends.items()}

    def _account(self, decided: Decided, articles: int, poisoned: Poisoned, begun: float) -> None:
        """Count, log and show what is durable now."""
        with self._lock:
            self._counts.update(
                articles=articles, new_stories=decided.new_stories, joined=decided.joined, dead_letters=len(poisoned)
            )
            self._kinds.update(alert.development.kind.value for alert in decided.alerts)
            self._fates.update(entry.fate.value for entry in decided.entries)
        observe(decided, poisoned)
        seconds = self._clock.monotonic() - begun
        metrics.DECIDE_SECONDS.observe(seconds)
        log.info("batch decided", records=articles, alerts=len(decided.alerts), seconds=round(seconds, 3))
        for alert in decided.alerts:
            log_alert(alert)
            if self._on_alert is not None:
                self._on_alert(alert)

    def _tell_bus(self, consumer: Consumer, records: tuple[Record, ...]) -> None:
        """For the lag display: the store's offsets are those that count, so a failure here changes nothing."""
        try:
            consumer.commit({record.partition: record.offset + 1 for record in records})
        except (Retriable, Lost) as error:
            log.debug("the bus was not told", error=str(error))

    def _progress(self) -> None:
        self.last_progress = self._clock.monotonic()
        self.ready = True

    def _retried(self, kind: str, error: Exception) -> None:
        self.ready = False
        metrics.RETRIES.labels("alerter", kind).inc()
        log.warning("trying again", what=kind, error=str(error))

    def _pause(self, failures: int, stop: threading.Event) -> None:
        chance = random.random()  # noqa: S311  jitter
        stop.wait(full_jitter(failures, base=_PAUSE, cap=_LONGEST_PAUSE, chance=chance))
        self.last_progress = self._clock.monotonic()


def _policy(
    rules: Sequence[RuleSource], outlets: Iterable[Outlet], notify: Notify, routing: Routing | None, vocabulary: Vocabulary
) -> Policy:  # fmt: skip
    policy = Policy.of(rules, outlets, notify, routing, vocabulary)
    for rule in rules:
        if rule.mode is Mode.ALERT:  # from 0 on: Prometheus takes what a series begins with for no increase
            metrics.ALERTS.labels(rule.id, rule.severity.value)
    return policy


def _read(
    records: tuple[Record, ...],
) -> tuple[list[tuple[Record, TaggedArticle]], list[tuple[Record, Poison]]]:
    """The records that can be read, and those that never can be."""
    articles: list[tuple[Record, TaggedArticle]] = []
    unreadable: list[tuple[Record, Poison]] = []
    for record in records:
        try:
            articles.append((record, codec.decode(TaggedArticle, record.value)))
        except Poison as poison:
            unreadable.append((record, poison))
    return articles, unreadable
