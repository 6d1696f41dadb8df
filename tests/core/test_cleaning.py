"""Text from outside, made uniform."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.cleaning import clean_line, clean_text, cut, split_head, squeeze

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=200)  # lone surrogates, controls and all


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  two   words\t here ", "two words here"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("para\n\n\n \n\nnext", "para\n\nnext"),
        ("no\u00a0break\u3000space", "no break space"),
        ("nul\x00 bell\x07 \ud800lone", "nul bell lone"),
        ("zero\u200bwidth soft\u00adhyphen \ufeffmark", "zerowidth softhyphen mark"),
        ("\u202eevil\u202c \u2066isolate\u2069", "evil isolate"),
        ("e\u0301", "é"),
        ("نمی\u200cدانم", "نمی\u200cدانم"),  # the joiner is spelling
        ("👩\u200d✈️", "👩\u200d✈️"),
    ],
)
def test_cleaning(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_a_line_has_no_breaks() -> None:
    assert clean_line(" a\n\nb \u2029 c ") == "a b c"


@given(ANY_TEXT)
def test_clean_text_is_clean_and_stays_as_it_is(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    clean.encode()
    assert "\0" not in clean
    assert "\n\n\n" not in clean
    assert "  " not in clean
    assert unicodedata.is_normalized("NFC", clean)


@given(ANY_TEXT.map(clean_text), st.integers(1, 50))
def test_a_cut_is_a_beginning_within_its_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit
    assert text.startswith(cut(text, limit))


def test_a_cut_falls_between_words() -> None:
    assert cut("Norland agrees to sell radars", 18) == "Norland agrees to"


@pytest.mark.parametrize(
    ("text", "head", "rest"),
    [
        ("Short note", "Short note", ""),
        ("It sailed. It sank.", "It sailed.", "It sank."),
        ("“It sailed.” He left.", "“It sailed.”", "He left."),
        ("First line\nSecond line", "First line", "Second line"),
        ("word " * 60, ("word " * 40).strip(), ("word " * 20).strip()),
    ],
)
def test_a_text_gives_up_its_first_sentence(text: str, head: str, rest: str) -> None:
    assert split_head(clean_text(text)) == (head, rest)


@given(ANY_TEXT.map(clean_text))
def test_splitting_loses_no_letter(text: str) -> None:
    assert squeeze("".join(split_head(text))) == squeeze(text)


def test_squeezed_texts_differ_in_letters_only() -> None:
    assert squeeze("“Arms deal”, he said…") == squeeze('"ARMS DEAL" he  said')
