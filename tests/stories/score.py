"""How well a grouping agrees with that of people: B-cubed (Bagga and Baldwin, 1998), and pairs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct


class Score(Struct, frozen=True):
    """Precision and recall in 0..1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(told: Mapping[str, str], true: Mapping[str, str]) -> Score:
    """The mean over articles of the share of its group that is right, and of its true story that is in its group."""
    joint = Counter((told[ident], true[ident]) for ident in true)
    group, story = Counter(told[ident] for ident in true), Counter(true.values())
    precision = sum(count * count / group[left] for (left, _), count in joint.items()) / len(true)
    recall = sum(count * count / story[right] for (_, right), count in joint.items()) / len(true)
    return Score(precision, recall)


def of_pairs(answers: Iterable[tuple[bool, bool]]) -> Score:
    """Of pairs as (told to be one story, are one story)."""
    counts = Counter(answers)
    right, false, missed = counts[True, True], counts[True, False], counts[False, True]
    return Score(right / (right + false) if right + false else 1.0, right / (right + missed) if right + missed else 1.0)


def members(told: Mapping[str, str]) -> dict[str, list[str]]:
    """The articles of each group."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for ident, group in told.items():
        found[group].append(ident)
    return dict(found)
