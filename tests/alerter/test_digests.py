"""Digests through the real dispatch and store: one for each date of a place, over every change of its clock, whatever restarts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.alerter.routing_desk import RoutingDesk

# Each time of day is one that the place's clock skips, or tells twice, at its changes.
PLACES = [
    ("Europe/Berlin", "02:30"), ("America/Nuuk", "23:30"), ("Australia/Lord_Howe", "01:45"), ("Africa/Casablanca", "02:30"),
]  # fmt: skip
YEARS = (2026, 2027)


def changes(zone: str) -> list[date]:
    """The dates on which the offset of the clock changes."""
    where, day, found = ZoneInfo(zone), date(YEARS[0], 1, 1), []
    while day.year in YEARS:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=where)
        if noon.utcoffset() != (noon - timedelta(days=1)).utcoffset():
            found.append(day)
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize(("zone", "at"), PLACES, ids=[zone for zone, _ in PLACES])
def test_one_digest_for_each_date_over_every_change_of_the_clock(zone: str, at: str, tmp_path: Path) -> None:
    where = ZoneInfo(zone)
    desk = RoutingDesk(tmp_path, {"begin": "2026-01-01T00:00", "routes": digest(zone, at)})
    assert len(changes(zone)) == 4
    for number, day in enumerate(changes(zone)):
        desk.told.clear()
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
        names = [f"{number}-{hours}" for hours in range(0, 120, 4)]
        for hours, name in zip(range(0, 120, 4), names, strict=True):
            desk.until(begin + timedelta(hours=hours))
            desk.decide([name])
            if hours in (44, 48, 52):
                desk.restart()
        desk.until(begin + timedelta(days=7))
        moments = [(desk.begin + timedelta(seconds=seconds)).astimezone(where) for seconds, _, _ in desk.told]
        dates = [due_on(moment, at) for moment in moments]
        assert dates == [dates[0] + timedelta(days=later) for later in range(len(dates))], f"change of {day}"
        assert dates[0] <= day <= dates[-1]
        assert sorted(name for _, _, told in desk.told for name in told) == sorted(names)


def test_an_alert_of_each_digest_is_told_as_one_of_that_date(tmp_path: Path) -> None:
    desk = RoutingDesk(tmp_path, {"begin": "2026-03-28T12:00", "routes": digest("Europe/Berlin", "02:30")})
    for hours in (0, 24):
        desk.until(desk.begin + timedelta(hours=hours))
        desk.decide([str(hours)])
    desk.until(desk.begin + timedelta(days=3))
    rows = [row for row in desk.store.outbox.rows() if row.notification.receiver == "desk"]
    assert [b"Digest of 2026-03-29" in row.notification.payload for row in rows] == [True, False]
    assert b"Digest of 2026-03-30" in rows[1].notification.payload


def digest(zone: str, at: str) -> dict[str, object]:
    return {"route": {"receiver": "desk", "digest": {"at": at, "zone": zone}}}


def due_on(moment: datetime, at: str) -> date:
    """The date whose digest was told: that of the moment, or of the day before where the clock has skipped the end of that day."""
    planned = datetime.fromisoformat(f"{moment.date()}T{at}").time()
    late = moment.time() < planned
    return moment.date() - timedelta(days=1) if late else moment.date()
