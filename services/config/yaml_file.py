"""YAML to a Document: the plain part of YAML 1.2, without tags, anchors and surprises.

``no``, ``on`` and ``12:30`` are texts, as in the core schema (https://yaml.org/spec/1.2.2/#103-core-schema); a key that
stands twice is a mistake; depth and size are bounded.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from services.config.document import Document, Place
from services.config.problems import Path, Problem

MAX_SIZE = 8_000_000  # code points
MAX_DEPTH = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is there
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?((\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)")


class _Refused(Exception):
    def __init__(self, mark: Any, message: str) -> None:
        super().__init__(message)
        self.mark = mark


def read_yaml(file: str, text: str) -> tuple[Document | None, list[Problem]]:
    """The document, or None where its form cannot be read; and what is wrong with its form."""
    document = Document(file, text)
    if len(text) > MAX_SIZE:
        return None, [Problem(file, 0, 0, "", f"has {len(text)} characters; allowed are {MAX_SIZE}")]
    reader = _Reader(document)
    try:
        reader.read(yaml.parse(text, Loader=_LOADER))
    except _Refused as error:
        reader.wrong(error.mark, (), str(error))
    except yaml.MarkedYAMLError as error:
        why = ", ".join(part for part in (error.context, error.problem) if part)
        reader.wrong(error.problem_mark, (), f"not YAML: {why}")
    except yaml.reader.ReaderError as error:
        reader.problems.append(Problem(file, 0, 0, "", f"not YAML: {error.reason}"))
    else:
        return document, reader.problems
    return None, reader.problems


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def read(self, events: Iterator[Any]) -> None:
        """Take the one document of the stream."""
        self._events = events
        while not isinstance(event := next(events), yaml.DocumentStartEvent):
            if isinstance(event, yaml.StreamEndEvent):
                return
        self.document.content = self._node(next(events), (), 0)
        next(events)
        event = next(events)
        if isinstance(event, yaml.DocumentStartEvent):
            raise _Refused(event.start_mark, 'a second document begins here ("---"); a file holds one')

    def wrong(self, mark: Any, path: Path, message: str) -> None:
        """Note a mistake at a mark of the YAML parser."""
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        at = self.document.problem(path, message)
        self.problems.append(Problem(at.file, line, column, at.key, message))

    def _node(self, event: Any, path: Path, depth: int) -> object:
        self._allowed(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            self.document.values[path] = _place(event, event)
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, path, depth)
        return self._mapping(event, path, depth)

    def _list(self, start: Any, path: Path, depth: int) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._node(event, (*path, len(found)), depth + 1))
        self.document.values[path] = _place(start, event)
        return found

    def _mapping(self, start: Any, path: Path, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _Refused(event.start_mark, "a key must be a text")
            self._allowed(event, depth)
            key = event.value
            if key in found:
                first = self.document.keys[(*path, key)].line
                self.wrong(event.start_mark, (*path, key), f"this key stands twice; the first is in line {first}")
            self.document.keys[(*path, key)] = _place(event, event)
            found[key] = self._node(next(self._events), (*path, key), depth + 1)
        self.document.values[path] = _place(start, event)
        return found

    def _allowed(self, event: Any, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(
                event.start_mark,
                "aliases (*name) are not read; write the value out, or in quotation marks if it is a text",
            )
        if event.anchor:
            raise _Refused(
                event.start_mark, "anchors (&name) are not read; put a text that begins with & in quotation marks"
            )
        if event.tag and event.tag != "!":
            raise _Refused(
                event.start_mark, "tags (!name) are not read; put a text that begins with ! in quotation marks"
            )
        if depth > MAX_DEPTH:
            raise _Refused(event.start_mark, f"nested more than {MAX_DEPTH} deep")


def _place(start: Any, end: Any) -> Place:
    mark = start.start_mark
    return Place(mark.line + 1, mark.column + 1, mark.index, end.end_mark.index)


def _scalar(event: Any) -> object:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
