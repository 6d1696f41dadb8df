"""Labelled news as examples: the window of each article, and what the labels say of its pairs."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from services.core.act import Act
from services.core.measure.compare import label_kind, label_roles
from services.core.measure.labels import Labelled
from services.core.measure.parties import Identities, Parties, agree
from services.core.word_pieces import WordPieces
from services.extractor.act_model import TOPICS
from services.extractor.pairs import (
    CERTAINTIES,
    KINDS,
    MOST_PARTIES,
    STAGES,
    Actor,
    Facts,
    Line,
    actors,
    possible,
    sizes,
)
from services.extractor.window import LENGTH, Window, window

LENGTHS = (64, 96, 128, 160, 192, LENGTH)  # of batches: each is compiled once


class Read(Struct):
    """An article as the rules read it."""

    label: Labelled
    lines: tuple[Line, ...]
    acts: tuple[Act, ...]


class Example(Struct):
    """``pairs``: by kind, who gives to whom and where that stands in the tables of ``labels``.

    ``topical``: 1 where topics are labelled, else 0.
    """

    read: Read
    window: Window
    places: Any
    topics: Any
    topical: float
    pairs: dict[str, list[tuple[Actor | None, Actor | None, int, int]]]
    labels: dict[str, dict[str, Any]]


def examples(
    articles: Iterable[Read], pieces: WordPieces, rank: dict[str, int], parties: Parties, topical: float = 1.0
) -> list[Example]:
    """``rank``: countries by how likely they supply; ``parties``: whom the labelled names stand for."""
    return [_example(read, pieces, rank, parties, topical) for read in articles]


def _example(read: Read, pieces: WordPieces, rank: dict[str, int], parties: Parties, topical: float) -> Example:
    seen = window(read.lines, actors(read.lines, read.acts), pieces)
    places = np.zeros((MOST_PARTIES + 1, LENGTH), "float32")
    for at, own in enumerate(seen.places):
        places[at, own] = 1 / len(own)
    topics = np.array([topic in read.label.topics for topic in TOPICS], "float32")
    example = Example(read, seen, places, topics, topical, {}, {})
    for kind in KINDS:
        facts = Facts(kind, read.lines, read.acts, rank)
        at = {actor.key: number for number, actor in enumerate(seen.actors)}
        example.pairs[kind] = [
            (giver, taker, *(at[party.key] if party else MOST_PARTIES for party in (giver, taker)))
            for giver, taker in possible(seen.actors, kind)
        ]
        example.labels[kind] = _labelled(kind, example, facts, parties)
    return example


def _labelled(kind: str, example: Example, facts: Facts, parties: Parties) -> dict[str, Any]:
    shape = (MOST_PARTIES + 1, MOST_PARTIES + 1)
    found: dict[str, Any] = {
        "known": np.zeros((*shape, sizes(kind)), "float32"), "act": np.zeros(shape, "float32"), "weight": np.zeros(shape, "float32"),
        "stage": np.full(shape, -1), "certainty": np.full(shape, -1),
    }  # fmt: skip
    gold = [act for act in example.read.label.acts if label_kind(act) == kind]
    for giver, taker, row, column in example.pairs[kind]:
        found["weight"][row, column] = 1
        found["known"][row, column] = facts.vector(giver, taker)
        for act in gold:
            first, second = (parties.named(name) for name in label_roles(act))
            if not (agree(first, _named(giver, parties)) and agree(second, _named(taker, parties))):
                continue
            if act.optional:
                found["weight"][row, column] = 0  # two annotators did not agree: neither right nor wrong
            else:
                found["act"][row, column] = found["weight"][row, column] = 1
            found["stage"][row, column] = STAGES[kind].index(act.stage)
            found["certainty"][row, column] = CERTAINTIES.index(act.certainty)
    return found


def _named(actor: Actor | None, parties: Parties) -> Identities | None:
    if actor is None:
        return None
    names = (actor.id, actor.name, actor.spans[0].quote)
    return frozenset().union(*(found for name in names if (found := parties.named(name))))


def batch(chosen: Sequence[Example]) -> dict[str, Any]:
    """The examples as arrays, padded to one of ``LENGTHS``."""
    longest = max(len(example.window.pieces) for example in chosen)
    length = next(length for length in LENGTHS if length >= longest)
    found: dict[str, Any] = {
        "pieces": np.zeros((len(chosen), length), "int32"), "marks": np.zeros((len(chosen), length), "int32"),
        "mask": np.zeros((len(chosen), length), "float32"),
        "places": np.stack([example.places[:, :length] for example in chosen]),
        "topics": np.stack([example.topics for example in chosen]),
        "topical": np.array([[example.topical] for example in chosen], "float32"),
    }  # fmt: skip
    for row, example in enumerate(chosen):
        size = len(example.window.pieces)
        found["pieces"][row, :size] = example.window.pieces
        found["marks"][row, :size] = example.window.marks
        found["mask"][row, :size] = 1
    for kind in KINDS:
        keys = chosen[0].labels[kind]
        found[kind] = {key: np.stack([example.labels[kind][key] for example in chosen]) for key in keys}
    return found
