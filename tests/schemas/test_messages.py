"""Schemas, examples and code say the same about every message."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.schemas import export, file_name, message_schema
from services.core import codec
from services.core.alert import Alert
from services.core.article import Article, TaggedArticle
from services.core.codec import MESSAGES, Message, decode, encode, headers, schema_name
from services.core.dead_letter import DeadLetter
from services.core.errors import Poison, PoisonReason
from tests import strategies
from tests.schemas.spans import is_true, spans_of

SCHEMAS = Path(__file__).parents[2] / "schemas"
EXAMPLES = sorted((SCHEMAS / "examples").rglob("*.json"))
KINDS: dict[str, Any] = {file_name(kind).removesuffix(".json"): kind for kind in MESSAGES}
MADE = {
    Article: strategies.articles(),
    TaggedArticle: strategies.tagged_articles(),
    Alert: strategies.alerts(),
    DeadLetter: strategies.dead_letters(),
}
VALIDATORS = {
    kind: jsonschema.Draft202012Validator(
        message_schema(kind), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for kind in MESSAGES
}

every_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
every_kind = pytest.mark.parametrize("kind", MESSAGES, ids=schema_name)


def messages() -> st.SearchStrategy[Message]:
    return st.one_of(*MADE.values())


def document(message: Message) -> Any:
    return json.loads(encode(message))


def example(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def read(path: Path) -> Message:
    message: Message = decode(KINDS[path.parent.name], path.read_bytes())
    return message


def untrue_spans(message: Message) -> list[Any]:
    """Spans that do not say what stands there. An alert carries only the sentence: its marks must lie in it."""
    if isinstance(message, TaggedArticle):
        return [span for span in spans_of(message) if not is_true(span, message.article.text)]
    if isinstance(message, Alert):
        told = message.sentence
        inside = [msgspec.structs.replace(m, start=m.start - told.start, end=m.end - told.start) for m in message.marks]
        lengths = [span for span in spans_of(message) if span.end - span.start != len(span.quote)]
        return lengths + [mark for mark in inside if not is_true(mark, told.quote)]
    return []


def test_the_files_are_what_the_code_exports(tmp_path: Path) -> None:
    written = {path.relative_to(tmp_path) for path in export(tmp_path)}
    kept = {path.relative_to(SCHEMAS) for part in ("messages", "config") for path in (SCHEMAS / part).iterdir()}
    assert written == kept
    for path in written:
        assert (tmp_path / path).read_text() == (SCHEMAS / path).read_text(), f"{path}: run `make schemas`"


@every_kind
def test_every_schema_is_a_schema_with_a_name_of_its_own(kind: Any) -> None:
    schema = message_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert (schema["title"], schema["$id"]) == (schema_name(kind), f"urn:wirewatch:message:{schema_name(kind)}")
    assert "`" not in schema["title"]
    assert ":class:" not in json.dumps(schema)


def test_every_message_has_at_least_two_examples() -> None:
    count = {name: len(list((SCHEMAS / "examples" / name).glob("*.json"))) for name in KINDS}
    assert min(count.values()) >= 2, count
    assert {path.parent.name for path in EXAMPLES} == set(KINDS)


@every_example
def test_an_example_follows_its_schema(path: Path) -> None:
    VALIDATORS[KINDS[path.parent.name]].validate(example(path))


@every_example
def test_an_example_survives_the_codec(path: Path) -> None:
    message = read(path)
    assert decode(type(message), encode(message)) == message
    assert example(path).items() <= document(message).items()


@every_example
def test_the_spans_of_an_example_are_true(path: Path) -> None:
    assert untrue_spans(read(path)) == []


@every_example
def test_unknown_fields_are_ignored_at_every_depth(path: Path) -> None:
    def with_more(value: Any) -> Any:
        if isinstance(value, list):
            return [with_more(part) for part in value]
        if not isinstance(value, dict):
            return value
        grown = {name: part if name == "labels" else with_more(part) for name, part in value.items()}
        return {**grown, "from_a_later_release": {"any": [1, None]}}

    grown = with_more(example(path))
    kind = KINDS[path.parent.name]
    VALIDATORS[kind].validate(grown)
    assert decode(kind, json.dumps(grown).encode()) == read(path)


def test_examples_hold_characters_that_count_twice_elsewhere() -> None:
    """Otherwise a reader that counts in UTF-16 would pass them all."""
    texts = [read(path).article.text for path in EXAMPLES if path.parent.name == "tagged-article-1"]
    assert any(len(text.encode("utf-16-le")) // 2 != len(text) for text in texts)


@given(messages())
def test_every_message_survives_the_codec(message: Message) -> None:
    assert decode(type(message), encode(message)) == message


@given(messages())
def test_every_message_follows_its_schema(message: Message) -> None:
    VALIDATORS[type(message)].validate(document(message))


@given(messages())
def test_every_message_names_its_schema_and_its_trace_in_the_headers(message: Message) -> None:
    named = dict(headers(message))
    assert named[codec.SCHEMA_HEADER].decode() == document(message)["schema"] == schema_name(type(message))
    inner = message.article if isinstance(message, TaggedArticle) else message
    assert named.get(codec.TRACE_HEADER, b"").decode() == (inner.trace_id or "")


@given(messages())
def test_the_messages_that_tests_make_have_true_spans(message: Message) -> None:
    assert untrue_spans(message) == []


@given(messages(), st.data())
def test_a_message_without_a_required_field_is_malformed(message: Message, data: st.DataObject) -> None:
    kind = type(message)
    fields = document(message)
    gone = data.draw(st.sampled_from(message_schema(kind)["$defs"][kind.__name__]["required"]))
    del fields[gone]
    with pytest.raises(jsonschema.ValidationError):
        VALIDATORS[kind].validate(fields)
    if gone == "schema":
        return  # a reader knows by the stream what it reads; msgspec takes the tag for granted where it is absent
    with pytest.raises(Poison) as caught:
        decode(kind, json.dumps(fields).encode())
    assert caught.value.reason is PoisonReason.MALFORMED


@every_kind
@given(data=st.data())
def test_another_schema_is_unknown_and_not_guessed(kind: Any, data: st.DataObject) -> None:
    fields = document(data.draw(MADE[kind])) | {"schema": "article/2"}
    with pytest.raises(Poison) as caught:
        decode(kind, json.dumps(fields).encode())
    assert caught.value.reason is PoisonReason.UNKNOWN_SCHEMA
    assert not VALIDATORS[kind].is_valid(fields)


@every_kind
@given(
    value=st.binary(max_size=200)
    | st.none()
    | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_bytes_that_are_no_message_are_poison_and_nothing_else(kind: Any, value: bytes | None) -> None:
    with pytest.raises(Poison):
        decode(kind, value)


@pytest.mark.parametrize("moment", ["2026-01-05T09:00:00", "2026-13-01T00:00:00Z", "yesterday", 1767603600])
def test_a_time_that_is_no_moment_is_malformed(moment: object) -> None:
    fields = example(SCHEMAS / "examples/article-1/complete.json") | {"published_at": moment}
    with pytest.raises(Poison):
        decode(Article, json.dumps(fields).encode())
