"""Lexicons: names and words that analysts edit, read and checked as a whole.

::

    entities/*.yaml, *.jsonl   countries, people, bodies, armed_groups, companies, weapons, measures, agencies
    topics/*.yaml              what each topic is about
    topic_signs.yaml           words that say what field a text speaks of
    topic_weights.yaml         how much they say for or against each topic
    acts/arms_transfer.yaml    words of transfers
    acts/sanction.yaml         words of sanctions
    arms.yaml                  what transfers move
    offices.yaml               words that introduce persons and firms nobody listed
    cues.yaml                  who says so, and how sure it is
    false_friends.yaml         what looks like our words and means something else
"""

from collections import defaultdict
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from services.core.errors import ConfigInvalid
from services.core.mention import EntityKind
from services.core.rules.vocabulary import Vocabulary
from services.extractor import lexicon_schema as schema
from services.extractor.entities import Entity, Name, read_entities
from services.extractor.lexicon_files import KeyPath, Problem, Source, read_source

T = TypeVar("T")

_SINGLE: dict[str, type[Any]] = {
    "arms.yaml": schema.ArmsFile,
    "cues.yaml": schema.CuesFile,
    "offices.yaml": schema.OfficesFile,
    "topic_signs.yaml": schema.SignsFile,
    "topic_weights.yaml": schema.WeightsFile,
    "false_friends.yaml": schema.FalseFriendsFile,
    "acts/arms_transfer.yaml": schema.TransferFile,
    "acts/sanction.yaml": schema.SanctionFile,
}
_OPTIONAL = {
    "offices.yaml": schema.OfficesFile(),
    "topic_signs.yaml": schema.SignsFile(signs={}),
    "topic_weights.yaml": schema.WeightsFile(topics={}),
}
_ENTITY_GROUPS = frozenset({"arms", "usual target", "usual imposer", *(kind.value for kind in EntityKind)})
_MOST_PROBLEMS = 200


class Lexicons(Struct, frozen=True, kw_only=True):
    """All lexicons of a directory, valid. ``digest`` changes whenever a byte of any file does."""

    digest: str
    entities: dict[str, Entity]  # by id
    names: tuple[Name, ...]
    topics: tuple[schema.TopicFile, ...]
    arms: schema.ArmsFile
    transfer: schema.TransferFile
    sanction: schema.SanctionFile
    cues: schema.CuesFile
    false_friends: schema.FalseFriendsFile
    offices: schema.OfficesFile = schema.OfficesFile()
    signs: schema.SignsFile = schema.SignsFile(signs={})
    weights: schema.WeightsFile = schema.WeightsFile(topics={})


def check_lexicons(directory: Path) -> tuple[str, ...]:
    """Every mistake in a directory of lexicons, each with file, line, key path and what is allowed; empty if it can be used."""
    try:
        load_lexicons(directory)
    except ConfigInvalid as error:
        return error.problems
    return ()


def load_lexicons(directory: Path) -> Lexicons:
    """The lexicons in ``directory``. Raises ConfigInvalid with every mistake in all files."""
    if not directory.is_dir():
        raise ConfigInvalid([f"{directory}: no such directory of lexicons"])
    loader = _Loader(directory)
    found = loader.load()
    if loader.problems or found is None:
        lines = [str(problem) for problem in sorted(set(loader.problems))]
        more = [f"and {len(lines) - _MOST_PROBLEMS} more mistakes"] if len(lines) > _MOST_PROBLEMS else []
        raise ConfigInvalid(lines[:_MOST_PROBLEMS] + more)
    return found


