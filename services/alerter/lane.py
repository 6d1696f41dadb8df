"""One receiver's lane: claims its rows of the outbox, sends them in order, and settles them."""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import structlog

from services.alerter.late import Late
from services.alerter.limits import Breaker, Bucket
from services.alerter.trouble import Failing
from services.core.backoff import full_jitter
from services.core.delivery import Policy, Verdict, expired, verdict
from services.core.errors import Lost, Retriable
from services.core.notification import Ambiguous, DeliveryState, Failed, OutboxRow, Outcome, Refused, Sent, late_story
from services.core.ports.edges import Clock, Notifier
from services.core.ports.store import Outbox
from services.telemetry import metrics

log = structlog.get_logger(__name__)
T = TypeVar("T")

_SLICE = 5.0  # the longest sleep, so that a lane that waits for a destination still shows that it lives


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Durations in seconds. ``lease`` exceeds what a send can take, so that no row is sent twice at the same time."""

    poll: float = 0.5  # between looks at an empty outbox
    timeout: float = 10.0  # per send
    lease: float = 40.0  # after a crash, its row is sent again once this has passed
    observe: float = 5.0  # between two looks at the outbox's depth, and at what came too late
    batch: int = 20  # rows claimed at once for a receiver without a rate


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What a receiver's sends came to since the start. ``repeats`` counts sends that were marked as possible repeats."""

    sent: int = 0
    failed: int = 0
    refused: int = 0
    ambiguous: int = 0
    repeats: int = 0
    dead: int = 0
    unknown: int = 0
    late: int = 0


