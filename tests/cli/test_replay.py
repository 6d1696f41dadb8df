"""``wirewatch replay``: the past decided again, the same each time, and nothing sent."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.alerter.batch import Policy
from services.cli import replay as command
from services.cli.main import main
from services.core.article import Article, TaggedArticle
from services.core.errors import Fatal
from services.core.settings import AlerterSettings, Configuration, ExtractorSettings
from services.extractor.tagger import SpacyTagger
from services.openers import load_configuration
from services.replay import decisions, lines
from services.replay.decisions import Outcome, Replay
from services.replay.lines import Lines
from services.store.engine import Store, open_store
from tests.cli.replayed import (
    GOLDEN,
    STORIES,
    demo_articles,
    outcomes,
    page,
    write_demo_configuration,
    write_lines,
)

ROOT = Path(__file__).parents[2]
MEASURED = """
import sys, tracemalloc
from pathlib import Path
from services.replay.lines import Lines
tracemalloc.start()
print(sum(1 for _ in Lines(Path(sys.argv[1]), sys.exit)), tracemalloc.get_traced_memory()[1])
"""
Captured = pytest.CaptureFixture[str]
SALE = "Portugal agrees to sell 24 howitzers to Iceland"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo_configuration(tmp_path_factory.mktemp("config"))


@pytest.fixture(scope="module")
def loaded(config: Path) -> Configuration:
    return load_configuration(config)


@pytest.fixture(scope="module")
def tagger(loaded: Configuration) -> SpacyTagger:
    return SpacyTagger(Path(loaded.lexicons), ExtractorSettings())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/replay.sqlite3") as opened:
        yield opened


def told(ident: object, published: str, title: str, **more: Any) -> dict[str, Any]:
    return {"id": ident, "published": published, "title": title, **more}


class Desk:
    """Replays articles on one reader, which takes a second to make."""

    def __init__(self, tagger: Any, loaded: Configuration, store: Store, path: Path) -> None:
        self.policy = Policy.of(loaded.rules, loaded.feeds.outlets, lambda _alert: ())
        self.tagger, self.store, self.path = tagger, store, path

    def replay(self, articles: list[dict[str, Any]], settings: AlerterSettings | None = None) -> list[Outcome]:
        source = Lines(write_lines(self.path, articles), pytest.fail)
        return list(Replay(self.tagger, self.policy, settings or AlerterSettings(), self.store).run(source))


@pytest.fixture
def desk(tagger: SpacyTagger, loaded: Configuration, store: Store, tmp_path: Path) -> Desk:
    return Desk(tagger, loaded, store, tmp_path / "articles.jsonl")


@pytest.fixture(scope="module")
def demo(config: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The decisions about the demo's news, as the command writes them."""
    directory = tmp_path_factory.mktemp("demo")
    source = write_lines(directory / "demo.jsonl", demo_articles())
    assert main(["replay", str(source), "--config", str(config), "--out", str(directory / "out")]) == 0
    return (directory / "out").read_bytes()


def test_the_demos_news_is_decided_as_written_down(demo: bytes) -> None:
    assert page(outcomes(demo), demo_articles()) == GOLDEN.read_text("utf-8"), "see tests/cli/replayed.py"


def test_every_fact_of_the_demo_is_alerted_by_one_of_the_articles_that_tell_it(demo: bytes) -> None:
    alerted = {(one["article"], one["revision"]) for one in outcomes(demo) if one["alerts"]}
    facts = {fact: {f"{entry.outlet} {entry.guid}" for entry in STORIES.entries if entry.tells == fact} for fact in STORIES.facts}  # fmt: skip
    missed = [fact for fact, articles in facts.items() if not articles & {article for article, _ in alerted}]
    assert missed == []


