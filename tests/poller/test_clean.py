"""Markup of entries to plain text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.cleaning import clean_text
from services.poller.clean import MAX_MARKUP, literal_line, literal_text, plain_line, plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>after", "a\nb\n\nafter"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a line\nthat <b>goes</b>\non", "a line that goes on"),
        ("<script>alert(1)</script><style>p{}</style>kept<noscript>no</noscript>", "kept"),
        ("<script>a<b></script> after <iframe src=x>in</iframe>wards", "after wards"),
        ("a<!-- b -->c<!-- <p>d</p> -->", "ac"),
        ("<!-- only -->", ""),
        ("&lt;b&gt;twice&lt;/b&gt; &amp;amp; more", "twice & more"),
        ("AT&T <3 you, 1 < 2", "AT&T <3 you, 1 < 2"),
        ("&nbsp;&#8220;quoted&#8221;&hellip;", "“quoted”…"),
        ("<a href='javascript:alert(1)'>link</a><img src=x onerror=alert(1)>", "link"),
        ("<p>unclosed <b>bold <i>both", "unclosed bold both"),
        ("<p>nul\x00 and \ud800 half</p>", "nul and ? half"),
        ("<img src='data:image/png;base64," + "A" * 5000 + "'>text", "text"),
        ("<![CDATA[inner]]> text", "text"),
        ("", ""),
    ],
)
def test_markup_to_text(markup: str, text: str) -> None:
    assert plain_text(markup, 1000)[0] == text


def test_a_title_is_one_line() -> None:
    assert plain_line("<b>One</b>\n<br>two", 100) == ("One two", False)


def test_a_literal_title_keeps_its_brackets_and_loses_its_entities() -> None:
    assert literal_line("a &lt;b&gt; &#8217; <i>", 100) == ("a <b> ’ <i>", False)
    assert literal_text("a <b>\n\nc", 100) == ("a <b>\n\nc", False)


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert plain_line("word " * 100, 50) == (("word " * 10).strip(), True)
    assert plain_text("<p>" + "word " * 100_000 + "</p>", 50)[1]
    assert plain_text("x" * (MAX_MARKUP + 1), 10 * MAX_MARKUP)[1]


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 60_000 + "x",
        "<!--" * 50_000,
        "<a " * 50_000,
        "<a x='" * 50_000,
        "<p " + " ".join(f"a{n}='1'" for n in range(40_000)) + ">x",
        "<br>" * 50_000,
        "&" * 100_000,
        "<" * 100_000,
    ],
    ids=["deep", "comments", "tags", "quotes", "attributes", "breaks", "ampersands", "brackets"],
)
def test_hostile_markup_takes_no_time(markup: str) -> None:
    begun = time.process_time()
    plain_text(markup, 1000)
    assert time.process_time() - begun < 2.0


PIECES = [*"<>&;/!-'\"=abp \n#x0", "<p>", "</p>", "<br>", "&amp;", "<!--", "\x00", "\ud800"]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_markup_becomes_clean_text(markup: str) -> None:
    text = plain_text(markup, 1000)[0]
    assert clean_text(text) == text
