"""What has waited is told when its time comes."""

from collections.abc import Callable

from services.alerter.account import observe_routed
from services.alerter.batch import Policy
from services.alerter.dispatch import Dispatch
from services.core.ports.edges import Clock
from services.core.ports.store import AlertStore


class Due:
    """Looks at the groups whose time has come. Any number of alerters may: the store lets one transaction go at a time."""

    def __init__(self, store: AlertStore, clock: Clock, on_told: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._on_told = on_told

    def tell(self, policy: Policy, longest: float) -> float:
        """Tell what is due by now; seconds until the next is due, ``longest`` at most. Raises Retriable."""
        if policy.routing is None:
            return longest
        due = self._store.next_due()
        if due is not None and due <= self._clock.now():
            self._tell(policy)
            due = self._store.next_due()
        left = longest if due is None else (due - self._clock.now()).total_seconds()
        return min(longest, max(0.0, left))

    def _tell(self, policy: Policy) -> None:
        if policy.routing is None:
            return
        with self._store.transaction() as transaction:
            done = Dispatch(transaction, policy.routing, policy.notify, self._clock.now()).run(())
            transaction.add_alerts([], done.notifications)
            transaction.log(done.entries)
        observe_routed(done.entries)
        if done.notifications:
            self._on_told()
