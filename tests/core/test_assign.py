"""Opposites are never one story, paraphrases mostly are."""

import pytest

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


def read(article: TaggedArticle) -> Gist:
    return gist(Reading(article), signature(keys(article.article.text)), Background())


def joined(first: str, second: str) -> bool:
    """Whether the second article joins the story that the first has opened."""
    one, other = tagged(first, name="a"), tagged(second, name="b", outlet="ledger")
    found = read(one)
    story = grown(opened(one.article, found), one.article, found).story
    asked = read(other)
    findable = set(asked.keys) & set(story.keys)
    return bool(findable) and assign(asked, [story], WINDOW, Background()) is not None


@pytest.mark.parametrize(("first", "second"), OPPOSITES)
def test_opposites_are_two_stories(first: str, second: str) -> None:
    assert not joined(first, second)
    assert not joined(second, first)


def test_most_paraphrases_are_one_story() -> None:
    missed = [pair for pair in PARAPHRASES if not (joined(*pair) and joined(*reversed(pair)))]
    print(*missed, sep="\n")
    assert len(OPPOSITES) == len(PARAPHRASES) == 40
    assert len(missed) <= 6
