"""Topics by example, and what holds of them whatever the text."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.article import TaggedArticle
from services.core.errors import ConfigInvalid
from services.extractor.lexicons import Lexicons, load_lexicons
from services.extractor.scan import Hit, Scanner
from services.extractor.text import lowered
from services.extractor.topic_features import FeatureReader
from services.extractor.topic_rules import Reading, rule
from services.extractor.topics import TopicReader
from tests.extractor.reading import LEXICONS, read
from tests.extractor.test_lexicons import append, directory  # noqa: F401  a fixture

LEXICON = load_lexicons(LEXICONS)


def scanner(lexicons: Lexicons) -> Scanner:
    return Scanner(lexicons, [("howitzers", "arms")])


def about(tagged: TaggedArticle) -> set[str]:
    return {topic.id for topic in tagged.topics if topic.about}


SCANNER = scanner(LEXICON)


def reading(text: str, title_end: int = 0, scan: Scanner = SCANNER) -> Reading:
    hits: list[Hit] = scan.hits(text, lowered(text))
    return Reading(text=text, title_end=title_end, hits=hits)


NEWS = [
    ("Portugal sells howitzers to Iceland", "The first of 24 howitzers are due in the spring.", "arms_transfer"),
    ("Arms embargo on Madagascar extended", "The EU kept its ban on weapons exports to Madagascar for a year.", "arms_transfer"),
    ("Norway imposes sanctions on Paraguay", "Oslo froze the assets of three ministers over seized trawlers.", "sanctions"),
    ("Taiwan tightens export controls on chips", "Makers need a licence to ship advanced semiconductors to China.", "export_controls"),
    ("Inspectors return to enrichment site", "The IAEA said Iran's nuclear programme held uranium near weapons grade.", "nuclear_missile"),
    ("Rebels shell town as truce collapses", "Eleven civilians were killed when militants fired rockets at Goma.", "armed_conflict"),
    ("Foreign ministers of Chile and Peru meet in Lima", "The talks on a border treaty ended with a joint statement.", "diplomacy"),
    ("NATO sends warships to Baltic exercise", "Two thousand troops will be deployed to Estonia for the drills.", "military_posture"),
    ("Rheinmetall to build ammunition plant", "The defence company won a contract to raise production of shells.", "defence_industry"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary", "topic"), NEWS)
def test_an_article_is_about(title: str, summary: str, topic: str) -> None:
    assert topic in about(read(title, summary))


NARROW = [
    ("Denmark pledges military aid to Moldova", "The package is worth two million.", "military_aid"),
    ("Tanker fleet evades sanctions on Paraguay", "Intermediaries sold the oil.", "sanctions_evasion"),
    ("Navy seizes smuggled weapons from dhow", "The rifles were bound for rebels.", "arms_trafficking"),
    ("Chile leaves arms control treaty", "Inspections will stop in May.", "arms_control"),
    ("Peru holds missile test off its coast", "The range was not given.", "weapons_test"),
    ("Fiji and Tonga sign defence pact", "Both will hold drills.", "military_cooperation"),
    ("Chad and rebels agree truce", "Mediators hope that it will hold.", "ceasefire_talks"),
    ("President of Peru in Norway on state visit", "Leaders of both will meet.", "summit_diplomacy"),
    ("Chad threatens to invade Gabon", "The army was put on alert.", "threat_coercion"),
    ("Laos expels diplomats of Nepal", "Its ambassador protested.", "diplomatic_rupture"),
    ("Airspace violation angers Peru", "Chile said that its jets had not strayed.", "maritime_territorial"),
    ("Two accused of spying for Laos", "They passed on secrets.", "cyber_intel"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary", "topic"), NARROW)
def test_a_narrow_topic_is_found_by_its_rules_alone(title: str, summary: str, topic: str) -> None:
    assert topic not in LEXICON.weights.topics
    assert topic in about(read(title, summary))


ELSEWHERE = [
    ("New Start menu for the desktop", "Users may arrange it."),
    ("Bank's shares fall after tax evasion claim", "The front was a shell company."),
    ("Storm warning for the coast", "Forecasters see a threat of floods."),
    ("Fans expelled from ground", "The club recalled its striker."),
    ("Spy thriller tops the box office", "The film has a double cast."),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary"), ELSEWHERE)
def test_words_of_other_fields_make_no_narrow_topic(title: str, summary: str) -> None:
    assert about(read(title, summary)).isdisjoint({topic for _, _, topic in NARROW})


OTHER = [
    ("Sprinter faces four-year sanction", "The athlete failed a doping test before the world cup and will miss the season."),
    ("Judge threatens law firm with sanctions", "Opposing counsel said the attorney had missed every deadline of the court."),
    ("A shot in the arm for village hotels", "The film festival filled every room in the valley."),
    ("Shooter game sells three million copies", "Gamers praised its tanks and missiles; the studio plans an episode a year."),
    ("Chip makers in an arms race for small transistors", "Each start-up hopes to sell to the biggest phone companies."),
    ("Dozens held after raid on weapons cache", "A facilitator who passed weapons to suspected insurgents was detained in a security operation."),
    ("Creditors threaten lender with liquidation", "The exchange may delist the company's shares and freeze its assets."),
    ("Apple harvest starts early", "Growers blame a warm spring."),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary"), OTHER)
def test_false_friends_are_about_neither_arms_nor_sanctions(title: str, summary: str) -> None:
    assert about(read(title, summary)).isdisjoint({"arms_transfer", "sanctions"})


def test_a_headline_that_tells_an_act_settles_the_topic() -> None:
    found = read("Mongolia confirms it supplied rocket launchers to Bhutan", "The launchers were second-hand.")
    assert len(found.acts) == 1
    assert "arms_transfer" in about(found)


@pytest.mark.parametrize(("title", "summary", "topic"), NEWS)
def test_a_topic_shows_the_words_that_carry_it(title: str, summary: str, topic: str) -> None:
    tagged = read(title, summary)
    [found] = [found for found in tagged.topics if found.id == topic]
    assert 0 < len(found.evidence) <= 8
    assert all(tagged.article.text[span.start : span.end] == span.quote for span in found.evidence)
    assert list(found.evidence) == sorted(found.evidence, key=lambda span: (span.start, span.end))


def test_topics_come_by_score_and_those_below_half_are_mentioned() -> None:
    tagged = read(
        "Foreign ministers meet", "Talks in Lima touched on sanctions, and on a truce.", "Fish prices rose. " * 40
    )
    scores = [topic.score for topic in tagged.topics]
    assert scores == sorted(scores, reverse=True)
    assert all(topic.score >= 0.5 for topic in tagged.topics if topic.about)


@given(st.lists(st.sampled_from(["Russia", "sells", "missiles", "to", "Iran", "sanctions", "talks", "killed", ".", "\n", "x"]), max_size=80).map(" ".join), st.integers(0, 40))  # fmt: skip
def test_features_lie_between_0_and_1_and_come_out_the_same_again(text: str, title_end: int) -> None:
    reader = FeatureReader(LEXICON.signs)
    found = reader.read(reading(text, min(title_end, len(text))))
    assert all(0.0 < value <= 1.0 for value in found.values())
    assert found == reader.read(reading(text, min(title_end, len(text))))


def test_what_stands_in_one_sentence_counts_together_and_across_a_stop_not() -> None:
    name = "arms given between two@head"
    together = FeatureReader(LEXICON.signs).read(reading("Russia will send howitzers and Iran waits."))
    apart = FeatureReader(LEXICON.signs).read(reading("Russia will send nobody. Iran has howitzers."))
    assert name in together
    assert name not in apart


def test_a_word_far_from_the_head_counts_by_density() -> None:
    found = FeatureReader(LEXICON.signs).read(reading("x " * 600 + "truce"))
    assert found["truce@rest"] == pytest.approx(0.5)
    assert "truce@head" not in found


def test_without_weights_the_rules_decide() -> None:
    bare = msgspec.structs.replace(LEXICON, weights=msgspec.structs.replace(LEXICON.weights, topics={}))
    given = reading("Sanctions, an asset freeze and a travel ban on Russia", 53, scanner(bare))
    [sanctions] = [topic for topic in TopicReader(bare).read(given) if topic.id == "sanctions"]
    [lexicon] = [topic for topic in LEXICON.topics if topic.id == "sanctions"]
    judged = rule(
        lexicon, given, [hit for hit in given.hits if hit.term.key == "sanctions" and hit.term.layer == "topic"]
    )
    assert sanctions.about
    assert sanctions.score == pytest.approx(judged.ratio / (judged.ratio + 1), abs=0.001)


WRONG = [
    ("topic_signs.yaml", "  odd line: {all: [[nothing_such]]}\n", 'there is no group "nothing_such"'),
    ("topic_signs.yaml", "  odd line: {all: [[war]], parties: 2}\n", "Invalid enum value '2'"),
    (
        "topic_weights.yaml",
        "  weather:\n    base: -1.0\n    about: 0.5\n    weights: {}\n",
        'there is no topic "weather"',
    ),
    ("topic_weights.yaml", "  weather:\n    base: low\n    about: 0.5\n    weights: {}\n", "Expected `float`"),
]


@pytest.mark.parametrize(("name", "text", "message"), WRONG)
def test_a_mistake_in_signs_or_weights_is_named(directory: Path, name: str, text: str, message: str) -> None:  # noqa: F811
    append(directory / name, text)
    with pytest.raises(ConfigInvalid) as caught:
        load_lexicons(directory)
    assert any(message in problem and name in problem for problem in caught.value.problems)


def test_signs_and_weights_may_be_left_out(directory: Path) -> None:  # noqa: F811
    (directory / "topic_signs.yaml").unlink()
    (directory / "topic_weights.yaml").unlink()
    assert load_lexicons(directory).weights.topics == {}
