"""What the order of words says of a pair, as the linear half of the learned reader sees it."""

import pytest

from services.extractor.clues import Clues
from services.extractor.outline import outline
from services.extractor.pairs import actors
from services.extractor.word_weights import SIZE, place, places, weighed
from tests.builders import article
from tests.extractor.reading import tagger


@pytest.mark.parametrize(
    ("title", "kind", "signs"),
    [
        ("Spain will send frigates to Greece", "arms_transfer", "P MODAL GIVE ITEM to P"),
        ("Greece was given frigates by Spain", "arms_transfer", "P BE GIVE ITEM by P"),
        ("Norway imposes sanctions on Paraguay", "sanction", "P IMPOSE VERB on P"),
        ("Norway sanctioned Paraguay", "sanction", "P VERBED P"),
    ],
)
def test_a_sentence_is_reduced_to_signs(title: str, kind: str, signs: str) -> None:
    lines, _ = tagger().lines(article(title=title, summary="", body=""))
    assert " ".join(sign.word for sign in outline(lines[0], kind).signs) == signs


def clues(title: str, kind: str = "arms_transfer") -> set[str]:
    """Of the first party as giver and the last as taker, without what the rules told."""
    lines, _ = tagger().lines(article(title=title, summary="", body=""))
    found = actors(lines, [])
    first, *_, last = found.values()
    return set(Clues(kind, lines, [], found).of_pair(first, last))


def test_order_and_what_stands_between_make_the_clues_of_a_pair() -> None:
    given = clues("Spain will send frigates to Greece")
    assert "pair XY = MODAL GIVE ITEM to" in given
    assert "pair XY taker to" in given
    assert "pair XY has ITEM" in given
    assert "apart" not in given


def test_countries_are_no_clues_of_a_pair() -> None:
    assert clues("Spain will send frigates to Greece") == clues("Norway will send frigates to Paraguay")


def test_weights_are_found_by_the_clue_alone() -> None:
    weights = [0.0] * SIZE
    weights[place("pair XY taker to")] = 1.5
    assert weighed(weights, ["pair XY taker to", "never seen", "pair XY taker to"]) == pytest.approx(1.5)
    assert places(["b", "a"]) == places(["a", "b", "a"])
