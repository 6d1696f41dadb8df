"""Lexicons: one bad file per mistake, each named with file, line, key and what is allowed; and what is in ours."""

import shutil
from pathlib import Path

import pytest

from services.core.errors import ConfigInvalid
from services.core.mention import EntityKind
from services.core.rules.vocabulary import COUNTRIES
from services.extractor.inflect import noun_forms, verb_forms
from services.extractor.lexicons import check_lexicons, lexicon_words, load_lexicons
from tests.extractor.reading import LEXICONS, read


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    copy = tmp_path / "lexicons"
    shutil.copytree(LEXICONS, copy)
    return copy


def append(path: Path, text: str) -> int:
    """The line on which the text begins."""
    before = path.read_text(encoding="utf-8")
    path.write_text(before + text, encoding="utf-8")
    return before.count("\n") + 1


MISTAKES = [
    ("entities/countries.yaml", "  - {code: XY}\n", 0, "countries[", "missing required field `name`"),
    ("entities/countries.yaml", "  - {code: usa, name: Nowhere}\n", 0, ".code", "matching regex"),
    ("entities/countries.yaml", "  - {code: QQ, name: Nowhere, capitol: Here}\n", 0, "countries[", "allowed are code, name, names"),
    ("entities/countries.yaml", "  - {code: RU, name: Ruthenia}\n", 0, "countries[", 'the id "country:RU" is taken'),
    ("entities/countries.yaml", "  - {code: QQ, name: Nowhere, capital: Moscow}\n", 0, "countries[", '"Moscow" stands for country:RU already'),
    ("entities/countries.yaml", "  - {code: QQ, name: Nowhere, usual: suspect}\n", 0, ".usual", "Invalid enum value 'suspect'"),
    ("entities/people.yaml", "  - {name: A B, office: minister}\n", 0, "people[", "give country, body or group"),
    ("entities/people.yaml", "  - {name: A B, body: nope, office: clerk}\n", 0, ".body", 'no body with the id "nope"'),
    ("entities/weapons.yaml", "  odd: [F-99 | ]\n", 0, "weapons.odd[0]", 'several spellings as "A | B"'),
    ("entities/companies.yaml", "  Russia: [Nobody]\n", 0, "companies.Russia", "two capital letters"),
    ("entities/bodies.yaml", "ships:\n  - {name: A}\n", 0, "ships", "unknown key; allowed are countries, people"),
    ("entities/agencies.jsonl", '{"kind": "agency", "name": ""}\n', 0, "[", "length >= 1"),
    ("entities/agencies.jsonl", '{"kind": "agency" "name": "X"}\n', 0, "", "not JSON"),
    ("entities/agencies.jsonl", '{"kind": "agent", "name": "X"}\n', 0, ".kind", "Invalid enum value 'agent'"),
    ("topics/sanctions.yaml", "colour: red\n", 0, "", "unknown field `colour`; allowed are id, title, about"),
    ("topics/sanctions.yaml", "id: again\n", 0, "id", "this key stands twice"),
    ("topics/sanctions.yaml", "about: [\n", 1, "", "not YAML"),
    ("arms.yaml", "military: [a, a]\n", 0, "military", "stands twice"),
    ("cues.yaml", "hedges: [maybe]\n", 0, "", "unknown field `hedges`"),
    ("acts/sanction.yaml", "surplus: [x]\n", 0, "", "unknown field `surplus`"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "later", "key", "message"), MISTAKES)
def test_a_mistake_is_named_with_its_place(
    directory: Path, name: str, text: str, later: int, key: str, message: str
) -> None:
    line = append(directory / name, text) + later
    problems = check_lexicons(directory)
    assert problems
    found = [problem for problem in problems if message in problem]
    assert found, problems
    assert found[0].startswith(f"lexicons/{name}:")
    assert key in found[0]
    if "unknown field" not in message:
        assert f":{line}:" in found[0]


def test_a_term_that_could_never_be_found_is_a_mistake(directory: Path) -> None:
    path = directory / "topics" / "diplomacy.yaml"
    path.write_text(path.read_text().replace("core: [", "core: [x:summit, "))
    assert "a term is words with one space between, with n: or v: before it" in check_lexicons(directory)[0]


def test_a_topic_is_named_as_its_file(directory: Path) -> None:
    (directory / "topics" / "diplomacy.yaml").rename(directory / "topics" / "talks.yaml")
    assert 'is "diplomacy"; it must be the name of the file, "talks"' in check_lexicons(directory)[0]


