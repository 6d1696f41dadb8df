"""What is older than the retention goes, however much there is of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.alerter.retention import EVERY, Retention
from services.core.errors import Retriable
from services.core.notification import DeliveryState, Sent
from services.store.engine import Store
from tests.alerter.outgoing import SLACK
from tests.alerter.sending import alerts, decide, opened
from tests.builders import T0, tagged


class HandClock:
    """Moved by the test."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> datetime:
        return T0 + timedelta(seconds=self.at)

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        yield opened_store


def ignored(error: Retriable) -> None:
    del error


def test_it_goes_on_a_portion_at_a_time_until_nothing_old_is_left(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.alerter.retention.AT_ONCE", 3)
    clock = HandClock()
    retention = Retention(store.alerts.forget, clock, 60.0, ignored)
    with store.alerts.transaction() as transaction:
        transaction.archive([(tagged(id=f"old{number}"), None) for number in range(10)])
    kept = []
    for seconds in (EVERY - 1, 1, 1, 1, 1, 1):
        clock.at += seconds
        retention.tick()
        kept.append(sum(bool(store.alerts.articles(f"old{number}")) for number in range(10)))
    assert kept == [10, 7, 4, 1, 0, 0]
    assert retention.due_at == clock.at - 1 + EVERY


def test_what_was_delivered_long_ago_is_forgotten_and_what_waits_is_not(store: Store) -> None:
    clock = HandClock()
    decide(store, [SLACK], alerts(2), at=clock.now())
    row = store.outbox.claim("me", clock.now(), receivers=["slack"], limit=1, seconds=60)[0]
    store.outbox.settle("me", row, Sent(), clock.now(), state=DeliveryState.SENT, due_at=clock.now())
    retention = Retention(store.outbox.forget, clock, 60.0, ignored)
    clock.at = EVERY
    retention.tick()
    assert [row.notification.alert_ids for row in store.outbox.rows()] == [("al1",)]


def test_a_store_that_is_away_is_told_of_and_asked_again_after_an_hour() -> None:
    def away(before: datetime, limit: int) -> int:
        raise Retriable("locked")

    clock, told = HandClock(), []
    retention = Retention(away, clock, 60.0, told.append)
    for at in (0.0, EVERY, EVERY + 1, 2 * EVERY):
        clock.at = at
        retention.tick()
    assert [str(error) for error in told] == ["locked", "locked"]
