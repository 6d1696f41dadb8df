"""Labelled articles: what a person found in a text, one JSON object per line. docs/guides/labels.md describes the file."""

import re
from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from services.core.act import Certainty, SanctionStage, TransferStage

Name = Annotated[str, Meta(min_length=1, max_length=1000)]


class _Label(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    certainty: Certainty
    attributed_to: Name | None = None
    evidence: str = ""  # the words of the text that tell it
    optional: bool = False  # annotators disagree: finding it is neither right nor wrong
    note: str | None = None


class LabelledTransfer(_Label, frozen=True, kw_only=True, tag_field="kind", tag="arms_transfer"):
    """An arms transfer as labelled; ``stage_also`` is a second stage that counts as right."""

    stage: TransferStage
    stage_also: TransferStage | None = None
    supplier: Name | None = None
    recipient: Name | None = None
    items: tuple[str, ...] = ()


class LabelledSanction(_Label, frozen=True, kw_only=True, tag_field="kind", tag="sanction"):
    """A sanction as labelled; ``stage_also`` is a second stage that counts as right."""

    stage: SanctionStage
    stage_also: SanctionStage | None = None
    imposer: Name | None = None
    target: Name | None = None
    measure: str | None = None


LabelledAct = LabelledTransfer | LabelledSanction


class Labelled(Struct, frozen=True, kw_only=True):
    """A labelled article. Fields that are not named here are ignored. ``date`` is as written, and not checked here."""

    id: Annotated[str, Meta(min_length=1, max_length=500)]
    title: str = ""
    text: str = ""
    date: str | None = None
    source: str | None = None
    note: str | None = None
    topics: frozenset[str]
    topics_optional: frozenset[str] = frozenset()
    acts: tuple[LabelledAct, ...]


_STAGES = {"arms_transfer": TransferStage, "sanction": SanctionStage}
_FIELDS = {"arms_transfer": LabelledTransfer, "sanction": LabelledSanction}


def read_label(raw: bytes, topics: Collection[str]) -> tuple[Labelled, frozenset[str]]:
    """The article of a line, and the names of fields that were ignored. Raises ValueError with what is wrong and what is allowed.

    ``topics``: the ids that the lexicons know.
    """
    try:
        row = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a JSON object: {error}") from None
    if not isinstance(row, dict):
        raise ValueError("not a JSON object; allowed is {id, date, title, text, topics, topics_optional, acts, ...}")
    try:
        found = msgspec.convert(row, Labelled)
    except msgspec.ValidationError as error:
        raise ValueError(_explained(str(error), row)) from None
    _check(found, topics)
    return found, frozenset(row.keys() - set(Labelled.__struct_fields__))


def _check(found: Labelled, topics: Collection[str]) -> None:
    for field, named in (("topics", found.topics), ("topics_optional", found.topics_optional)):
        for topic in sorted(named - set(topics)):
            raise ValueError(f'{field}: "{topic[:80]}" is no topic of the lexicons; allowed are {", ".join(topics)}')
    if not (found.title.strip() or found.text.strip()):
        raise ValueError("has neither title nor text")


def _explained(message: str, row: dict[str, Any]) -> str:
    """A mistake that msgspec found, with where it is and what is allowed there."""
    text, _, where = message.partition(" - at `")
    path = where.rstrip("`").removeprefix("$").removeprefix(".")
    place = re.match(r"acts\[(\d+)\]", path)
    act = row["acts"][int(place[1])] if place else None
    kind = act.get("kind") if isinstance(act, dict) else None
    last = path.rpartition(".")[2]
    value = act.get(last) if isinstance(act, dict) and place and path != place[0] else None
    named = f'{path}: "{value}": ' if isinstance(value, str) and "nvalid" in text else f"{path}: " if path else ""
    return f"{named[:300]}{text[0].lower()}{text[1:]}{_allowed(text, last, kind)}"


def _allowed(text: str, field: str, kind: object) -> str:
    choices: tuple[str, ...] = ()
    if field == "kind":
        choices = tuple(_STAGES)
    elif field == "certainty":
        choices = tuple(Certainty)
    elif field in {"stage", "stage_also"} and isinstance(kind, str) and kind in _STAGES:
        choices = tuple(_STAGES[kind])
    elif "unknown field" in text and isinstance(kind, str) and kind in _FIELDS:
        choices = ("kind", *_FIELDS[kind].__struct_fields__)
    return f"; allowed are {', '.join(choices)}" if choices else ""
