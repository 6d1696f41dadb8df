"""Whatever the text: spans are true, the result is the same again, and time is bounded."""

import time

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.article import Article, Skipped, TaggedArticle
from services.core.cleaning import clean_text
from services.core.settings import ExtractorSettings
from services.extractor.tagger import SpacyTagger
from services.extractor.text import bounded, lowered, readable
from tests.builders import T0, article
from tests.extractor.reading import LEXICONS, read, tagger

_WORDS = st.sampled_from(
    ["US", "Russia", "Iran's", "Ukraine", "sanctions", "imposes", "sells", "missiles", "to", "on", "and", "the", "of", "F-16s", "denies", "said", ",", ".", "\n", ":", "(", "“", "”", "’", "—", "arms", "deal", "embargo", "Kremlin", "Iranian", "drones", "supplied", "by", "will", "not", "EU", "lifts", "accuses", "sending", "Straße", "İstanbul", "ﬁnal", "😀", ",", "which", "says", "that"]
)  # fmt: skip
_NEWS = st.lists(_WORDS, max_size=60).map(" ".join)
_TEXT = st.one_of(_NEWS, st.text(max_size=300), st.tuples(_NEWS, st.text(max_size=40)).map("".join))


def spans(found: object) -> list[dict[str, object]]:
    """Every span anywhere within a message, as plain data."""
    if isinstance(found, dict):
        own = [found] if set(found) == {"start", "end", "quote"} else []
        return own + [span for value in found.values() for span in spans(value)]
    return [span for value in found for span in spans(value)] if isinstance(found, list) else []


def check(tagged: TaggedArticle) -> None:
    text = tagged.article.text
    for span in spans(msgspec.to_builtins((tagged.topics, tagged.mentions, tagged.acts))):
        start, end = span["start"], span["end"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert text[start:end] == span["quote"]
        assert start < end


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_TEXT, _TEXT, _TEXT)
def test_every_span_quotes_the_text_and_the_result_is_the_same_again(title: str, summary: str, body: str) -> None:
    given_article = article(title=clean_text(title), summary=clean_text(summary), body=clean_text(body))
    first = tagger().tag(given_article, T0)
    check(first)
    assert msgspec.json.encode(first) == msgspec.json.encode(tagger().tag(given_article, T0))


@given(st.text())
def test_the_reading_copy_keeps_every_place(text: str) -> None:
    copy = readable(text)
    assert len(copy) == len(text)
    assert len(lowered(copy)) == len(text)


@given(st.text(), st.integers(1, 50))
def test_a_text_is_cut_at_its_bound(text: str, limit: int) -> None:
    kept, cut = bounded(text, limit)
    assert text.startswith(kept)
    assert len(kept) <= limit
    assert cut == (len(text) > limit)


