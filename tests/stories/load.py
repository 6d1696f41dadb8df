"""How stories and rules keep up with a long stream: real feed entries over and over, new words each time, seven days remembered."""

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import psutil
from msgspec import structs

from services.alerter.batch import Batch, Policy
from services.alerter.memory import Memory
from services.core.article import TaggedArticle
from services.core.decide import Circumstances
from services.core.ports.bus import Partition, Record
from services.core.rule import RuleSource
from services.core.settings import AlerterSettings
from services.store.engine import Store, open_store
from tests.bench.report import MB, Progress, heading, machine, table
from tests.stories import place
from tests.stories.labelled import CLOCK, article_of, lines, shared

_SOURCE = "headlines_2025_2026/headlines.jsonl.gz"
_TEXTS, _PORTION, _ROWS, _SEED = 20_000, 100, 8, 1
_A_DAY = 1_000_000 / 7  # articles: a million within the window
_WINDOW = timedelta(days=7)
_RULES = (
    RuleSource(id="acts", title="Acts", when="act:any"),
    RuleSource(id="war", title="War", when="topic:armed_conflict OR topic:diplomacy OR topic:sanctions"),
    RuleSource(id="leaders", title="Leaders", when="president OR minister"),
)


def run(articles: int) -> None:
    """Print articles a second, memory and size of the database as the stream goes on."""
    if shared(_SOURCE) is None:
        print(f"stories under load: {_SOURCE} is not there, skipped")
        return
    heading("Stories and rules under load", machine(), f"{articles:,} articles, {_A_DAY:,.0f} a day, window of 7 days")
    with tempfile.TemporaryDirectory(prefix="wirewatch-load-") as directory:
        path = Path(directory) / "load.sqlite3"
        with open_store(f"sqlite:///{path}") as store:
            table(
                ("articles", "a second", "with a story", "stories", "MB of memory", "MB of database"),
                list(_rows(store, path, articles)),
            )


def _rows(store: Store, path: Path, articles: int) -> Iterator[list[object]]:
    policy = Policy.of(_RULES, (), lambda _alert: ())
    settings = AlerterSettings(story_window=_WINDOW.total_seconds(), max_age=_WINDOW.total_seconds())
    stream, memory, progress, done, opened, joined = _stream(), Memory(), Progress(), 0, 0, 0
    for part in range(_ROWS):
        spent = 0.0
        while done < articles * (part + 1) // _ROWS:
            portion = [next(stream) for _ in range(_PORTION)]
            now = portion[-1].article.published_at
            begun = time.perf_counter()
            given = Circumstances(now=now, settings=settings, owners={})
            with store.alerts.transaction() as transaction:
                decided = Batch(transaction, policy, given, memory).run(_records(done, portion), {})
            store.alerts.forget(now - _WINDOW, 4 * _PORTION)
            spent += time.perf_counter() - begun
            done, opened, joined = done + _PORTION, opened + decided.new_stories, joined + decided.joined
            progress(f"{done} of {articles}")
        size = sum(file.stat().st_size for file in path.parent.iterdir())
        rate = articles / _ROWS / spent
        yield [done, rate, opened + joined, opened, psutil.Process().memory_info().rss / MB, size / MB]
    progress.end()


def _stream() -> Iterator[TaggedArticle]:
    """Entries drawn at random, one in ten as it was, the others with a few words that only they and some others have."""
    chance, texts = random.Random(_SEED), _texts()
    for number in count():
        at = CLOCK + timedelta(days=number / _A_DAY)
        yield _another(chance.choice(texts), number, at, chance)


def _another(tagged: TaggedArticle, number: int, at: datetime, chance: random.Random) -> TaggedArticle:
    article = tagged.article
    own = " ".join(f"w{chance.randrange(40_000)}" for _ in range(chance.choice((0, 8, 12))))
    changed = structs.replace(
        article, id=f"load-{number}", published_at=at, first_seen_at=at, body=f"{article.body}\n\n{own}" if own else article.body,
        content_hash=str(number), trace_id=str(number), outlet=f"outlet-{number % 300}",
    )  # fmt: skip
    return structs.replace(tagged, article=changed, tagged_at=at)


def _texts() -> list[TaggedArticle]:
    found = shared(_SOURCE)
    assert found
    named = (line for line in lines(found) if line["title"] and line.get("description"))
    picked = [
        article_of(f"t{number}", line["title"], line["description"], CLOCK)
        for number, line in zip(range(_TEXTS), named, strict=False)
    ]
    return [place.read(article).tagged for article in picked]


def _records(first: int, portion: list[TaggedArticle]) -> list[tuple[Record, TaggedArticle]]:
    place_of = Partition("tagged-articles", 0)
    return [
        (Record(partition=place_of, offset=first + number, key=b"", value=b"", timestamp=0.0), tagged)
        for number, tagged in enumerate(portion)
    ]
