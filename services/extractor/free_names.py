"""Parties that no lexicon knows, for the learned reader: names by their capitals, and nouns for groups such as ``tankers``.

A name is a run of capitalised words within a sentence. A headline that capitalises every word tells no names; those that
stand in another sentence of the article are found in it too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from services.core.mention import EntityKind
from services.extractor import english
from services.extractor.entities import Entity, Form, Name
from services.extractor.pairs import Line, free_key
from services.extractor.rows import Node

_LONGEST = 5  # words of a name
_WITHIN = frozenset({"of", "&", "and", "-"})  # joins two capitalised words
_SHORT = 3  # letters of words that headlines never capitalise
_LOWERED = english.PREPOSITIONS | english.SUBORDINATORS | english.CONJUNCTIONS
_NEVER = (
    english.DETERMINERS | english.PREPOSITIONS | english.CONJUNCTIONS | english.SUBORDINATORS | english.PRONOUNS
    | english.ADVERBS | english.AUXILIARIES | english.DAYS | english.OFFICES | english.VERBS
    | frozenset(["mr", "mrs", "ms", "dr", "sir", "prime", "foreign", "defence", "defense", "here", "there", "yes"])
)  # fmt: skip

Run = tuple[int, int]


def with_free_names(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, with names and groups that no lexicon knows as nodes that name a party."""
    runs = [tuple(_runs(line.sentence.nodes)) for line in lines]
    known: dict[str, set[str]] = defaultdict(set)  # by their first words
    for line, own in zip(lines, runs, strict=True):
        for run in own:
            known[line.sentence.nodes[run[0]].word].add(_words(line.sentence.nodes, run))
    return tuple(
        _joined(line, own or tuple(_again(line.sentence.nodes, known))) for line, own in zip(lines, runs, strict=True)
    )


def _runs(nodes: Sequence[Node]) -> Iterator[Run]:
    """From and to of each name of a sentence, the end within it."""
    if _all_capitals(nodes):
        return
    at = 0
    while at < len(nodes):
        end = _end(nodes, at)
        if end is None:
            at += 1
            continue
        if at > 0 or end > at:
            yield at, end
        at = end + 1


def _end(nodes: Sequence[Node], at: int) -> int | None:
    if not _starts(nodes[at]):
        return None
    end = at
    while end + 1 < len(nodes) and end + 1 - at < _LONGEST:
        if _starts(nodes[end + 1]):
            end += 1
        elif nodes[end + 1].word in _WITHIN and end + 2 < len(nodes) and _starts(nodes[end + 2]):
            end += 2
        else:
            break
    return end


def _starts(node: Node) -> bool:
    plain = not node.tags and node.verb is None
    named = node.capital and node.name is None and len(node.word) > 1 and node.word[0].isalpha()
    return named and node.word not in _NEVER and (plain or node.word in english.GROUPS)


def _all_capitals(nodes: Sequence[Node]) -> bool:
    """Whether no longer word of the sentence is in lower case, but for those that headlines leave so."""
    return not any(
        not node.capital and node.name is None and len(node.word) > _SHORT and node.word.isalpha() and node.word not in _LOWERED
        for node in nodes
    )  # fmt: skip


def _again(nodes: Sequence[Node], known: Mapping[str, set[str]]) -> Iterator[Run]:
    """Where names of other sentences stand in one that capitalises all."""
    at = 0
    while at < len(nodes):
        names = known.get(nodes[at].word, ())
        ends = range(min(len(nodes), at + _LONGEST) - 1, at - 1, -1) if names else ()
        end = next((end for end in ends if _words(nodes, (at, end)) in names), None)
        if end is not None:
            yield at, end
        at = at + 1 if end is None else end + 1


def _words(nodes: Sequence[Node], run: Run) -> str:
    return " ".join(node.word for node in nodes[run[0] : run[1] + 1])


def _joined(line: Line, runs: Sequence[Run]) -> Line:
    nodes = line.sentence.nodes
    groups = [(at, at) for at, node in enumerate(nodes) if node.name is None and node.word in english.GROUPS]
    last, out = 0, []
    for begin, end in sorted([*runs, *groups], key=lambda run: (run[0], -run[1])):
        if begin < last:
            continue
        out += [*nodes[last:begin], _named(line, begin, end)]
        last = end + 1
    if not out:
        return line
    return replace(line, sentence=replace(line.sentence, nodes=(*out, *nodes[last:])))


def _named(line: Line, begin: int, end: int) -> Node:
    first, last = line.sentence.nodes[begin], line.sentence.nodes[end]
    start = line.sentence.start
    text = line.sentence.quote[first.start - start : last.end - start]
    entity = Entity(id=free_key(text), kind=EntityKind.ORGANISATION, name=text)
    return replace(
        first,
        word=f"@{text.lower()}",
        end=last.end,
        tags=first.tags,
        name=Name(text=text, entity=entity, form=Form.NAME),
    )
