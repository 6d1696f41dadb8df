"""The alerter decides in one transaction: all of it stands, or nothing."""

import threading
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from services.core.article import TaggedArticle
from services.core.background import Counted
from services.core.errors import Lost
from services.core.ledger import Fate, LedgerEntry
from services.core.notification import DeliveryState, Sent
from services.core.ports.bus import Partition
from services.core.story import Story
from services.store.engine import Store, open_store
from services.store.tables import outbox_alerts, story_keys
from tests.builders import alert, at, notification, tagged

P0, P1 = Partition("tagged-articles", 0), Partition("tagged-articles", 1)


def story(ident: str = "s1", minutes: float = 1, keys: tuple[str, ...] = ("k1",), **changes: object) -> Story:
    return Story(id=ident, title="Radars for Sudmark", first_at=at(0), last_at=at(minutes), keys=keys, **changes)


def entry(article_id: str = "a1", minutes: float = 2, fate: Fate = Fate.NO_RULE) -> LedgerEntry:
    return LedgerEntry(article_id=article_id, revision=1, at=at(minutes), fate=fate, reason="no rule matched")


def save(store: Store, *stories: Story) -> None:
    with store.alerts.transaction() as transaction:
        transaction.save_stories(stories)


def found(store: Store, key: str, since: float = 0, most: int = 10) -> list[str]:
    return sharing(store, key, since=since, most=most).get(key, [])


def sharing(store: Store, *keys: str, since: float = 0, most: int = 10) -> dict[str, list[str]]:
    with store.alerts.transaction() as transaction:
        shared = transaction.sharing(keys, at(since), most)
    return {key: [ident for _, ident in stories] for key, stories in shared.items()}


def test_offsets_move_from_where_they_were(store: Store) -> None:
    assert store.alerts.offsets("alerters") == {}
    with store.alerts.transaction() as transaction:
        transaction.advance("alerters", {P0: (None, 5), P1: (None, 7)})
    with store.alerts.transaction() as transaction:
        transaction.advance("alerters", {P0: (5, 9)})
        transaction.advance("others", {P0: (None, 1)})
    assert store.alerts.offsets("alerters") == {P0: 9, P1: 7}
    assert store.alerts.offsets("others") == {P0: 1}


@pytest.mark.parametrize("stale", [None, 4, 6])
def test_a_stale_offset_is_lost_and_takes_the_transaction_with_it(store: Store, stale: int | None) -> None:
    with store.alerts.transaction() as transaction:
        transaction.advance("alerters", {P0: (None, 5)})

    def decide() -> None:
        with store.alerts.transaction() as transaction:
            transaction.save_stories([story()])
            transaction.advance("alerters", {P0: (stale, 9)})

    with pytest.raises(Lost, match="tagged-articles/0"):
        decide()
    assert store.alerts.offsets("alerters") == {P0: 5}
    assert store.alerts.story("s1") is None


