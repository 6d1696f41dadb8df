"""When a feed is due again, told as timelines."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core import schedule
from services.core.feed import FeedState
from services.core.schedule import Hints, Pace
from tests.builders import T0, at

PACE = Pace(every=300.0, max_interval=21600.0)
NO_HINTS = Hints()
NEW = FeedState(feed="f", url="https://harbour.example/feed", due_at=T0)


def timeline(*polls: str, pace: Pace = PACE, hints: Hints = NO_HINTS, retry_after: float | None = None) -> list[float]:
    """Seconds from each poll to the next. A poll brings ``news``, or ``nothing``, is ``gone``, or fails with anything else."""
    state, now, waits = NEW, T0, []
    for poll in polls:
        if poll in {"news", "nothing"}:
            state = schedule.succeeded(state, now, pace, hints, changed=poll == "news", news=poll == "news", chance=0.5)
        else:
            state = schedule.failed(state, now, pace, poll, retry_after=retry_after, gone=poll == "gone", chance=1.0)
        waits.append((state.due_at - now).total_seconds())
        now = state.due_at
    return waits


def test_a_busy_feed_is_polled_at_its_own_interval() -> None:
    assert timeline("news", "news", "news") == [300, 300, 300]


def test_a_quiet_feed_is_polled_slower_up_to_four_times_its_interval() -> None:
    waits = timeline(*["nothing"] * 10)
    assert waits[:3] == [300, 375, 468.75]
    assert waits[-1] == 1200


def test_after_news_a_quiet_feed_is_polled_faster_again() -> None:
    assert timeline(*["nothing"] * 10, "news", "news")[-2:] == [600, 300]


def test_failures_wait_longer_each_time_up_to_a_day_and_a_success_ends_that() -> None:
    waits = timeline(*["timeout"] * 12, "news")
    assert waits[:4] == [300, 600, 1200, 2400]
    assert waits[11] == 86400
    assert waits[12] == 300


def test_a_server_may_ask_for_more_time_and_never_for_less() -> None:
    assert timeline("rate_limited", retry_after=7200.0) == [7920]  # with the jitter on top
    assert timeline("rate_limited", retry_after=1.0) == [300]
    assert timeline("rate_limited", retry_after=1e9) == pytest.approx([86400 * 1.1])


def test_max_age_is_followed_up_to_the_longest_interval_and_ttl_only_a_little() -> None:
    assert timeline("news", hints=Hints(max_age=900.0)) == [900]
    assert timeline("news", hints=Hints(max_age=604800.0)) == [21600]
    assert timeline("news", hints=Hints(ttl=86400.0)) == [1200]


def test_a_feed_that_is_gone_is_looked_at_once_a_day() -> None:
    assert timeline("gone", "gone") == pytest.approx([86400 * 1.1] * 2)


def test_an_interval_longer_than_the_longest_is_kept() -> None:
    assert timeline("news", "nothing", pace=Pace(every=90000.0, max_interval=21600.0)) == [90000, 90000]


@given(
    polls=st.lists(st.sampled_from(["news", "nothing", "timeout", "gone"]), max_size=40),
    pace=st.builds(Pace, every=st.floats(1, 1e5), max_interval=st.floats(1, 1e6)),
    hints=st.builds(Hints, max_age=st.none() | st.floats(0, 1e9), ttl=st.none() | st.floats(0, 1e9)),
    retry_after=st.none() | st.floats(0, 1e9),
)
def test_no_feed_is_ever_polled_at_once_again_or_forgotten(
    polls: list[str], pace: Pace, hints: Hints, retry_after: float | None
) -> None:
    for poll, wait in zip(polls, timeline(*polls, pace=pace, hints=hints, retry_after=retry_after), strict=True):
        worked = poll in {"news", "nothing"}
        low, high = (pace.every, pace.longest) if worked else (min(pace.every, 60.0), 86400 * 1.1)
        assert low - 0.01 <= wait <= max(high, low) + 0.01


def test_a_permanent_redirect_is_followed_for_good_after_a_day_in_one_place() -> None:
    here, there = "https://harbour.example/new", "https://portal.example/login"
    state = schedule.moved(NEW, here, T0)
    state = schedule.moved(state, there, at(60 * 23))  # somewhere else: the day starts again
    state = schedule.moved(state, here, at(60 * 24))
    assert state.url == NEW.url
    state = schedule.moved(state, here, at(60 * 47))
    assert state.url == NEW.url
    state = schedule.moved(state, here, at(60 * 48))
    assert (state.url, state.moved_to) == (here, None)


def test_a_redirect_that_ends_is_forgotten() -> None:
    state = schedule.moved(schedule.moved(NEW, "https://harbour.example/new", T0), None, at(1))
    assert (state.moved_to, state.moved_since) == (None, None)


@pytest.mark.parametrize(
    ("unchanged", "chance", "whole"),
    [(timedelta(hours=23), 0.0, False), (timedelta(hours=25), 0.001, True), (timedelta(hours=25), 0.9, False)],
)
def test_a_feed_that_says_not_modified_for_days_is_sometimes_asked_for_everything(
    unchanged: timedelta, chance: float, whole: bool
) -> None:
    state = FeedState(feed="f", url="u", due_at=T0, changed_at=T0, interval=1200.0)
    assert schedule.without_validators(state, T0 + unchanged, chance=chance) is whole