class _Loader:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.problems: list[Problem] = []

    def load(self) -> Lexicons | None:
        paths = sorted(path for path in self.directory.rglob("*") if path.is_file() and path.name[0] != ".")
        self._strangers(paths)
        single: dict[str, Any] = {name: self._single(name, kind) for name, kind in _SINGLE.items()}
        topics = [self._topic(path) for path in paths if path.parent.name == "topics" and path.suffix == ".yaml"]
        sources = [
            self._read(path) for path in paths if path.parent.name == "entities" and path.suffix in {".yaml", ".jsonl"}
        ]
        entities, names = read_entities(sources)
        for source in sources:
            self.problems += source.problems
        if not topics:
            self._missing("topics", "there is no topic")
        self._groups(single["topic_signs.yaml"], single["topic_weights.yaml"], [topic for topic in topics if topic])
        if self.problems:
            return None
        return Lexicons(
            digest=_digest(self.directory, paths), entities=entities, names=names,
            topics=tuple(topic for topic in topics if topic), arms=single["arms.yaml"], cues=single["cues.yaml"],
            transfer=single["acts/arms_transfer.yaml"], sanction=single["acts/sanction.yaml"],
            false_friends=single["false_friends.yaml"], offices=single["offices.yaml"],
            signs=single["topic_signs.yaml"], weights=single["topic_weights.yaml"],
        )  # fmt: skip

    def _groups(
        self, signs: schema.SignsFile | None, weights: schema.WeightsFile | None, topics: list[schema.TopicFile]
    ) -> None:
        """Names in the files of signs and weights that stand for nothing."""
        known = {
            *_ENTITY_GROUPS,
            *(f"{topic.id}.{part}" for topic in topics for part in ("core", "support", "exclude")),
        }
        known |= set(signs.signs) if signs else set()
        for name, line in (signs.together if signs else {}).items():
            for group in sorted({group for part in (*line.all, line.none) for group in part} - known):
                self._missing("topic_signs.yaml", f'together.{name}: there is no group "{group}"')
        for topic in sorted(set(weights.topics if weights else {}) - {topic.id for topic in topics}):
            self._missing("topic_weights.yaml", f'topics.{topic}: there is no topic "{topic}"')

    def _name(self, path: Path) -> str:
        return str(Path(self.directory.name) / path.relative_to(self.directory))

    def _missing(self, name: str, message: str) -> None:
        self.problems.append(Problem(f"{self.directory.name}/{name}", 0, "", message))

    def _strangers(self, paths: list[Path]) -> None:
        """Files that would not be read."""
        for path in paths:
            inner = path.relative_to(self.directory)
            folder, suffix = str(inner.parent), path.suffix
            known = str(inner) in _SINGLE or (folder == "topics" and suffix == ".yaml")
            if not known and not (folder == "entities" and suffix in {".yaml", ".jsonl"}):
                allowed = ", ".join([*_SINGLE, "topics/*.yaml", "entities/*.yaml", "entities/*.jsonl"])
                self._missing(str(inner), f"no file of this name is read; allowed are {allowed}")

    def _read(self, path: Path) -> Source:
        return read_source(path, self._name(path))

    def _single(self, name: str, kind: type[Any]) -> Any:
        path = self.directory / name
        if not path.is_file() and name in _OPTIONAL:
            return _OPTIONAL[name]
        if not path.is_file():
            self._missing(name, "is missing")
            return None
        source = self._read(path)
        found = convert(source, source.content, kind, ()) if not source.problems else None
        if found is not None:
            _check_terms(source, source.content, ())
        self.problems += source.problems
        return found

    def _topic(self, path: Path) -> schema.TopicFile | None:
        source = self._read(path)
        found = convert(source, source.content, schema.TopicFile, ()) if not source.problems else None
        if found is not None:
            _check_topic(source, found, path.stem)
            _check_terms(source, source.content, ())
        self.problems += source.problems
        return found


def convert(source: Source, value: Any, kind: type[T], path: KeyPath) -> T | None:
    """The value as ``kind``, or None with the mistake noted where it stands."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text, _, where = str(error).partition(" - at `")
        source.wrong((*path, *_steps(where.rstrip("`"))), _plain(text, kind, where))
        return None


def _plain(text: str, kind: type[Any], where: str) -> str:
    if "unknown field" in text and where in {"", "$"}:
        return f"{text}; allowed are {', '.join(field.encode_name for field in msgspec.structs.fields(kind))}"
    return text


def _steps(where: str) -> KeyPath:
    """``$.people[3].name`` as a key path."""
    steps: list[str | int] = []
    for part in where.removeprefix("$").replace("[", ".[").split("."):
        if part.startswith("[") and part[1:-1].isdigit():
            steps.append(int(part[1:-1]))
        elif part and not part.startswith("["):
            steps.append(part)
    return tuple(steps)


def _check_topic(source: Source, topic: schema.TopicFile, stem: str) -> None:
    if topic.id != stem:
        source.wrong(("id",), f'is "{topic.id}"; it must be the name of the file, "{stem}"')
    for index, term in enumerate(topic.support):
        if term in topic.core:
            source.wrong(("support", index), f'"{term}" stands in core as well')


def _check_terms(source: Source, value: Any, path: KeyPath) -> None:
    """Terms that could never be found, and lists that hold one twice."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_terms(source, inner, (*path, key))
    if not isinstance(value, list):
        return
    seen: set[str] = set()
    for index, term in enumerate(value):
        if not isinstance(term, str):
            _check_terms(source, term, (*path, index))
            continue
        if term in seen:
            source.wrong((*path, index), f'"{term}" stands twice in this list')
        seen.add(term)
        if term != " ".join(term.split()) or term.rpartition(":")[0] not in {"", "n", "v", "report"}:
            source.wrong(
                (*path, index),
                f'"{term}": a term is words with one space between, with n: or v: before it if it is to be inflected',
            )


def _digest(directory: Path, paths: list[Path]) -> str:
    whole = blake2b(digest_size=6)
    for path in paths:
        name, content = str(path.relative_to(directory)).encode(), path.read_bytes()
        whole.update(b"%d %d " % (len(name), len(content)) + name + content)
    return whole.hexdigest()


def lexicon_words(directory: Path) -> Vocabulary:
    """The topics and entities that rules may name. Raises ConfigInvalid as :func:`load_lexicons` does."""
    found = load_lexicons(directory)
    weapons = defaultdict[str, list[str]](list)
    for ident, entity in found.entities.items():
        if entity.kind is EntityKind.WEAPON and entity.note:
            weapons[entity.note].append(ident)
    return Vocabulary(
        topics=frozenset(topic.id for topic in found.topics),
        entities=frozenset(found.entities),
        weapons={kind: tuple(ids) for kind, ids in weapons.items()},
    )
