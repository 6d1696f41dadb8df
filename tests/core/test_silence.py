"""Silences and inhibition rules."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.inhibit import InhibitRule, inhibiting
from services.core.silence import Silence, SilenceState, expired, mistake, silencing
from tests.builders import at

PLAIN = Silence(
    id="si1", matchers=('topic="arms"',), author="jo", comment="exercise", starts_at=at(0), ends_at=at(60), created_at=at(0)
)  # fmt: skip
SECOND = timedelta(seconds=1)


def test_the_start_belongs_to_it_and_the_end_does_not() -> None:
    moments = (at(0) - SECOND, at(0), at(60) - SECOND, at(60))
    found = [silencing([PLAIN], {"topic": "arms"}, moment) for moment in moments]
    assert found == [None, PLAIN, PLAIN, None]
    assert [PLAIN.state(moment).value for moment in moments] == ["pending", "active", "active", "expired"]


def test_all_matchers_must_match_and_the_longest_is_named() -> None:
    narrow = replace(PLAIN, id="si2", matchers=("topic=arms", "outlet=harbour"), ends_at=at(90))
    assert silencing([PLAIN, narrow], {"topic": "arms"}, at(1)) == PLAIN
    assert silencing([PLAIN, narrow], {"topic": "arms", "outlet": "harbour"}, at(1)) == narrow
    assert silencing([PLAIN, narrow], {"topic": "other", "outlet": "harbour"}, at(1)) is None


@pytest.mark.parametrize(("now", "start", "end"), [(30, 0, 30), (-10, -10, -10), (70, 0, 60)])
def test_an_expired_silence_has_ended(now: float, start: float, end: float) -> None:
    ended = expired(PLAIN, at(now))
    assert (ended.starts_at, ended.ends_at) == (at(start), at(end))
    assert ended.state(at(now)) is SilenceState.EXPIRED


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"matchers": ()}, "at least one matcher"), ({"matchers": ('a=""', 'b!="x"')}, "nearly everything"),
        ({"ends_at": at(0)}, "must end after"), ({"comment": " "}, "author and a comment"), ({"author": ""}, "author and a comment"),
    ],
)  # fmt: skip
def test_what_keeps_a_silence_from_being_one(changes: dict[str, Any], says: str) -> None:
    assert says in (mistake(replace(PLAIN, **changes)) or "")
    assert mistake(PLAIN) is None


RULE = InhibitRule(source_matchers=("severity=critical",), target_matchers=("severity!=critical",), equal=("story",))
BROAD = InhibitRule(source_matchers=("rule=a",), target_matchers=("rule=~a|b",))


@pytest.mark.parametrize(
    ("rule", "target", "sources", "by"),
    [
        (RULE, {"severity": "info", "story": "s1"}, [{"severity": "critical", "story": "s1"}], "al0"),
        (RULE, {"severity": "info", "story": "s2"}, [{"severity": "critical", "story": "s1"}], None),
        (RULE, {"severity": "info"}, [{"severity": "critical"}], "al0"),  # absent on both sides is equal
        (RULE, {"severity": "info"}, [{"severity": "critical", "story": "s1"}], None),
        (RULE, {"severity": "critical", "story": "s1"}, [{"severity": "critical", "story": "s1"}], None),
        (BROAD, {"rule": "b"}, [{"rule": "b"}, {"rule": "a"}], "al1"),
        (BROAD, {"rule": "a"}, [{"rule": "a"}], None),  # source and target: none of its kind inhibits it
    ],
)  # fmt: skip
def test_inhibition(rule: InhibitRule, target: dict[str, str], sources: list[dict[str, str]], by: str | None) -> None:
    assert inhibiting([rule], target, [(f"al{n}", labels) for n, labels in enumerate(sources)]) == by
