"""What of an article the learned reader looks at: the title and the telling sentences, as word pieces.

Word pieces as in Wu et al., "Google's Neural Machine Translation System", arXiv:1609.08144.
"""

from collections.abc import Sequence

from msgspec import Struct

from services.core.word_pieces import Coded, WordPieces
from services.extractor.pairs import ARMS, FREE, MOST_PARTIES, SANCTIONS, Actor, Line
from services.extractor.rows import Node
from services.extractor.vocabulary import SANCTIONING

LENGTH = 224  # word pieces of a window
_MISFITS = 4  # sentences too long for the rest of the window, after which no further one is tried
_BEGIN, _STOP = 101, 102  # [CLS] and [SEP] of the vocabulary


class Window(Struct):
    """Word pieces, the mark of the party that each belongs to, and where each party stands among them."""

    pieces: list[int]
    marks: list[int]
    actors: list[Actor]  # those that stand in it, at most MOST_PARTIES, those of the lexicons before others, in order
    places: list[list[int]]  # of each actor


def window(lines: Sequence[Line], found: dict[str, Actor], word_pieces: WordPieces, length: int = LENGTH) -> Window:
    """The title and then the telling sentences that fit, in the order of the text; then others with names."""
    coded = _chosen(lines, word_pieces, length)
    pieces, marks = [_BEGIN], [0]
    places: dict[str, list[int]] = {}
    spans = [(span.start, span.end, actor) for actor in found.values() for span in actor.spans]
    for number in sorted(coded):
        start, end = lines[number].sentence.start, lines[number].sentence.end
        base = len(pieces)
        own = _words(lines[number].sentence.nodes, coded[number], start)
        for begin, finish, actor in spans:
            if begin < start or finish > end:
                continue
            for at in _covered(coded[number], begin - start, finish - start):
                own[at] = actor.mark
                places.setdefault(actor.key, []).append(base + at)
        pieces += [*coded[number].ids, _STOP]
        marks += [*own, 0]
    return _bounded(pieces, marks, places, found, length)


def _words(nodes: Sequence[Node], code: Coded, start: int) -> list[int]:
    """The marks of the words that make a sentence telling, piece by piece. ``start``: where the sentence stands."""
    own = [0] * len(code.ids)
    marked = [(node.start - start, node.end - start, mark) for node in nodes if (mark := _mark(node))]
    for begin, finish, mark in marked:
        for at in _covered(code, begin, finish):
            own[at] = mark
    return own


def _covered(code: Coded, begin: int, finish: int) -> list[int]:
    """The pieces that share a character with what stands from ``begin`` to ``finish`` of the sentence."""
    return [at for at, (first, last) in enumerate(code.offsets) if first < finish and last > begin]


def _mark(node: Node) -> int:
    if node.is_item or (node.name is None and "aid" in node.tags):
        return ARMS
    return SANCTIONS if node.name is None and node.tags & SANCTIONING else 0


def _chosen(lines: Sequence[Line], word_pieces: WordPieces, length: int) -> dict[int, Coded]:
    """Lines by number, cut into pieces: the title, telling ones and others, as long as they fit."""
    ranked = sorted(range(len(lines)), key=lambda at: (not lines[at].sentence.title, not lines[at].telling, at))
    kept: dict[int, Coded] = {}
    total, misfits = 1, 0
    for at in ranked:
        code = word_pieces.encode(lines[at].sentence.quote)
        if total + len(code.ids) + 1 <= length or not kept:
            kept[at] = code
            total += len(code.ids) + 1
        else:
            misfits += 1
        if misfits > _MISFITS or total >= length:
            break
    return kept


def _bounded(
    pieces: list[int], marks: list[int], places: dict[str, list[int]], found: dict[str, Actor], length: int
) -> Window:
    standing = {key: [at for at in sorted(set(own)) if at < length] for key, own in places.items()}
    known_first = sorted(
        (key for key, own in standing.items() if own), key=lambda key: (found[key].mark == FREE, standing[key][0])
    )
    keys = sorted(known_first[:MOST_PARTIES], key=lambda key: standing[key][0])
    return Window(pieces[:length], marks[:length], [found[key] for key in keys], [standing[key] for key in keys])
