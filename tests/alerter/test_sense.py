"""What an article is about as a vector: the same bytes each time, near where two tell of one event."""

from functools import cache
from pathlib import Path

import pytest

from services.alerter.sense import LENGTH, StoryModel, read_pieces, sense_of
from services.core.article import Article
from services.core.errors import ConfigInvalid
from services.core.sense import MARK, alike, comparable
from services.core.word_pieces import WordPieces
from services.encoder import model_directory
from tests.builders import article

BRIDGE = "A bridge over the river Sava collapsed on Tuesday and at least nine people drowned, the mayor of Brod said."


@cache
def model() -> StoryModel:
    return StoryModel(default())


def default() -> Path:
    place = model_directory("default", "stories")
    assert place is not None
    return place


def told(title: str, body: str = "") -> Article:
    return article(title=title, summary="", body=body)


ONE_AND_ANOTHER = (
    ("Lawmakers back a higher retirement age", "Parliament approves pension reform", "Parliament approves new speed limits"),
    ("Jury clears ex-governor of bribery", "Former governor acquitted in corruption trial", "Governor signs anti-corruption law"),
    ("Wildfire forces thousands to flee resort", "Holidaymakers evacuated as blaze nears hotels", "Thousands flock to resort for festival"),
    ("Central bank raises rates to 5 percent", "Borrowing costs go up again as bank fights inflation", "Bank robbers take 5 million"),
    ("Quake kills dozens in mountain province", "Rescuers dig for survivors of deadly tremor", "Province opens dozens of mountain trails"),
    ("Navy frigate collides with tanker", "Warship and oil carrier crash at sea, crew safe", "Navy frigate named after admiral"),
)  # fmt: skip


def test_one_event_in_other_words_is_nearer_than_another_event_in_like_words() -> None:
    read = [[model().sense(told(title)) for title in titles] for titles in ONE_AND_ANOTHER]
    assert sum(alike(one, same) > alike(one, other) for one, same, other in read) >= len(read) - 1


def test_the_same_article_gives_the_same_bytes() -> None:
    one = told("Nine dead as bridge collapses in Brod", BRIDGE)
    assert model().sense(one) == StoryModel(default()).sense(one)
    assert len(model().sense(one)) == MARK + 384
    assert alike(model().sense(one), model().sense(one)) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("text", ["", " \n ", "\x00\x00", "\u202e\u200b"])
def test_an_article_without_words_has_no_sense(text: str) -> None:
    assert model().sense(told(text)) == b""
    assert not comparable(b"", b"")


@pytest.mark.parametrize("text", ["x" * 100_000, "( " * 50_000, "\U0001f600" * 50_000, "\ud800 lone", "WAR " * 50_000])
def test_hostile_text_is_read_within_the_bound(text: str) -> None:
    pieces = WordPieces.of((default() / "vocabulary.txt").read_text("utf-8"))
    assert len(read_pieces(pieces, told(text, text))) <= LENGTH
    assert len(model().sense(told("A title", text))) in {0, MARK + 384}


def test_the_setting_names_where_the_model_is(tmp_path: Path) -> None:
    assert model_directory("somewhere", "stories") == Path("somewhere")
    assert sense_of("off")(told("A title", BRIDGE)) == b""
    with pytest.raises(
        ConfigInvalid, match=r"the model of stories lacks encoder.onnx, vocabulary.txt, card.json; allowed"
    ):
        sense_of(str(tmp_path))
