"""A long stream of tagged articles: real feed entries, each read once, told again and again with words of their own."""

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from msgspec import structs

from services.core import codec
from services.core.article import TaggedArticle
from tests.stories.labelled import CLOCK, article_of, lines, shared

SOURCE = "headlines_2025_2026/headlines.jsonl.gz"
A_DAY = 100_000  # articles
_AT_ONCE, _NEW_A_DAY, _SEED = 20_000, 5400, 1  # entries that are news at one moment, and that become news within a day


class Entries:
    """Tagged entries by their place in the file, which holds one a line: read when asked for, so that they take no memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._places: list[int] = []
        place = 0
        for line in self._file:
            self._places.append(place)
            place += len(line)

    def __len__(self) -> int:
        return len(self._places)

    def at(self, number: int) -> TaggedArticle:
        """One of them."""
        self._file.seek(self._places[number])
        return codec.decode(TaggedArticle, self._file.readline())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def entries(path: Path, articles: int) -> Entries:
    """As many as a stream of so many articles needs, tagged by a process of its own: what reads keeps much in memory."""
    needed = _AT_ONCE + articles * _NEW_A_DAY // A_DAY
    with ProcessPoolExecutor(1, get_context("spawn")) as reader:
        reader.submit(_read, path, needed).result()
    return Entries(path)


def stream(found: Entries, articles: int) -> Iterator[TaggedArticle]:
    """Articles at their time: entries drawn at random among those of late, one in three as it was, the others with words added."""
    chance = random.Random(_SEED)
    for number in range(articles):
        oldest = number * _NEW_A_DAY // A_DAY
        drawn = found.at(chance.randrange(oldest, oldest + _AT_ONCE) % len(found))
        yield _another(drawn, number, CLOCK + timedelta(days=number / A_DAY), chance)


def _another(tagged: TaggedArticle, number: int, at: datetime, chance: random.Random) -> TaggedArticle:
    """Words go to the end, so that what the reader found stays where it was. A few of them are common, many are of this article alone."""
    article = tagged.article
    own = " ".join(f"w{int(100 * chance.paretovariate(0.3))}" for _ in range(chance.choice((0, 8, 12))))
    changed = structs.replace(
        article, id=f"load-{number}", published_at=at, first_seen_at=at, body=f"{article.body}\n\n{own}" if own else article.body,
        content_hash=str(number), trace_id=str(number), outlet=f"outlet-{chance.randrange(300)}",
    )  # fmt: skip
    return structs.replace(tagged, article=changed, tagged_at=at)


def _read(path: Path, count: int) -> None:
    from tests.stories import place

    source = shared(SOURCE)
    assert source
    named = (line for line in lines(source) if line["title"] and line.get("description"))
    with path.open("wb") as out:
        for number, line in enumerate(islice(named, count)):
            article = article_of(f"t{number}", line["title"], line["description"], CLOCK)
            out.write(codec.encode(place.read(article).tagged) + b"\n")
