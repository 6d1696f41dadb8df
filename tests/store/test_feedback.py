"""Judgements: kept by alert and author, and counted by the rule that the alert came from."""

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import text

from services.core.alert import Alert
from services.core.feedback import Judgement, Opinion, Tally
from services.store.engine import Store, open_store
from tests.builders import alert, at
from tests.store.test_migrate import at_revision

SAID = Judgement(alert_id="al1", author="jo", opinion=Opinion.USEFUL, note="", at=at(10))


def told(store: Store, *alerts: Alert) -> None:
    with store.alerts.transaction() as transaction:
        transaction.add_alerts(alerts, [])


def say(store: Store, *said: tuple[str, str, str, float]) -> None:
    for ident, author, opinion, minute in said:
        judgement = Judgement(alert_id=ident, author=author, opinion=Opinion(opinion), at=at(minute))
        assert store.feedback.judge(judgement)


def test_a_judgement_is_kept_and_a_later_one_of_its_author_replaces_it(store: Store) -> None:
    told(store, alert(id="al1"), alert(id="al2"))
    other = replace(SAID, author="İpek 'x'; --", note="said before\n…", at=at(5))
    later = replace(SAID, opinion=Opinion.REPEAT, note="told on Monday", at=at(20))
    for one in (SAID, other, later):
        assert store.feedback.judge(one)
    assert store.feedback.of("al1") == (other, later)
    assert store.feedback.of("al1", limit=1) == (other,)
    assert store.feedback.of("al2") == ()


def test_what_is_said_of_no_alert_is_not_kept(store: Store) -> None:
    assert not store.feedback.judge(SAID)
    told(store, alert(id="al1"))
    assert store.feedback.of("al1") == ()


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("al", ("al1", "al12", "al2")), ("al1", ("al1", "al12")), ("al12", ("al12",)), ("", ("AL3", "al1", "al12")), ("al%", ()), ("a_1", ()),
        ("AL", ("AL3",)), ("ä", ()),
    ],
)  # fmt: skip
def test_alerts_are_found_by_how_their_ids_begin(store: Store, prefix: str, found: tuple[str, ...]) -> None:
    told(store, *(alert(id=ident) for ident in ("al12", "al2", "AL3", "al1")))
    assert store.feedback.starting(prefix, 3) == found


def test_alerts_are_counted_by_rule_and_version_and_what_was_said_of_them(store: Store) -> None:
    told(
        store, alert(id="a1", decided_at=at(1)), *(alert(id=f"b{n}", decided_at=at(2 + n)) for n in range(4)),
        alert(id="c1", rule_version="2", decided_at=at(2)), alert(id="d1", rule="oil", decided_at=at(9)),
    )  # fmt: skip
    say(
        store,
        ("a1", "jo", "useful", 3),
        ("b0", "jo", "useful", 3),
        ("b1", "jo", "wrong", 5),
        ("d1", "jo", "repeat", 10),
    )
    assert store.feedback.tallies(at(0)) == (
        Tally(rule="arms", version="1", told=5, useful=2, wrong=1), Tally(rule="arms", version="2", told=1),
        Tally(rule="oil", version="1", told=1, repeat=1),
    )  # fmt: skip
    assert store.feedback.tallies(at(2))[0] == Tally(rule="arms", version="1", told=4, useful=1, wrong=1)
    assert store.feedback.tallies(at(10)) == ()


@pytest.mark.parametrize(
    ("said", "useful", "wrong"),
    [
        ([("jo", "useful", 3), ("mo", "wrong", 4)], 0, 1), ([("mo", "wrong", 4), ("jo", "useful", 5)], 1, 0),
        ([("jo", "wrong", 3), ("mo", "wrong", 4), ("jo", "useful", 5)], 1, 0), ([("jo", "useful", 3), ("mo", "wrong", 3)], 0, 1),
    ],
    ids=["the last word", "the last word again", "one who changed their mind", "at once: one of them, always the same"],
)  # fmt: skip
def test_an_alert_that_several_have_judged_counts_once_as_was_said_last(
    store: Store, said: list[tuple[str, str, float]], useful: int, wrong: int
) -> None:
    told(store, alert(id="al1"))
    say(store, *(("al1", *one) for one in said))
    assert store.feedback.tallies(at(0)) == (Tally(rule="arms", version="1", told=1, useful=useful, wrong=wrong),)


def test_alerts_that_a_release_before_has_decided_are_counted_too(database: str) -> None:
    old = at_revision(database, "0003")
    with old.write() as connection:
        values = {"alert": msgspec.json.encode(alert(rule_version='2 "b"')).decode()}
        connection.execute(
            text("INSERT INTO alerts (alert_id, article_id, decided_at, alert) VALUES ('al1', 'a1', 0, :alert)"), values
        )
    old.close()
    with open_store(database) as store:
        assert store.feedback.tallies(at(-1e6)) == ()
        assert store.feedback.tallies(at(-3e7)) == (Tally(rule="arms", version='2 "b"', told=1),)
        assert store.feedback.judge(SAID)