@pytest.mark.parametrize("name", ["arms.yaml", "cues.yaml", "false_friends.yaml", "acts/arms_transfer.yaml", "acts/sanction.yaml"])  # fmt: skip
def test_a_missing_file_is_named(directory: Path, name: str) -> None:
    (directory / name).unlink()
    assert check_lexicons(directory) == (f"lexicons/{name}: is missing",)


def test_a_file_that_would_not_be_read_is_a_mistake(directory: Path) -> None:
    (directory / "topics" / "new.yml").write_text("id: new")
    (directory / "words.txt").write_text("x")
    problems = check_lexicons(directory)
    assert [problem.split(":")[0] for problem in problems] == ["lexicons/topics/new.yml", "lexicons/words.txt"]
    assert "allowed are arms.yaml" in problems[0]


def test_all_mistakes_are_told_at_once(directory: Path) -> None:
    for name, text, *_ in MISTAKES[:4]:
        append(directory / name, text)
    append(directory / "cues.yaml", "hedges: [maybe]\n")
    with pytest.raises(ConfigInvalid) as raised:
        load_lexicons(directory)
    assert len(raised.value.problems) == 5


def test_bytes_that_are_no_text_are_a_mistake(directory: Path) -> None:
    (directory / "arms.yaml").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in check_lexicons(directory)[0]


def test_no_directory_is_a_mistake(tmp_path: Path) -> None:
    assert "no such directory" in check_lexicons(tmp_path / "nope")[0]


def test_a_changed_byte_changes_the_version(directory: Path) -> None:
    before = load_lexicons(directory).digest
    assert before == load_lexicons(LEXICONS).digest
    append(directory / "arms.yaml", "# a remark\n")
    assert load_lexicons(directory).digest != before


def test_words_like_no_and_on_stay_words(directory: Path) -> None:
    append(directory / "entities" / "countries.yaml", "  - {code: QQ, name: Nowhere, names: [no, on, 10]}\n")
    names = {name.text for name in load_lexicons(directory).names}
    assert {"no", "on", "10"} <= names


def test_ours_hold_what_a_desk_needs() -> None:
    entities = load_lexicons(LEXICONS).entities.values()
    counts = {kind: sum(entity.kind is kind for entity in entities) for kind in EntityKind}
    assert counts[EntityKind.COUNTRY] >= 195
    assert counts[EntityKind.WEAPON] >= 400
    assert counts[EntityKind.PERSON] >= 400
    assert counts[EntityKind.COMPANY] >= 250
    assert counts[EntityKind.ARMED_GROUP] >= 150
    assert counts[EntityKind.AGENCY] >= 80
    assert {entity.country for entity in entities if entity.country} <= COUNTRIES


def test_a_namesake_hides_the_name_in_it() -> None:
    tagged = read(
        "", body="Michael Jordan and Jim Jordan met in Jordan. The Patriot Act is no Patriot battery. Georgia Tech won."
    )
    assert [one.span.quote for one in tagged.mentions] == ["Jordan", "Patriot battery"]


def test_rules_may_name_our_topics_and_entities() -> None:
    words = lexicon_words(LEXICONS)
    assert words.topics is not None
    assert {"arms_transfer", "sanctions", "export_controls", "nuclear_missile", "armed_conflict", "diplomacy", "military_posture", "defence_industry"} <= words.topics  # fmt: skip
    assert {"country:KP", "weapon:himars", "body:nato", "armed_group:hamas"} <= (words.entities or set())


def test_verbs_are_inflected() -> None:
    assert set(verb_forms("supply")) == {"supply", "supplies", "supplied", "supplying"}
    assert set(verb_forms("ship shipped")) == {"ship", "ships", "shipped", "shipping"}
    assert set(verb_forms("give gave given")) == {"give", "gives", "gave", "given", "giving"}
    assert set(verb_forms("cut cut")) == {"cut", "cuts", "cutting"}
    assert verb_forms("send sent")["sent"].tense == "past"


def test_nouns_are_inflected() -> None:
    assert noun_forms("missile") == ("missile", "missiles")
    assert noun_forms("embargo embargoes") == ("embargo", "embargoes")
    assert noun_forms("arms delivery") == ("arms delivery", "arms deliveries")
