"""What a valid directory becomes."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from services.config.load import default_directory, load
from services.config.schema import FILES, json_schema
from services.core.errors import ConfigInvalid
from services.core.rules.compile import compile_rule
from services.core.rules.vocabulary import Vocabulary
from services.core.settings import KafkaBus, Settings
from services.openers import load_configuration
from tests.config.directories import loaded, write

REPOSITORY = Path(__file__).parents[2]
SHIPPED = REPOSITORY / "deploy" / "config"
FILES_SHIPPED = [
    SHIPPED / "wirewatch.yaml",
    SHIPPED / "feeds.yaml",
    SHIPPED / "routes.yaml",
    SHIPPED / "lists.yaml",
    *sorted(SHIPPED.glob("rules/*.yaml")),
]


def test_what_is_absent_has_its_default(tmp_path: Path) -> None:
    found = loaded(write(tmp_path, {}))
    assert found.settings == Settings()
    assert found.lexicons == str(SHIPPED / "lexicons")


def test_a_settings_file_of_comments_only_changes_nothing(tmp_path: Path) -> None:
    assert loaded(write(tmp_path, {"wirewatch.yaml": "# poller: {}\n"})).settings == Settings()


def test_settings_are_read(tmp_path: Path) -> None:
    text = "bus: {type: kafka, servers: ['kafka:9092', '[::1]:9092']}\ndatabase: {env: DATABASE_URL}\npoller: {host_pause: 0}\n"
    found = loaded(write(tmp_path, {"wirewatch.yaml": text})).settings
    assert isinstance(found.bus, KafkaBus)
    assert found.bus.servers == ("kafka:9092", "[::1]:9092")
    assert found.poller.host_pause == 0


def test_lexicons_beside_the_rules_are_used_and_checked(tmp_path: Path) -> None:
    write(tmp_path, {"lexicons/countries.yaml": "{}"})
    checked: list[Path] = []
    found = load(tmp_path, check_lexicons=lambda path: checked.append(path) or ())  # type: ignore[func-returns-value]
    assert found.lexicons == str(tmp_path / "lexicons")
    assert checked == [tmp_path / "lexicons"]


def test_a_rule_names_only_topics_and_entities_of_the_lexicons(tmp_path: Path) -> None:
    rules = "rules:\n  - {id: arms, title: a, when: 'topic:arms AND entity:weapon:hymars'}\n"
    write(tmp_path, {"rules/arms.yaml": rules})
    words = Vocabulary(topics=frozenset({"arms_transfer"}), entities=frozenset({"weapon:himars"}))
    with pytest.raises(ConfigInvalid) as caught:
        load(tmp_path, check_lexicons=lambda _: (), lexicon_words=lambda _: words)
    first, second = (problem for problem in caught.value.problems if "rules/arms.yaml" in problem)
    assert 'unknown topic "arms"' in first
    assert 'did you mean "weapon:himars"' in second


def test_lexicons_with_mistakes_are_not_asked_for_their_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"^odd$"):
        load(write(tmp_path, {}), check_lexicons=lambda _: ("odd",), lexicon_words=lambda _: pytest.fail("asked"))


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    """Kubernetes mounts its ConfigMaps with links such as ``..data``; editors leave ``.rules.yaml.swp``."""
    loaded(write(tmp_path, {".draft.yaml": "x", "rules/.arms.yaml.swp": "x", "README.md": "x"}))


OPML = """<?xml version="1.0"?>
<opml version="2.0"><head><title>mine</title></head><body>
<outline text="World"><outline text="Harbour: world" type="rss" xmlUrl="https://www.harbour.example/world"/>
<outline title="Harbour: world" xmlUrl="https://www.harbour.example/world/2"/></outline>
<outline text="Élan" xmlUrl="http://elan.example:8080/feed"/>
</body></opml>"""


def test_feeds_come_from_the_export_of_a_feed_reader(tmp_path: Path) -> None:
    found = loaded(write(tmp_path, {"feeds.yaml": None, "feeds.opml": OPML})).feeds
    assert [(feed.id, feed.url, feed.outlet) for feed in found.feeds] == [
        ("harbour-world", "https://www.harbour.example/world", "harbour.example"),
        ("harbour-world-2", "https://www.harbour.example/world/2", "harbour.example"),
        ("lan", "http://elan.example:8080/feed", "elan.example"),
    ]
    assert [outlet.id for outlet in found.outlets] == ["harbour.example", "elan.example"]


def test_an_outlet_of_the_export_is_better_described_in_feeds_yaml(tmp_path: Path) -> None:
    feeds = "outlets:\n  - {id: harbour.example, name: The Harbour, tier: 1}\nfeeds:\n  - {id: a, url: 'https://a.example', outlet: harbour.example}\n"
    found = loaded(write(tmp_path, {"feeds.yaml": feeds, "feeds.opml": OPML})).feeds
    assert [outlet.name for outlet in found.outlets] == ["The Harbour", "elan.example"]
    assert len(found.feeds) == 4


def test_the_shipped_configuration_is_valid_and_says_enough() -> None:
    found = loaded(SHIPPED)
    assert len(found.feeds.feeds) >= 45
    assert len(found.rules) >= 12
    assert {outlet.id for outlet in found.feeds.outlets} == {feed.outlet for feed in found.feeds.feeds}
    words = Vocabulary(lists=found.lists)
    assert [rule.id for rule in found.rules if compile_rule(rule, words).warnings] == []
    assert all(rule.owner for rule in found.rules)


def test_the_shipped_rules_go_with_any_feeds(tmp_path: Path) -> None:
    """Whoever replaces feeds.yaml, or brings feeds.opml instead, need not touch the rules."""
    rules = {f"rules/{path.name}": path.read_text("utf-8") for path in SHIPPED.glob("rules/*.yaml")}
    loaded(write(tmp_path, rules))


def test_the_commented_examples_are_valid_too(tmp_path: Path) -> None:
    """What stands behind "#" in the shipped files can be uncommented as it is."""
    write(
        tmp_path, {"routes.yaml": _uncommented((SHIPPED / "routes.yaml").read_text("utf-8")), "rules/arms.yaml": _RULES}
    )
    found = loaded(tmp_path).routes
    assert {type(receiver).__name__ for receiver in found.receivers} == {
        "StdoutReceiver", "SlackReceiver", "SlackWebhookReceiver", "SmtpReceiver", "WebhookReceiver",
        "AppriseReceiver",
    }  # fmt: skip


_RULES = "rules:\n  - {id: arms, title: a, when: x, labels: {desk: arms}}\n"


def _uncommented(text: str) -> str:
    """Lines such as ``  # routes:`` and ``  #   key: value``, and all others but prose."""
    lines = [line for line in text.splitlines() if not line.startswith("#") and not line.startswith("  # Secrets")]
    shown = [line.replace("  # ", "  ", 1) if line.startswith("  # ") else line for line in lines]
    slack = "  - {type: stdout, name: desk-slack-simple}"
    assert "    type: slack_webhook" in shown
    routed = "\n".join(shown).replace(
        "    - {receiver: case-system",
        "    - {receiver: desk-slack-simple, match: {severity: info}}\n    - {receiver: case-system",
        1,
    )
    assert slack not in routed
    return routed


