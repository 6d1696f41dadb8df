"""How well stories are told apart, against people: ``python -m tests.stories``, with ``../shared`` beside the repository.

Every article gets a story here, and goes through the real reader (without the learned one), shelf and database. What is
missing is skipped and named. ``near`` measures near duplicates instead, ``--half 0`` or ``1`` half of each collection.
"""

import argparse
import time
from collections.abc import Sequence

from tests.bench.report import heading, machine, table
from tests.stories import labelled, near, place
from tests.stories.labelled import Labelled, Pair
from tests.stories.score import Score, b_cubed, of_pairs

STORIES = ("roundups", "roundups of one spring", "triples", "titles")
PAIRS = ("threads", "headlines")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m tests.stories", description=__doc__)
    options.add_argument("what", nargs="?", choices=("stories", "near"), default="stories")
    options.add_argument("--half", type=int, choices=(0, 1), help="the stories that chance puts into this half")
    given = options.parse_args()
    if given.what == "near":
        near.run()
    else:
        run(given.half)


def run(half: int | None) -> None:
    """Both tables."""
    heading("Stories told apart, against people", machine())
    rows: list[list[object]] = []
    for name in STORIES:
        found = [one for one in labelled.articles(name) if half is None or labelled.half(one.story) == half]
        rows.append(_row(name, found) if found else [f"{name}: not there, skipped"])
    for name in PAIRS:
        of = labelled.pairs(name)
        rows.append(_pair_row(name, of) if of else [f"{name}: not there, skipped"])
    table(
        ("", "articles or pairs", "precision", "recall", "F1", "a second"),
        [[*row, *[""] * (6 - len(row))] for row in rows],
    )


def _row(name: str, found: Sequence[Labelled]) -> list[object]:
    begun = time.perf_counter()
    told = place.placed([one.article for one in found])
    seconds = time.perf_counter() - begun
    return [
        name,
        len(found),
        *_figures(b_cubed(told, {one.article.id: one.story for one in found})),
        len(found) / seconds,
    ]


def _pair_row(name: str, found: Sequence[Pair]) -> list[object]:
    answers = [(place.together(pair.one, pair.other), pair.same) for pair in found]
    return [name, len(found), *_figures(of_pairs(answers)), ""]


def _figures(score: Score) -> list[object]:
    return [f"{value:.3f}" for value in (score.precision, score.recall, score.f1)]


if __name__ == "__main__":
    main()
