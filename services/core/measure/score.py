"""Precision, recall and F1 of topics and acts, with intervals by resampling articles."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from services.core.article import TaggedArticle
from services.core.measure.compare import Kind, Level, Outcome, compare
from services.core.measure.labels import Labelled
from services.core.measure.parties import Parties

SEED = 20261125
RESAMPLES = 1000
_TAIL = 0.025  # on each side of a 95 % interval
Measure = tuple[str, str]  # ("topic", id) or (kind, level)


class Count(Struct, frozen=True):
    """Right, extra and missed."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.right + other.right, self.extra + other.extra, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """The share of what was read that is right; 0 where nothing was."""
        return _share(self.right, self.right + self.extra)

    @property
    def recall(self) -> float:
        """The share of what was labelled that was read; 0 where nothing was."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 0 where one is."""
        return _share(2 * self.right, 2 * self.right + self.extra + self.missed)


class Interval(Struct, frozen=True):
    """Between which 95 % of the resamples lie."""

    low: float
    high: float


class Result(Struct, frozen=True):
    """A measure over all articles. ``n`` is how many are labelled."""

    count: Count
    precision: Interval
    recall: Interval
    f1: Interval

    @property
    def n(self) -> int:
        """How many are labelled."""
        return self.count.right + self.count.missed


class Judged(Struct, frozen=True):
    """An article as labelled and as read, and what became of its acts."""

    label: Labelled
    tagged: TaggedArticle
    outcomes: dict[Kind, Outcome]


def judge(label: Labelled, tagged: TaggedArticle, parties: Parties) -> Judged:
    """Compare what was read in an article with what was labelled."""
    return Judged(label, tagged, compare(label.acts, tagged.acts, parties))


def labelled_topics(labels: Iterable[Labelled]) -> frozenset[str]:
    """Topics that are labelled at least once. A file says nothing of the others."""
    return frozenset().union(*(label.topics | label.topics_optional for label in labels))


def results(judged: Sequence[Judged], topics: Sequence[str]) -> dict[Measure, Result]:
    """Each topic of ``topics`` over articles, and each kind of act at each level over acts."""
    columns: dict[Measure, dict[int, Count]] = {("topic", topic): {} for topic in topics}
    columns |= {(kind, level.name.lower()): {} for kind in Kind for level in Level if level}
    for place, one in enumerate(judged):
        for measure, count in (*_topics(one, topics), *_acts(one)):
            if count != Count():
                columns[measure][place] = count
    return _resampled(columns, len(judged))


def _topics(one: Judged, topics: Sequence[str]) -> Iterable[tuple[Measure, Count]]:
    read = {topic.id for topic in one.tagged.topics if topic.about}
    for topic in topics:
        if topic not in one.label.topics_optional:
            wanted, found = topic in one.label.topics, topic in read
            yield ("topic", topic), Count(wanted and found, found and not wanted, wanted and not found)


def _acts(one: Judged) -> Iterable[tuple[Measure, Count]]:
    for kind, outcome in one.outcomes.items():
        labelled = len(outcome.pairs) + len(outcome.missed)
        read = len(outcome.pairs) + len(outcome.extra)
        for level in Level:
            right = sum(pair.level >= level for pair in outcome.pairs)
            if level:
                yield (kind, level.name.lower()), Count(right, read - right, labelled - right)


def _resampled(columns: Mapping[Measure, Mapping[int, Count]], articles: int) -> dict[Measure, Result]:
    chance = random.Random(SEED)  # noqa: S311  the same articles give the same intervals
    drawn: dict[Measure, list[Count]] = {measure: [] for measure in columns}
    for _ in range(RESAMPLES if articles else 0):
        times = Counter(chance.choices(range(articles), k=articles))
        for measure, column in columns.items():
            drawn[measure].append(_sum(column, times))
    whole = dict.fromkeys(range(articles), 1)
    return {measure: _result(_sum(column, whole), drawn[measure]) for measure, column in columns.items()}


def _sum(column: Mapping[int, Count], times: Mapping[int, int]) -> Count:
    right = extra = missed = 0
    for place, count in column.items():
        often = times.get(place, 0)
        if often:
            right += often * count.right
            extra += often * count.extra
            missed += often * count.missed
    return Count(right, extra, missed)


def _result(count: Count, drawn: Sequence[Count]) -> Result:
    return Result(
        count,
        precision=_interval([one.precision for one in drawn]),
        recall=_interval([one.recall for one in drawn]),
        f1=_interval([one.f1 for one in drawn]),
    )


def _interval(values: list[float]) -> Interval:
    ordered = sorted(values) or [0.0]
    last = len(ordered) - 1
    return Interval(ordered[round(_TAIL * last)], ordered[round((1 - _TAIL) * last)])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