@pytest.mark.parametrize("name", FILES)
def test_the_schemas_are_those_of_the_code(name: str) -> None:
    stored = (REPOSITORY / "schemas" / "config" / f"{name}.json").read_text("utf-8")
    assert yaml.safe_load(stored) == json_schema(name), "run `wirewatch schemas schemas`"


@pytest.mark.parametrize("path", FILES_SHIPPED, ids=lambda path: path.name)
def test_shipped_files_follow_the_stored_schemas(path: Path) -> None:
    kind = "rules" if path.parent.name == "rules" else path.stem
    schema = yaml.safe_load((REPOSITORY / "schemas" / "config" / f"{kind}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")) or {}, schema)


def test_lists_of_parties_are_those_of_the_directory_or_the_shipped_ones(tmp_path: Path) -> None:
    shipped = loaded(write(tmp_path / "plain", {})).lists
    assert {name: len(members) for name, members in shipped.items()} == {
        "eu": 28, "nato": 32, "gulf": 6, "g7": 7, "arms_embargo": 13, "armed_groups": 13,
    }  # fmt: skip
    rule = "rules:\n  - {id: arms, title: Arms, when: 'country:@near AND entity:@both'}\n"
    own = "lists: {near: [NO, SE], both: [Anton Reka, company:fleet]}\n"
    found = loaded(write(tmp_path / "own", {"lists.yaml": own, "rules/arms.yaml": rule}))
    assert found.lists == {"near": ("NO", "SE"), "both": ("Anton Reka", "company:fleet")}


def test_a_member_of_a_list_is_known_to_the_lexicons(tmp_path: Path) -> None:
    directory = write(tmp_path, {"lists.yaml": "lists:\n  fleets:\n    - company:fleat\n"})
    known = Vocabulary(entities=frozenset({"company:fleet"}))
    with pytest.raises(ConfigInvalid) as caught:
        load(directory, check_lexicons=lambda _: (), lexicon_words=lambda _: known)
    assert str(caught.value).endswith(
        'lists.yaml:3:7: lists.fleets[0]: unknown entity "company:fleat"; did you mean "company:fleet"? Allowed: company:fleet'
    )


def test_the_default_directory_is_the_shipped_one() -> None:
    assert default_directory() == SHIPPED


def test_rules_know_the_tiers_of_outlets_and_the_classes_of_weapons() -> None:
    found = load_configuration(default_directory())
    assert found.vocabulary.tiers["us-treasury"] == 1
    assert "weapon:patriot" in found.weapons["air_defence"]
    assert all(ident.startswith("weapon:") for ids in found.weapons.values() for ident in ids)
