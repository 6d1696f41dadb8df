"""Articles to measure with: real news from the collections where they are there, else the demo's news in many variants."""

import gzip
import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from services.cli.demo_feeds import read_stories
from services.core.article import Article
from services.core.identity import content_hash
from services.poller.clean import plain_line, plain_text

SHARED = Path(os.environ.get("WIREWATCH_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
FEEDS = ("lede_stream_2026/items.jsonl.gz", "rss_snapshots/items_dedup.jsonl.gz")
FULL = ("bbc_2025/bbc_2025.jsonl.gz", "allsides_articles/articles-1of3.jsonl.gz")
_SPREAD = timedelta(hours=60)  # less than the window of stories and than the age at which nothing is alerted any more


class Text(NamedTuple):
    """What an article says."""

    outlet: str
    title: str
    summary: str
    body: str


class Texts(NamedTuple):
    """Texts in a fixed order, and where they come from."""

    source: str
    texts: list[Text]

    @property
    def length(self) -> float:
        """Code points of a text on average."""
        return sum(len(text.title) + len(text.summary) + len(text.body) for text in self.texts) / len(self.texts)

    def __str__(self) -> str:
        return f"{len(self.texts):,} texts of {self.length:,.0f} characters on average: {self.source}"


def texts(count: int, full: float, seed: int = 1) -> Texts:
    """``count`` texts, the share ``full`` of them with their whole body, the others as feeds give them."""
    chance = random.Random(seed)
    if not all((SHARED / "data" / name).exists() for name in (*FEEDS, *FULL)):
        source = f"the demo's news in variants, because the collections are not in {SHARED}"
        return Texts(source, [_variant(chance) for _ in range(count)])
    bodies = list(islice(_full(), round(count * full)))
    titles = _shuffled(_feeds(), count - len(bodies), chance)
    mixed = bodies + titles
    chance.shuffle(mixed)
    share = len(bodies) / max(1, len(mixed))
    return Texts(f"real news, {share:.0%} with the whole body, the others as feeds give them", mixed)


def articles(found: Texts, now: datetime | None = None) -> Iterator[Article]:
    """An article of each text, published evenly over the hours before ``now``, in that order."""
    now = now or datetime.now(UTC)
    stamp = f"{now.timestamp():.0f}"
    for number, text in enumerate(found.texts):
        at = now - _SPREAD + _SPREAD * number / len(found.texts)
        ident, url = f"bench-{stamp}-{number}", f"https://{text.outlet}.example/{number}"
        yield Article(
            id=ident, revision=1, feed=text.outlet, outlet=text.outlet, url=url, canonical_url=url, title=text.title,
            summary=text.summary, body=text.body, published_at=at, first_seen_at=at,
            content_hash=content_hash(text.title, text.summary, text.body), trace_id=ident,
        )  # fmt: skip


def _shuffled(found: Iterator[Text], count: int, chance: random.Random) -> list[Text]:
    pool = list(found)
    chance.shuffle(pool)
    return pool[:count]


def _feeds() -> Iterator[Text]:
    for name in FEEDS:
        for line in _lines(SHARED / "data" / name):
            outlet = str(line.get("outlet") or line.get("feed"))
            yield _text(outlet, line["title"], line.get("summary") or "", "")


def _full() -> Iterator[Text]:
    for name in FULL:
        for line in _lines(SHARED / "data" / name):
            yield _text(str(line.get("source") or "bbc"), line["title"], "", line["text"])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _text(outlet: str, title: str, summary: str, body: str) -> Text:
    name = "".join(letter if letter.isalnum() else "-" for letter in outlet.lower())
    return Text(name, plain_line(title or "", 500)[0], plain_text(summary, 20_000)[0], plain_text(body, 100_000)[0])


_ENTRIES = read_stories().entries


def _variant(chance: random.Random) -> Text:
    """The demo's sentences, shuffled: as long as news is, but with far more acts in it."""
    entry, others = chance.choice(_ENTRIES), chance.sample(_ENTRIES, 3)
    return Text(entry.outlet, entry.title, entry.summary, "\n\n".join(other.body or other.summary for other in others))
