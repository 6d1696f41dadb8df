"""YAML without surprises, and where everything in it stands."""

import json
import string
import textwrap

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.config.yaml_file import MAX_DEPTH, MAX_SIZE, read_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=30)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=20
)


def content(text: str) -> object:
    document, problems = read_yaml("a.yaml", text)
    assert problems == []
    assert document is not None
    return document.content


@given(VALUES)
def test_reads_what_a_yaml_library_writes(value: object) -> None:
    assert content(yaml.safe_dump(value, allow_unicode=True)) == value


@given(VALUES)
def test_reads_json(value: object) -> None:
    assert content(json.dumps(value, ensure_ascii=False)) == value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"), ("on", "on"), ("y", "y"), ("Off", "Off"), ("12:30", "12:30"), ("2026-01-05", "2026-01-05"), ("0x1F", "0x1F"),
        ("0o17", "0o17"), ("1_000", "1_000"), (".inf", ".inf"), ("1e999", "1e999"), ("1" * 30, "1" * 30), ("'1'", "1"), ('"null"', "null"),
        ("~", None), ("", None), ("null", None), ("true", True), ("1", 1), ("-7", -7), ("1.5", 1.5), ("1e3", 1000.0), ("<<", "<<"),
    ],
)  # fmt: skip
def test_a_plain_word_is_what_a_reader_takes_it_for(written: str, meant: object) -> None:
    assert content(f"key: {written}\n") == {"key": meant}


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    document, problems = read_yaml("a.yaml", text)
    assert document is not None or problems
    assert all(problem.line >= 0 for problem in problems)


@given(st.text(alphabet=":-[]{}#&*!|>'\"%@`,? \n\tab\x00\x07", max_size=60))
def test_signs_in_any_order_are_read_or_refused(text: str) -> None:
    document, problems = read_yaml("a.yaml", text)
    assert document is not None or problems


@given(VALUES.filter(lambda value: isinstance(value, dict | list)))
def test_every_value_stands_where_its_place_says(value: object) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    document, _ = read_yaml("a.yaml", text)
    assert document is not None
    for path, place in document.values.items():
        found = value
        for part in path:
            found = found[part]  # type: ignore[index]
        written = text[place.start : place.end]
        assert json.loads(written, strict=False) == found
        line = text.split("\n")[place.line - 1]
        assert line[place.column - 1 :].startswith(written.split("\n")[0])


WORDS = st.lists(st.text(string.ascii_letters + 'äß".', min_size=1, max_size=8), min_size=1, max_size=12)
STYLES = {
    "quoted": lambda words: json.dumps(" ".join(words), ensure_ascii=False),
    "single": lambda words: "'" + " ".join(words).replace("'", "''") + "'",
    "literal": lambda words: "|\n" + textwrap.indent("\n".join(words), "    "),
    "folded": lambda words: ">-\n" + textwrap.indent("\n".join(words), "      "),
}


@pytest.mark.parametrize("style", ["quoted", "single", "literal", "folded"])
@given(words=WORDS, pick=st.integers(0, 11))
def test_a_place_inside_a_text_is_found_in_the_file(style: str, words: list[str], pick: int) -> None:
    source = f"# a comment\nrules:\n- when: {STYLES[style](words)}\n  id: x\n"
    document, problems = read_yaml("a.yaml", source)
    assert document is not None
    assert problems == []
    text = document.content["rules"][0]["when"]  # type: ignore[index,call-overload]
    joined = "\n" if style == "literal" else " "
    offset = len(joined.join(words[: pick % len(words)])) + bool(pick % len(words))
    line, column = text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1
    problem = document.problem_inside(("rules", 0, "when"), line, column, "wrong")
    there = source.split("\n")[problem.line - 1][problem.column - 1 :]
    wanted = words[pick % len(words)]
    assert there.lstrip("\\").startswith(wanted[0])


def test_depth_is_bounded() -> None:
    document, problems = read_yaml("a.yaml", "[" * 100_000)
    assert document is None
    assert len(problems) == 1


@pytest.mark.parametrize("text", ["[" * 50 + "]" * 50, "".join(" " * depth + "a:\n" for depth in range(50))])
def test_what_is_nested_too_deep_is_refused_where_it_begins(text: str) -> None:
    _, problems = read_yaml("a.yaml", text)
    assert [problem.message for problem in problems] == [f"nested more than {MAX_DEPTH} deep"]
    assert max(problems[0].line, problems[0].column) == MAX_DEPTH + 2


def test_size_is_bounded() -> None:
    document, problems = read_yaml("a.yaml", " " * (MAX_SIZE + 1))
    assert document is None
    assert len(problems) == 1


def test_control_characters_are_refused() -> None:
    document, problems = read_yaml("a.yaml", "key: a\x07b\n")
    assert document is None
    assert "not YAML" in problems[0].message


def test_a_key_that_is_a_list_is_refused() -> None:
    _, problems = read_yaml("a.yaml", "? [a]\n: b\n")
    assert [str(problem) for problem in problems] == ["a.yaml:1:3: a key must be a text"]
