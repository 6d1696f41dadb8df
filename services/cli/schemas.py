"""``wirewatch schemas``: JSON Schemas of the messages and of the configuration, for programs in any language."""

import argparse
import inspect
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from services.config.schema import FILES, json_schema
from services.core.codec import MESSAGES, Message, schema_name

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ROLE = re.compile(r":\w+:`(?:[\w.]+\.)?(\w+)`")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("schemas", help="write the JSON Schemas of messages and configuration")
    own.add_argument(
        "directory", type=Path, metavar="DIR", help="where to write them; files of the same name are replaced"
    )
    own.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write them, and print which."""
    for path in export(args.directory):
        print(path)
    return 0


def export(directory: Path) -> list[Path]:
    """Write ``messages/<name>-<version>.json`` and ``config/<file>.json`` under ``directory``; the paths written."""
    schemas = {f"messages/{file_name(kind)}": message_schema(kind) for kind in MESSAGES}
    schemas |= {f"config/{name}.json": json_schema(name) for name in FILES}
    written = []
    for name, schema in schemas.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def file_name(kind: type[Message]) -> str:
    """``article/1`` is described by ``article-1.json``."""
    return schema_name(kind).replace("/", "-") + ".json"


def message_schema(kind: type[Message]) -> dict[str, Any]:
    """The JSON Schema of one message. Fields that it does not name are allowed, and ignored by every reader."""
    exported = json.loads(msgspec.json.encode(msgspec.json.schema(kind)))
    for definition in exported["$defs"].values():
        if "description" in definition:
            definition["description"] = _plain(definition["description"])
    name = schema_name(kind)
    head = {"$schema": _DIALECT, "$id": f"urn:wirewatch:message:{name}", "title": name}
    return head | {"description": exported["$defs"][kind.__name__]["description"], **exported}


def _plain(docstring: str) -> str:
    """A docstring as one paragraph, without the markup that only Python's tools know."""
    text = " ".join(inspect.cleandoc(docstring).split())
    return _ROLE.sub(r"\1", text).replace("``", "`")
