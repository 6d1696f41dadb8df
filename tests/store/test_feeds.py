"""Pollers share feeds: each is polled by one at a time, and what it remembers is never overwritten by a latecomer."""

import threading
from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.core.errors import Lost
from services.core.feed import Feed, FeedLease, Seen
from services.store.engine import Store, open_store
from tests.builders import at


def feed(name: str, url: str = "http://feed.example/") -> Feed:
    return Feed(id=name, url=url, outlet="harbour")


def seen(article_id: str = "a1", **changes: object) -> Seen:
    plain = Seen(
        article_id=article_id, revision=1, content_hash="h1", first_seen_at=at(0), last_seen_at=at(0), feed="f1"
    )
    return replace(plain, **changes)


def lease(
    store: Store, minutes: float = 1, *, owner: str = "anna", limit: int = 10, seconds: float = 60
) -> tuple[FeedLease, ...]:
    return store.feeds.lease(owner, at(minutes), limit=limit, seconds=seconds)


def names(leases: tuple[FeedLease, ...]) -> list[str]:
    return [one.state.feed for one in leases]


def test_a_new_feed_is_due_at_once_and_was_never_polled(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (leased,) = lease(store, 0)
    assert (leased.state.feed, leased.state.url, leased.state.polled_at) == ("f1", "http://feed.example/", None)
    assert (leased.owner, leased.until) == ("anna", at(1))


def test_a_leased_feed_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (first,) = lease(store, 1)
    assert lease(store, 1.5, owner="boris") == ()
    (second,) = lease(store, 2, owner="boris")
    assert second.token > first.token


def test_the_longest_due_come_first(store: Store) -> None:
    store.feeds.sync([feed(name) for name in ("f1", "f2", "f3")], at(0))
    for one, due in zip(lease(store), (30, 10, 20), strict=True):
        store.feeds.save(one, replace(one.state, due_at=at(due)), [])
    assert names(lease(store, 40, limit=2)) == ["f2", "f3"]
    assert names(lease(store, 40, limit=2)) == ["f1"]


def test_what_is_saved_comes_back_byte_for_byte(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (one,) = lease(store)
    state = replace(
        one.state, due_at=at(2) + timedelta(microseconds=1), etag='W/"\xe9\x01"', last_modified=" Mon ", url="http://moved.example/",
        document_hash="d", polled_at=at(1), failures=3, error="timed out\0",
    )  # fmt: skip
    store.feeds.save(one, state, [])
    assert lease(store, 2) == ()
    (again,) = lease(store, 3)
    assert again.state == state


def test_a_save_under_a_lease_that_passed_on_is_lost_and_writes_nothing(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (stale,) = lease(store, 1)
    (current,) = lease(store, 2, owner="boris")
    with pytest.raises(Lost, match="anna on feed f1"):
        store.feeds.save(stale, replace(stale.state, due_at=at(9)), [seen()])
    assert store.feeds.seen(["a1"]) == {}
    store.feeds.save(current, replace(current.state, due_at=at(5)), [])


def test_a_late_save_counts_while_nobody_else_took_the_feed(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (late,) = lease(store, 1)
    store.feeds.save(late, replace(late.state, due_at=at(30)), [])
    store.feeds.save(late, replace(late.state, due_at=at(30)), [])  # the answer to the first was not heard
    assert lease(store, 29) == ()


def test_sync_keeps_what_is_known_of_a_feed(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (one,) = lease(store)
    store.feeds.save(one, replace(one.state, due_at=at(5), url="http://moved.example/", etag="e"), [])
    store.feeds.sync([feed("f1")], at(2))
    assert lease(store, 4) == ()
    (again,) = lease(store, 5)
    assert (again.state.url, again.state.etag) == ("http://moved.example/", "e")


def test_a_feed_with_a_changed_url_starts_anew_also_under_a_running_lease(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (old,) = lease(store)
    store.feeds.save(old, replace(old.state, due_at=at(2), etag="old", polled_at=at(1)), [])
    (running,) = lease(store, 2)
    store.feeds.sync([feed("f1", "http://other.example/")], at(2))
    with pytest.raises(Lost):
        store.feeds.save(running, replace(running.state, etag="old"), [])
    (anew,) = lease(store, 2)
    assert (anew.state.url, anew.state.etag, anew.state.polled_at) == ("http://other.example/", None, None)


def test_a_feed_gone_from_the_list_is_not_leased_and_its_state_waits(store: Store) -> None:
    store.feeds.sync([feed("f1"), feed("f2")], at(0))
    for one in lease(store):
        store.feeds.save(one, replace(one.state, due_at=at(2), etag="kept"), [])
    store.feeds.sync([feed("f2")], at(2))
    assert names(lease(store, 3)) == ["f2"]
    store.feeds.sync([feed("f1"), feed("f2")], at(3.5))
    (back,) = lease(store, 3.5)
    assert (back.state.feed, back.state.etag) == ("f1", "kept")


def test_many_pollers_never_hold_the_same_feed(database: str) -> None:
    stores = [open_store(database) for _ in range(4)]
    everything = {f"f{number}" for number in range(60)}
    stores[0].feeds.sync([feed(name) for name in everything], at(0))
    taken: list[str] = []

    def poll(number: int) -> None:
        while leases := lease(stores[number], owner=f"poller {number}", limit=3):
            taken.extend(names(leases))

    threads = [threading.Thread(target=poll, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    for store in stores:
        store.close()
    # A poller that found its portion taken stops early; what nobody took is still there, and nothing was taken twice.
    assert len(taken) == len(set(taken))
    assert set(taken) <= everything
    assert len(taken) > 30


def test_published_articles_are_remembered(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (one,) = lease(store)
    store.feeds.save(one, one.state, [seen("a1"), seen("a2", revision=3)])
    assert store.feeds.seen(["a1", "a2", "a3"]) == {"a1": seen("a1"), "a2": seen("a2", revision=3)}
    assert store.feeds.seen([]) == {}


def test_any_number_of_articles_can_be_asked_for(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (one,) = lease(store)
    many = [seen(f"a{number}") for number in range(1200)]
    store.feeds.save(one, one.state, many)
    assert store.feeds.seen([f"a{number}" for number in range(70_000)]) == {each.article_id: each for each in many}


def test_an_older_revision_from_another_feed_does_not_undo_a_newer_one(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (one,) = lease(store)
    store.feeds.save(one, one.state, [seen(revision=2, content_hash="h2", last_seen_at=at(5))])
    store.feeds.save(one, one.state, [seen(revision=1, content_hash="h1", last_seen_at=at(9), feed="f2")])
    assert store.feeds.seen(["a1"])["a1"] == seen(revision=2, content_hash="h2", last_seen_at=at(9))
    store.feeds.save(one, one.state, [seen(revision=3, content_hash="h3", last_seen_at=at(7), feed="f2")])
    assert store.feeds.seen(["a1"])["a1"] == seen(revision=3, content_hash="h3", last_seen_at=at(9), feed="f2")


def test_what_was_not_seen_for_long_is_forgotten_in_portions(store: Store) -> None:
    store.feeds.sync([feed("f1")], at(0))
    (one,) = lease(store)
    store.feeds.save(one, one.state, [seen(f"a{number}", last_seen_at=at(number)) for number in range(10)])
    assert [store.feeds.forget(at(5), 3), store.feeds.forget(at(5), 3), store.feeds.forget(at(5), 3)] == [3, 2, 0]
    assert sorted(store.feeds.seen([f"a{number}" for number in range(10)])) == ["a5", "a6", "a7", "a8", "a9"]
