"""Entities of the lexicons, and the names they go by."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import msgspec
from msgspec import Struct

from services.core.mention import EntityKind
from services.extractor import lexicon_schema as schema
from services.extractor.lexicon_files import KeyPath, Source


class Form(Enum):
    """How a name stands for its entity."""

    NAME = "name"
    ADJECTIVE = "adjective"  # Russian
    PEOPLE = "people"  # Russians
    SEAT = "seat"  # a capital or house: Moscow, the Kremlin


class Entity(Struct, frozen=True, kw_only=True):
    """Who or what a name names. ``usual`` says which part it plays in "X sanctions" when nothing else is said."""

    id: str
    kind: EntityKind
    name: str
    country: str | None = None
    usual: str | None = None
    note: str | None = None  # office of a person, class of a weapon


class Name(Struct, frozen=True, kw_only=True):
    """A spelling, as it stands in the middle of a sentence."""

    text: str
    entity: Entity
    form: Form


Named = tuple[Entity, list[tuple[str, Form]]]
_LISTS = ("countries", "people", "bodies", "armed_groups", "companies", "weapons", "measures", "agencies")
_KINDS = {
    "bodies": EntityKind.BODY,
    "armed_groups": EntityKind.ARMED_GROUP,
    "agencies": EntityKind.AGENCY,
}


def slug(name: str) -> str:
    """An identifier from a name: ``Su-30MKI`` gives ``su-30mki``, ``Côte d'Ivoire`` gives ``cote-d-ivoire``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def read_entities(sources: list[Source]) -> tuple[dict[str, Entity], tuple[Name, ...]]:
    """All entities by id and all names, mistakes noted in their sources."""
    found: dict[str, Entity] = {}
    names: dict[str, Name] = {}
    for source in sources:
        for path, (entity, spellings) in _entries(source):
            if entity.id in found:
                source.wrong(path, f'the id "{entity.id}" is taken already; give this entry an id of its own')
                continue
            found[entity.id] = entity
            for text, form in spellings:
                _add(source, path, names, Name(text=text, entity=entity, form=form))
    _references(sources, found)
    return found, tuple(names.values())


def _add(source: Source, path: KeyPath, names: dict[str, Name], name: Name) -> None:
    known = names.setdefault(name.text, name)
    if known.entity.id != name.entity.id:
        source.wrong(path, f'"{name.text}" stands for {known.entity.id} already; a name may stand for one entity only')


def _entries(source: Source) -> Iterator[tuple[KeyPath, Named]]:
    if source.path.suffix == ".jsonl":
        yield from _lines(source)
        return
    if not isinstance(source.content, dict):
        source.wrong((), f"must be a mapping; allowed keys are {', '.join(_LISTS)}")
        return
    for key, value in source.content.items():
        reader = _READERS.get(key)
        if reader is None:
            source.wrong((key,), f"unknown key; allowed are {', '.join(_LISTS)}")
        else:
            yield from reader(source, key, value)


def _lines(source: Source) -> Iterator[tuple[KeyPath, Named]]:
    for index, line in enumerate(source.content or ()):
        entry = _converted(source, line, schema.LineEntry, (index,)) if line is not None else None
        if entry is not None:
            yield (index,), _named(EntityKind(entry.kind), entry)


def _converted(source: Source, value: Any, kind: type[Any], path: KeyPath) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text, _, where = str(error).partition(" - at `$")
        step = where.rstrip("`").lstrip(".").partition("[")[0]
        if "unknown field" in text:
            text += f"; allowed are {', '.join(field.encode_name for field in msgspec.structs.fields(kind))}"
        source.wrong((*path, step) if step else path, text)
        return None


def _each(source: Source, key: str, value: Any, kind: type[Any]) -> Iterator[tuple[KeyPath, Any]]:
    if not isinstance(value, list):
        source.wrong((key,), "must be a list")
        return
    for index, one in enumerate(value):
        entry = _converted(source, one, kind, (key, index))
        if entry is not None:
            yield (key, index), entry


def _spelled(*groups: tuple[Form, tuple[str, ...]]) -> list[tuple[str, Form]]:
    return list({text: (text, form) for form, texts in groups for text in texts if text}.values())


def _countries(source: Source, key: str, value: Any) -> Iterator[tuple[KeyPath, Named]]:
    for path, entry in _each(source, key, value, schema.CountryEntry):
        entity = Entity(
            id=f"country:{entry.code}", kind=EntityKind.COUNTRY, name=entry.name, country=entry.code, usual=entry.usual
        )
        seats = tuple(seat for seat in (entry.capital, *entry.government) if seat)
        yield path, (entity, _spelled(
            (Form.SEAT, seats), (Form.PEOPLE, entry.people), (Form.ADJECTIVE, entry.adjectives), (Form.NAME, (entry.name, *entry.names)),
        ))  # fmt: skip


