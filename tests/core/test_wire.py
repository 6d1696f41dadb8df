"""Whose text it is, and how many tell a story where some print an agency's."""

import re

import pytest

from services.core.article import TaggedArticle
from services.core.background import Background
from services.core.gist import gist
from services.core.grow import grown, independent, opened
from services.core.mention import EntityKind, Mention, Span
from services.core.rules.reading import Reading
from services.core.story import Story
from services.core.wire import credited
from tests.builders import tagged

TITLE = "Norland sends missiles to Sudmark"
OWNERS = {"harbour": "press-house", "ledger": "press-house", "wirepost": "wire-house"}


def told(summary: str, **changes: object) -> TaggedArticle:
    """An article in which every "Wirepost" is an agency's name."""
    spans = [match.span() for match in re.finditer("Wirepost", f"{TITLE}\n\n{summary}")]
    found = [
        Mention(span=Span(start=start, end=end, quote="Wirepost"), kind=EntityKind.AGENCY, id="agency:wirepost", name="Wirepost")
        for start, end in spans
    ]  # fmt: skip
    return tagged(title=TITLE, summary=summary, body="", mentions=tuple(found), **changes)


@pytest.mark.parametrize(
    ("summary", "agency"),
    [
        ("SUDSTADT (Wirepost) - Norland sent missiles on Monday.", "wirepost"),
        ("SUDSTADT, March 3 (Wirepost) — Norland sent missiles on Monday.", "wirepost"),
        ("Norland sent missiles on Monday, its government said. (Wirepost)", "wirepost"),
        ("Norland sent missiles on Monday, Wirepost reported.", None),
        ("Norland (Wirepost photo) sent missiles on Monday.", None),
        ("A picture (Wirepost) shows missiles of Norland.", None),
        (f"{'Norland sent missiles. ' * 20}SUDSTADT (Wirepost) - Others did not.", None),
    ],
)
def test_an_agency_is_credited(summary: str, agency: str | None) -> None:
    assert credited(told(summary)) == agency


def story(*articles: tuple[str, str]) -> Story:
    """Of articles by outlet and summary."""
    found: Story | None = None
    for number, (outlet, summary) in enumerate(articles):
        reading = Reading(told(summary, id=f"a{number}", outlet=outlet))
        read = gist(reading, b"", Background())
        found = grown(found or opened(reading.tagged.article, read), reading.tagged.article, read).story
    assert found is not None
    return found


def test_an_agency_printed_by_two_is_one_voice() -> None:
    both = story(("harbour", "SUDSTADT (Wirepost) - It sent ten."), ("bay", "KEY CITY (Wirepost) - Ten were sent."))
    assert independent(both, OWNERS) == 1


def test_the_agency_itself_is_that_voice_too() -> None:
    both = story(("wirepost", "It sent ten on Monday."), ("bay", "KEY CITY (Wirepost) - Ten were sent."))
    assert independent(both, OWNERS) == 1


def test_an_outlet_with_words_of_its_own_is_another() -> None:
    first = ("harbour", "SUDSTADT (Wirepost) - It sent ten."), ("bay", "KEY CITY (Wirepost) - Ten were sent.")
    assert independent(story(*first, ("bay", "Our reporter saw them land.")), OWNERS) == 2
    assert independent(story(*first, ("gulf", "Our reporter saw them land.")), OWNERS) == 2
