"""Opposites are never one story, paraphrases mostly are."""

import pytest

from services.alerter.sense import Sense, sense_of
from services.alerter.signature import signature
from services.core.article import TaggedArticle
from services.core.assign import assign
from services.core.background import Background
from services.core.gist import Gist, gist
from services.core.grow import grown, opened
from services.core.rules.reading import Reading
from services.core.words import keys
from tests.alerter.timeline import tagged
from tests.core.story_pairs import OPPOSITES, PARAPHRASES

WINDOW = 3 * 86400.0


@pytest.fixture(scope="module", params=["off", "default"])
def sense(request: pytest.FixtureRequest) -> Sense:
    """By words alone, and with the model of stories."""
    return sense_of(request.param)


def joined(first: str, second: str, sense: Sense) -> bool:
    """Whether the second article joins the story that the first has opened."""

    def read(article: TaggedArticle) -> Gist:
        return gist(Reading(article), signature(keys(article.article.text)), Background(), sense(article.article))

    one, other = tagged(first, name="a"), tagged(second, name="b", outlet="ledger")
    found = read(one)
    story = grown(opened(one.article, found), one.article, found).story
    asked = read(other)
    findable = set(asked.keys) & set(story.keys)
    return bool(findable) and assign(asked, [story], WINDOW, Background()) is not None


@pytest.mark.parametrize(("first", "second"), OPPOSITES)
def test_opposites_are_two_stories(first: str, second: str, sense: Sense) -> None:
    assert not joined(first, second, sense)
    assert not joined(second, first, sense)


def test_most_paraphrases_are_one_story(sense: Sense) -> None:
    missed = [pair for pair in PARAPHRASES if not (joined(*pair, sense) and joined(*reversed(pair), sense))]
    print(*missed, sep="\n")
    assert len(OPPOSITES) == len(PARAPHRASES) == 40
    assert len(missed) <= 6
