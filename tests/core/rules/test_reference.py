"""docs/reference/rules.md says what the compiler accepts."""

import re
from pathlib import Path

import pytest

from services.core.alert import DevelopmentKind
from services.core.ledger import Fate
from services.core.rule import RuleSource
from services.core.rules.compile import compile_rule
from services.core.rules.nearness import FARTHEST
from services.core.rules.parse import MAX_DEPTH, MAX_LENGTH, MAX_TERMS
from services.core.rules.vocabulary import FIELDS, FIGURES, ORDERED, ROLES, STAGES, Vocabulary

SHIPPED = Vocabulary(lists=dict.fromkeys(("eu", "nato", "gulf", "g7", "armed_groups"), ("AT",)))
PAGE = (Path(__file__).parents[3] / "docs/reference/rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```rule\n(.*?)```", PAGE, re.DOTALL)
CONDITIONS = re.findall(
    r"`([^`]+)`", "\n".join(re.findall(r"^\| (`.*?) \|", PAGE.partition("## Acts")[0], re.MULTILINE))
)


@pytest.mark.parametrize("when", EXAMPLES)
def test_every_example_compiles_without_warning(when: str) -> None:
    assert compile_rule(RuleSource(id="r", title="R", when=when), SHIPPED).warnings == ()


@pytest.mark.parametrize("when", [one.replace("(…)", "") for one in CONDITIONS])
def test_every_condition_compiles(when: str) -> None:
    warnings = compile_rule(RuleSource(id="r", title="R", when=when), SHIPPED).warnings
    assert all("nearly everything" in warning for warning in warnings)


def test_every_word_of_the_language_is_documented() -> None:
    words = {
        *FIELDS,
        *FIGURES,
        *(role for roles in ROLES.values() for role in roles),
        *(stage for stages in STAGES.values() for stage in stages),
    }
    assert {word for word in words if not re.search(rf"`[^`]*\b{word}\b", PAGE)} == set()
    assert {kind.value for kind in DevelopmentKind if f"| `{kind.value}` |" not in PAGE} == set()
    assert {fate.value for fate in Fate if fate is not Fate.ALERTED and f"`{fate.value}`" not in PAGE} == set()


def test_stages_stand_in_their_order() -> None:
    for kind, order in ORDERED.items():
        beside = [stage for stage in STAGES[kind] if stage not in order]
        row = f"| `{kind}` | {', '.join(f'`{stage}`' for stage in order)} | {', '.join(f'`{stage}`' for stage in beside)} |"
        assert row in PAGE


def test_the_bounds_are_those_of_the_parser() -> None:
    assert f"{MAX_LENGTH} characters, {MAX_TERMS} conditions, values and arguments, {MAX_DEPTH} levels" in PAGE
    assert f"`n` from 1 to {FARTHEST}" in PAGE
