"""Collections of news whose stories people have told apart, found beside the repository."""

import csv
import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

from msgspec import Struct

from services.core.article import Article
from services.core.grow import digest
from services.core.identity import content_hash

SHARED = Path(os.environ.get("WIREWATCH_SHARED") or Path(__file__).parents[3] / "shared")
CLOCK = datetime(2026, 1, 5, tzinfo=UTC)  # of collections without dates: all of it within one window


class Labelled(Struct, frozen=True):
    """An article and the story that people put it in."""

    article: Article
    story: str


class Pair(Struct, frozen=True):
    """Two articles, and whether people say that they tell of one story."""

    one: Article
    other: Article
    same: bool


def shared(path: str) -> Path | None:
    """A file of the material beside the repository, where it is there."""
    found = SHARED / "data" / path
    return found if found.exists() else None


def articles(name: str) -> list[Labelled]:
    """A collection of stories, in order of time or as it was given; empty where it is missing."""
    path, read = _STORIES[name]
    found = shared(path)
    return sorted(read(found), key=lambda one: one.article.published_at) if found else []


def half(story: str) -> int:
    """0 or 1, by chance: weights are fitted on one half and measured on the other."""
    return int(md5(story.encode(), usedforsecurity=False).hexdigest(), 16) % 2


def pairs(name: str) -> list[Pair]:
    """A collection of pairs; empty where it is missing."""
    path, read = _PAIRS[name]
    found = shared(path)
    return list(read(found)) if found else []


def article_of(ident: str, title: str, text: str, at: datetime, outlet: str = "outlet") -> Article:
    """An article as the poller would publish it."""
    return Article(
        id=ident, revision=1, feed=outlet, outlet=outlet, url=f"https://{outlet}.example/{ident}",
        canonical_url=f"https://{outlet}.example/{ident}", title=title, body=text, published_at=at, first_seen_at=at,
        content_hash=content_hash(title, "", text), trace_id=ident,
    )  # fmt: skip


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The values of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as found:
        yield from map(json.loads, found)


def _roundups(path: Path) -> Iterator[Labelled]:
    """Without dates, and the three of a story beside one another: shuffled, so that their order says nothing."""
    for line in sorted(lines(path), key=lambda line: digest(line["id"])):
        yield Labelled(article_of(line["id"], line["title"], line["text"], CLOCK), line["cluster"])


def _dated_roundups(path: Path) -> Iterator[Labelled]:
    """The dates are those of the roundup: the three of a story have the same."""
    for line in lines(path):
        at = datetime.fromisoformat(line["date"]).astimezone(UTC)
        for side, news in line["news"].items():
            text = news["newBody"]
            body = text if isinstance(text, str) else " ".join(text)
            article = article_of(f"{line['id']}-{side}", news["newsTitle"], body, at)
            yield Labelled(article, str(line["id"]))


def _triples(path: Path) -> Iterator[Labelled]:
    for line in lines(path):
        at = datetime.fromisoformat(line["date"]).replace(tzinfo=UTC)
        yield Labelled(article_of(line["id"], line["title"], line["text"], at, line["source"]), line["cluster"])


def _titles(path: Path) -> Iterator[Labelled]:
    for number, line in enumerate(lines(path)):
        yield Labelled(article_of(f"g{number}", line["text"], "", CLOCK), str(line["cluster"]))


def _threads(path: Path) -> Iterator[Pair]:
    for number, line in enumerate(lines(path)):
        one, other = (
            article_of(f"{number}-{side}", line[f"INPUT:{side}_title"], line[f"INPUT:{side}_text"], CLOCK)
            for side in ("first", "second")
        )
        yield Pair(one, other, line["GOLDEN:quality"] == "OK")


def _headlines(path: Path) -> Iterator[Pair]:
    with path.open(encoding="utf-8", newline="") as found:
        for line in csv.DictReader(found):
            one, other = (_headline(line, side) for side in ("a", "b"))
            yield Pair(one, other, line["human_label"] == "SAME")


def _headline(line: Mapping[str, str], side: str) -> Article:
    at = datetime.fromisoformat(line[f"item_{side}_published_at"]).replace(tzinfo=UTC) + timedelta(hours=12)
    return article_of(f"{line['pair_id']}-{side}", line[f"item_{side}_title"], line[f"item_{side}_lede"], at)


_STORIES: dict[str, tuple[str, Callable[[Path], Iterator[Labelled]]]] = {
    "roundups": ("allsides_roundup_triples/triples.jsonl.gz", _roundups),
    "roundups of one spring": ("allsides_roundup_triples/recent_roundups_with_meta.jsonl", _dated_roundups),
    "triples": ("basil/basil.jsonl", _triples),
    "titles": ("googlenews_ts/T.jsonl", _titles),
}
_PAIRS: dict[str, tuple[str, Callable[[Path], Iterator[Pair]]]] = {
    "threads": ("tgcontest_en/en_pairs.jsonl", _threads),
    "headlines": ("headline_pairs_human/human_labels.csv", _headlines),
}
