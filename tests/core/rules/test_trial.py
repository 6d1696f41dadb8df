"""Texts beside a rule: what it must match, and what it must not."""

import pytest

from services.core.article import Article, Skipped, TaggedArticle
from services.core.rule import RuleSource, RuleTests, Sample
from services.core.rules.compile import compile_rule
from services.core.rules.trial import as_article, trials
from tests.builders import at


def plain(article: Article) -> TaggedArticle:
    """A reader that finds nothing in a text but its words."""
    skipped = Skipped.LANGUAGE if article.language == "fr" else None
    return TaggedArticle(
        article=article, language=article.language or "en", skipped=skipped, extractor="plain", tagged_at=at(0)
    )


def wrong(when: str, *, must_match: tuple[str | Sample, ...] = (), must_not_match: tuple[str | Sample, ...] = ()) -> list[str | None]:  # fmt: skip
    tests = RuleTests(must_match=must_match, must_not_match=must_not_match)
    return [one.wrong for one in trials(compile_rule(RuleSource(id="r", title="R", when=when, tests=tests)), plain)]


def test_a_rule_that_does_what_its_tests_want_passes() -> None:
    assert (
        wrong("radar AND NOT museum", must_match=("A radar",), must_not_match=("A radar museum", "A boat"))
        == [None] * 3
    )


def test_a_text_that_must_match_and_does_not_names_the_clauses_that_fail() -> None:
    (told,) = wrong("radar AND (topic:sanctions OR\n  title:boat) AND NOT museum", must_match=("A radar museum",))
    assert told == (
        "must match, and does not; fails: topic:sanctions: its topics are: none; fails: title:boat: not in the title; "
        'fails: NOT museum: what it excludes holds: "museum"'
    )


def test_a_text_that_must_not_match_and_does_shows_by_which_words() -> None:
    assert wrong("radar* OR boat", must_not_match=("Radars on a boat",)) == [
        'must not match, and does; by "Radars", "boat"'
    ]
    assert wrong("NOT boat", must_not_match=("A car",)) == [
        "must not match, and does; by what it excludes, its outlet or its language"
    ]


def test_what_the_extractor_passes_on_unread_says_so() -> None:
    (told,) = wrong("act:sanction", must_match=(Sample(title="Un radar", language="fr"),))
    assert told == "must match, and was not read: its language seems to be fr"


def test_many_failed_clauses_are_counted_rather_than_listed() -> None:
    (told,) = wrong(" AND ".join(f"word{number}" for number in range(20)), must_match=("A boat",))
    assert told
    assert told.endswith("; and 14 more")
    assert told.count("fails:") == 6


@pytest.mark.parametrize(
    ("sample", "title", "body"),
    [
        ("Title only", "Title only", ""),
        ("Title\nFirst line.\n\nSecond  paragraph.\n", "Title", "First line.\n\nSecond paragraph."),
        ("\n  Title \u200b\n", "Title", ""),
        (Sample(title="Title", text="Body."), "Title", "Body."),
    ],
)
def test_the_first_line_of_a_text_is_the_title(sample: str | Sample, title: str, body: str) -> None:
    assert (as_article(sample).title, as_article(sample).body) == (title, body)


def test_a_sample_says_who_published_it() -> None:
    assert (
        wrong("outlet:harbour", must_match=(Sample(title="A", outlet="harbour"),), must_not_match=("A",)) == [None] * 2
    )
