"""Fit topic_weights.yaml on labelled news and on items of our own: ``python -m tests.extractor.train_topics [--write]``.

Without ``--write`` it only prints what the rules reach on the training file and what the regression reaches there in
cross-validation. The same files and lexicons give the same weights.
"""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from services.config.load import default_directory
from services.core.settings import ExtractorSettings
from services.core.topic import Topic
from services.extractor.lexicons import Lexicons, load_lexicons
from services.extractor.tagger import SpacyTagger
from services.extractor.topic_features import Features
from services.extractor.topic_rules import Reading
from services.extractor.topics import TopicReader
from tests.extractor.gold import SHARED, article
from tests.extractor.train_acts.excerpts import excerpts, written

Matrix = npt.NDArray[np.float64]

_FOLDS, _SEEDS = 5, (1, 2, 3)
_PENALTY = 3.0
_RARE = 5  # a feature that fewer articles show gets no weight
_STEPS = 120
_SMALLEST = 0.04  # weights below it are left out
_HEAD = "# Fitted by python -m tests.extractor.train_topics --write; docs/decisions/0007-topics.md says how."
# What an excerpt that we labelled, or an item that we wrote, counts beside one of the labelled news.
_OWN, _INVENTED = 0.5, 0.25
_OF_ACTS = frozenset({"arms_transfer", "sanctions"})  # topics that our own labels do not make better


class _Recorder(TopicReader):
    """Keeps what the regression would see."""

    def __init__(self, lexicons: Lexicons) -> None:
        super().__init__(lexicons)
        self.seen: list[Features] = []

    def read(self, reading: Reading, *, other: bool = False) -> tuple[Topic, ...]:
        self.seen.append(self.features(reading, other=other)[0])
        return ()


def read_all(rows: list[dict[str, Any]], lexicons: Lexicons) -> list[Features]:
    """The features of each row; none where the article was not read."""
    tagger = SpacyTagger(
        lexicons, ExtractorSettings(model="off")
    )  # its acts on these articles are better than on new ones
    recorder = _Recorder(lexicons)
    tagger._topics = recorder
    found: list[Features] = []
    for row in rows:
        before = len(recorder.seen)
        tagger.tag(article(row), datetime(2026, 1, 1, tzinfo=UTC))
        found.append(recorder.seen[-1] if len(recorder.seen) > before else {})
    return found


def of_topic(name: str, topics: set[str]) -> bool:
    """Whether a feature says what the rules or the terms of one of the topics make of a text."""
    return name.removeprefix("rule ").partition(" ")[0].partition(".")[0] in topics


def matrix(features: list[Features], names: list[str]) -> Matrix:
    """A column of ones, then one per name."""
    place = {name: at for at, name in enumerate(names, 1)}
    table = np.zeros((len(features), len(names) + 1))
    table[:, 0] = 1.0
    for row, values in zip(table, features, strict=True):
        for name, value in values.items():
            if name in place:
                row[place[name]] = value
    return table


def fit(table: Matrix, labels: Matrix, shares: Matrix) -> Matrix:
    """Ridge logistic regressions, one column of weights per column of labels. ``shares``: what each row counts.

    Boehning's bound of the curvature makes one matrix serve all steps and all labels; Nesterov's momentum makes them few.
    """
    ridge = np.full(table.shape[1], _PENALTY)
    ridge[0] = 1e-3
    weighed = table.T * shares
    inverse = np.linalg.inv(weighed @ table / 4 + np.diag(ridge))
    weights = before = np.zeros((table.shape[1], labels.shape[1]))
    for step in range(_STEPS):
        ahead = weights + step / (step + 3) * (weights - before)
        before = weights
        slope = weighed @ (sigmoid(table @ ahead) - labels) + ridge[:, None] * ahead
        weights = ahead - inverse @ slope
    return weights


def sigmoid(value: Matrix) -> Matrix:
    """The logistic function."""
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))


def held_out(table: Matrix, labels: Matrix, shares: Matrix, count: int, seed: int) -> Matrix:
    """The probability of each label of the first ``count`` rows, by a regression that did not see the row."""
    fold = np.full(len(table), -1)
    fold[:count] = np.random.default_rng(seed).permutation(count) % _FOLDS
    scores = np.zeros_like(labels)
    for number in range(_FOLDS):
        inside = fold != number
        scores[~inside] = sigmoid(table[~inside] @ fit(table[inside], labels[inside], shares[inside]))
    return scores[:count]