def _people(source: Source, key: str, value: Any) -> Iterator[tuple[KeyPath, Named]]:
    for path, entry in _each(source, key, value, schema.PersonEntry):
        acts_for = entry.country or (entry.group and f"group {entry.group}") or entry.body
        entity = Entity(
            id=f"person:{entry.id or slug(entry.name)}", kind=EntityKind.PERSON, name=entry.name, country=entry.country,
            usual="imposer" if entry.country in {"US", "GB", "EU"} else None, note=entry.office,
        )  # fmt: skip
        if acts_for is None and "dealer" not in entry.office:
            source.wrong(path, "says for whom this person acts: give country, body or group")
        yield path, (entity, _spelled((Form.NAME, (entry.name, *entry.short))))


def _named(kind: EntityKind, entry: Any) -> Named:
    entity = Entity(
        id=f"{kind.value}:{entry.id or slug(entry.name)}", kind=kind, name=entry.name, country=entry.country,
        usual="imposer" if entry.imposes else None,
    )  # fmt: skip
    return entity, _spelled(
        (Form.PEOPLE, entry.people), (Form.ADJECTIVE, entry.adjectives), (Form.NAME, (entry.name, *entry.names))
    )


def _groups(source: Source, key: str, value: Any) -> Iterator[tuple[KeyPath, Named]]:
    for path, entry in _each(source, key, value, schema.NamedEntry):
        yield path, _named(_KINDS[key], entry)


def _measures(source: Source, key: str, value: Any) -> Iterator[tuple[KeyPath, Named]]:
    for path, entry in _each(source, key, value, schema.MeasureEntry):
        entity = Entity(
            id=f"measure:{entry.id or slug(entry.name)}", kind=EntityKind.MEASURE, name=entry.name, country=entry.by
        )
        yield path, (entity, _spelled((Form.NAME, (entry.name, *entry.names))))


def _spelling_lists(source: Source, key: str, value: Any) -> Iterator[tuple[KeyPath, list[str], str]]:
    """Companies by country and weapons by class: ``{GROUP: ["A | B", C]}``."""
    if not isinstance(value, dict):
        source.wrong((key,), "must be a mapping of groups to lists of names")
        return
    for group, texts in value.items():
        for index, text in enumerate(texts if isinstance(texts, list) else [None]):
            path: KeyPath = (key, group, index)
            spellings = [part.strip() for part in text.split("|")] if isinstance(text, str) else [""]
            if not all(spellings):
                source.wrong(path, 'must be a text: a name, or several spellings as "A | B"')
            else:
                yield path, spellings, group


def _companies(source: Source, key: str, value: Any) -> Iterator[tuple[KeyPath, Named]]:
    for path, spellings, code in _spelling_lists(source, key, value):
        if not re.fullmatch("[A-Z]{2}", code):
            source.wrong(
                path[:2], f'"{code}" is no country code; allowed are two capital letters (ISO 3166-1 alpha-2), or EU'
            )
        entity = Entity(id=f"company:{slug(spellings[0])}", kind=EntityKind.COMPANY, name=spellings[0], country=code)
        yield path, (entity, _spelled((Form.NAME, tuple(spellings))))


def _weapons(source: Source, key: str, value: Any) -> Iterator[tuple[KeyPath, Named]]:
    for path, spellings, kind in _spelling_lists(source, key, value):
        entity = Entity(id=f"weapon:{slug(spellings[0])}", kind=EntityKind.WEAPON, name=spellings[0], note=kind)
        plurals = tuple(text + "s" for text in spellings if not text.endswith("s"))
        yield path, (entity, _spelled((Form.NAME, (*spellings, *plurals))))


def _references(sources: list[Source], found: dict[str, Entity]) -> None:
    """Bodies and groups that people and measures point to must be there."""
    for source in sources:
        content = source.content if isinstance(source.content, dict) else {}
        for key in ("people", "measures"):
            for index, entry in enumerate(content.get(key) or ()):
                for field, kind in (("body", "body"), ("group", "armed_group")):
                    name = entry.get(field) if isinstance(entry, dict) else None
                    if isinstance(name, str) and f"{kind}:{name}" not in found:
                        source.wrong((key, index, field), f'there is no {kind} with the id "{name}"')


_READERS: dict[str, Callable[[Source, str, Any], Iterator[tuple[KeyPath, Named]]]] = {
    "countries": _countries,
    "people": _people,
    "bodies": _groups,
    "armed_groups": _groups,
    "agencies": _groups,
    "companies": _companies,
    "weapons": _weapons,
    "measures": _measures,
}
