"""What makes a schema break those who hold messages of its released revision: everything that is not an addition.

A change is an addition when every message of the released revision is still read, and read as before: fields may be
added with a default, vocabularies and types may grow. A keyword that is not known here must stay as it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = Mapping[str, Any]

_WORDS_ONLY = {"$schema", "$id", "$defs", "$ref", "title", "description", "examples", "discriminator"}
_COMPARED = {"type", "enum", "const", "anyOf", "properties", "required", "default", "prefixItems"}
_LOWER_BOUNDS = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_UPPER_BOUNDS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_NESTED = {"items", "additionalProperties"}
_KNOWN = _WORDS_ONLY | _COMPARED | _LOWER_BOUNDS | _UPPER_BOUNDS | _NESTED


class _Place(NamedTuple):
    """Where we are in both documents. ``path`` holds the definitions that we are within, so that recursion ends."""

    documents: tuple[Schema, Schema]
    where: str = "$"
    path: frozenset[tuple[str, str]] = frozenset()

    def below(self, name: str) -> "_Place":
        return self._replace(where=f"{self.where}.{name}")


def breaks(released: Schema, current: Schema) -> list[str]:
    """Every way in which ``current`` breaks ``released``: where, and what. Empty for an additive change."""
    return list(_differences(released, current, _Place((released, current))))


def _differences(released: Any, current: Any, place: _Place) -> Iterator[str]:
    if isinstance(released, bool) or isinstance(current, bool):
        if released is not False and current is not True:
            yield f"{place.where}: allows less"
        return
    refs = released.get("$ref", ""), current.get("$ref", "")
    if refs in place.path:
        return
    place = place._replace(path=place.path | {refs}) if all(refs) else place
    old, new = _resolved(released, place.documents[0]), _resolved(current, place.documents[1])
    yield from _choices(old, new, place)
    yield from _fields(old, new, place)
    yield from _positions(old, new, place)
    yield from _bounds(old, new, place)
    for keyword in sorted(_NESTED & (old.keys() | new.keys())):
        yield from _differences(old.get(keyword, True), new.get(keyword, True), place.below(keyword))
    for keyword in sorted((old.keys() | new.keys()) - _KNOWN):
        if old.get(keyword) != new.get(keyword):
            yield f"{place.where}: {keyword} was {old.get(keyword)!r} and is {new.get(keyword)!r}"


def _resolved(schema: Schema, document: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    target = document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return {**target, **{name: value for name, value in schema.items() if name != "$ref"}}


def _choices(old: Schema, new: Schema, place: _Place) -> Iterator[str]:
    """Each branch of a choice that was allowed must fit one that is."""
    before, after = _branches(old), _branches(new)
    if before == [old] and after == [new]:
        yield from _values(old, new, place)
        return
    for branch in before:
        misfits = [list(_differences(branch, candidate, place)) for candidate in after]
        if all(misfits):
            yield from min(misfits, key=len)


def _branches(schema: Schema) -> list[Schema]:
    if "anyOf" not in schema:
        return [schema]
    return [leaf for branch in schema["anyOf"] for leaf in _branches(branch)]


def _values(old: Schema, new: Schema, place: _Place) -> Iterator[str]:
    before, after = _words(old), _words(new)
    if after is not None:
        gone = [word for word in before or () if word not in after]
        if before is None:
            yield f"{place.where}: only {after} are allowed now"
        elif gone:
            yield f"{place.where}: {gone} are not allowed any more"
        return
    types = _types(old), _types(new)
    if types[1] and not (types[0] and types[0] <= types[1]):
        yield f"{place.where}: the type was {sorted(types[0]) or 'any'} and is {sorted(types[1])}"


def _words(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _types(schema: Schema) -> set[str]:
    """Those allowed; empty for any. Words without a type are texts, in all that we export."""
    named = schema.get("type", "string" if _words(schema) else [])
    types = {named} if isinstance(named, str) else set(named)
    return types | {"integer"} if "number" in types else types


def _fields(old: Schema, new: Schema, place: _Place) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before.keys() - after.keys()):
        yield f"{place.where}.{name}: the field was removed"
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{place.where}.{name}: the field is required now"
    for name in sorted(before.keys() & after.keys()):
        yield from _differences(before[name], after[name], place.below(name))
        defaults = before[name].get("default"), after[name].get("default")
        if "default" in before[name] and defaults[0] != defaults[1]:
            yield f"{place.where}.{name}: the default was {defaults[0]!r} and is {defaults[1]!r}"


def _positions(old: Schema, new: Schema, place: _Place) -> Iterator[str]:
    before, after = old.get("prefixItems", []), new.get("prefixItems", [])
    if len(before) != len(after):
        yield f"{place.where}: had {len(before)} positions and has {len(after)}"
        return
    for number, pair in enumerate(zip(before, after, strict=True)):
        yield from _differences(*pair, place.below(str(number)))


def _bounds(old: Schema, new: Schema, place: _Place) -> Iterator[str]:
    for keywords, stricter in ((_LOWER_BOUNDS, max), (_UPPER_BOUNDS, min)):
        for keyword in sorted(keywords & new.keys()):
            was, bound = old.get(keyword), new[keyword]
            if was is None or (bound != was and stricter(was, bound) == bound):
                yield f"{place.where}: {keyword} was {was} and is {bound}"
