"""schemas/streams.yaml tells other programs what services/core/streams.py creates."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.core import streams
from services.core.codec import MESSAGES, schema_name
from services.core.ports.bus import StreamSpec

SCHEMAS = Path(__file__).parents[2] / "schemas"
TOLD: list[dict[str, Any]] = yaml.safe_load((SCHEMAS / "streams.yaml").read_text(encoding="utf-8"))


def test_the_streams_are_those_of_the_code() -> None:
    told = tuple(
        StreamSpec(
            name=one["stream"], partitions=one["partitions"], retention=one["retention"] * 86400.0, max_record=one["max_record"]
        )
        for one in TOLD
    )  # fmt: skip
    assert told == streams.STREAMS


def test_every_message_has_one_stream() -> None:
    assert [one["schema"] for one in TOLD] == [schema_name(kind) for kind in MESSAGES]


def test_the_groups_are_those_of_the_code() -> None:
    readers = {one["stream"]: one["consumers"] for one in TOLD if one["consumers"]}
    assert readers == {streams.ARTICLES: [streams.EXTRACTORS], streams.TAGGED: [streams.ALERTERS]}


@pytest.mark.parametrize("one", TOLD, ids=lambda one: one["stream"])
def test_a_stream_says_all_there_is_to_know(one: dict[str, Any]) -> None:
    assert list(one) == [
        "stream", "meaning", "schema", "key", "producers", "consumers", "partitions", "retention", "max_record",
    ]  # fmt: skip
    assert one["meaning"]
    assert one["key"]
    assert one["producers"]
