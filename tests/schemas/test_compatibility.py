"""A message that was released is read for ever: its schema only grows, or gets a new version."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.cli.schemas import file_name, message_schema
from services.core.codec import MESSAGES
from tests.schemas.compatibility import breaks

SCHEMAS = Path(__file__).parents[2] / "schemas"
RELEASED = sorted((SCHEMAS / "released").glob("*.json"))

Change = Callable[[dict[str, Any]], None]


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def changed(change: Change, name: str = "alert-1.json") -> list[str]:
    released = read(SCHEMAS / "messages" / name)
    current = copy.deepcopy(released)
    change(current["$defs"])
    return breaks(released, current)


def put(definition: str, field: str, schema: Any, *, required: bool = False) -> Change:
    def change(defs: dict[str, Any]) -> None:
        defs[definition]["properties"][field] = schema
        if required:
            defs[definition]["required"].append(field)

    return change


def drop(definition: str, field: str) -> Change:
    def change(defs: dict[str, Any]) -> None:
        del defs[definition]["properties"][field]
        required = defs[definition]["required"]
        defs[definition]["required"] = [name for name in required if name != field]

    return change


def require(definition: str, field: str) -> Change:
    return lambda defs: defs[definition]["required"].append(field)


def words(definition: str, *, gone: str = "", new: str = "") -> Change:
    def change(defs: dict[str, Any]) -> None:
        kept = [word for word in defs[definition]["enum"] if word != gone]
        defs[definition]["enum"] = kept + [new] * bool(new)

    return change


def only_transfers(defs: dict[str, Any]) -> None:
    defs["Development"]["properties"]["act"]["anyOf"][0] = {"$ref": "#/$defs/ArmsTransfer"}


def close(definition: str) -> Change:
    return lambda defs: defs[definition].__setitem__("additionalProperties", False)


TEXT, NUMBER, NULL = {"type": "string"}, {"type": "number"}, {"type": "null"}

BREAKING = {
    "a field is removed": (drop("Alert", "rule"), "$.rule: the field was removed"),
    "an optional field is removed": (drop("Alert", "owner"), "$.owner: the field was removed"),
    "a field is removed within an act": (drop("Sanction", "measure"), "$.development.act.measure: the field was removed"),
    "a new field is required": (put("Alert", "desk", TEXT, required=True), "$.desk: the field is required now"),
    "an optional field becomes required": (require("Alert", "owner"), "$.owner: the field is required now"),
    "a field of a span becomes required": (put("Span", "unit", TEXT, required=True), "$.marks.items.unit: the field is required now"),
    "a word is taken from an enum": (words("Severity", gone="info"), "$.severity: ['info'] are not allowed any more"),
    "a word is renamed": (words("Certainty", gone="denied", new="rejected"), "['denied'] are not allowed any more"),
    "a type changes": (put("Alert", "revision", TEXT), "$.revision: the type was ['integer'] and is ['string']"),
    "a list becomes one value": (put("Alert", "outlets", TEXT), "$.outlets: the type was ['array'] and is ['string']"),
    "the elements of a list change": (put("Alert", "outlets", {"type": "array", "items": NUMBER}), "$.outlets.items: the type was"),
    "null is not allowed any more": (put("Alert", "owner", {**TEXT, "default": None}), "$.owner: the type was ['null']"),
    "a text becomes a choice of words": (put("Alert", "rule", {"enum": ["arms"]}), "$.rule: only ['arms'] are allowed now"),
    "a kind of act goes": (only_transfers, "$.development.act"),
    "a default changes": (put("Alert", "owner", {"anyOf": [TEXT, NULL], "default": "desk"}), "$.owner: the default was None and is 'desk'"),
    "a text gets a longest length": (put("Alert", "rule", {**TEXT, "maxLength": 5}), "$.rule: maxLength was None and is 5"),
    "a text gets a pattern": (put("Alert", "rule", {**TEXT, "pattern": "^a"}), "$.rule: pattern was None and is '^a'"),
    "a time becomes any text": (put("Alert", "decided_at", TEXT), "$.decided_at: format was 'date-time' and is None"),
    "unknown fields are refused": (close("Alert"), "$.additionalProperties: allows less"),
    "the values of a mapping change": (put("Alert", "labels", {"type": "object", "additionalProperties": NUMBER, "default": {}}), "$.labels.additionalProperties: the type was"),
}  # fmt: skip

ADDITIVE = {
    "nothing changes": lambda defs: None,
    "an optional field is added": put("Alert", "desk", {"anyOf": [TEXT, NULL], "default": None}),
    "an optional field is added to a span": put("Span", "unit", {**TEXT, "default": "code point"}),
    "an enum gets a word": words("Severity", new="emergency"),
    "a type grows": put("Alert", "revision", NUMBER),
    "null is allowed as well": put("Alert", "rule", {"anyOf": [TEXT, NULL]}),
    "a description changes": lambda defs: defs["Alert"].__setitem__("description", "other words"),
}


@pytest.mark.parametrize("case", BREAKING)
def test_a_change_that_breaks_is_caught(case: str) -> None:
    change, expected = BREAKING[case]
    found = changed(change)
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize("case", ADDITIVE)
def test_an_addition_is_allowed(case: str) -> None:
    assert changed(ADDITIVE[case]) == []


def test_positions_are_compared_one_by_one() -> None:
    def texts_for_values(defs: dict[str, Any]) -> None:
        defs["DeadLetter"]["properties"]["headers"]["items"]["prefixItems"][1] = TEXT

    found = changed(texts_for_values, "dead-letter-1.json")
    assert found == ["$.headers.items.1: contentEncoding was 'base64' and is None"]


def test_a_schema_that_contains_itself_is_compared_to_the_end() -> None:
    node = {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Node"}, NULL]}}, "required": []}
    released = {"$ref": "#/$defs/Node", "$defs": {"Node": node}}
    assert breaks(released, released) == []
    current = {"$ref": "#/$defs/Node", "$defs": {"Node": {**node, "required": ["next"]}}}
    assert breaks(released, current) == ["$.next: the field is required now"]


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_current_messages_only_add_to_what_was_released(path: Path) -> None:
    current = SCHEMAS / "messages" / path.name
    assert current.exists(), "a released version is kept; a message that changes gets a new one beside it"
    assert breaks(read(path), read(current)) == []


def test_every_message_has_a_released_revision() -> None:
    assert {path.name for path in RELEASED} == {file_name(kind) for kind in MESSAGES}


@pytest.mark.parametrize("kind", MESSAGES, ids=file_name)
def test_the_code_only_adds_to_what_was_released(kind: Any) -> None:
    assert breaks(read(SCHEMAS / "released" / file_name(kind)), message_schema(kind)) == []