def f1(truth: npt.NDArray[np.bool_], found: npt.NDArray[np.bool_]) -> float:
    """The harmonic mean of precision and recall."""
    return float(2 * (truth & found).sum() / max(1, truth.sum() + found.sum()))


def cut(truth: npt.NDArray[np.bool_], scores: Matrix) -> float:
    """From which probability on F1 is best, halfway between what these scores say and what theory does (F1 / 2)."""
    tried = np.linspace(0.15, 0.7, 56)
    reached = np.convolve([f1(truth, scores >= at) for at in tried], np.ones(7) / 7, "same")
    best = float(tried[3:-3][reached[3:-3].argmax()])
    return round((best + f1(truth, scores >= best) / 2) / 2, 3)


def own() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What we labelled and what we wrote, as rows of the training file."""
    both = excerpts(SHARED / "data", topical=True), written("topics")
    found = ([msgspec.to_builtins(label) for label in labels] for labels in both)
    return next(found), next(found)


class Fitting:
    """The first rows, given news, and then those of ours; ``shares`` is what each counts."""

    def __init__(self, features: list[Features], shares: Matrix, ruled_only: set[str]) -> None:
        counts = Counter(name for values in features for name in values)
        self.names = sorted(name for name, count in counts.items() if count >= _RARE and not of_topic(name, ruled_only))
        self._table = matrix(features, self.names)
        self._shares = shares

    def scores(self, truth: Matrix, count: int) -> Matrix:
        """Of the first ``count`` rows held out, once a seed."""
        wanted = truth[: len(self._table), None]
        return np.concatenate([held_out(self._table, wanted, self._shares, count, seed)[:, 0] for seed in _SEEDS])

    def weights(self, truth: Matrix) -> Matrix:
        """Of all rows."""
        return fit(self._table, truth[: len(self._table), None], self._shares)[:, 0]


def main() -> None:
    """Fit, report and maybe write."""
    lexicons = load_lexicons(default_directory() / "lexicons")
    given = [json.loads(line) for line in (SHARED / "gold" / "train.jsonl").read_text().splitlines()]
    labelled, invented = own()
    rows = [*given, *labelled, *invented]
    features = read_all(rows, lexicons)
    judged = {topic for row in given for topic in row["topics"]}
    ruled_only = {topic.id for topic in lexicons.topics} - judged
    ones = np.ones(len(given))
    ours = np.concatenate([np.full(len(labelled), _OWN), np.full(len(invented), _INVENTED)])
    plain, wide = (
        Fitting(features[: len(shares)], shares, ruled_only) for shares in (ones, np.concatenate([ones, ours]))
    )
    lines, totals = [_HEAD, "topics:"], []
    for topic in (topic.id for topic in lexicons.topics if topic.id in judged):
        fitting = plain if topic in _OF_ACTS else wide
        truth = np.array([topic in row["topics"] for row in rows], dtype=float)
        scores, known = fitting.scores(truth, len(given)), np.tile(truth[: len(given)] > 0, len(_SEEDS))
        about = cut(known, scores)
        totals.append(f1(known, scores >= about))
        ruled = np.array([f"rule {topic} about" in values for values in features[: len(given)]])
        print(
            f"{topic:17} rules {f1(known[: len(given)], ruled):.3f}  fitted, held out {totals[-1]:.3f}"
            f"  (n={int(truth[: len(given)].sum())}, {len(fitting.names)} features)"
        )
        lines += _entry(topic, about, fitting.weights(truth), fitting.names)
    print(f"{'mean':17} {np.mean(totals):.3f}")
    if "--write" in sys.argv:
        Path(default_directory() / "lexicons" / "topic_weights.yaml").write_text("\n".join(lines) + "\n")


def _entry(topic: str, about: float, weights: Matrix, names: list[str]) -> list[str]:
    """The lines of a topic, the weights that say most first."""
    kept = sorted(
        (pair for pair in zip(weights[1:], names, strict=True) if abs(pair[0]) >= _SMALLEST),
        key=lambda pair: (-abs(pair[0]), pair[1]),
    )
    head = [f"  {topic}:", f"    base: {weights[0]:.3f}", f"    about: {about}", "    weights:"]
    return head + [f"      {name}: {weight:.2f}" for weight, name in kept]


if __name__ == "__main__":
    main()
