"""Articles put into stories as the alerter does it, on a database of their own, each at its own time."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from services.alerter.memory import Memory
from services.alerter.sense import Sense, sense_of
from services.alerter.shelf import Shelf
from services.alerter.signature import signature
from services.config.load import default_directory
from services.core.article import Article, TaggedArticle
from services.core.assign import assign
from services.core.gist import Gist, gist, terms
from services.core.grow import grown, opened
from services.core.ports.store import AlertTransaction
from services.core.rules.reading import Reading
from services.core.settings import AlerterSettings, ExtractorSettings
from services.extractor.tagger import SpacyTagger
from services.store.engine import Store, open_store

_PORTION = 200  # articles placed in one transaction
_WINDOW = AlerterSettings().story_window


def placed(articles: Sequence[Article]) -> dict[str, str]:
    """The story of each article, given in order of time."""
    told: dict[str, str] = {}
    memory = Memory()
    with _store() as store:
        for first in range(0, len(articles), _PORTION):
            with store.alerts.transaction() as transaction:
                told |= _portion(transaction, memory, articles[first : first + _PORTION])
    return told


def together(one: Article, other: Article) -> bool:
    """Whether two articles that stand alone come into one story."""
    first, second = sorted((one, other), key=lambda article: article.published_at)
    told = placed([first, second])
    return told[first.id] == told[second.id]


def read(article: Article) -> Reading:
    """The article as rules and stories see it."""
    return Reading(_tagged(article))


def _portion(transaction: AlertTransaction, memory: Memory, articles: Sequence[Article]) -> dict[str, str]:
    sense = _sense()
    background, shelf = memory.background(transaction), Shelf(transaction, _WINDOW)
    told: dict[str, str] = {}
    for article in articles:
        reading = read(article)
        words = signature([token for token in reading.tokens if token])
        found: Gist = gist(reading, words, background, sense(article))
        joined = assign(found, shelf.candidates(found.keys, found.at), _WINDOW, background)
        story = grown(joined.story if joined else opened(article, found), article, found).story
        shelf.put(story, article.id)
        background.count(terms(reading))
        told[article.id] = story.id
    transaction.save_stories(shelf.changed)
    memory.keep(transaction)
    return told


def _tagged(article: Article) -> TaggedArticle:
    return _tagger().tag(article, article.first_seen_at)


@cache
def _sense() -> Sense:
    return sense_of("default")


@cache
def _tagger() -> SpacyTagger:
    return SpacyTagger(default_directory() / "lexicons", ExtractorSettings(model="off"))


@contextmanager
def _store() -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory(prefix="wirewatch-stories-") as directory,
        open_store(f"sqlite:///{Path(directory)}/stories.sqlite3") as store,
    ):
        yield store
