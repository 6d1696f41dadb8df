"""Which article an entry is, whether it is new, and what it says."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.core.entry import Entry
from services.core.feed import Feed, Seen
from services.core.identity import (
    MAX_REVISIONS,
    ArticleState,
    Poll,
    Verdict,
    article_ids,
    content_hash,
    decide,
    decide_all,
    publication,
    texts,
)
from tests.builders import T0, at

FEED = Feed(id="harbour-world", url="https://harbour.example/feed", outlet="harbour")
POLL = Poll(feed=FEED, url=FEED.url, at=at(10))
RADARS = Entry(guid="g1", url="https://harbour.example/1", title="Norland sells radars", published=T0)


def one_id(outlet: str = "harbour", **changes: Any) -> str:
    return article_ids(outlet, [replace(RADARS, **changes)])[0]


def seen_after(verdict: Verdict) -> Seen:
    assert verdict.seen is not None
    return verdict.seen


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Norland denies selling radars"},
        {"url": "https://harbour.example/moved/1"},
        {"summary": "New"},
        {"published": at(99)},
        {"url": None},
    ],
)
def test_an_entry_with_the_same_guid_is_the_same_article(changes: dict[str, Any]) -> None:
    assert one_id(**changes) == one_id()


def test_outlets_do_not_share_articles() -> None:
    assert one_id("harbour") != one_id("wire")


@pytest.mark.parametrize(
    "guid", ["https://harbour.example/1#0", "https://harbour.example/1#3", "http://www.harbour.example/1", None]
)
def test_a_guid_that_is_an_address_is_compared_as_one(guid: str | None) -> None:
    assert one_id(guid=guid) == one_id(guid="https://harbour.example/1")


def test_a_guid_that_all_entries_share_tells_nothing() -> None:
    entries = [
        Entry(guid="feed", url=f"https://harbour.example/{number}", title=f"News {number}") for number in range(3)
    ]
    assert len(set(article_ids("harbour", entries))) == 3
    assert article_ids("harbour", entries) == [one_id(guid=None, url=entry.url) for entry in entries]


def test_a_guid_repeated_on_the_very_same_entry_still_counts() -> None:
    assert article_ids("harbour", [RADARS, RADARS]) == [one_id(), one_id()]


def test_without_guid_and_address_the_title_tells() -> None:
    nameless = Entry(title="Norland sells radars")
    assert article_ids("harbour", [nameless]) == article_ids(
        "harbour", [replace(nameless, title="NORLAND  sells radars!")]
    )
    assert article_ids("harbour", [nameless]) != article_ids("harbour", [replace(nameless, title="Other")])


def test_new_then_duplicate_then_revised() -> None:
    first = decide(POLL, "a", RADARS, None)
    assert (first.state, first.article and first.article.revision) == (ArticleState.NEW, 1)
    again = decide(replace(POLL, at=at(20)), "a", RADARS, seen_after(first))
    assert (again.state, again.article, again.seen) == (ArticleState.DUPLICATE, None, None)
    edited = decide(replace(POLL, at=at(30)), "a", replace(RADARS, summary="A price."), seen_after(first))
    assert (edited.state, edited.article and edited.article.revision) == (ArticleState.REVISED, 2)
    assert edited.article is not None
    assert edited.article.first_seen_at == at(10)
    assert seen_after(edited).revision == 2


def test_space_case_and_typography_are_no_revision() -> None:
    first = decide(POLL, "a", replace(RADARS, title="Norland “sells” radars"), None)
    assert (
        decide(POLL, "a", replace(RADARS, title='NORLAND "sells"  radars'), seen_after(first)).state
        is ArticleState.DUPLICATE
    )


def test_an_article_still_shown_is_remembered_hourly() -> None:
    seen = seen_after(decide(POLL, "a", RADARS, None))
    later = decide(replace(POLL, at=at(10 + 61)), "a", RADARS, seen)
    assert seen_after(later).last_seen_at == at(71)


def test_two_feeds_with_different_words_for_an_article_do_not_revise_each_other() -> None:
    full = decide(POLL, "a", replace(RADARS, summary="The whole story."), None)
    other = replace(POLL, feed=replace(FEED, id="harbour-top"), at=at(20))
    assert decide(other, "a", RADARS, seen_after(full)).state is ArticleState.DUPLICATE
    assert decide(other, "a", RADARS, seen_after(full)).seen is None
    late = replace(other, at=at(10) + timedelta(days=1, minutes=1))
    taken_over = decide(late, "a", RADARS, seen_after(full))
    assert taken_over.state is ArticleState.REVISED
    assert seen_after(taken_over).feed == "harbour-top"


def test_an_entry_that_changes_for_ever_stops_being_news() -> None:
    seen = replace(seen_after(decide(POLL, "a", RADARS, None)), revision=MAX_REVISIONS)
    assert decide(POLL, "a", replace(RADARS, summary="12:01"), seen).state is ArticleState.DUPLICATE


def test_an_entry_with_nothing_to_read_is_refused() -> None:
    assert decide(POLL, "a", Entry(guid="g"), None) == Verdict(state=ArticleState.REFUSED)


def test_a_document_is_decided_the_oldest_first_and_each_article_once() -> None:
    entries = [replace(RADARS, guid="g2"), RADARS, replace(RADARS, title="Same again")]
    ids = article_ids("harbour", entries)
    verdicts = decide_all(POLL, ["x", "y", "y"], entries, {})
    assert [verdict.state.value for verdict in verdicts] == ["duplicate", "new", "new"]
    assert [verdict.article.id for verdict in verdicts if verdict.article] == ["y", "x"]
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("published", "updated", "moment", "inferred"),
    [
        (T0, None, T0, False),
        (at(10 + 5), None, at(10), False),  # a clock a little ahead
        (at(10 + 11), None, at(10), True),  # far ahead: a zone that was left out
        (at(10 + 600), T0, T0, True),
        (None, T0, T0, True),
        (None, None, at(10), True),
        (T0.replace(year=1970), None, at(10), True),
    ],
)
def test_when_it_was_published(published: Any, updated: Any, moment: Any, inferred: bool) -> None:
    assert publication(Entry(published=published, updated=updated), at(10), at(10)) == (moment, inferred)


@pytest.mark.parametrize(
    ("entry", "read"),
    [
        (
            Entry(title="T", summary="A short one.", content="A short one. And more."),
            ("T", "", "A short one. And more."),
        ),
        (
            Entry(title="T", summary="A short one. And more.", content="A short one"),
            ("T", "A short one. And more.", ""),
        ),
        (Entry(title="T", summary="Other words.", content="The body."), ("T", "Other words.", "The body.")),
        (Entry(title="T", summary="Only this."), ("T", "Only this.", "")),
        (Entry(title="Said twice", summary="“Said twice”"), ("Said twice", "", "")),
        (Entry(title="Said twice", content="Said twice!"), ("Said twice", "", "")),
        (Entry(summary="It sailed. It sank."), ("It sailed.", "It sank.", "")),
        (Entry(content="It sailed\nand sank."), ("It sailed", "", "and sank.")),
        (Entry(summary="It sailed.", content="It sailed. It sank."), ("It sailed.", "", "It sank.")),
    ],
)
def test_no_part_of_the_text_repeats_another(entry: Entry, read: tuple[str, str, str]) -> None:
    assert texts(entry) == read


def test_the_address_of_an_entry_without_one_is_the_feeds_and_yet_its_own() -> None:
    first, second = (decide(POLL, ident, Entry(title=f"News {ident}"), None).article for ident in ("a", "b"))
    assert first is not None
    assert second is not None
    assert first.url == second.url == FEED.url
    assert first.canonical_url != second.canonical_url


def test_the_language_is_the_analysts_then_the_entrys_then_the_documents() -> None:
    poll = replace(POLL, language="de")
    french = replace(RADARS, language="fr")
    languages = [
        decide(replace(poll, feed=replace(FEED, language="en")), "a", french, None),
        decide(poll, "a", french, None),
        decide(poll, "a", RADARS, None),
    ]
    assert [verdict.article.language for verdict in languages if verdict.article] == ["en", "fr", "de"]


ENTRIES = st.builds(
    Entry, guid=st.sampled_from(["g1", "g2", "https://h.example/1#2", None]), url=st.sampled_from(["https://h.example/1", "https://h.example/2", None]),
    title=st.text(max_size=20), summary=st.text(max_size=30), content=st.text(max_size=30),
    published=st.none() | st.just(T0), updated=st.none() | st.just(at(3)),
)  # fmt: skip


@given(st.lists(ENTRIES, max_size=6))
def test_deciding_again_finds_nothing_new(entries: list[Entry]) -> None:
    ids = article_ids("harbour", entries)
    first = decide_all(POLL, ids, entries, {})
    seen = {verdict.seen.article_id: verdict.seen for verdict in first if verdict.seen}
    again = decide_all(replace(POLL, at=at(11)), ids, entries, seen)
    assert article_ids("harbour", entries) == ids
    assert not [verdict for verdict in again if verdict.article]
    assert len({verdict.article.id for verdict in first if verdict.article}) == sum(
        verdict.article is not None for verdict in first
    )


@given(ENTRIES)
def test_an_article_keeps_the_words_of_its_entry(entry: Entry) -> None:
    verdict = decide(POLL, "a", entry, None)
    assert (verdict.article is None) == (verdict.state is ArticleState.REFUSED)
    if verdict.article:
        assert verdict.article.text
        assert verdict.article.content_hash == content_hash(*texts(entry))
        assert verdict.article.published_at <= POLL.at
