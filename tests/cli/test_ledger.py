"""``wirewatch ledger``: what became of everything, after a real run and in every state that a row can be in."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from services.cli.demo_feeds import read_stories
from services.cli.demo_play import play
from services.cli.demo_server import DemoServer
from services.cli.main import main
from services.core.feed import Feed, Seen
from services.core.ledger import Fate, LedgerEntry
from services.core.notification import Ambiguous, DeliveryState, Failed, Outcome, Refused, Sent, late_story
from services.openers import load_configuration, open_database
from services.store.engine import Store
from tests.alerter.timeline import tagged
from tests.builders import alert, at, notification
from tests.config.directories import write

Captured = pytest.CaptureFixture[str]
Steps = list[dict[str, str]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration directory of a demo that has run to its end."""
    directory = tmp_path_factory.mktemp("ran")
    with DemoServer(read_stories(), datetime.now(UTC)) as server:
        server.write_configuration(directory)
        own = directory / "wirewatch.yaml"
        own.write_text(own.read_text().replace("data_dir: var/demo", f"data_dir: {directory}/data"))
        loaded = load_configuration(directory)
        assert loaded.settings.data_dir == f"{directory}/data"
        assert play(server, loaded) == 0
    return directory


def steps(config: Path, capsys: Captured, *arguments: str) -> Steps:
    capsys.readouterr()
    assert main(["ledger", *arguments, "--json", "--config", str(config)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def of(found: Steps, what: str, **wanted: str) -> Steps:
    return [step for step in found if step["what"] == what and wanted.items() <= step.items()]


def test_after_a_run_every_article_is_tagged_and_decided(ran: Path, capsys: Captured) -> None:
    found = steps(ran, capsys, "--since", "1h")
    revisions = {(step["article"], step["revision"]) for step in found}
    assert len(revisions) == len(read_stories().entries) == len(of(found, "tagged"))
    assert {(step["article"], step["revision"]) for step in (*of(found, "rule"), *of(found, "article"))} == revisions
    assert {step["fate"] for step in of(found, "article")} == {"no_rule", "unread"}
    assert {step["fate"] for step in of(found, "rule")} == {"alerted", "not_new", "backfill", "shadow"}
    assert of(found, "published") == []


def test_after_a_run_every_alert_has_its_notifications_with_state_and_time(ran: Path, capsys: Captured) -> None:
    found = steps(ran, capsys, "--since", "1h")
    alerted = of(found, "rule", fate="alerted")
    assert len(alerted) > 10
    for step in alerted:
        sent = of(found, "notification", alert=step["alert"])
        assert {(one["receiver"], one["state"], one["attempts"]) for one in sent} == {
            ("terminal", "sent", 1), ("@stream", "sent", 1),
        }  # fmt: skip
        assert all(one["at"] >= step["at"] for one in sent)


def test_after_a_run_a_story_is_told_from_its_first_article_to_its_last(ran: Path, capsys: Captured) -> None:
    found = steps(ran, capsys, "--since", "1h")
    moved = next(step for step in found if step.get("development") == "stage_moved")
    story = steps(ran, capsys, moved["story"])
    assert story == [step for step in found if step["article"] in {one["article"] for one in of(story, "story")}]
    assert {step["story"] for step in of(story, "story")} == {moved["story"]}
    first, *others = of(story, "story")
    assert first["reason"] == "a new story"
    assert others
    assert all("the same" in step["reason"] or step["reason"] == "a revision" for step in others)


def test_after_a_run_an_alert_and_an_article_are_told_on_their_own(ran: Path, capsys: Captured) -> None:
    told = of(steps(ran, capsys, "--since", "1h"), "rule", fate="alerted")[0]
    of_alert, of_article = steps(ran, capsys, told["alert"]), steps(ran, capsys, told["article"])
    assert [step["what"] for step in of_alert] == ["tagged", "story", "rule", "notification", "notification", "route"]
    assert of_alert[2] == told
    assert [step for step in of_article if step["revision"] == told["revision"]] == of_alert


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path / "config", {"wirewatch.yaml": f"data_dir: {tmp_path}/data\n"})


@pytest.fixture
def store(config: Path) -> Iterator[Store]:
    with open_database(load_configuration(config).settings) as opened:
        yield opened


ALERTED = LedgerEntry(
    article_id="a1", revision=1, at=at(2), fate=Fate.ALERTED, reason="First report of this story", story_id="s1",
    placed="a new story", rule="arms", alert_id="al1",
)  # fmt: skip


def decide(store: Store, *entries: LedgerEntry) -> None:
    with store.alerts.transaction() as transaction:
        transaction.archive([(tagged("Norland agrees to sell radars to Sudmark {NO>SD agreed}", at=at(1)), "s1")])
        transaction.add_alerts([alert()], [notification()])
        transaction.log(entries or (ALERTED,))


def lines(config: Path, capsys: Captured, *arguments: str, status: int = 0) -> list[str]:
    assert main(["ledger", *arguments, "--config", str(config)]) == status
    return capsys.readouterr().out.splitlines()


def test_people_read_a_line_for_each_step(store: Store, config: Path, capsys: Captured) -> None:
    decide(store)
    assert lines(config, capsys, "a1") == [
        '2026-01-05 09:01:00 a1 revision 1 tagged: harbour "Norland agrees to sell radars to Sudmark": arms_transfer 0.90; arms_transfer agreed asserted',
        "2026-01-05 09:02:00 a1 revision 1 story: s1: a new story",
        "2026-01-05 09:02:00 a1 revision 1 rule: arms alerted al1, new_story: First report of this story",
        "2026-01-05 09:02:00 a1 revision 1 notification: al1 to desk: pending after 0 attempts, due 2026-01-05 09:02:00",
    ]


@pytest.mark.parametrize(
    ("settled", "said"),
    [
        ((Sent(remote_id="#desk/1600.5"), DeliveryState.SENT), "sent after 1 attempt, as #desk/1600.5"),
        ((Failed(reason="503"), DeliveryState.RETRY), "retry after 1 attempt, due 2026-01-05 09:09:00: 503"),
        ((Refused(reason="no such channel"), DeliveryState.DEAD), "dead after 1 attempt: no such channel"),
        ((Ambiguous(reason="cut off"), DeliveryState.UNKNOWN), "unknown after 1 attempt, a possible repeat: cut off"),
    ],
    ids=["sent", "retry", "dead", "unknown"],
)
def test_what_became_of_a_notification_stands_with_when_and_why(
    settled: tuple[Outcome, DeliveryState], said: str, store: Store, config: Path, capsys: Captured
) -> None:
    decide(store)
    outcome, state = settled
    (row,) = store.outbox.claim("anna", at(3), receivers=["desk"], limit=1, seconds=60)
    store.outbox.settle("anna", row, outcome, at(4), state=state, due_at=at(9))
    assert lines(config, capsys, "al1")[-1] == f"2026-01-05 09:04:00 a1 revision 1 notification: al1 to desk: {said}"


def test_what_came_too_late_is_told_at_both_ends(store: Store, config: Path, capsys: Captured) -> None:
    decide(store)
    (row,) = store.outbox.claim("anna", at(3), receivers=["desk"], limit=1, seconds=60)
    late = Failed(reason="not delivered within 60 s")
    store.outbox.settle("anna", row, late, at(4), state=DeliveryState.LATE, due_at=at(4))
    digest = notification(id="d1", receiver="desk", story_id=late_story("desk"), alert_ids=("al1",), created_at=at(5))
    assert store.outbox.gather(store.outbox.late("desk", limit=9, alone=True), [digest], at(5))
    assert lines(config, capsys, "al1")[-2:] == [
        "2026-01-05 09:05:00 a1 revision 1 notification: al1 to desk: digested after 1 attempt: not delivered within 60 s; told in d1",
        "2026-01-05 09:05:00 a1 revision 1 notification: al1 to desk in the digest d1: pending after 0 attempts, due 2026-01-05 09:05:00",
    ]


def test_why_there_was_no_alert_is_told(store: Store, config: Path, capsys: Captured) -> None:
    quiet = LedgerEntry(article_id="a1", revision=1, at=at(3), fate=Fate.NOT_NEW, reason="an edit", story_id="s1", rule="arms")  # fmt: skip
    again = LedgerEntry(article_id="a1", revision=1, at=at(4), fate=Fate.SEEN, reason="decided before")
    decide(store, quiet, again)
    assert lines(config, capsys, "a1")[1:] == [
        "2026-01-05 09:03:00 a1 revision 1 story: s1: why is not recorded",
        "2026-01-05 09:03:00 a1 revision 1 rule: arms not_new: an edit",
        "2026-01-05 09:04:00 a1 revision 1 article: seen: decided before",
    ]


@pytest.mark.parametrize("ident", ["a1", "s1", "al1"])
def test_an_alert_is_told_when_ledger_and_archive_are_forgotten(
    ident: str, store: Store, config: Path, capsys: Captured
) -> None:
    with store.alerts.transaction() as transaction:
        transaction.add_alerts([alert()], [])
    assert [line.partition(" revision 1 ")[2] for line in lines(config, capsys, ident)] == [
        "story: s1: why is not recorded",
        "rule: arms alerted al1, new_story: first report",
        "notification: al1: none kept",
    ]


def test_an_article_on_its_way_is_told_to_be(store: Store, config: Path, capsys: Captured) -> None:
    feed = Feed(id="world", url="https://harbour.example/rss", outlet="harbour")
    store.feeds.sync([feed], at(0))
    (lease,) = store.feeds.lease("me", at(1), limit=1, seconds=60)
    seen = Seen(article_id="a7", revision=2, content_hash="h", first_seen_at=at(1), last_seen_at=at(5), feed="world")
    store.feeds.save(lease, msgspec.structs.replace(lease.state, due_at=at(9)), [seen])
    (line,) = lines(config, capsys, "a7")
    assert line.startswith("2026-01-05 09:01:00 a7 revision 2 published: from feed world; not decided yet")


def test_an_id_that_is_not_known_is_told_and_cannot_steer_the_terminal(config: Path, capsys: Captured) -> None:
    assert main(["ledger", "\x1b[2J", "--config", str(config)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "no article, story or alert \\u001b[2J: never seen, or forgotten\n"


def test_text_of_an_article_cannot_steer_the_terminal(store: Store, config: Path, capsys: Captured) -> None:
    decide(store, msgspec.structs.replace(ALERTED, reason="new\x1b[2J\n2026-01-05 09:02:00 forged"))
    assert len(found := lines(config, capsys, "a1")) == 4
    assert "\x1b" not in "".join(found)


def test_only_what_was_decided_since_is_told_and_no_more_than_asked(
    store: Store, config: Path, capsys: Captured
) -> None:
    entries = [msgspec.structs.replace(ALERTED, article_id=f"a{n}", at=at(n), alert_id=None, rule=None) for n in range(6)]  # fmt: skip
    decide(store, *entries)
    found = steps(config, capsys, "--since", "2026-01-05T09:02:00Z")
    assert [step["article"] for step in of(found, "article")] == ["a2", "a3", "a4", "a5"]
    assert main(["ledger", "--since", "2026-01-05T09:02:00Z", "--limit", "3", "--config", str(config)]) == 0
    said = capsys.readouterr()
    assert said.out.count(" article: ") == 3
    assert said.err == "there are more than these 3 decisions; --limit N shows more\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "one of the arguments id --since is required"),
        (("a1", "--since", "1h"), "not allowed with argument"),
        (("--since", "soon"), '"soon" is no moment; allowed: 45m, 12h, 30d, 4w ago'),
        (("a1", "--limit", "0"), '"0" is not a number from 1 to 100000'),
    ],
)
def test_a_mistake_on_the_command_line_is_told(arguments: tuple[str, ...], said: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["ledger", *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
