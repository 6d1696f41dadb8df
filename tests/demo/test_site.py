"""The demo's site serves feeds that the poller reads, step by step, and says what has not changed."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.cli.demo_feeds import CONTENT_TYPES, DemoOutlet, read_stories, render
from services.cli.demo_server import DemoServer
from services.core.cleaning import clean_line
from services.core.entry import Entry
from services.poller.parse import Job, parse
from tests.config.directories import loaded

BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
STORIES = read_stories()
STEPS = range(STORIES.last_step + 1)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(STORIES, BEGAN) as serving:
        yield serving


def get(url: str, etag: str | None = None) -> tuple[int, str | None, bytes]:
    request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.headers["ETag"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["ETag"], b""


def read(outlet: DemoOutlet, step: int) -> tuple[Entry, ...]:
    """What the poller makes of the outlet's feed."""
    body = render(outlet, STORIES.shown(outlet.id, step), BEGAN)
    document = parse(Job(body=body, content_type=CONTENT_TYPES[outlet.format], url=outlet.home, max_entries=1000))
    assert document.format == outlet.format.value
    assert document.flaws == ()
    assert document.dropped == 0
    return document.entries


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("outlet", STORIES.outlets, ids=lambda outlet: outlet.id)
def test_the_poller_reads_what_was_written(outlet: DemoOutlet, step: int) -> None:
    entries = read(outlet, step)
    shown = STORIES.shown(outlet.id, step)
    assert [entry.title for entry in entries] == [clean_line(entry.title) for entry in shown]
    assert [entry.url for entry in entries] == [entry.url for entry in shown]
    assert [entry.guid for entry in entries if entry.guid] == [entry.guid for entry in shown]
    for entry, written in zip(entries, shown, strict=True):
        assert clean_line(written.summary) in clean_line(f"{entry.summary} {entry.content}")
        assert entry.published == (None if written.undated else written.published(BEGAN))


def test_the_same_step_gives_the_same_bytes() -> None:
    for outlet in STORIES.outlets:
        assert render(outlet, STORIES.shown(outlet.id, 2), BEGAN) == render(outlet, STORIES.shown(outlet.id, 2), BEGAN)


def test_an_unchanged_feed_is_not_sent_again(server: DemoServer) -> None:
    status, etag, body = get(server.url("playfield"))
    assert (status, bool(body)) == (200, True)
    assert get(server.url("playfield"), etag) == (304, etag, b"")
    server.next_step()
    status, newer, body = get(server.url("playfield"), etag)
    assert (status, bool(body)) == (200, True)
    assert newer != etag


def test_what_is_not_there_is_not_found(server: DemoServer) -> None:
    assert get(server.url("playfield").replace("playfield", "nobody"))[0] == 404


def test_steps_end(server: DemoServer) -> None:
    assert [server.next_step() for _ in STEPS] == [True] * STORIES.last_step + [False]
    assert server.step == STORIES.last_step


def test_it_knows_when_every_outlet_has_been_asked(server: DemoServer) -> None:
    for outlet in STORIES.outlets:
        assert not server.all_asked()
        get(server.url(outlet.id))
    deadline = time.monotonic() + 5
    while not server.all_asked() and time.monotonic() < deadline:
        time.sleep(0.01)  # a fetch counts once its last byte is sent, which the client may see first
    assert server.all_asked()
    server.next_step()
    assert not server.all_asked()


def test_the_configuration_it_writes_is_valid(server: DemoServer, tmp_path: Path) -> None:
    server.write_configuration(tmp_path)
    found = loaded(tmp_path)
    assert len(found.feeds.feeds) == len(STORIES.outlets)
    assert found.settings.poller.allow_private
    assert {get(feed.url)[0] for feed in found.feeds.feeds} == {200}
