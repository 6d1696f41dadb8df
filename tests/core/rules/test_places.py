"""Every node knows its place: what stands there says the same again, and is what messages show."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.rule import RuleSource
from services.core.rules.compile import compile_rule
from services.core.rules.expression import ActIs, All, Any, Condition, Expression, Near, Not, unplaced
from services.core.rules.parse import parse
from services.core.rules.why import why_not
from tests.builders import tagged
from tests.core.rules.test_properties import KNOWN, leaves

spaces = st.sampled_from((" ", "  ", "\n"))
gaps = st.sampled_from(("", " ", "\n"))


@st.composite
def joined(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    written = draw(inner)
    for part in draw(st.lists(inner, min_size=1, max_size=2)):
        written += f"{draw(spaces)}{draw(st.sampled_from(('AND', 'OR')))}{draw(spaces)}{part}"
    return written


def grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("({}{}{})".format, gaps, inner, gaps)


rules = st.recursive(
    leaves, lambda inner: st.one_of(joined(inner), grouped(inner), inner.map("NOT {}".format)), max_leaves=8
)


def nodes(expression: Expression) -> Iterator[Expression]:
    yield expression
    match expression:
        case All(parts=parts) | Any(parts=parts) | Near(parts=parts):
            for part in parts:
                yield from nodes(part)
        case Not(part=part):
            yield from nodes(part)


def conditions(expression: Expression) -> Iterator[tuple[ActIs, Condition]]:
    acts = (node for node in nodes(expression) if isinstance(node, ActIs))
    return ((act, condition) for act in acts for condition in act.conditions)


@settings(max_examples=300, deadline=None)
@given(rules)
def test_what_stands_at_the_place_of_a_node_says_the_same(when: str) -> None:
    whole, _ = parse(when, KNOWN)
    for node in nodes(whole):
        again, _ = parse(when[node.place.start : node.place.end], KNOWN)
        assert unplaced(again) == unplaced(node)
    for act, condition in conditions(whole):
        alone, _ = parse(f"act:{act.kind or 'any'}({when[condition.place.start : condition.place.end]})", KNOWN)
        assert isinstance(alone, ActIs)
        assert unplaced(alone.conditions) == unplaced((condition,))


@settings(max_examples=200, deadline=None)
@given(rules)
def test_parentheses_and_a_second_not_not_change_what_a_rule_says(when: str) -> None:
    whole, _ = parse(when, KNOWN)
    assert unplaced(parse(f"( {when}\n)", KNOWN)[0]) == unplaced(whole)
    twice, _ = parse(f"NOT NOT({when})", KNOWN)
    assert isinstance(twice, Not)
    assert isinstance(twice.part, Not)
    assert unplaced(twice.part.part) == unplaced(whole)


@pytest.mark.parametrize(
    ("when", "clause"),
    [
        ("radar AND NOT (title:tanks)", "NOT (title:tanks)"),
        ("radar AND NOT (tanks OR ships)", "NOT (tanks OR ships)"),
        ("radar AND (missiles)", "(missiles)"),
        ("(radar) AND\nmissiles", "missiles"),
    ],
)
def test_a_clause_is_shown_as_it_is_written(when: str, clause: str) -> None:
    rule = compile_rule(RuleSource(id="r", title="R", when=when))
    assert [failure.clause for failure in why_not(rule, tagged(title="Radar and tanks"))] == [clause]


@pytest.mark.parametrize(
    ("when", "columns"),
    [
        ("radar OR missiles AND tanks", [10]),
        ("radar OR (missiles AND tanks)", []),
        ("radar OR ((missiles AND tanks))", []),
        ("radar OR (missiles) AND tanks", [10]),
        ("(radar OR ships) AND tanks OR missiles", [1]),
        ("radar AND (missiles OR tanks)", []),
    ],
)
def test_only_and_beside_or_without_parentheses_is_a_warning(when: str, columns: list[int]) -> None:
    told = "AND binds closer than OR here; write parentheses to say what you mean"
    assert parse(when)[1] == tuple(f"line 1, column {column}: {told}" for column in columns)
