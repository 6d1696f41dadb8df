"""The poller against real outlets, a real store and a real bus."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from services.core.errors import Lost, Retriable
from services.core.feed import FeedLease, FeedState, Seen
from services.poller.workers import ParseWorkers
from services.store.feeds import SqlFeedStore
from tests.builders import T0
from tests.poller.feeds import SETTINGS, feeds_file, item, rss
from tests.poller.outlet import Outlet, conditional, document, redirect, slow
from tests.poller.running import Running, counts, running


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet() as opened:
        yield opened


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as made:
        yield made


def test_an_article_is_published_once_however_often_its_feed_is_polled(outlet: Outlet, here: Running) -> None:
    outlet.answers["/feed"] = document(rss(item("a", "Norland buys boats"), item("b", "Rain in the hills")))
    poller = here.poller(feeds_file(world=outlet.url("/feed")))
    assert counts(poller.poll_due()) == (2, 0, 0)
    outlet.answers["/feed"] = document(rss(item("c", "Radars shipped"), item("a", "Norland buys boats")))
    here.clock.pass_(400)
    assert counts(poller.poll_due()) == (3, 0, 1)
    assert sorted(article.title for article in here.published()) == [
        "Norland buys boats",
        "Radars shipped",
        "Rain in the hills",
    ]
    assert {(article.feed, article.outlet, article.revision) for article in here.published()} == {
        ("world", "harbour", 1)
    }


def test_an_edit_is_a_revision_of_the_same_article(outlet: Outlet, here: Running) -> None:
    outlet.answers["/feed"] = document(rss(item("a", "Norland to buy boats")))
    poller = here.poller(feeds_file(world=outlet.url("/feed")))
    poller.poll_due()
    outlet.answers["/feed"] = document(rss(item("a", "Norland denies buying boats")))
    here.clock.pass_(400)
    assert counts(poller.poll_due()) == (1, 1, 0)
    first, second = here.published()
    assert (first.id, first.revision, second.revision) == (second.id, 1, 2)
    assert first.first_seen_at == second.first_seen_at
    assert first.trace_id != second.trace_id


def test_what_stood_in_a_feed_before_its_first_poll_is_backfill_unless_fresh(outlet: Outlet, here: Running) -> None:
    old = item("old", "Old news", published=T0 - timedelta(days=2))
    fresh = item("fresh", "Fresh news", published=T0)
    undated = item("undated", "Undated news", published=None)
    outlet.answers["/feed"] = document(rss(fresh, undated, old))
    poller = here.poller(feeds_file(world=outlet.url("/feed")))
    poller.poll_due()
    assert {article.title: article.backfill for article in here.published()} == {
        "Old news": True, "Fresh news": False, "Undated news": True,
    }  # fmt: skip
    outlet.answers["/feed"] = document(rss(item("late", "Late news", published=T0 - timedelta(days=3))))
    here.clock.pass_(400)
    poller.poll_due()
    assert [article.backfill for article in here.published() if article.title == "Late news"] == [False]


def test_validators_go_back_byte_for_byte_and_304_publishes_nothing(outlet: Outlet, here: Running) -> None:
    etag = 'W/"a  b;c=\\d--gzip"'
    outlet.answers["/feed"] = conditional(rss(item("a", "Norland buys boats")), etag)
    poller = here.poller(feeds_file(world=outlet.url("/feed")))
    poller.poll_due()
    here.clock.pass_(400)
    poller.poll_due()
    assert [request.headers.get("If-None-Match") for request in outlet.requests] == [None, etag]
    assert len(here.published()) == 1
    assert here.state("world").polled_at == here.clock.now()


def test_a_bus_that_is_away_loses_nothing(outlet: Outlet, here: Running) -> None:
    outlet.answers["/feed"] = document(rss(item("a", "Norland buys boats")))
    poller = here.poller(feeds_file(world=outlet.url("/feed")))
    stop = threading.Event()
    thread = threading.Thread(target=poller.run, args=(stop,))
    here.bus.away = True
    thread.start()
    _wait(lambda: not poller.ready)
    here.bus.away = False
    _wait(lambda: poller.totals.new == 1)
    stop.set()
    thread.join(10)
    assert [article.title for article in here.published()] == ["Norland buys boats"]


def test_a_lease_that_runs_out_while_the_bus_is_away_leaves_the_feed_as_it_was(outlet: Outlet, here: Running) -> None:
    outlet.answers["/feed"] = conditional(rss(item("a", "Norland buys boats")), '"1"')
    poller = here.poller(feeds_file(world=outlet.url("/feed")))
    stop = threading.Event()
    thread = threading.Thread(target=poller.run, args=(stop,))
    here.bus.away = True
    thread.start()
    _wait(lambda: not poller.ready)
    here.clock.pass_(3600)
    _wait(lambda: len(outlet.requests) > 1)
    here.bus.away = False
    _wait(lambda: poller.totals.new == 1)
    stop.set()
    thread.join(10)
    assert outlet.requests[1].headers.get("If-None-Match") is None
    assert [article.title for article in here.published()] == ["Norland buys boats"]


class _Forgetful(SqlFeedStore):
    """Loses the first answer of save: what a crash between publishing and saving looks like."""

    lost = False

    def save(self, lease: FeedLease, state: FeedState, seen: Sequence[Seen]) -> None:
        if seen and not self.lost:
            self.lost = True
            raise Lost("killed before the save")
        super().save(lease, state, seen)


def test_after_a_crash_before_the_save_the_same_ids_and_revisions_are_published_again(
    outlet: Outlet, here: Running
) -> None:
    outlet.answers["/feed"] = document(rss(item("a", "Norland buys boats"), item("b", "Rain")))
    store = _Forgetful(here.store.feeds._database)
    poller = here.poller(feeds_file(world=outlet.url("/feed")), store=store)
    poller.poll_due()
    here.clock.pass_(3600)
    poller.poll_due()
    published = sorted((article.id, article.revision, article.trace_id) for article in here.published())
    assert len(published) == 4
    assert published[0] == published[1]
    assert published[2] == published[3]


def test_a_store_that_is_busy_is_asked_again(outlet: Outlet, here: Running) -> None:
    class Busy(SqlFeedStore):
        refusals = 3

        def save(self, lease: FeedLease, state: FeedState, seen: Sequence[Seen]) -> None:
            if self.refusals:
                Busy.refusals -= 1
                raise Retriable("locked")
            super().save(lease, state, seen)

    outlet.answers["/feed"] = document(rss(item("a", "Norland buys boats")))
    poller = here.poller(feeds_file(world=outlet.url("/feed")), store=Busy(here.store.feeds._database))
    assert poller.poll_due().new == 1
    assert here.state("world").polled_at is not None


def test_a_slow_host_holds_up_only_its_own_feeds(outlet: Outlet, here: Running) -> None:
    settings = msgspec.structs.replace(SETTINGS, per_host=1, concurrency=3)
    with Outlet() as other:
        names = {f"slow{number}": outlet.url(f"/slow{number}") for number in range(4)}
        for number in range(4):
            outlet.answers[f"/slow{number}"] = slow(0.6, document(rss(item(f"s{number}", f"Slow {number}"))))
        other.answers["/fast"] = document(rss(item("f", "Fast")))
        poller = here.poller(feeds_file(**names, zfast=other.url("/fast")), settings)
        stop = threading.Event()
        thread = threading.Thread(target=poller.run, args=(stop,))
        begun = time.monotonic()
        thread.start()
        _wait(lambda: len(other.requests) == 1)
        assert time.monotonic() - begun < 3.0
        ticking = threading.Thread(target=_tick, args=(here, stop))
        ticking.start()
        _wait(lambda: poller.totals.new == 5, seconds=20)
        stop.set()
        thread.join(10)
        ticking.join(10)
    assert max(outlet.busiest.values()) == 1


def test_two_pollers_share_the_feeds_and_none_is_polled_twice(outlet: Outlet, here: Running) -> None:
    names = {f"feed{number}": outlet.url(f"/{number}") for number in range(12)}
    for number in range(12):
        outlet.answers[f"/{number}"] = slow(0.1, document(rss(item(f"g{number}", f"Title {number}"))))
    settings = msgspec.structs.replace(SETTINGS, concurrency=2)
    pollers = [here.poller(feeds_file(**names), settings, name=name) for name in ("one", "two")]
    threads = [threading.Thread(target=poller.poll_due) for poller in pollers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(poller.totals.new for poller in pollers) == 12
    assert len(outlet.requests) == 12
    assert all(poller.totals.polls for poller in pollers)


def test_a_stop_gives_up_fetches_and_hands_their_feeds_back(outlet: Outlet, here: Running) -> None:
    outlet.answers["/feed"] = slow(60, document(rss()))
    poller = here.poller(feeds_file(world=outlet.url("/feed")), msgspec.structs.replace(SETTINGS, deadline=60.0))
    stop = threading.Event()
    thread = threading.Thread(target=poller.run, args=(stop,))
    thread.start()
    _wait(lambda: len(outlet.requests) == 1)
    begun = time.monotonic()
    stop.set()
    thread.join(10)
    assert time.monotonic() - begun < 3.0
    assert [lease.state.feed for lease in here.store.feeds.lease("two", here.clock.now(), limit=5, seconds=1)] == [
        "world"
    ]


def test_a_reload_adds_and_drops_feeds_and_leaves_the_others_alone(outlet: Outlet, here: Running) -> None:
    for name in ("kept", "dropped", "added"):
        outlet.answers[f"/{name}"] = document(rss(item(name, f"News of {name}")))
    poller = here.poller(feeds_file(kept=outlet.url("/kept"), dropped=outlet.url("/dropped")))
    poller.poll_due()
    poller.reload(feeds_file(kept=outlet.url("/kept"), added=outlet.url("/added")))
    poller.poll_due()
    assert [request.path for request in outlet.requests][2:] == ["/added"]
    here.clock.pass_(4000)
    poller.poll_due()
    assert sorted(request.path for request in outlet.requests[3:]) == ["/added", "/kept"]


def test_a_failing_feed_says_why_waits_longer_and_recovers(outlet: Outlet, here: Running) -> None:
    outlet.answers["/feed"] = document(b"<html><body>Log in</body></html>", content_type="text/html")
    poller = here.poller(feeds_file(world=outlet.url("/feed")))
    waits = []
    for _ in range(4):
        poller.poll_due()
        state = here.state("world")
        assert state.error == "not_a_feed: a web page"
        waits.append((state.due_at - here.clock.now()).total_seconds())
        here.clock.pass_(waits[-1] + 1)
    assert waits == sorted(waits)
    assert waits[-1] == 8 * waits[0]
    outlet.answers["/feed"] = document(rss(item("a", "Norland buys boats")))
    assert poller.poll_due().new == 1
    assert here.state("world").failures == 0
    assert here.state("world").error is None


def test_429_is_obeyed_and_leaves_the_whole_host_alone(outlet: Outlet, here: Running) -> None:
    outlet.answers["/a"] = document(b"", status=429, Retry_After="7200")
    outlet.answers["/b"] = document(rss(item("b", "News")))
    poller = here.poller(
        feeds_file(a=outlet.url("/a"), b=outlet.url("/b")), msgspec.structs.replace(SETTINGS, per_host=1)
    )
    stop = threading.Event()
    thread = threading.Thread(target=poller.run, args=(stop,))
    thread.start()
    _wait(lambda: poller.totals.failed == 1)
    time.sleep(1.2)
    stop.set()
    thread.join(10)
    assert [request.path for request in outlet.requests] == ["/a"]
    assert here.state("a").due_at >= here.clock.now() + timedelta(seconds=7200)


def test_410_is_looked_at_once_a_day(outlet: Outlet, here: Running) -> None:
    outlet.answers["/feed"] = document(b"", status=410)
    here.poller(feeds_file(world=outlet.url("/feed"))).poll_due()
    state = here.state("world")
    assert state.gone
    assert timedelta(hours=24) <= state.due_at - here.clock.now() <= timedelta(hours=27)


def test_a_permanent_redirect_is_believed_after_a_day(outlet: Outlet, here: Running) -> None:
    outlet.answers["/old"] = redirect("/new", status=301)
    outlet.answers["/new"] = document(rss(item("a", "Norland buys boats")))
    poller = here.poller(feeds_file(world=outlet.url("/old")))
    for _ in range(3):
        poller.poll_due()
        here.clock.pass_(12.1 * 3600)
    poller.poll_due()
    assert [request.path for request in outlet.requests] == ["/old", "/new", "/old", "/new", "/old", "/new", "/new"]
    assert here.state("world").url == outlet.url("/new")


def test_a_hostile_document_is_refused_and_the_other_feeds_go_on(outlet: Outlet, here: Running) -> None:
    outlet.answers["/bad"] = document(
        b"<rss version='2.0'><channel><item><title>x</title><author>a@"
        + b"a." * 60_000
        + b"!</author></item></channel></rss>"
    )
    outlet.answers["/good"] = document(rss(item("a", "Norland buys boats")))
    settings = msgspec.structs.replace(SETTINGS, parse_seconds=1.0)
    workers = ParseWorkers(settings, 1)
    poller = here.poller(feeds_file(bad=outlet.url("/bad"), good=outlet.url("/good")), settings, parser=workers)
    totals = poller.poll_due()
    assert (totals.new, totals.failed) == (1, 1)
    assert str(here.state("bad").error).startswith("parse_timeout")


def test_one_document_in_two_feeds_of_an_outlet_is_one_article(outlet: Outlet, here: Running) -> None:
    outlet.answers["/world"] = document(rss(item("a", "Norland buys boats", summary="All of it.")))
    outlet.answers["/top"] = document(rss(item("a", "Norland buys boats")))
    poller = here.poller(
        feeds_file(top=outlet.url("/top"), world=outlet.url("/world")), msgspec.structs.replace(SETTINGS, concurrency=1)
    )
    for _ in range(3):
        poller.poll_due()
        here.clock.pass_(2000)
    assert len(here.published()) == 1


def test_a_feed_that_another_poller_lists_and_this_one_does_not_is_left_for_it(outlet: Outlet, here: Running) -> None:
    outlet.answers["/feed"] = document(rss())
    poller = here.poller(feeds_file(world=outlet.url("/feed")))
    stop = threading.Event()
    thread = threading.Thread(target=poller.run, args=(stop,))
    thread.start()
    _wait(lambda: poller.totals.polls == 1)
    here.store.feeds.sync(feeds_file(world=outlet.url("/feed"), other=outlet.url("/other")).feeds, here.clock.now())
    time.sleep(1.2)
    stop.set()
    thread.join(10)
    assert [request.path for request in outlet.requests] == ["/feed"]
    assert here.state("other").due_at > here.clock.now()


def _tick(here: Running, stop: threading.Event) -> None:
    """Time passes, for feeds that were told to come again."""
    while not stop.wait(0.1):
        here.clock.pass_(0.1)


def _wait(condition: object, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
