"""Which stretches of an article are read, and which are not."""

import gzip
import itertools
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.extractor.passages import READ, Kind, as_read, fields, passages
from services.extractor.text import readable
from tests.builders import T0, article
from tests.extractor.gold import SHARED
from tests.extractor.reading import read, tagger, told
from tests.extractor.test_tagger import check

ARTICLES = SHARED / "data" / "ukraine_war_2022_2024" / "articles.jsonl.gz"


def found(kind: Kind, body: str, title: str = "Ferries stop") -> list[str]:
    given_article = article(title=title, summary="", body=body)
    text = given_article.text
    copy = readable(text)
    laid = passages(copy, fields(given_article, len(copy)))
    return [text[start:end].strip() for start, end, what in laid if what is kind]


@pytest.mark.parametrize(
    ("dateline", "rest"),
    [
        ("SEOUL (Reuters) -", "Boats sailed."), ("WASHINGTON, June 3 (AP) —", "Boats sailed."), ("KYIV -", "Boats sailed."),
        ("KYIV, Ukraine —", "“Boats sailed.”"), ("MINSK, 7 May (BelTA) –", "Boats sailed."), ("KUWAIT CITY, July 25:", "Boats sailed."),
        ("Washington (AFP) -", "Boats sailed."), ("(Reuters) -", "Boats sailed."), ("KABUL, Afghanistan (Jan. 25, 2013)", "\nBoats sailed."),
        ("GAZA/CAIRO --", "Boats sailed."),
    ],
)  # fmt: skip
def test_a_dateline_is_found(dateline: str, rest: str) -> None:
    assert found(Kind.DATELINE, f"{dateline} {rest}") == [dateline]


@pytest.mark.parametrize(
    "body",
    ["NATO - which met on Monday - sent boats.", "RUSSIA SENDS MISSILES - IRAN GETS BOATS", "COVID-19 Boats sailed.", "Russia (AP) sailed.", "US-China talks began."],
)  # fmt: skip
def test_what_only_looks_like_a_dateline_is_read(body: str) -> None:
    assert found(Kind.DATELINE, body) == []


@pytest.mark.parametrize(
    ("header", "rest"),
    [("date 2023-09-12", "Boats sailed."), ("Published: 3 June 2023", "Boats sailed."), ("Updated: June 3, 2023, 10:15 a.m. GMT |", "Boats sailed."), ("date 2023-09-12", "")],
)  # fmt: skip
def test_a_header_is_cut_off_the_first_sentence(header: str, rest: str) -> None:
    assert found(Kind.HEADER, f"{header} {rest}".strip()) == [header]
    assert found(Kind.BODY, f"{header} {rest}".strip()) == ([rest] if rest else [])


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (Kind.BOILERPLATE, "Sign up for our newsletter."), (Kind.BOILERPLATE, "Read more: Boats sail again"),
        (Kind.BOILERPLATE, "Click here to see the boats."), (Kind.CAPTION, "FILE - A boat in the harbour."),
        (Kind.CAPTION, "Image: A boat in the harbour"), (Kind.CREDIT, "(AP Photo/Jane Roe)"),
    ],
)  # fmt: skip
def test_captions_credits_and_boilerplate_are_told_from_the_text(kind: Kind, line: str) -> None:
    assert found(kind, f"Boats sailed.\n\n{line}\n\nThey came back.") == [line]


def test_a_paragraph_told_twice_is_read_once() -> None:
    caption = "FILE - Tanks stand in a row at the harbour of Gdansk on Monday."
    assert found(Kind.REPEAT, f"{caption}\n\nBoats sailed.\n\n{caption}") == [caption]


def test_a_summary_that_the_body_begins_with_is_read_there() -> None:
    lead = "Portugal agreed on Monday to sell coastal radars to Iceland"
    given_article = article(title="Radars", summary=f"{lead}…", body=f"{lead} for a song.")
    assert as_read(given_article, readable(given_article.text)).count("coastal") == 1


def test_repeats_add_nothing_to_topics_and_acts() -> None:
    paragraph = "Portugal agreed on Monday to sell coastal radars to Iceland."
    once = read("Radars for Iceland", "", paragraph)
    twice = read("Radars for Iceland", "", f"{paragraph}\n\n{paragraph}")
    assert [told(act) for act in twice.acts] == [told(act) for act in once.acts]
    assert [len(act.evidence) for act in twice.acts] == [len(act.evidence) for act in once.acts]
    assert [len(topic.evidence) for topic in twice.topics] == [len(topic.evidence) for topic in once.topics]


def test_neither_place_nor_agency_of_a_dateline_takes_part() -> None:
    tagged = read("Radars sold", "", "SEOUL (Reuters) - Portugal agreed on Monday to sell coastal radars to Iceland.")
    assert [told(act) for act in tagged.acts] == ["PT > IS agreed asserted"]
    assert tagged.acts[0].attribution is None
    assert tagged.acts[0].evidence[-1].quote.startswith("Portugal")


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(), st.lists(st.sampled_from(["SEOUL (AP) -", "\n", "FILE - ", "Read more: ", "Boats sailed. ", "(AP Photo/x)", "<p>", "&amp;"])).map("".join))  # fmt: skip
def test_passages_are_in_order_and_blanking_keeps_every_place(title: str, summary: str, body: str) -> None:
    given_article = article(title=title, summary=summary, body=body)
    copy = readable(given_article.text)
    laid = passages(copy, fields(given_article, len(copy)))
    assert all(one.end <= other.start for one, other in itertools.pairwise(laid))
    assert all(passage.start < passage.end for passage in laid)
    bare = as_read(given_article, copy)
    assert len(bare) == len(copy)
    assert all(bare[start:end] == copy[start:end] for start, end, kind in laid if kind in READ)


@pytest.mark.skipif(not Path(ARTICLES).exists(), reason=f"{ARTICLES.name} of the shared data is not here")
def test_every_span_of_real_articles_quotes_their_text() -> None:
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in random.Random(5).sample(rows, 60):
        real = article(title=row["title"] or "", summary="", body=row["text"])
        tagged = tagger().tag(real, T0)
        check(tagged)
        assert tagger().tag(real, T0) == tagged
