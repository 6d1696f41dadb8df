"""What we labelled ourselves, beside the labelled news: excerpts of public collections, and items that we wrote.

``excerpts.jsonl`` holds no text: where an excerpt stands (collection, article, from and to in its text, with or without its
title) and what one reader found in it under the codebook of the labelled news: acts, and of some the topics. An act that a reader
was not sure of is optional: neither right nor wrong. They are of collections that the measuring file is not drawn from, but for
whole articles of one that it holds nine of.

``written_acts.jsonl`` and ``written_topics.jsonl`` are news that never happened: acts told in ways that a matcher gets wrong, evenly over all
stages, and topics with their near misses.
"""

import gzip
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from services.core.measure.labels import Labelled

LABELS = Path(__file__).with_name("excerpts.jsonl")
WRITTEN = {part: Path(__file__).with_name(f"written_{part}.jsonl") for part in ("acts", "topics")}
_FILES = {
    "allsides_articles": ("articles-1of3.jsonl.gz", "ID"), "bbc_2025": ("bbc_2025.jsonl.gz", None),
    "en_worldwide_newswire": ("articles.jsonl.gz", "id"), "basil": ("basil.jsonl", "id"),
    "wikinews_2019_2020": ("wikinews.jsonl.gz", None), "tgcontest_en": ("en_categories.jsonl", None),
    "lede_stream_2026": ("items.jsonl.gz", None), "allsides_roundup_triples": ("triples.jsonl.gz", "id"),
    "rams_wikievents": ("rams_dev.jsonlines", "doc_key"),
}  # fmt: skip
_LINES = "cameo_plover_gold"  # a sentence a line, and its class
_TAR = "polnear_text_attributions.tar.gz"


def excerpts(data: Path, *, topical: bool) -> list[Labelled]:
    """The excerpts of which the topics are labelled as well, or the others, with their texts from the collections under ``data``."""
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    rows = [row for row in rows if ("topics" in row) == topical]
    wanted = {(row["collection"], row["article"]) for row in rows}
    texts = {key: value for name in {name for name, _ in wanted} for key, value in _texts(data, name) if key in wanted}
    return [_labelled(row, *texts[row["collection"], row["article"]]) for row in rows]


def written(part: str) -> list[Labelled]:
    """What we wrote for ``acts`` or for ``topics``."""
    lines = WRITTEN[part].read_text("utf-8").splitlines()
    return [
        msgspec.convert({"id": f"{part}:{number}", **json.loads(line)}, Labelled) for number, line in enumerate(lines)
    ]


def _labelled(row: dict[str, Any], title: str, text: str) -> Labelled:
    named = title if row["titled"] else ""
    return msgspec.convert(
        {
            "id": f"{row['collection']}:{row['article']}:{row['from']}", "title": named, "text": text[row["from"] : row["to"]],
            "topics": row.get("topics", []), "acts": row["acts"],
        },
        Labelled,
    )  # fmt: skip


def _texts(data: Path, name: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    if name == "polnear":
        with tarfile.open(data / name / _TAR) as found:
            for member in found:
                if member.name.endswith(".txt") and (file := found.extractfile(member)):
                    yield (name, member.name), ("", file.read().decode("utf-8", "replace"))
        return
    if name == _LINES:
        for path in sorted((data / name).glob("cameo_class_*.tsv")):
            for number, line in enumerate(path.read_text("utf-8").splitlines()):
                yield (name, f"{path.name}:{number}"), ("", line.rpartition("\t")[0])
        return
    path, key = _FILES[name]
    raw = (data / name / path).read_bytes()
    for number, line in enumerate((gzip.decompress(raw) if path.endswith("gz") else raw).splitlines()):
        row = json.loads(line)
        yield (name, str(row[key] if key else number)), (row.get("title") or "", _text(row))


def _text(row: dict[str, Any]) -> str:
    if "sentences" in row:
        return " ".join(word for sentence in row["sentences"] for word in sentence)
    return row.get("text") or row.get("summary") or ""