def test_of_two_alerters_on_the_same_records_one_decides(database: str) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def decide(name: str) -> None:
        with open_store(database) as own:
            start.wait()
            for turn in range(10):
                try:
                    with own.alerts.transaction() as transaction:
                        transaction.advance("alerters", {P0: (turn or None, turn + 1)})
                        transaction.log([entry(name)])
                    outcomes.append("decided")
                except Lost:
                    outcomes.append("lost")

    with open_store(database) as store:
        threads = [threading.Thread(target=decide, args=(name,)) for name in ("anna", "boris")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(outcomes) == ["decided"] * 10 + ["lost"] * 10
        assert len(store.alerts.ledger()) == 10
        assert store.alerts.offsets("alerters") == {P0: 10}


def test_a_transaction_sees_what_the_one_before_it_wrote(database: str) -> None:
    """Also if it began to wait before that one was finished: decisions build on one another."""
    with open_store(database) as first, open_store(database) as second:
        seen: list[list[str]] = []
        with first.alerts.transaction() as transaction:
            waiting = threading.Thread(target=lambda: seen.append(found(second, "k1")))
            waiting.start()
            transaction.save_stories([story()])
            waiting.join(timeout=0.3)
            assert waiting.is_alive()
        waiting.join(timeout=10)
        assert seen == [["s1"]]


def test_nothing_of_a_transaction_that_fails_is_left(store: Store) -> None:
    def decide() -> None:
        with store.alerts.transaction() as transaction:
            transaction.advance("alerters", {P0: (None, 5)})
            transaction.save_stories([story()])
            transaction.archive([(tagged(), "s1")])
            transaction.add_alerts([alert()], [notification()])
            transaction.log([entry()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        decide()
    assert store.alerts.offsets("alerters") == {}
    assert store.alerts.story("s1") is None
    assert (store.alerts.articles("a1"), store.alerts.alerts(), store.alerts.ledger(), store.outbox.rows()) == (
        (),
        (),
        (),
        (),
    )


def test_nothing_of_a_transaction_is_visible_before_it_commits(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.save_stories([story()])
        transaction.add_alerts([alert()], [notification()])
        assert transaction.stories(["s1"]) == {"s1": story()}
        assert store.alerts.story("s1") is None
        assert store.alerts.alerts() == ()
    assert store.alerts.story("s1") == story()
    assert store.alerts.alerts() == (alert(),)


def test_of_each_key_the_youngest_stories_are_found(store: Store) -> None:
    save(
        store,
        story("one", 9, ("a", "x")),
        story("two", 1, ("a", "b", "y")),
        story("none", 9, ("z",)),
        story("three", 1, ("a", "b", "c")),
        story("younger", 2, ("a", "b", "q")),
    )
    every = {"a": ["one", "younger", "two", "three"], "b": ["younger", "two", "three"], "c": ["three"]}
    assert sharing(store, "a", "b", "c") == every
    assert sharing(store, "a", "b", "c", most=2) == {key: stories[:2] for key, stories in every.items()}
    assert sharing(store, "b", "b", "nowhere") == {"b": every["b"]}
    assert sharing(store) == {}


def test_more_keys_than_one_statement_takes_are_found(store: Store) -> None:
    save(store, story(keys=tuple(f"k{number}" for number in range(1200))))
    assert len(sharing(store, *(f"k{number}" for number in range(1200)))) == 1200


def test_what_was_kept_of_the_background_is_read_from_the_last_whole_on(store: Store) -> None:
    parts = [
        Counted(whole=whole, articles=1, terms={"radar": number}) for number, whole in enumerate((False, True, False))
    ]
    with store.alerts.transaction() as transaction:
        places = [transaction.keep_background(part) for part in parts]
    with store.alerts.transaction() as transaction:
        assert transaction.background(0) == tuple(zip(places, parts, strict=True))[1:]
        assert transaction.background(places[1]) == ((places[2], parts[2]),)
        assert transaction.background(places[2]) == ()


def test_stories_are_not_older_than_asked(store: Store) -> None:
    save(store, story("old", 1), story("edge", 5), story("new", 9))
    assert found(store, "k1", since=5) == ["new", "edge"]


def test_a_saved_story_replaces_the_earlier_one_with_its_keys(store: Store) -> None:
    save(store, story(keys=("a", "b")))
    save(store, story(minutes=60, keys=("b", "c"), articles=2, outlets=("harbour", "quay")))
    assert found(store, "a") == []
    assert found(store, "b", since=60) == ["s1"]
    assert found(store, "c", since=60) == ["s1"]
    assert store.alerts.story("s1") == story(minutes=60, keys=("b", "c"), articles=2, outlets=("harbour", "quay"))


def test_of_the_same_story_twice_in_a_batch_the_last_is_kept(store: Store) -> None:
    save(store, story(keys=("a",)), story(minutes=3, keys=("b",)))
    assert (found(store, "a"), found(store, "b")) == ([], ["s1"])


def test_a_key_can_be_of_any_length(store: Store) -> None:
    long = "~" + "".join(chr(0x4E00 + number % 20_000) for number in range(9_000))
    save(store, story(keys=(long, long[:-1])), story("other", keys=(long[:-1],)))
    assert found(store, long) == ["s1"]
    assert found(store, long[:-1]) == ["s1", "other"]


def test_many_stories_are_saved_and_read_at_once(store: Store) -> None:
    many = [story(f"s{number}", keys=(f"k{number}", "all")) for number in range(1100)]
    save(store, *many)
    with store.alerts.transaction() as transaction:
        assert len(transaction.stories([one.id for one in many] + ["unknown"])) == 1100
        assert len(transaction.sharing(["all"], at(0), 5000)["all"]) == 1100


def test_an_article_is_decided_once_per_revision(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.archive([(tagged(), None), (tagged(revision=2), "s1"), (tagged(id="a2"), "s2")])
        assert transaction.decided([("a1", 1), ("a1", 3), ("a2", 1), ("a3", 1)]) == {("a1", 1), ("a2", 1)}
        assert transaction.decided([]) == set()


def test_the_first_decision_about_a_revision_stands(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.archive([(tagged(), "s1")])
        transaction.archive([(tagged(), "s2")])
    assert store.alerts.articles("a1") == ((tagged(), "s1"),)


def test_an_article_goes_to_the_story_of_its_latest_revision_that_has_one(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.archive([(tagged(), "s1"), (tagged(revision=2), "s2"), (tagged(revision=3), None)])
        assert transaction.story_of("a1") == "s2"
        assert transaction.story_of("a9") is None


def test_an_article_is_kept_whole_with_all_its_revisions(store: Store) -> None:
    odd = tagged(revision=2, title="Ärger \U0001f600 \x01 \u2028 “x”", body="б" * 50_000)
    with store.alerts.transaction() as transaction:
        transaction.archive([(odd, None), (tagged(), "s1")])
    assert store.alerts.articles("a1") == ((tagged(), "s1"), (odd, None))
    assert store.alerts.articles("a2") == ()


def test_an_alert_that_exists_is_left_as_it_is_and_so_is_its_notification(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.add_alerts([alert()], [notification()])
    (row,) = store.outbox.claim("anna", at(3), receivers=["desk"], limit=5, seconds=60)
    with store.alerts.transaction() as transaction:
        transaction.add_alerts(
            [alert(title="another"), alert(id="al2")],
            [notification(payload=b"another"), notification(id="n2", alert_ids=("al2",))],
        )
    assert [(one.id, one.title) for one in store.alerts.alerts()] == [("al1", alert().title), ("al2", alert().title)]
    first, second = store.outbox.rows()
    assert first == row
    assert (second.notification.id, second.state) == ("n2", DeliveryState.PENDING)


def test_alerts_are_read_oldest_first_by_time_and_article(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.add_alerts(
            [
                alert(id="late", decided_at=at(9)),
                alert(id="z", decided_at=at(1)),
                alert(id="a", decided_at=at(1), article_id="a2"),
            ],
            [],
        )
    assert [one.id for one in store.alerts.alerts()] == ["z", "a", "late"]
    assert [one.id for one in store.alerts.alerts(limit=1)] == ["z"]
    assert [one.id for one in store.alerts.alerts(since=at(9))] == ["late"]
    assert [one.id for one in store.alerts.alerts(article_id="a2")] == ["a"]
    assert store.alerts.alerts(article_id="a2", since=at(2)) == ()


def test_the_ledger_is_read_in_the_order_it_was_written(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.log([entry("a2"), entry("a1"), entry("a1", 3, Fate.SEEN)])
        transaction.log([])
    assert store.alerts.ledger() == (entry("a2"), entry("a1"), entry("a1", 3, Fate.SEEN))
    assert store.alerts.ledger(article_id="a1", limit=1) == (entry("a1"),)
    assert store.alerts.ledger(since=at(3)) == (entry("a1", 3, Fate.SEEN),)


def test_retention_forgets_in_portions_and_keeps_the_young(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        transaction.archive([(tagged(id=f"old{number}"), "s1") for number in range(4)])
        transaction.save_stories([story("old", 2, ("k1", "k2")), story("young", 20)])
        transaction.log([entry("a1", 2), entry("a1", 20)])
        transaction.add_alerts([alert()], [notification()])
    edge = at(2) + timedelta(microseconds=1)
    assert [store.alerts.forget(edge, 3) for _ in range(3)] == [3, 3, 0]
    assert store.alerts.articles("old0") == ()
    assert (found(store, "k1"), found(store, "k2"), store.alerts.story("old")) == (["young"], [], None)
    assert store.alerts.ledger() == (entry("a1", 20),)
    assert (len(store.alerts.alerts()), len(store.outbox.rows())) == (1, 1)


def test_what_belongs_to_forgotten_rows_goes_with_them(store: Store) -> None:
    save(store, story(keys=("k1", "k2")))
    with store.alerts.transaction() as transaction:
        transaction.add_alerts([alert()], [notification()])
    (row,) = store.outbox.claim("anna", at(3), receivers=["desk"], limit=1, seconds=60)
    store.outbox.settle("anna", row, Sent(), at(3), state=DeliveryState.SENT, due_at=at(3))
    assert (store.alerts.forget(at(9), 10), store.outbox.forget(at(9), 10)) == (1, 1)
    with store._database.read() as connection:
        left = [connection.scalar(select(func.count()).select_from(table)) for table in (story_keys, outbox_alerts)]
    assert left == [0, 0]


def test_the_archive_is_read_page_by_page_in_the_order_of_tagging(store: Store) -> None:
    order = [(1, "b", 1), (1, "c", 1), (1, "c", 2), (1, "c", 10), (2, "a", 1), (3, "d", 1), (3, "é", 1)]
    kept = [replace(tagged(id=ident, revision=revision), tagged_at=at(minutes)) for minutes, ident, revision in order]
    early = replace(tagged(id="z"), tagged_at=at(0.5))
    with store.alerts.transaction() as transaction:
        transaction.archive([(one, f"s{one.article.id}" if one.article.revision == 1 else None) for one in kept[::-1]])
        transaction.archive([(early, None)])
    read: list[tuple[TaggedArticle, str | None]] = []
    while page := store.alerts.archived(since=at(1), after=read[-1][0] if read else None, limit=2):
        assert len(page) <= 2
        read += page
    assert [one for one, _ in read] == kept
    assert [story for _, story in read] == ["sb", "sc", None, None, "sa", "sd", "sé"]
    assert store.alerts.archived(since=at(4)) == ()


def test_the_ledger_and_alerts_are_found_by_story_and_by_alert(store: Store) -> None:
    told = replace(entry("a1"), story_id="s1", rule="arms", alert_id="al1")
    quiet = replace(entry("a2", 3, Fate.NOT_NEW), story_id="s1", rule="arms")
    other = replace(entry("a3", 4), story_id="s2")
    with store.alerts.transaction() as transaction:
        transaction.log([told, quiet, other, entry("a4", 5)])
        transaction.add_alerts([alert(), alert(id="al2", article_id="a3", story_id="s2", decided_at=at(4))], [])
    assert store.alerts.ledger(story_id="s1") == (told, quiet)
    assert store.alerts.ledger(story_id="s1", since=at(3)) == (quiet,)
    assert store.alerts.ledger(story_id="s1", article_id="a2") == (quiet,)
    assert store.alerts.ledger(alert_id="al1") == (told,)
    assert store.alerts.ledger(alert_id="al9") == ()
    assert [one.id for one in store.alerts.alerts(story_id="s2")] == ["al2"]
    assert [one.id for one in store.alerts.alerts(alert_id="al1")] == ["al1"]
    assert store.alerts.alerts(alert_id="al1", story_id="s2") == ()
