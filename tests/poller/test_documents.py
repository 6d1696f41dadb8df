"""Whole documents of every format against what must be read in them: ``documents/<name>`` and ``documents/<name>.read.json``."""

from pathlib import Path

import msgspec
import pytest

from services.core.entry import Document
from services.poller.parse import Job, parse

DOCUMENTS = Path(__file__).parent / "documents"
NAMES = sorted(path.name for path in DOCUMENTS.iterdir() if not path.name.endswith(".read.json"))


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_read_as_written_down(name: str) -> None:
    expected = msgspec.json.decode((DOCUMENTS / f"{name}.read.json").read_bytes(), type=Document, strict=True)
    read = parse(Job(body=(DOCUMENTS / name).read_bytes(), url="https://feeds.example/dir/feed"))
    assert msgspec.to_builtins(read) == msgspec.to_builtins(expected)


def test_every_format_has_a_document() -> None:
    formats = {
        msgspec.json.decode(path.read_bytes(), type=Document).format.value for path in DOCUMENTS.glob("*.read.json")
    }
    assert formats >= {"rss", "rdf", "atom", "json"}
