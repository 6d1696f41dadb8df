"""Matchers mean what they mean in Alertmanager, as far as they are taken."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.matcher import MatcherError, all_match, equality, matcher

LABELS = {"severity": "critical", "topic": "arms_transfer", "countries": "KP,RU", "note": 'say "no\\"', "dot": "a.b"}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('severity="critical"', True), ("severity=critical", True), (' severity = "critical" ', True),
        ('severity="Critical"', False), ('severity!="critical"', False), ('severity!="info"', True),
        ('owner=""', True), ('owner!=""', False), ('severity!=""', True),
        ('topic=~"arms.*"', True), ('topic=~"arms"', False), ('topic=~"sanctions|arms_transfer"', True),
        ('topic=~".*transfer"', True), ('topic=~".*ms_tr.*"', True), ('topic=~".*"', True), ('owner=~".*"', True),
        ('topic!~"arms.*"', False), ('owner!~"kim|jo"', True), ('owner=~"kim|"', True), ('severity=~"kim|"', False),
        ('countries=~".*RU.*"', True), ('countries=~".*IR.*"', False), ("countries=~.*RU", True),
        (r'note="say \"no\\\""', True), (r'dot=~"a\\.b"', True), (r"dot=~a\.b", True), (r'dot=~"x\\.b"', False),
        (r'dot=~"a\\..*"', True), (r'dot=~"a\\.b|c"', True), (r'dot=~"x|a\\.\\*"', False),
    ],
)  # fmt: skip
def test_a_matcher_fits_or_not(text: str, fits: bool) -> None:
    assert matcher(text).matches(LABELS) is fits


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a matcher"), ("severity", "not a matcher"), ('="x"', "not a matcher"), ('a b="x"', "not a matcher"),
        ('a="x', "do not close"), ('a="x"y', "double quotes"), ("a=x y", "double quotes"), (r'a="\d"', "unknown escape"),
        ('a=~"(x+x+)+y"', "( is not taken"), ('a=~"a.b"', ". is not taken"), ('a=~"[ab]"', "[ is not taken"),
        ('a=~"^x$"', "^ is not taken"), ('a=~"x.+"', ". is not taken"), (r'a=~"\\d"', "\\d is not taken"),
        ('a=~"x.*y"', ". is not taken"), ("a=~x\\", "\\ is not taken"), ("a=" + "x" * 1000, "not a matcher"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_named(text: str, says: str) -> None:
    with pytest.raises(MatcherError, match=re.escape(says)) as raised:
        matcher(text)
    assert "allowed:" in str(raised.value)


def test_all_must_match() -> None:
    assert all_match(["severity=critical", "owner!=kim"], LABELS)
    assert not all_match(["severity=critical", "owner=kim"], LABELS)
    assert all_match([], LABELS)


@given(st.text())
def test_any_value_can_be_written_and_is_met_by_itself_alone(value: str) -> None:
    try:
        read = matcher(equality("a", value))
    except MatcherError:
        assert len(equality("a", value)) > 1000
        return
    assert read.matches({"a": value})
    assert not read.matches({"a": value + "x"})


_WORDS = st.lists(st.tuples(st.booleans(), st.text("ab|.*\\", max_size=4), st.booleans()), min_size=1, max_size=3)


@given(_WORDS, st.text("ab|.*\\", max_size=6))
def test_a_list_is_the_regular_expression_that_it_looks_like(words: list[tuple[bool, str, bool]], value: str) -> None:
    pattern = "|".join(".*" * before + re.escape(text) + ".*" * after for before, text, after in words)
    expected = re.fullmatch(pattern, value, re.DOTALL) is not None
    quoted = equality("a", pattern).replace("a=", "a=~", 1)
    assert matcher(quoted).matches({"a": value}) is expected
