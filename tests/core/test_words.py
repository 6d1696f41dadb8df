"""Words are the same whichever way they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.words import keys, stretches, words

SIGNS = st.sampled_from(
    (*"aZ09_ .,-'’“”—–…\n\t\x1c\u00a0\u2028éßŠİıſKΣςﬁ½²™ªДж中ا", "e\u0301", "\u0301", "Å", "한", "🚀")
)
texts = st.lists(SIGNS, max_size=30).map("".join) | st.text(max_size=30)


@given(texts)
def test_the_short_way_finds_the_same_words(text: str) -> None:
    assert keys(text) == tuple(word.key for word in words(text))
    assert stretches(text) == [(word.start, word.end) for word in words(text)]


@given(texts)
def test_no_word_is_empty(text: str) -> None:
    assert all(word.key and word.start < word.end for word in words(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norland’s “coastal” radars — now", ("norland", "s", "coastal", "radars", "now")),
        ("Škoda e\u0301te\u0301 ŠKODA", ("skoda", "ete", "skoda")),
        ("F-16s, S-400 and U.S.", ("f", "16s", "s", "400", "and", "u", "s")),
        ("\u0301 alone", ("alone",)),
    ],
)
def test_words_are_folded(text: str, expected: tuple[str, ...]) -> None:
    assert keys(text) == expected