def test_another_process_with_other_hashes_writes_the_same_bytes(demo: bytes, config: Path, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "demo.jsonl", demo_articles())
    done = subprocess.run(
        [sys.executable, "-m", "services", "replay", source, "--config", config],
        cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout == demo
    assert done.stderr.decode().startswith("60 articles replayed in ")


@pytest.mark.parametrize("portion", [1, 7])
def test_how_many_are_decided_in_a_transaction_changes_nothing(
    portion: int, demo: bytes, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "_PORTION", portion)
    decided = desk.replay(demo_articles())
    assert [(one.article, one.story, one.fate, one.alerts) for one in decided] == [
        (one["article"], one["story"], one["fate"], tuple(one["alerts"])) for one in outcomes(demo)
    ]


def test_nothing_is_put_in_the_outbox(desk: Desk, store: Store) -> None:
    desk.replay(demo_articles())
    assert len(store.alerts.alerts()) > 10
    assert store.outbox.rows() == ()


def test_articles_are_taken_in_the_order_of_time_whatever_their_zones_and_places_in_the_file(desk: Desk) -> None:
    decided = desk.replay([
        told("third", "2026-03-01T12:00:00Z", SALE, outlet="chipside"),
        told("second", "2026-03-01T12:00:00+01:00", SALE, outlet="playfield"),
        told("first", "2026-03-01T05:30:00-05:00", SALE, outlet="kestrel-news"),
        told(4, "2026-03-01T12:00:00", SALE, outlet="harbour-gazette"),
    ])  # fmt: skip
    assert [one.article for one in decided] == ["first", "second", "third", "4"]
    assert [one.development for one in decided] == ["new_story", None, None, None]  # one text, whoever prints it
    assert {one.story for one in decided} == {decided[0].story}
    assert [one.placed for one in decided[:2]] == ["a new story", "the same text"]


def test_the_clock_is_that_of_the_articles(desk: Desk, store: Store) -> None:
    decided = desk.replay([told("old", "1999-03-01T12:00:00Z", SALE), told("new", "2019-03-01T12:00:00Z", SALE)])
    assert [one.development for one in decided] == ["new_story", "new_story"]
    assert decided[0].story != decided[1].story
    assert [alert.decided_at.year for alert in store.alerts.alerts()] == [1999, 2019]
    assert [entry.at.year for entry in store.alerts.ledger()] == [2019]  # the rest is beyond the retention


def test_the_same_id_in_other_words_is_a_revision_and_in_the_same_words_a_duplicate(desk: Desk) -> None:
    decided = desk.replay([
        told("a", "2026-03-01T12:00:00Z", SALE),
        told("a", "2026-03-01T13:00:00Z", f"{SALE}."),
        told("a", "2026-03-01T14:00:00Z", "Portugal ships first howitzers to Iceland"),
    ])  # fmt: skip
    assert [(one.revision, one.fate, one.development) for one in decided] == [
        (1, "alerted", "new_story"), (1, "duplicate", None), (2, "alerted", "stage_moved"),
    ]  # fmt: skip
    assert decided[1].reason == "the words of revision 1"
    assert decided[0].story == decided[2].story


def test_an_article_with_nothing_to_read_is_refused_with_its_reason(desk: Desk) -> None:
    (decided,) = desk.replay([told("a", "2026-03-01T12:00:00Z", "\u200b")])
    assert (decided.fate, decided.reason, decided.revision) == ("refused", "nothing in it to read", None)


class Stumbling:
    """A reader that falls over one word."""

    def __init__(self, tagger: SpacyTagger) -> None:
        self._tagger = tagger
        self.version = tagger.version

    def tag(self, article: Article, now: datetime) -> TaggedArticle:
        if "banana" in article.title:
            raise ZeroDivisionError("peel")
        return self._tagger.tag(article, now)


def test_an_article_that_breaks_the_reader_is_a_dead_letter_and_the_others_go_on(
    tagger: SpacyTagger, loaded: Configuration, store: Store, tmp_path: Path
) -> None:
    desk = Desk(Stumbling(tagger), loaded, store, tmp_path / "articles.jsonl")
    decided = desk.replay([told("a", "2026-03-01T12:00:00Z", "banana"), told("b", "2026-03-01T13:00:00Z", SALE)])
    assert [one.fate for one in decided] == ["dead_letter", "alerted"]
    assert decided[0].reason == "crashed: reading it raised ZeroDivisionError: peel"


def test_each_rule_that_matched_says_what_came_of_it(desk: Desk) -> None:
    (decided,) = desk.replay(
        [told("a", "2026-03-01T12:00:00Z", "Norway imposes sanctions on Paraguay", text="Ports close.")]
    )
    assert [(one.rule, one.fate, one.development) for one in decided.rules] == [
        ("sanctions", "alerted", "new_story"), ("trial-ports", "shadow", None),
    ]  # fmt: skip
    assert decided.alerts == (decided.rules[0].alert,)
    assert (decided.fate, decided.reason) == ("alerted", "First report of this story")


GOOD = told("good", "2026-03-01T12:00:00Z", "Coffee prices rise")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not a JSON object with id, published and title"),
        ("[1]", "not a JSON object"),
        ('{"id": "\xff"}'.encode("latin-1"), "not a JSON object"),
        (json.dumps({"published": "2026-03-01", "title": "x"}), "missing required field `id`"),
        (json.dumps({"id": "a", "title": "x"}), "missing required field `published`"),
        (json.dumps({"id": "a", "published": "2026-03-01"}), "missing required field `title`"),
        (json.dumps(told("", "2026-03-01", "x")), "length >= 1"),
        (json.dumps(told("a", "yesterday", "x")), "published: Invalid isoformat string: 'yesterday'; allowed is 2026-01-31T12:00:00Z"),
        (json.dumps(told("a", "2026-02-30", "x")), "published: day is out of range"),
        (json.dumps(told("a", "1066-10-14", "x")), "published: the year 1066 is not between 1990 and 2199"),
        (json.dumps(told("a", "2026-03-01", " ", text="\n")), "has neither title nor text"),
        (json.dumps(told("a", "2026-03-01", "x", url="javascript:alert(1)")), "url: 'javascript:alert(1)' is not an http"),
        (json.dumps(told("a", "2026-03-01", "x", text=7)), "Expected `str | null`, got `int` - at `$.text`"),
        (json.dumps(told("a", "2026-03-01", "x" * 3000)), "has more than 2000 bytes"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_with_what_is_wrong_and_the_others_are_read(
    line: str | bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 2000)
    good = json.dumps(GOOD).encode()
    bad = line if isinstance(line, bytes) else line.encode()
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b"\n".join([good, b"", bad, good]))
    complaints: list[str] = []
    read = Lines(path, complaints.append)
    assert [one.id for one in read] == ["good", "good"]
    (complaint,) = complaints
    assert complaint.startswith(f"{path}:3: ")
    assert said in complaint
    assert read.bad == 1


def test_more_lines_than_a_replay_takes_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINES", 2)
    complaints: list[str] = []
    read = Lines(write_lines(tmp_path / "articles.jsonl", [GOOD] * 4), complaints.append)
    assert (len(read), read.bad) == (2, 1)
    assert complaints[0].endswith(":3: a replay takes up to 2 articles; the rest of the file is not read")


def test_texts_do_not_wait_in_memory(tmp_path: Path) -> None:
    count, text = 20_000, "x" * 2000
    path = write_lines(tmp_path / "articles.jsonl", (told(number, "2026-03-01", "t", text=text) for number in range(count)))  # fmt: skip
    done = subprocess.run(  # threads that other tests left would count
        [sys.executable, "-c", MEASURED, str(path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    read, most = map(int, done.stdout.split())
    assert read == count
    assert most < count * 100 + 200_000 < path.stat().st_size / 15


def test_a_file_that_changes_meanwhile_is_fatal(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "articles.jsonl", [GOOD])
    read = Lines(path, pytest.fail)
    path.write_text("gone")
    with pytest.raises(Fatal, match="has changed while it was replayed"):
        list(read)


def test_bad_lines_make_the_exit_status_1_and_the_others_are_decided(
    config: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = write_lines(tmp_path / "articles.jsonl", [GOOD, told("bad", "\x1b[2J", "x"), told("a", "2026-03-02", SALE)])  # fmt: skip
    assert main(["replay", str(source), "--config", str(config)]) == 1
    said = capfdbinary.readouterr()
    assert [one["article"] for one in outcomes(said.out)] == ["good", "a"]
    first, last = said.err.decode().splitlines()
    assert first.startswith(f"wirewatch replay: {source}:2: published: ")
    assert "\x1b" not in first
    assert last.startswith("2 articles replayed in ")
    assert last.endswith(", 1 line refused")


def test_a_file_that_cannot_be_replayed_is_told_in_one_line(config: Path, tmp_path: Path, capsys: Captured) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("none", "cannot be read: No such file"), (".", "cannot be read: Is a directory")):
        assert main(["replay", str(tmp_path / name), "--config", str(config)]) == 1
        said = capsys.readouterr().err
        assert why in said
        assert said.count("\n") == 1


def test_the_file_to_replay_is_not_overwritten(config: Path, tmp_path: Path, capsys: Captured) -> None:
    source = write_lines(tmp_path / "articles.jsonl", [GOOD])
    assert main(["replay", str(source), "--config", str(config), "--out", str(source)]) == 1
    assert "is the file to replay" in capsys.readouterr().err
    assert json.loads(source.read_text()) == GOOD


def test_a_place_that_cannot_be_written_is_told(config: Path, tmp_path: Path, capsys: Captured) -> None:
    source = write_lines(tmp_path / "articles.jsonl", [GOOD])
    assert main(["replay", str(source), "--config", str(config), "--out", str(tmp_path)]) == 1
    assert "cannot be written: Is a directory" in capsys.readouterr().err


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_on_a_terminal_only(
    *, terminal: bool, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    shown = command.Progress(2)
    shown.step("2026-03-01 12:00")
    shown.clear()
    said = capsys.readouterr().err
    assert ("1 of 2 articles, 2026-03-01 12:00" in said) == terminal
    assert bool(said) == terminal
