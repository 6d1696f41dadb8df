"""A sentence as a row of nodes: words, with every name and every phrase of the lexicons as one node."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from services.core.mention import EntityKind, Span
from services.extractor import english
from services.extractor.entities import Form, Name
from services.extractor.inflect import Verb
from services.extractor.scan import Hit, longest
from services.extractor.vocabulary import CUES, NOTHING, Vocabulary, Word

PARTIES = frozenset({
    EntityKind.COUNTRY, EntityKind.BODY, EntityKind.ORGANISATION, EntityKind.ARMED_GROUP, EntityKind.COMPANY, EntityKind.PERSON,
})  # fmt: skip
MOST_NODES = 140  # of a sentence: beyond it is a list, or a text without stops
_PLAIN = Word(NOTHING)
_SPACE = re.compile(r"\s+")


class Node(Struct, frozen=True):
    """A word or phrase at ``start:end`` of the article's text. ``word`` is in lower case; that of a name begins with ``@``."""

    word: str
    start: int
    end: int
    tags: frozenset[str] = NOTHING
    verb: Verb | None = None
    name: Name | None = None
    capital: bool = False

    @property
    def is_party(self) -> bool:
        """Whether it names somebody who may give, get, impose or suffer."""
        return self.name is not None and self.name.entity.kind in PARTIES

    @property
    def is_item(self) -> bool:
        """Whether it names arms, wherever it stands."""
        return (self.name is not None and self.name.entity.kind is EntityKind.WEAPON) or "arms" in self.tags

    @property
    def adjective(self) -> bool:
        """Whether it is the adjective of a party: ``Russian``."""
        return self.name is not None and self.name.form is Form.ADJECTIVE


class Sentence(Struct, frozen=True):
    """A sentence of the article's text. ``part`` counts title, summary and body; ``number`` sentences of the article."""

    start: int
    end: int
    nodes: tuple[Node, ...]
    title: bool
    number: int
    quote: str

    def span(self, first: int, last: int) -> Span:
        """The span from node ``first`` to node ``last``."""
        start, end = self.nodes[first].start, self.nodes[last].end
        return Span(start=start, end=end, quote=self.quote[start - self.start : end - self.start])

    @property
    def whole(self) -> Span:
        """The sentence itself."""
        return Span(start=self.start, end=self.end, quote=self.quote)


_END = re.compile(r"[.!?…]+[\"')\]]*(?:\s+|(?<=[a-z0-9)\"'][.!?])(?=[A-Z][a-z]))|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|gen|lt|col|sgt|maj|capt|sen|rep|gov|st|jr|sr|vs|no|inc|ltd|co|corp|prof|rev|adm|hon|art|fig|approx|jan|feb|mar"
    r"|apr|jun|jul|aug|sep|sept|oct|nov|dec|u\.s|u\.k|u\.n|d\.c|e\.u|u\.a\.e|a\.m|p\.m|i\.e|e\.g)|\b[A-Za-z])\.$", re.IGNORECASE,
)  # fmt: skip
_LONGEST = 1200  # code points of a sentence


def split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences of ``text[start:end]``, without the space around them. A sentence never spans a line break and is bounded."""
    begin = start
    for stop in _END.finditer(text, start, end):
        if "\n" not in stop[0] and not _ends(text, stop, begin, end):
            continue
        yield from _trimmed(text, begin, stop.end())
        begin = stop.end()
    yield from _trimmed(text, begin, end)


def _ends(text: str, stop: re.Match[str], begin: int, end: int) -> bool:
    following = text[stop.end()] if stop.end() < end else ""
    if following.islower():
        return False
    mark = stop.start() + 1
    before = text[max(begin, mark - 12) : mark]
    if stop[0][0] != "." or not _ABBREVIATION.search(before):
        return True
    # "the U.S. Russia said" does not end a sentence, "in the U.S. The minister" does
    word = re.match(r"[A-Za-z]+", text[stop.end() : end])
    return bool(
        re.search(r"[a-z]\.[a-z]\.$", before, re.IGNORECASE)
        and word
        and word[0] in {"The", "It", "He", "She", "They", "But", "In", "On", "A", "This", "And"}
    )


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > _LONGEST:
        space = text.rfind(" ", start, start + _LONGEST)
        cut = space if space > start else start + _LONGEST
        yield start, cut
        start = cut + 1
    if start < end:
        yield start, end


def build(doc: Any, start: int, hits: Sequence[Hit], vocabulary: Vocabulary) -> tuple[Node, ...]:
    """The nodes of a tokenised sentence that begins at ``start``. ``hits``: names and phrases within it."""
    merged = longest(hit for hit in hits if hit.term.key not in CUES)
    tags: dict[tuple[int, int], set[str]] = {}
    cues: dict[int, set[str]] = {}
    for hit in hits:
        if hit.term.layer == "tag" and hit.term.key in CUES:
            cues.setdefault(hit.start, set()).add(hit.term.key)
        elif hit.term.layer == "tag":
            tags.setdefault((hit.start, hit.end), set()).add(hit.term.key)
    nodes: list[Node] = []
    waiting = iter(merged)
    current = next(waiting, None)
    for token in doc:
        at, end = start + token.idx, start + token.idx + len(token)
        while current and current.end <= at:
            current = next(waiting, None)
        if current and current.start < end and current.start <= at:
            if not nodes or nodes[-1].end != current.end:
                nodes.append(_phrase(current, tags, vocabulary, token))
                nodes += _rest(token.text, at, current.end, vocabulary)
        elif not token.is_space:
            nodes.append(_word(token, at, end, vocabulary, cues.get(at)))
        if len(nodes) >= MOST_NODES:
            break
    return tuple(nodes)


def _rest(text: str, at: int, end: int, vocabulary: Vocabulary) -> list[Node]:
    """What a token joins to a name by a hyphen: ``-supplied`` of ``U.S.-supplied``."""
    own = text[end - at :]
    if len(own) < 3 or own[0] != "-" or not own[1:].isalpha():
        return []
    known = vocabulary.words.get(own[1:].lower(), _PLAIN)
    word = Node(own[1:].lower(), end + 1, at + len(text), known.tags, known.verb, None, own[1].isupper())
    return [Node("-", end, end + 1), word]


def _phrase(hit: Hit, tags: dict[tuple[int, int], set[str]], vocabulary: Vocabulary, token: Any) -> Node:
    written = hit.term.text.lower() if hit.term.name is None else f"@{hit.term.text.lower()}"
    known = vocabulary.words.get(written, _PLAIN)
    own = frozenset(tags.get((hit.start, hit.end), ())) | known.tags
    return Node(written, hit.start, hit.end, own, None, hit.term.name, token.text[:1].isupper())


def _word(token: Any, start: int, end: int, vocabulary: Vocabulary, cues: set[str] | None) -> Node:
    lower = token.lower_
    known = vocabulary.words.get(lower, _PLAIN)
    tags = known.tags | cues if cues else known.tags
    return Node(lower, start, end, tags, known.verb, None, token.text[:1].isupper())


def is_stop(node: Node) -> bool:
    """Whether it is punctuation."""
    word = node.word
    return word in english.STOPS or not (word[:1].isalnum() or any(char.isalnum() for char in word))
