"""Bad input while everything runs: what is said of it, what is kept, and that the rest goes on."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.bus.sqlite import SqliteBus
from services.cli.dead_letters import kept
from services.core.codec import encode, headers
from services.core.dead_letter import DeadLetter
from services.core.errors import PoisonReason
from services.core.ports.bus import Headers
from services.core.streams import ARTICLES, DEAD_LETTERS, EXTRACTORS, TAGGED
from services.openers import SystemClock
from tests.builders import article
from tests.e2e.deployment import Deployment, eventually
from tests.e2e.outlets import Outlets, deal
from tests.e2e.test_bad_input_start import MISTAKES, break_files
from tests.e2e.watch import STDOUT, alerted, begin, events, hang_up, printed, series
from tests.servers.http import Behaviour, HttpServer, Request, status

KEY, HEADERS = b"k\xff", (("schema", b"article/1"), ("odd", b"\x00\xff"))
MALFORMED = {
    b"{not json": "malformed",
    b"": "malformed",
    b"\xff\xfe\x00\x80": "malformed",
    b"[" * 50_000: "malformed",
    b'{"schema": "article/99", "id": "x"}': "unknown_schema",
}


BROKEN = {
    "page": (status(200, b"<!doctype html><title>Moved</title><p>A page.", Content_Type="text/html"), "not_a_feed"),
    "error": (status(500, b"<h1>Internal Server Error</h1>"), "http_5xx"),
    "junk": (status(200, b"\x00\x01junk" * 50, Content_Type="application/rss+xml"), "not_a_feed"),
}


class Sources:
    """An outlet that is well, and one feed for each of BROKEN, well unless a test puts it into ``ill``."""

    def __init__(self) -> None:
        self.outlets = Outlets(("harbour",))
        self.ill: set[str] = set()
        self.published = 0
        self._server = HttpServer()
        self._server.choose = self._answer

    def _answer(self, request: Request) -> Behaviour:
        name = request.path.strip("/")
        return BROKEN[name][0] if name in self.ill else status(200, self.outlets.document(name))

    def feeds(self) -> dict[str, object]:
        """feeds.yaml"""
        urls = {"harbour": self.outlets.url("harbour")} | {name: f"{self._server.url}/{name}" for name in BROKEN}
        return {
            "outlets": [{"id": name, "name": name.title()} for name in urls],
            "feeds": [{"id": name, "outlet": name, "url": url, "every": 1} for name, url in urls.items()],
        }

    def deal(self, outlet: str = "harbour") -> str:
        """Publish a deal that was not published before; its title."""
        self.published += 1
        title = deal(self.published)
        self.outlets.publish(outlet, f"g{self.published}", title)
        return title

    def close(self) -> None:
        self.outlets.close()
        self._server.close()


@pytest.fixture(scope="module")
def sources() -> Iterator[Sources]:
    sources = Sources()
    yield sources
    sources.close()


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, sources: Sources) -> Iterator[Deployment]:
    deployment = Deployment(tmp_path_factory.mktemp("running"), sources.outlets, ("run",), STDOUT)
    deployment.write("feeds.yaml", sources.feeds())
    yield begin(deployment, sources.outlets)
    deployment.kill_all()


@pytest.fixture(scope="module")
def bus(deployment: Deployment) -> Iterator[SqliteBus]:
    """The bus of the running process, opened beside it."""
    bus = SqliteBus(deployment.directory / "data/bus.sqlite3", SystemClock())
    yield bus
    bus.close()


@pytest.mark.parametrize("feed", BROKEN)
def test_a_broken_feed_is_told_with_its_reason_and_read_again_when_it_is_well(
    feed: str, deployment: Deployment, sources: Sources
) -> None:
    reason = BROKEN[feed][1]
    before = _polls(deployment, reason)
    sources.ill.add(feed)
    eventually("it has failed", lambda: bool(events(deployment, "feed poll failed", feed=feed)), 20)
    said = events(deployment, "feed poll failed", feed=feed)[0]
    assert (said["reason"], said["failures"]) == (reason, 1)
    assert said["detail"]
    assert said["due_at"]
    eventually("the poll is counted", lambda: _polls(deployment, reason) > before, 5)
    assert series(deployment, "wirewatch_feeds_failing") == 1
    others = sources.deal()
    meanwhile = sources.deal(feed)
    eventually("another feed is alerted", lambda: alerted(deployment, others), 20)
    assert not alerted(deployment, meanwhile)
    sources.ill.remove(feed)
    eventually("what it published meanwhile is alerted", lambda: alerted(deployment, meanwhile), 30)
    eventually("no feed fails any more", lambda: series(deployment, "wirewatch_feeds_failing") == 0, 5)


def test_a_broken_configuration_is_refused_at_a_reload_and_the_old_one_stays_in_force(
    deployment: Deployment, sources: Sources
) -> None:
    config = deployment.directory / "config"
    shutil.copytree(config, deployment.directory / "good")
    break_files(deployment)
    hang_up(deployment)
    reloads = lambda result: series(deployment, "wirewatch_config_reloads_total", result=result)  # noqa: E731
    eventually("the reload is refused", lambda: reloads("invalid") == 1, 20)
    problems = [event["problem"] for event in events(deployment, "reload refused, the old configuration stays")]
    for mistake in MISTAKES:
        assert any(mistake in problem for problem in problems), problems
    title = sources.deal()
    eventually("the old feeds, rules and routes are in force", lambda: alerted(deployment, title), 20)
    before = reloads("ok")
    shutil.rmtree(config)
    (deployment.directory / "good").rename(config)
    hang_up(deployment)
    eventually("the repaired one is taken over", lambda: reloads("ok") == before + 1, 20)
    assert reloads("invalid") == 1


@pytest.mark.parametrize("stream", [ARTICLES, TAGGED])
def test_a_malformed_message_is_kept_byte_for_byte_and_the_next_is_processed(
    stream: str, deployment: Deployment, sources: Sources, bus: SqliteBus
) -> None:
    before = {letter.id for letter in kept(bus)}
    new = lambda: [letter for letter in kept(bus) if letter.id not in before]  # noqa: E731
    for value in MALFORMED:
        _send(bus, stream, KEY, value, HEADERS)
    eventually("each is a dead letter", lambda: len(new()) == len(MALFORMED), 20)
    assert {letter.value: letter.reason.value for letter in new()} == MALFORMED
    for letter in new():
        assert (letter.stream, letter.key, letter.headers) == (stream, KEY, HEADERS)
        assert letter.detail
    assert len(events(deployment, "dead letter")) >= len(MALFORMED)
    for reason in set(MALFORMED.values()):
        assert series(deployment, "wirewatch_dead_letters_total", stream=stream, reason=reason) >= 1
    title = sources.deal()
    eventually("an article passes", lambda: alerted(deployment, title), 20)
    assert "Traceback" not in printed(deployment)


def test_dead_letters_are_listed_shown_and_put_back(deployment: Deployment, bus: SqliteBus) -> None:
    value = b'{"schema": "article/1", "title": "\x1b[31mred"}'
    _send(bus, ARTICLES, KEY, value, HEADERS)
    mine = lambda: [letter for letter in kept(bus) if letter.value == value]  # noqa: E731
    eventually("it is a dead letter", lambda: len(mine()) == 1, 20)
    letter = mine()[0]
    line = next(
        line for line in deployment.run("dead-letters", "list").stdout.splitlines() if f"  {letter.id}  " in line
    )
    assert "malformed" in line
    assert f"{len(value)} bytes" in line
    shown = deployment.run("dead-letters", "show", letter.id).stdout
    _shows(shown, letter)
    assert "\x1b" not in shown
    done = deployment.run("dead-letters", "replay", letter.id)
    assert done.stdout == f"sent {letter.id} to articles again\n"
    eventually("it has failed again, under its new place", lambda: len(mine()) == 2, 20)
    first, second = mine()
    assert first.id != second.id
    assert (first.key, first.value, first.headers) == (second.key, second.value, second.headers)


def test_a_message_that_is_put_back_is_processed_once_what_kept_it_back_is_gone(
    deployment: Deployment, bus: SqliteBus
) -> None:
    now = datetime.now(UTC)
    title = "Iceland agrees to sell patrol boats to Bolivia"
    held_back = article(id="held-back", title=title, summary="", published_at=now, first_seen_at=now)
    letter = DeadLetter(
        id="articles-0-999999", stream=ARTICLES, partition=0, offset=999_999, key=b"held-back", value=encode(held_back),
        headers=headers(held_back), reason=PoisonReason.TIMED_OUT, detail="not read within 20 s", group=EXTRACTORS, at=now,
    )  # fmt: skip
    _send(bus, DEAD_LETTERS, letter.id.encode(), encode(letter), headers(letter))
    deployment.run("dead-letters", "replay", letter.id)
    eventually("it is alerted", lambda: alerted(deployment, title), 20)


def test_a_dead_letter_that_is_none_is_named_and_the_others_are_listed(deployment: Deployment, bus: SqliteBus) -> None:
    _send(bus, DEAD_LETTERS, b"k", b"not a dead letter", ())
    _send(bus, ARTICLES, KEY, b"{after", HEADERS)
    eventually("there is one after it", lambda: any(letter.value == b"{after" for letter in kept(bus)), 20)
    done = deployment.run("dead-letters", "list")
    assert "of dead-letters is not a dead letter: malformed:" in done.stderr
    assert " 6 bytes " in done.stdout


def _polls(deployment: Deployment, outcome: str) -> float:
    return series(deployment, "wirewatch_fetches_total", outcome=outcome)


def _send(bus: SqliteBus, stream: str, key: bytes, value: bytes, given: Headers) -> None:
    producer = bus.producer("test")
    producer.send(stream, key=key, value=value, headers=given)
    producer.flush()
    producer.close()


def _shows(shown: str, letter: DeadLetter) -> None:
    fields = {line[:9].strip(): line[10:] for line in shown.splitlines()}
    assert fields["id"] == letter.id
    assert fields["stream"] == letter.stream
    assert fields["reason"] == letter.reason.value
    assert fields["group"] == letter.group
    assert fields["detail"] == letter.detail
    assert fields["key"] == repr(letter.key)
    assert fields["value"] == repr(letter.value)