class Lane:
    """Runs in a thread of its own, so that a slow or dead destination holds up nobody else."""

    def __init__(
        self,
        receiver: str,
        notifier: Notifier,
        outbox: Outbox,
        clock: Clock,
        *,
        policy: Policy,
        pace: Pace,
        rate: float | None,
        owner: str,
        totals: Totals,
        late: Late | None = None,
    ) -> None:
        """``late`` tells together what could not be delivered in time; a receiver without it must take everything, however late."""
        self.receiver = receiver
        self.totals = totals
        self.failure: BaseException | None = None
        self.failing: Failing | None = None
        self.answers = False  # whether the destination answered the last send
        self.last_progress = clock.monotonic()
        self._notifier = notifier
        self._outbox = outbox
        self._clock = clock
        self._policy = policy
        self._pace = pace
        self._bucket = Bucket(rate)
        self._breaker = Breaker()
        self._batch = pace.batch if rate is None else 1
        self._owner = owner
        self._late = late
        self._looked = self.last_progress - pace.observe  # when we last looked for what came too late
        self._shed_at = self._looked
        self._stop = threading.Event()
        self._awake = threading.Event()
        self._store_failures = 0
        self._thread = threading.Thread(target=self._run, name=f"notify-{receiver}", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        metrics.initialise_receiver(self.receiver)
        self._thread.start()

    def wake(self) -> None:
        """Look at the outbox now rather than at the next poll."""
        self._awake.set()

    def stop(self) -> None:
        """End after the send in hand."""
        self._stop.set()
        self._awake.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end; whether it came."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def store_answers(self) -> bool:
        """Whether the last call to the store went through."""
        return self._store_failures == 0

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self.last_progress = self._clock.monotonic()
                self._sleep(self._turn())
        except BaseException as error:  # noqa: BLE001  the sender raises it where its service is kept
            self.failure = error

    def _turn(self) -> float:
        """Send what may go now; seconds until the next look."""
        try:
            self._shed()
            pause = self._pause()
            if pause > 0:
                return pause
            rows = self._outbox.claim(
                self._owner, self._clock.now(), receivers=(self.receiver,), limit=self._batch, seconds=self._pace.lease
            )
            self._store_failures = 0
            self._send_all(rows)
            gathered = not rows and self._gather_late()
        except Retriable as error:
            return self._store_failed(error)
        return 0.0 if rows or gathered else self._pace.poll

    def _shed(self) -> None:
        """Now and then: of too many that wait, the oldest come too late."""
        now = self._clock.monotonic()
        if self._late is None or now - self._shed_at < self._pace.observe:
            return
        self._shed_at = now
        shed = self._late.shed(self._policy.queue, self._clock.now())
        self._add("late", shed)
        metrics.DELIVERIES.labels(self.receiver, "late").inc(shed)

    def _gather_late(self) -> bool:
        """Now and then, when nothing else is due: what came too late becomes a digest, which the next turn sends."""
        now = self._clock.monotonic()
        if self._late is None or now - self._looked < self._pace.observe:
            return False
        self._looked = now
        return self._late.gather(self._clock.now(), answers=self.answers)

    def _send_all(self, rows: tuple[OutboxRow, ...]) -> None:
        """Send the rows in order. Those for which no time is left, or which the destination must not get now, are given back."""
        latest = self._clock.monotonic() + self._pace.lease - 2 * self._pace.timeout
        for row in rows:
            if self._stop.is_set() or self._pause() > 0 or self._clock.monotonic() > latest:
                reason = row.error or "given back before it was tried"
                back = Verdict(state=DeliveryState.RETRY, due_at=self._clock.now(), reason=reason)
                self._settle(row, Failed(reason=reason), back)
            else:
                self._deliver(row)

    def _deliver(self, row: OutboxRow) -> None:
        late = expired(row, self._clock.now(), self._policy)
        if late is not None:
            self._finish(row, Failed(reason=late.reason or ""), late)
            return
        story = row.notification.story_id
        digest = story == late_story(self.receiver)
        thread = None if digest else self._patiently(lambda: self._outbox.thread(self.receiver, story))
        self._bucket.take(self._clock.monotonic())
        result = self._attempt(row, thread)
        now = self._clock.now()
        chosen = verdict(row, result, now, self._policy, chance=_chance())
        chosen = self._judge_destination(row, result, chosen, now)
        self._count(row, result, now)
        self._finish(row, result, chosen)

    def _attempt(self, row: OutboxRow, thread: str | None) -> Outcome:
        try:
            return self._notifier.send(row, thread=thread, timeout=self._pace.timeout)
        except msgspec.MsgspecError:
            return Refused(reason="it was rendered for another type of receiver")
        except Exception as error:  # noqa: BLE001  a mistake of ours; what it says could hold a secret
            log.error("notifier broke", receiver=self.receiver, error=type(error).__name__, where=_where(error))
            return Ambiguous(reason=f"the notifier broke: {type(error).__name__}")

    def _judge_destination(self, row: OutboxRow, result: Outcome, chosen: Verdict, now: datetime) -> Verdict:
        """Tell the breaker. While it is open, a row that failed waits longer than the destination, so that the next try is another row's."""
        if isinstance(result, (Sent, Refused)):
            self._breaker.succeeded()
            return chosen
        if isinstance(result, Failed):
            wait, asked = (
                (chosen.due_at - now).total_seconds(),
                min(result.retry_after or 0.0, self._policy.longest_wait),
            )
        else:
            wait, asked = 0.0, 0.0
        monotonic = self._clock.monotonic()
        self._breaker.failed(monotonic, attempts=row.attempts, row_wait=wait, asked=asked, chance=_chance())
        if not self._breaker.open or chosen.state is not DeliveryState.RETRY:
            return chosen
        yielding = now + timedelta(seconds=2 * self._breaker.wait(monotonic) + self._pace.poll)
        return msgspec.structs.replace(chosen, due_at=max(chosen.due_at, yielding))

    def _count(self, row: OutboxRow, result: Outcome, now: datetime) -> None:
        word = type(result).__name__.lower()
        self.answers = isinstance(result, (Sent, Refused))
        if isinstance(result, (Failed, Ambiguous)):
            self.failing = Failing(since=self.failing.since if self.failing else now, reason=result.reason)
        else:
            self.failing = None
        metrics.DELIVERIES.labels(self.receiver, word).inc()
        if isinstance(result, Sent):
            metrics.DELIVER_SECONDS.observe(max(0.0, (now - row.notification.created_at).total_seconds()))
        self._add(word)
        if row.repeat:
            self._add("repeats")

    def _finish(self, row: OutboxRow, result: Outcome, chosen: Verdict) -> None:
        """Settle the row and say what became of it."""
        if chosen.state in (DeliveryState.DEAD, DeliveryState.UNKNOWN, DeliveryState.LATE):
            self._add(chosen.state.value)
        if chosen.state is DeliveryState.LATE:
            metrics.DELIVERIES.labels(self.receiver, "late").inc()
        note = row.notification
        event = log.info if isinstance(result, Sent) else log.warning
        event(
            "notification " + chosen.state.value,
            receiver=self.receiver, notification=note.id, alerts=",".join(note.alert_ids), attempt=row.attempts,
            repeat=row.repeat, reason=chosen.reason, trace=note.trace_id,
        )  # fmt: skip
        self._settle(row, result, chosen)

    def _settle(self, row: OutboxRow, result: Outcome, chosen: Verdict) -> None:
        now = self._clock.now()
        try:
            self._patiently(
                lambda: self._outbox.settle(self._owner, row, result, now, state=chosen.state, due_at=chosen.due_at)
            )
        except Lost:
            log.warning("lease lost", receiver=self.receiver, notification=row.notification.id)

    def _patiently(self, call: Callable[[], T]) -> T:
        """Call the store again while it is away, for as long as the lease leaves time. Then the failure is raised."""
        deadline = self._clock.monotonic() + self._pace.lease - self._pace.timeout
        while True:
            try:
                result = call()
            except Retriable as error:
                wait = self._store_failed(error)
                if self._clock.monotonic() + wait > deadline or self._stop.wait(wait):
                    raise
            else:
                self._store_failures = 0
                return result

    def _store_failed(self, error: Retriable) -> float:
        self._store_failures += 1
        self.last_progress = self._clock.monotonic()
        metrics.RETRIES.labels("sender", "store").inc()
        log.warning("the outbox is away", receiver=self.receiver, error=str(error))
        return full_jitter(self._store_failures, base=0.2, cap=5.0, chance=_chance())

    def _pause(self) -> float:
        now = self._clock.monotonic()
        return max(self._bucket.wait(now), self._breaker.wait(now))

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._awake.wait(min(seconds, _SLICE))
            self._awake.clear()

    def _add(self, name: str, count: int = 1) -> None:
        self.totals = msgspec.structs.replace(self.totals, **{name: getattr(self.totals, name) + count})


def _chance() -> float:
    return random.random()  # noqa: S311  jitter


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"
