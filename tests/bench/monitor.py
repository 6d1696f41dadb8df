"""Lucene Monitor on the same rules and documents: https://lucene.apache.org/core/9_11_1/monitor/."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from services.core.rules.compile import Rule
from services.core.rules.evaluate import answer
from services.core.rules.expression import (
    ActIs,
    All,
    Any,
    EntityIs,
    Expression,
    Near,
    Not,
    OutletIs,
    Phrase,
    TopicIs,
    leaves,
    unplaced,
)
from services.core.rules.reading import Reading

HOME = Path(__file__).parent / "lucene"


class Measured(NamedTuple):
    """Microseconds of processor time per document for each way to ask, and the ids of the rules that match each document."""

    ways: dict[str, float]
    answers: list[frozenset[str]]


def missing() -> str | None:
    """What is not there to run it; None where everything is."""
    absent = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    return f"no {' and no '.join(absent)} here" if absent else None


def measure(rules: Sequence[Rule], readings: Sequence[Reading], seconds: float) -> Measured:
    """Match every document, for at least ``seconds`` in each way. Fetches Lucene where it is not there yet."""
    libs = HOME / "target" / "libs"
    if not libs.is_dir():
        subprocess.run(["mvn", "--quiet", "--batch-mode", "--file", HOME / "pom.xml", "package"], check=True)
    with tempfile.TemporaryDirectory() as name:
        queries, documents, found = (Path(name) / part for part in ("rules", "documents", "answers"))
        acts = _numbered(rules)
        queries.write_text("".join(f"{rule.id}\t{_written(rule, acts)}\n" for rule in rules))
        documents.write_text("".join(f"{_document(reading, acts)}\n" for reading in readings))
        files = [str(path) for path in (HOME / "Bench.java", queries, documents, found)]
        command = ["java", "-Xmx3g", "-XX:+UseSerialGC", "-cp", f"{libs}/*", *files, str(seconds)]
        out = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
        ways = dict(line.split("\t") for line in out.splitlines())
        answers = [frozenset(line.split()) for line in found.read_text().splitlines()]
    return Measured({way: float(micro) for way, micro in ways.items()}, answers)


Acts = dict[object, tuple[str, ActIs]]


def _numbered(rules: Sequence[Rule]) -> Acts:
    """A mark for each condition on acts. Lucene knows no acts: it is told which of these hold, which is all their work."""
    found: Acts = {}
    for rule in rules:
        for leaf in leaves(rule.expression):
            if isinstance(leaf, ActIs):
                found.setdefault(unplaced(leaf), (f"act-{len(found)}", leaf))
    return found


def _document(reading: Reading, acts: Acts) -> str:
    title, _, rest = " ".join(token or "|" for token in reading.tokens).partition(" | ")
    held = [mark for mark, leaf in acts.values() if reading.tagged.acts and answer(leaf, reading)]
    return "\t".join([title, rest, *sorted(reading.marks), *held])


def _written(rule: Rule, acts: Acts) -> str:
    return "\t".join(_parts(rule.expression, acts))


def _parts(expression: Expression, acts: Acts) -> Iterator[str]:
    """The rule in prefix notation."""
    match expression:
        case All(parts=parts) | Any(parts=parts):
            yield from ("and" if isinstance(expression, All) else "or", str(len(parts)))
            for part in parts:
                yield from _parts(part, acts)
        case Not(part=part):
            yield "not"
            yield from _parts(part, acts)
        case Phrase(keys=(key,), prefix=True):
            yield from ("prefix", key)
        case Phrase(keys=keys, title=title):
            yield from ("title" if title else "text", str(len(keys)), *keys)
        case Near(parts=(Phrase(keys=(one,)), Phrase(keys=(other,))), distance=distance):
            yield from ("near", str(distance), one, other)
        case ActIs():
            yield from ("mark", acts[unplaced(expression)][0])
        case _:
            yield from _either([f"mark\t{mark}" for mark in _marks(expression)])


def _marks(leaf: Expression) -> list[str]:
    match leaf:
        case TopicIs(topics=topics, mentioned=mentioned):
            return [f"{'mention' if mentioned else 'topic'}:{topic}" for topic in topics]
        case EntityIs(values=values, kind=None):
            return [f"{value.sort}:{value.text}" for value in values]
        case OutletIs(outlets=outlets):
            return [f"outlet:{outlet}" for outlet in outlets]
        case _:
            raise NotImplementedError(f"no rule of the bench asks {leaf}")


def _either(written: Sequence[str]) -> Iterator[str]:
    if len(written) > 1:
        yield from ("or", str(len(written)))
    yield from written
