"""Judgements, and the share of useful alerts with what can be said of it."""

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.feedback import Judgement, Opinion, Tally, mistake, wilson
from tests.builders import at

Counts = tuple[int, int]
COUNTS = st.integers(1, 5000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))
Z = 1.959963984540054


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [  # 81 of 263, 15 of 148, 0 of 20 and 1 of 29 are the examples of Newcombe (1998)
        (8, 10, 0.4902, 0.9433), (81, 263, 0.2553, 0.3662), (0, 1, 0.0, 0.7935), (1, 1, 0.2065, 1.0), (10, 10, 0.7225, 1.0),
        (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
    ],
)  # fmt: skip
def test_the_interval_is_the_one_of_published_tables(hits: int, trials: int, low: float, high: float) -> None:
    share = wilson(hits, trials)
    assert (round(share.low, 4), share.value, round(share.high, 4)) == (low, hits / trials, high)


@given(COUNTS)
def test_the_share_lies_within_its_bounds(counts: Counts) -> None:
    low, value, high = wilson(*counts)
    assert 0 <= low <= value <= high <= 1
    assert low < high


@given(COUNTS)
def test_at_each_bound_the_share_is_just_at_the_edge_of_what_is_likely(counts: Counts) -> None:
    share = wilson(*counts)
    for bound in (share.low, share.high):
        if 0 < bound < 1:
            edge = Z * sqrt(bound * (1 - bound) / counts[1])
            assert isclose(abs(share.value - bound), edge, rel_tol=1e-6, abs_tol=1e-9)


@given(COUNTS)
def test_what_is_not_a_hit_has_the_mirrored_interval(counts: Counts) -> None:
    hits, trials = counts
    share, mirrored = wilson(hits, trials), wilson(trials - hits, trials)
    assert isclose(share.low, 1 - mirrored.high, abs_tol=1e-12)
    assert isclose(share.high, 1 - mirrored.low, abs_tol=1e-12)


@given(COUNTS, st.integers(2, 9))
def test_more_trials_of_the_same_share_say_more(counts: Counts, times: int) -> None:
    few, many = wilson(*counts), wilson(counts[0] * times, counts[1] * times)
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize(("hits", "trials"), [(0, 0), (2, 1), (-1, 3), (0, -1)])
def test_what_is_no_share_is_refused(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match=f"{hits} of {trials}"):
        wilson(hits, trials)


def test_precision_is_of_what_was_judged_and_repeats_count_against_it() -> None:
    tally = Tally(rule="arms", version="2", told=40, useful=8, wrong=1, repeat=1)
    assert (tally.judged, tally.precision) == (10, wilson(8, 10))
    assert Tally(rule="arms", version="2", told=40).precision is None


@pytest.mark.parametrize(
    ("author", "note", "says"),
    [
        ("jo", "", None), ("Jürgen 李", "n" * 500, None), ("", "", "needs an author"), (" \t", "", "needs an author"),
        ("j" * 101, "", "author has 101 characters; allowed: up to 100"), ("jo", "n" * 501, "note has 501 characters"),
        ("jo\0", "", "author holds"), ("jo", "\ud800", "note holds"),
    ],
)  # fmt: skip
def test_what_is_no_judgement_is_told(author: str, note: str, says: str | None) -> None:
    wrong = mistake(Judgement(alert_id="al1", author=author, opinion=Opinion.WRONG, note=note, at=at(0)))
    assert (says is None and wrong is None) or (says is not None and says in (wrong or ""))
