"""JSON Schemas of the configuration files, exported from services.core.settings, and what they say about a document."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema
import msgspec

from services.config.problems import Path
from services.core.rules.problem import allowed
from services.core.settings import FeedsFile, ListsFile, RoutesFile, RulesFile, Settings

FILES: dict[str, type[Any]] = {
    "wirewatch": Settings,
    "feeds": FeedsFile,
    "rules": RulesFile,
    "routes": RoutesFile,
    "lists": ListsFile,
}

_Error = Any  # jsonschema's ValidationError; all of its fields are typed as perhaps unset
_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_WHOLE = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
    "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
)  # 5.0 is an integer to JSON Schema, and none to msgspec
_Validator: Any = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=_WHOLE)  # type: ignore[no-untyped-call]
_NAME = r"^[a-z0-9][a-z0-9_.-]{0,79}$"


class Mistake(NamedTuple):
    """What is wrong at ``path``. ``surplus``: an unknown key; all that is around it can still be read without it."""

    path: Path
    message: str
    surplus: bool = False


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one of FILES."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"{name}.yaml of wirewatch"}
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(FILES[name])))
    return head | schema


def mistakes(name: str, content: object) -> Iterator[Mistake]:
    """Every way in which ``content`` does not follow the schema: where, and what is allowed.

    No message repeats a text of the document except where it can only be a word from a list or a name: a secret written
    into the wrong place must not end up in a log.
    """
    for error in _Validator(json_schema(name)).iter_errors(content):
        yield from _explained(error)


def _explained(error: _Error) -> Iterator[Mistake]:
    if error.validator == "anyOf":
        yield from _choice(error)
        return
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        if error.schema.get("title") == "Secret":  # what stands here may be the secret itself
            yield Mistake(path, f"must say where the secret is; allowed keys: {', '.join(known)}")
            return
        for key in sorted(set(error.instance) - set(known)):
            yield Mistake((*path, key), f"unknown key; {allowed(key, known)}", surplus=True)
        return
    yield Mistake(path, _message(error))


def _message(error: _Error) -> str:
    limit, found = error.validator_value, error.instance
    match error.validator:
        case "type":
            hint = "; put it in quotation marks" if limit == "string" and isinstance(found, bool | int | float) else ""
            message = f"must be {_KINDS[limit]}, not {_kind(found)}{hint}"
        case "required":
            message = f"the key {error.message.split(' ')[0]} is missing"
        case "enum":
            message = f'unknown value "{found}"; {allowed(str(found), limit)}'
        case "pattern":
            message = _pattern(found, limit)
        case "minItems" | "maxItems":
            message = (
                f"has {len(found)} entries; allowed: at {'least' if error.validator == 'minItems' else 'most'} {limit}"
            )
        case "minimum" | "exclusiveMinimum" | "maximum":
            bounds = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
            message = f"{found} is out of range; allowed: {bounds[error.validator]} {limit}"
        case _:
            message = error.message
    return message


def _pattern(written: str, pattern: str) -> str:
    """Patterns that list words are shown as the list."""
    if pattern.startswith("^(") and pattern.endswith(")$"):
        return f'unknown value "{written[:80]}"; {allowed(written, pattern[2:-2].split("|"))}'
    if pattern == _NAME:
        return "not a name; allowed: small letters, digits, _ . and -, a letter or digit first, at most 80"
    return f"does not fit the pattern {pattern}"


def _choice(error: _Error) -> Iterator[Mistake]:
    """What is wrong in the alternative that was meant."""
    branches: dict[int, list[_Error]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.schema_path[0]), []).append(inner)
    meant = _meant(error, branches)
    if meant is None:
        yield Mistake(tuple(error.absolute_path), _unclear(error))
        return
    for inner in branches[meant]:
        yield from _explained(inner)


def _meant(error: _Error, branches: dict[int, list[_Error]]) -> int | None:
    """The alternative that the tag names, or the only one of the right type."""
    tag = error.schema.get("discriminator")
    if tag and isinstance(error.instance, dict):
        named = list(tag["mapping"])
        written = error.instance.get(tag["propertyName"])
        return named.index(written) if written in named else None
    fitting = [number for number, inner in branches.items() if not any(_wrong_type(one, error) for one in inner)]
    return fitting[0] if len(fitting) == 1 else None


def _wrong_type(inner: _Error, outer: _Error) -> bool:
    return inner.validator == "type" and len(inner.absolute_path) == len(outer.absolute_path)


def _unclear(error: _Error) -> str:
    tag = error.schema.get("discriminator")
    if tag is None or not isinstance(error.instance, dict):
        types = [inner.validator_value for inner in error.context or () if _wrong_type(inner, error)]
        kinds = dict.fromkeys(_KINDS[one] for one in types if one != "null")
        return f"must be {' or '.join(kinds)}, not {_kind(error.instance)}"
    written = error.instance.get(tag["propertyName"])
    if written is None:
        return f'the key "{tag["propertyName"]}" is missing; allowed: {", ".join(tag["mapping"])}'
    return f'unknown {tag["propertyName"]} "{written}"; {allowed(str(written), tag["mapping"])}'


def _kind(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a text"
        case list():
            return "a list"
    return "a mapping"
