"""When an act happened or is due: expressions of time, what is none, and which of them an act gets."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.mention import Span
from services.extractor.times import expressions
from services.extractor.when import when
from tests.extractor.reading import read
from tests.extractor.time_table import OF_ACTS, OTHER_DAYS, PUBLISHED, TIMES, TRAPS
from tests.strategies import texts


def told(sentence: str, published: date = PUBLISHED) -> str:
    """Every time in the sentence, as START END GRANULARITY."""
    found = [one.interval for one in expressions(sentence, published)]
    return "; ".join(f"{one.start} {one.end} {one.granularity}" for one in found)


@pytest.mark.parametrize(("sentence", "time"), [line.split("|") for line in TIMES.splitlines()])
def test_an_expression_is_an_interval(sentence: str, time: str) -> None:
    assert told(sentence) == time


@pytest.mark.parametrize(("published", "sentence", "time"), OTHER_DAYS)
def test_the_day_of_publication_decides(published: date, sentence: str, time: str) -> None:
    assert told(sentence, published) == time


@pytest.mark.parametrize("sentence", TRAPS.splitlines())
def test_what_only_looks_like_a_time_is_none(sentence: str) -> None:
    assert told(sentence) == ""


@pytest.mark.parametrize(("marked", "words"), [line.split("|") for line in OF_ACTS.splitlines()])
def test_an_act_gets_the_nearest_time_of_its_clause(marked: str, words: str) -> None:
    start, end = marked.index("*"), marked.rindex("*") - 1
    sentence = marked.replace("*", "")
    found = when(
        Span(start=start, end=end, quote=sentence[start:end]),
        Span(start=0, end=len(sentence), quote=sentence),
        PUBLISHED,
    )
    assert (found.span.quote if found else "") == words


def test_a_tagged_act_carries_its_time() -> None:
    tagged = read("Portugal agrees to sell howitzers to Iceland", body="Portugal sent howitzers to Iceland in 2019.")
    agreed, sent = tagged.acts
    assert agreed.when is None
    assert sent.when is not None
    assert str(sent.when) == "2019"
    assert sent.when.before(tagged.article.published_at.date())
    span = sent.when.span
    assert tagged.article.text[span.start : span.end] == span.quote == "in 2019"


def test_an_act_told_twice_keeps_the_time_that_either_tells() -> None:
    tagged = read("Portugal ships howitzers to Iceland", body="Portugal shipped howitzers to Iceland in 2019.")
    assert [str(act.when) for act in tagged.acts] == ["2019"]


_PIECES = st.sampled_from(
    ["since", "by", "until", "the", "end", "of", "early", "mid", "-", "late", "last", "next", "this", "3", "31", "2019", "2,000", "1990s", "Monday", "May", "March", "may", "week", "months", "year", "years", "two", "ago", "in", "on", "first", "half", "quarter", "Q3", "of", ",", ".", "'s", "past", "over", "coming", "2024-02-30", "will", "said", "to", "deliver", "summer", "winter", "weekend", "99", "decades"]
)  # fmt: skip
_SENTENCES = st.lists(_PIECES, max_size=14).map(" ".join) | texts(200)


@given(_SENTENCES, st.dates())
def test_any_text_on_any_day_gives_intervals_that_are_not_empty(sentence: str, published: date) -> None:
    found = expressions(sentence, published)
    assert all(one.interval.start < one.interval.end for one in found)
    assert all(0 <= one.start < one.end <= len(sentence) for one in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


@pytest.mark.parametrize("side", ["", "last ", "this ", "next ", "past ", "coming "])
@pytest.mark.parametrize("season", ["spring", "summer", "autumn", "winter"])
def test_a_season_is_one_of_the_years_around_on_every_day(season: str, side: str) -> None:
    for published in (date(2026, month, day) for month in range(1, 13) for day in (1, 28)):
        for sentence in (f"It ended {side or 'in '}{season}.", f"It will end {side or 'in '}{season}."):
            for one in expressions(sentence, published):
                assert abs((one.interval.start - published).days) < 730


@given(_SENTENCES, st.dates(), st.integers(0, 200), st.integers(0, 50), st.integers(0, 500))
def test_the_span_is_of_the_text(sentence: str, published: date, first: int, length: int, offset: int) -> None:
    whole = Span(start=offset, end=offset + len(sentence), quote=sentence)
    trigger = Span(start=offset + first, end=offset + first + length, quote="")
    found = when(trigger, whole, published)
    if found is not None:
        assert sentence[found.span.start - offset : found.span.end - offset] == found.span.quote
        assert found.start < found.end