HOSTILE = {
    "brackets": "(" * 200_000 + "sanctions on Russia",
    "mixed brackets": "([{<" * 60_000,
    "emoji": "😀" * 100_000 + " weapons",
    "one word": "sanctions" * 120_000,
    "bidi and NUL": "\u202eRussia\x00 \u2066sells\u2069 arms to\x00 Iran " * 4000,
    "lone surrogates": "\ud800 Russia sells arms to Iran \udfff" * 2000,
    "ten thousand sentences": "US imposes sanctions on Iran. " * 10_000,
    "all capitals": "RUSSIA SENDS MISSILES TO IRAN AND THE US IMPOSES SANCTIONS " * 2000,
    "no punctuation": "russia sends weapons to iran while the us imposes sanctions on russia and " * 2000,
    "commas": "Russia, Iran, " * 8000 + "sanctions",
    "and": "Russia and Iran and " * 6000 + "sanctions on Iran",
    "to sell to sell": "Russia agreed to sell to sell to sell " * 4000 + "missiles",
    "he said he said": "he said she said Russia said it sent arms " * 3000,
    "blank": " \n" * 60_000 + "x",
    "quotes": '"' * 50_000 + " sanctions " + "'" * 50_000,
    "full stops": "." * 100_000 + " sanctions " + "U.S. " * 20_000,
    "hyphens": "US-" * 40_000 + "supplied missiles",
    "ten thousand names": "Russia, Iran, China, Ukraine, North Korea, " * 2000 + "get missiles",
    "towers of marks": "R\u0300\u0301\u0302\u0303ussia sells arms " * 3000,
    "nested sayings": "Iran said that Russia said that " * 1800 + "the US sold missiles to Taiwan",
    "left-overs of HTML": "<p>&amp;amp;US &lt;b&gt;sells<script>" * 2500 + " missiles",
    "lines of agencies": "SEOUL (Reuters) - Russia sold missiles (AP Photo/\n" * 1200,
    "digits": "1,000,000.00 " * 20_000 + "missiles to Iran",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_within_a_second(name: str) -> None:
    text = HOSTILE[name]
    hostile = article(title="US imposes sanctions on Iran", summary=text)
    tagged = tagger().tag(hostile, T0)
    check(tagged)
    assert tagged.truncated or len(hostile.text) <= 60_000
    assert any(_seconds(hostile) < 1.0 for _ in range(3))  # of its own thread; a busy machine only ever adds to it


def _seconds(hostile: Article) -> float:
    begun = time.thread_time()
    tagger().tag(hostile, T0)
    return time.thread_time() - begun


def test_an_article_that_tells_more_than_is_read_of_one_says_so() -> None:
    few, many = (read("US imposes sanctions on Iran", "Russia sold missiles to Iran. " * count) for count in (20, 500))
    assert (few.truncated, many.truncated) == (False, True)
    assert {act.rule for act in many.acts} == {act.rule for act in few.acts}


def test_another_language_is_passed_on_unread() -> None:
    tagged = read("Die Fähre nach Helsinki fährt wieder", "Nach drei Tagen Sturm nehmen die Schiffe zwischen Tallinn und Helsinki ihren Dienst wieder auf.")  # fmt: skip
    assert (tagged.skipped, tagged.language, tagged.acts) == (Skipped.LANGUAGE, "de", ())


@pytest.mark.parametrize("title", ["Seoul: Pyongyang shipped shells to Moscow", "Modi, Xi meet", "US OKs $2B F-16 sale to Taiwan", ""])  # fmt: skip
def test_a_short_headline_is_english_unless_it_is_surely_not(title: str) -> None:
    assert read(title).skipped is None


def test_the_configured_languages_are_read() -> None:
    reader = SpacyTagger(LEXICONS, ExtractorSettings(languages=("en", "de")))
    tagged = reader.tag(article(title="Die Bundesregierung liefert Panzer an die Ukraine", summary=""), T0)
    assert tagged.skipped is None


def test_the_version_names_the_code_and_the_lexicons() -> None:
    assert read("x").extractor.startswith("rules/0.")
    assert "+" in tagger().version


def test_small_words_are_not_countries() -> None:
    named = {
        mention.name for mention in read("They told us that a turkey and a jordan almond cost a mali", "").mentions
    }
    assert named == set()


def test_names_are_found_by_their_spellings() -> None:
    tagged = read(
        "Kremlin, White House and Pyongyang on HIMARS, Su-35s and NATO", "Mr Putin met Houthi rebels, AP said."
    )
    named = {mention.id for mention in tagged.mentions}
    assert {"country:RU", "country:US", "country:KP", "weapon:himars", "weapon:su-35", "body:nato", "person:vladimir-putin", "armed_group:houthis", "agency:associated-press"} <= named  # fmt: skip


def test_an_article_about_nothing_of_ours_has_no_topic() -> None:
    tagged = read("Sheep farmers fear a dry summer", "Reservoirs in the hills stand at a third of their usual level.")
    assert (tagged.topics, tagged.acts, tagged.mentions) == ((), (), ())


def test_a_topic_in_passing_is_mentioned_only() -> None:
    tagged = read("Museum opens wing for polar maps", "Charts of Iceland hang beside a letter about an embargo. " + "The maps are old. " * 150)  # fmt: skip
    assert not any(topic.about for topic in tagged.topics)
