"""Lexicon files as plain values with the line of each key: YAML and JSON lines."""

from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

MAX_BYTES = 8_000_000
_MAX_DEPTH = 12
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

KeyPath = tuple[str | int, ...]


class Problem(Struct, frozen=True, order=True):
    """One mistake. ``line`` counts from 1; 0 where it has no line, such as a missing file."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key + ': ' if self.key else ''}{self.message}"


class Source:
    """A lexicon file that was read: ``content`` is None where its form could not be."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name  # as mistakes call it
        self.content: Any = None
        self.problems: list[Problem] = []
        self._lines: dict[KeyPath, int] = {}

    def wrong(self, path: KeyPath, message: str) -> None:
        """Note a mistake at ``path``, or at the nearest thing around it."""
        line = next((self._lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self._lines), 1)
        self.problems.append(Problem(self.name, line, dotted(path), message))

    def place(self, path: KeyPath, line: int) -> None:
        """Remember where ``path`` stands."""
        self._lines.setdefault(path, line)


def dotted(path: KeyPath) -> str:
    """The key path as people write it: ``people[3].name``, counted from 0."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_source(path: Path, name: str) -> Source:
    """The file, YAML or JSON lines by its ending. Never raises: mistakes of form are its problems."""
    source = Source(path, name)
    try:
        if path.stat().st_size > MAX_BYTES:
            source.problems.append(Problem(name, 0, "", f"is larger than {MAX_BYTES} bytes"))
            return source
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        source.problems.append(Problem(name, 0, "", f"cannot be read: {error}"))
        return source
    if path.suffix == ".jsonl":
        _read_lines(source, text)
    else:
        _read_yaml(source, text)
    return source


def _read_lines(source: Source, text: str) -> None:
    source.content = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        source.place((len(source.content),), number)
        try:
            source.content.append(msgspec.json.decode(line))
        except msgspec.DecodeError as error:
            source.problems.append(Problem(source.name, number, "", f"not JSON: {error}"))
            source.content.append(None)


def _read_yaml(source: Source, text: str) -> None:
    try:
        root = yaml.compose(text, Loader=_LOADER)
        source.content = {} if root is None else _value(source, root, (), 0)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        source.problems.append(Problem(source.name, line, "", f"not YAML: {error.problem or error.context}"))
    except (yaml.YAMLError, RecursionError) as error:
        source.problems.append(Problem(source.name, 0, "", f"not YAML: {error}"))


def _value(source: Source, node: Any, path: KeyPath, depth: int) -> Any:
    source.place(path, node.start_mark.line + 1)
    if depth > _MAX_DEPTH:
        source.wrong(path, f"nested more than {_MAX_DEPTH} deep")
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_value(source, child, (*path, index), depth + 1) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(source, node, path, depth)
    return _scalar(node)


def _mapping(source: Source, node: Any, path: KeyPath, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        inner = (*path, name)
        if name in found:
            source.problems.append(
                Problem(source.name, key.start_mark.line + 1, dotted(inner), "this key stands twice")
            )
        source.place(inner, key.start_mark.line + 1)
        found[name] = _value(source, value, inner, depth + 1)
    return found


def _scalar(node: Any) -> Any:
    """Texts stay texts, whatever YAML 1.1 takes them for: ``no`` is a word here, as are 10 and 1:30. Numbers have a point."""
    text = node.value
    if not node.style:
        if text in {"true", "false"}:
            return text == "true"
        if text in {"", "~", "null"}:
            return None
        if text.removeprefix("-").replace(".", "", 1).isdigit() and "." in text:
            return float(text)
    return text
