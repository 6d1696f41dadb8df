"""The sender: takes notifications from the outbox to their receivers, each receiver in a lane of its own."""

import threading
import uuid
from collections.abc import Iterable, Mapping

import msgspec
import structlog

from services.alerter.lane import Lane, Pace, Totals
from services.alerter.late import Late
from services.alerter.render.notifications import STREAM_RECEIVER
from services.alerter.retention import Retention
from services.alerter.trouble import TroubleReports
from services.core.delivery import Policy
from services.core.errors import Retriable
from services.core.feedback_link import FeedbackLinks
from services.core.notification import DeliveryState
from services.core.ports.edges import Clock, Notifier
from services.core.ports.store import Outbox
from services.core.settings import AlerterSettings, Receiver, SlackReceiver, Trouble
from services.telemetry import metrics

log = structlog.get_logger(__name__)

_TICK = 0.5
_NEVER = float("inf")
_PACE = Pace()
_POLICY = Policy()


class Sender:
    """Runs until told to stop. At least once: a row whose sender died is sent again, with the same id and marked as a possible repeat."""

    def __init__(  # noqa: PLR0917  the composition root names them in this order
        self,
        outbox: Outbox,
        notifiers: Mapping[str, Notifier],
        receivers: Iterable[Receiver],
        clock: Clock,
        settings: AlerterSettings,
        name: str,
        *,
        pace: Pace = _PACE,
        policy: Policy = _POLICY,
        links: FeedbackLinks | None = None,
        trouble: Trouble | None = None,
    ) -> None:
        """``name`` begins the owner of leases. ``policy`` is the pattern for every receiver; max_age and resend come from the configuration.

        ``trouble`` says who is told of receivers that do not deliver.
        """
        if pace.lease <= 2 * pace.timeout:
            raise ValueError("a lease must be longer than two sends can take")
        self.last_progress = clock.monotonic()
        self.ready = False
        self._outbox = outbox
        self._clock = clock
        self._name = name
        self._pace = pace
        self._links = links
        self._policy = msgspec.structs.replace(policy, resend=settings.ambiguous == "resend")
        self._notifiers = dict(notifiers)
        self._receivers = {receiver.name: receiver for receiver in receivers}
        self._trouble = trouble
        self._reports = TroubleReports(outbox)
        self._next: tuple[dict[str, Notifier], dict[str, Receiver], Trouble | None] | None = None
        self._lock = threading.Lock()
        self._lanes: dict[str, Lane] = {}
        self._past: dict[str, Totals] = {}  # of lanes that have ended; those after them count on
        self._orphans: frozenset[str] = frozenset()
        self._retention = Retention(outbox.forget, clock, settings.retention, _away)

    def run(self, stop: threading.Event) -> None:
        """Deliver until ``stop``; then end after the sends in hand. Raises what broke a lane."""
        self._start_lanes()
        observed = self._clock.monotonic() - self._pace.observe
        try:
            while not stop.is_set():
                self._check_lanes()
                if self._clock.monotonic() - observed >= self._pace.observe:
                    observed = self._clock.monotonic()
                    self._observe()
                self._retention.tick()
                self._take_reload()
                stop.wait(_TICK)
        finally:
            self.ready = False
            self._stop_lanes()

    def wake(self) -> None:
        """New rows are in the outbox: look now."""
        for lane in tuple(self._lanes.values()):
            lane.wake()

    def reload(
        self, notifiers: Mapping[str, Notifier], receivers: Iterable[Receiver], trouble: Trouble | None = None
    ) -> None:
        """Use these from now on. The sends in hand end first; the notifiers before are closed."""
        with self._lock:
            overtaken = self._next
            self._next = (dict(notifiers), {receiver.name: receiver for receiver in receivers}, trouble)
        if overtaken is not None:
            _close(overtaken[0])

    def close(self) -> None:
        """Let go of the notifiers. Safe to call twice."""
        self._stop_lanes()
        _close(self._notifiers)
        if self._next is not None:
            _close(self._next[0])

    @property
    def totals(self) -> dict[str, Totals]:
        """What the sends came to since the start, by receiver."""
        at_work = {name: lane.totals for name, lane in tuple(self._lanes.items())}
        return {name: Totals() for name in tuple(self._notifiers)} | self._past | at_work

    def _start_lanes(self) -> None:
        self._lanes = {name: self._lane(name, notifier) for name, notifier in self._notifiers.items()}
        for lane in self._lanes.values():
            lane.start()

    def _lane(self, name: str, notifier: Notifier) -> Lane:
        receiver = self._receivers.get(name)
        built_in = name == STREAM_RECEIVER  # what programs read is published however late
        policy = msgspec.structs.replace(
            self._policy,
            max_age=_NEVER if built_in else getattr(receiver, "max_age", self._policy.max_age),
            max_attempts=2**31 if built_in else self._policy.max_attempts,
            queue=getattr(receiver, "queue", self._policy.queue) * len(getattr(receiver, "to", ("",))),
            reconciles=isinstance(receiver, SlackReceiver) and receiver.reconciles,
        )
        return Lane(
            name, notifier, self._outbox, self._clock, policy=policy, pace=self._pace,
            rate=getattr(receiver, "rate", None), owner=f"{self._name}:{uuid.uuid4().hex[:8]}", totals=self._past.get(name, Totals()),
            late=Late(self._outbox, receiver, self._links) if receiver else None,
        )  # fmt: skip

    def _stop_lanes(self) -> None:
        for lane in self._lanes.values():
            lane.stop()
        deadline = self._clock.monotonic() + 2 * self._pace.timeout
        for name, lane in self._lanes.items():
            if not lane.join(max(0.1, deadline - self._clock.monotonic())):
                log.error("a send did not end in time, its outcome is left to its lease", receiver=name)
            self._past[name] = lane.totals
        self._lanes = {}

    def _take_reload(self) -> None:
        with self._lock:
            coming, self._next = self._next, None
        if coming is None:
            return
        self._stop_lanes()
        _close(self._notifiers)
        self._notifiers, self._receivers, self._trouble = coming
        self._start_lanes()
        log.info("receivers reloaded", receivers=",".join(self._notifiers))

    def _check_lanes(self) -> None:
        for lane in self._lanes.values():
            if lane.failure is not None:
                raise lane.failure
        self.last_progress = min((lane.last_progress for lane in self._lanes.values()), default=self._clock.monotonic())
        self.ready = all(lane.store_answers for lane in self._lanes.values())

    def _observe(self) -> None:
        """Show how deep the outbox is, and name rows that no receiver of the configuration will ever take, and receivers that take none."""
        try:
            depth = self._outbox.depth()
            self._report_trouble()
        except Retriable as error:
            log.warning("the outbox is away", error=str(error))
            return
        for name in self._notifiers:
            for state in DeliveryState:
                metrics.OUTBOX.labels(name, state.value).set(depth.get((name, state), 0))
        waiting = (DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.SENDING, DeliveryState.LATE)
        orphans = frozenset(name for (name, state), rows in depth.items() if rows and state in waiting) - set(
            self._notifiers
        )
        if orphans and orphans != self._orphans:
            log.warning("notifications wait for receivers that are not configured", receivers=",".join(sorted(orphans)))
        self._orphans = orphans

    def _report_trouble(self) -> None:
        told = self._receivers.get(self._trouble.receiver) if self._trouble else None
        if self._trouble is None or told is None:
            return
        if self._reports.look(tuple(self._lanes.values()), self._trouble, told, self._clock.now()):
            self.wake()


def _away(error: Retriable) -> None:
    log.warning("the outbox is away", error=str(error))


def _close(notifiers: Mapping[str, Notifier]) -> None:
    for notifier in notifiers.values():
        notifier.close()
