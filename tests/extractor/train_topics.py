"""Fit topic_weights.yaml on labelled news: ``python -m tests.extractor.train_topics [--write]``.

Without ``--write`` it only prints what the rules reach on the training file and what the regression reaches there in
cross-validation. The same file and lexicons give the same weights.
"""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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

Matrix = npt.NDArray[np.float64]

_FOLDS, _SEEDS = 5, (1, 2, 3)
_PENALTY = 3.0
_RARE = 5  # a feature that fewer articles show gets no weight
_STEPS = 120
_SMALLEST = 0.04  # weights below it are left out


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


def fit(table: Matrix, labels: Matrix) -> Matrix:
    """Ridge logistic regressions, one column of weights per column of labels.

    Boehning's bound of the curvature makes one matrix serve all steps and all labels; Nesterov's momentum makes them few.
    """
    ridge = np.full(table.shape[1], _PENALTY)
    ridge[0] = 1e-3
    inverse = np.linalg.inv(table.T @ table / 4 + np.diag(ridge))
    weights = before = np.zeros((table.shape[1], labels.shape[1]))
    for step in range(_STEPS):
        ahead = weights + step / (step + 3) * (weights - before)
        before = weights
        slope = table.T @ (sigmoid(table @ ahead) - labels) + ridge[:, None] * ahead
        weights = ahead - inverse @ slope
    return weights


def sigmoid(value: Matrix) -> Matrix:
    """The logistic function."""
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))


def held_out(table: Matrix, labels: Matrix, seed: int) -> Matrix:
    """The probability of each label, by a regression that did not see the row."""
    fold = np.random.default_rng(seed).permutation(len(table)) % _FOLDS
    scores = np.zeros_like(labels)
    for number in range(_FOLDS):
        inside = fold != number
        scores[~inside] = sigmoid(table[~inside] @ fit(table[inside], labels[inside]))
    return scores


def f1(truth: npt.NDArray[np.bool_], found: npt.NDArray[np.bool_]) -> float:
    """The harmonic mean of precision and recall."""
    return float(2 * (truth & found).sum() / max(1, truth.sum() + found.sum()))


def cut(truth: npt.NDArray[np.bool_], scores: Matrix) -> float:
    """From which probability on F1 is best, halfway between what these scores say and what theory does (F1 / 2)."""
    tried = np.linspace(0.15, 0.7, 56)
    reached = np.convolve([f1(truth, scores >= at) for at in tried], np.ones(7) / 7, "same")
    best = float(tried[3:-3][reached[3:-3].argmax()])
    return round((best + f1(truth, scores >= best) / 2) / 2, 3)


def main() -> None:
    """Fit, report and maybe write."""
    lexicons = load_lexicons(default_directory() / "lexicons")
    rows = [json.loads(line) for line in (SHARED / "gold" / "train.jsonl").read_text().splitlines()]
    features = read_all(rows, lexicons)
    counts = Counter(name for values in features for name in values)
    labelled = {topic for row in rows for topic in row["topics"]}
    topics = [topic.id for topic in lexicons.topics if topic.id in labelled]
    ruled_only = {topic.id for topic in lexicons.topics} - labelled
    names = sorted(name for name, count in counts.items() if count >= _RARE and not of_topic(name, ruled_only))
    table = matrix(features, names)
    labels = np.array([[topic in row["topics"] for topic in topics] for row in rows], dtype=float)
    runs = [held_out(table, labels, seed) for seed in _SEEDS]
    fitted = fit(table, labels)
    lines = [
        "# Fitted by python -m tests.extractor.train_topics --write; docs/decisions/0007-topics.md says how.",
        "topics:",
    ]
    totals = []
    for column, topic in enumerate(topics):
        truth = np.tile(labels[:, column] > 0, len(_SEEDS))
        scores = np.concatenate([run[:, column] for run in runs])
        about = cut(truth, scores)
        ruled = f1(labels[:, column] > 0, np.array([f"rule {topic} about" in values for values in features]))
        totals.append(f1(truth, scores >= about))
        print(f"{topic:17} rules {ruled:.3f}  fitted, held out {totals[-1]:.3f}  (n={int(labels[:, column].sum())})")
        lines += _entry(topic, about, fitted[:, column], names)
    print(f"{'mean':17} {np.mean(totals):.3f}; {len(names)} features")
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
