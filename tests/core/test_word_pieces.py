"""Word pieces: the longest of the vocabulary first, without case and accents, with offsets into the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.word_pieces import UNKNOWN, WordPieces

VOCABULARY = [UNKNOWN, "missile", "##s", "miss", "to", "f", "-", "16", "zelensky", "£", "##2", "u", ".", "s", "war"]
PIECES = WordPieces({piece: number for number, piece in enumerate(VOCABULARY)})


def cut(text: str) -> list[tuple[str, str]]:
    coded = PIECES.encode(text)
    return [
        (VOCABULARY[number], text[start:end]) for number, (start, end) in zip(coded.ids, coded.offsets, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Missiles", [("missile", "Missile"), ("##s", "s")]),
        ("misses", [(UNKNOWN, "misses")]),  # "es" is no piece, so the whole word is unknown
        ("F-16", [("f", "F"), ("-", "-"), ("16", "16")]),
        ("U.S.", [("u", "U"), (".", "."), ("s", "S"), (".", ".")]),
        ("Zelenský", [("zelensky", "Zelenský")]),
        ("£2", [("£", "£"), ("##2", "2")]),  # a currency is no mark of punctuation
        ("war\u200b to", [("war", "war"), ("to", "to")]),
        ("战war", [(UNKNOWN, "战"), ("war", "war")]),
        ("", []),
        (" \t\n", []),
        ("s" * 200, [(UNKNOWN, "s" * 200)]),
    ],
)
def test_a_text_is_cut_into_the_longest_pieces(text: str, pieces: list[tuple[str, str]]) -> None:
    assert cut(text) == pieces


@given(st.text(max_size=200))
def test_pieces_stand_in_order_and_inside_the_text(text: str) -> None:
    coded = PIECES.encode(text)
    assert len(coded.ids) == len(coded.offsets)
    reached = 0
    for start, end in coded.offsets:
        assert reached <= start <= end <= len(text)
        reached = start


@given(st.text(alphabet="misle-16 .", max_size=60))
def test_the_same_text_gives_the_same_pieces(text: str) -> None:
    assert PIECES.encode(text) == WordPieces({piece: number for number, piece in enumerate(VOCABULARY)}).encode(text)
