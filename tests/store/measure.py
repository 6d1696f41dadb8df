"""How fast the store is: ``python -m tests.store.measure URL``, against an empty database of either kind.

Stories have the keys that stories have: near-duplicate bands that hardly anybody shares, and entities and title words
that many share: with these numbers somewhat more than 74,000 real headlines do.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import msgspec

from services.core.feed import Feed, Seen
from services.core.ledger import Fate, LedgerEntry
from services.core.notification import DeliveryState, Sent
from services.core.ports.bus import Partition
from services.core.story import Story
from services.store.engine import Store, open_store
from tests.builders import alert, at, notification, tagged

STORIES, BATCH = 100_000, 100
BODY = " ".join(f"word{n}" for n in range(350))  # about 2,800 characters, a wire report
CHANCE = random.Random(7)


def shared(kind: str, of: int) -> str:
    """One of ``of`` keys, the first of them the most common (Zipf-Mandelbrot)."""
    return f"{kind}:{int(20 * (of / 20 + 1) ** CHANCE.random())}"


def keys() -> tuple[str, ...]:
    bands = [f"band:{CHANCE.getrandbits(64):x}" for _ in range(8)]
    return tuple({*bands, *(shared("entity", 2000) for _ in range(4)), *(shared("word", 20_000) for _ in range(8))})


def story(number: int, minutes: float) -> Story:
    return Story(
        id=f"s{number:09}", title=BODY[:80], first_at=at(0), last_at=at(minutes), keys=keys(), outlets=("a", "b")
    )


def milliseconds(work: Callable[[], object], times: int) -> str:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return f"median {statistics.median(taken):.2f} ms, 95 % {sorted(taken)[int(times * 0.95)]:.2f} ms, most {max(taken):.2f} ms"


def fill(store: Store) -> None:
    start = time.perf_counter()
    for first in range(0, STORIES, 1000):
        with store.alerts.transaction() as transaction:
            transaction.save_stories([story(n, n * 4320 / STORIES) for n in range(first, first + 1000)])
    print(f"fill: {STORIES} stories in {time.perf_counter() - start:.0f} s")


def lookups(store: Store) -> None:
    with store.alerts.transaction() as transaction:
        for hours in (72, 24):
            since = at(4320) - timedelta(hours=hours)
            print(
                f"stories of {hours} h that share a key:",
                milliseconds(lambda since=since: transaction.sharing(keys(), since, 60), 100),
            )
        print("story_of:", milliseconds(lambda: transaction.story_of(f"a{CHANCE.randrange(10_000)}"), 200))


class Batches:
    """What the alerter does with a batch: one article in ten opens an alert, half join a story."""

    def __init__(self, store: Store) -> None:
        self.store, self.done = store, 0

    def one(self) -> None:
        first, ids = self.done, range(self.done, self.done + BATCH)
        articles = [tagged(id=f"a{n}", body=BODY) for n in ids]
        with self.store.alerts.transaction() as transaction:
            transaction.advance("alerters", {Partition("tagged-articles", 0): (first or None, first + BATCH)})
            transaction.decided([(f"a{n}", 1) for n in ids])
            old = transaction.stories([f"s{CHANCE.randrange(STORIES):09}" for _ in range(BATCH // 2)]).values()
            joined = [msgspec.structs.replace(one, last_at=at(4400 + first)) for one in old]
            opened = [story(STORIES + n, 4400 + first) for n in ids[: BATCH // 2]]
            transaction.save_stories([*joined, *opened])
            transaction.archive([(one, "s1") for one in articles])
            named = [f"al{n}" for n in ids[:10]]
            notes = [
                notification(id=f"n{name}", alert_ids=(name,), receiver=to) for name in named for to in ("desk", "log")
            ]
            transaction.add_alerts([alert(id=name) for name in named], notes)
            transaction.log(
                [
                    LedgerEntry(article_id=f"a{n}", revision=1, at=at(3), fate=Fate.NO_RULE, reason="no rule matched")
                    for n in ids
                ]
            )
        self.done += BATCH


def batches(store: Store, count: int) -> None:
    work = Batches(store)
    start = time.perf_counter()
    spread = milliseconds(work.one, count)
    seconds = time.perf_counter() - start
    print(f"batches of {BATCH}: {count / seconds:.1f} transactions/s, {work.done / seconds:.0f} articles/s; {spread}")


def polling(store: Store) -> None:
    store.feeds.sync([Feed(id=f"f{n}", url="http://feed.example/", outlet="o") for n in range(2000)], at(0))

    def poll() -> None:
        for lease in store.feeds.lease("me", at(1), limit=10, seconds=60):
            name = lease.state.feed
            seen = [
                Seen(
                    article_id=f"{name}-{n}",
                    revision=1,
                    content_hash="h",
                    first_seen_at=at(1),
                    last_seen_at=at(1),
                    feed=name,
                )
                for n in range(30)
            ]
            store.feeds.seen([one.article_id for one in seen])
            store.feeds.save(lease, msgspec.structs.replace(lease.state, due_at=at(9)), seen)

    print("lease 10 feeds, look up and save 30 entries each:", milliseconds(poll, 40))


def delivery(store: Store) -> None:
    def deliver() -> None:
        for row in store.outbox.claim("me", at(9), receivers=["desk", "log"], limit=10, seconds=60):
            store.outbox.settle("me", row, Sent(remote_id="1"), at(9), state=DeliveryState.SENT, due_at=at(9))

    print("claim 10 notifications, settle each:", milliseconds(deliver, 20))
    print("depth:", milliseconds(store.outbox.depth, 20))


def main(url: str) -> None:
    with open_store(url) as store:
        print(store.name)
        fill(store)
        lookups(store)
        batches(store, 100)
        lookups(store)
        polling(store)
        delivery(store)
        print("forget 500:", milliseconds(lambda: store.alerts.forget(at(100_000), 500), 20))


if __name__ == "__main__":
    main(sys.argv[1])
