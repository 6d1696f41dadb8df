"""Whatever happens to a process, a lock or a server: no half of a decision, and every call comes back in bounded time."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from services.core.errors import Retriable
from services.core.feed import Feed
from services.store.engine import Store, open_store
from tests.builders import at
from tests.servers.postgresql import postgresql_server, require_postgresql
from tests.store.alerter import BATCH, GROUP, PARTITION

ROOT = Path(__file__).parents[2]


@contextmanager
def alerter(url: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.store.alerter", url, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert any(line == "inside\n" for line in process.stdout)
            yield process
        finally:
            process.kill()
            process.stdout.close()


def decided(store: Store) -> int:
    """How many articles have been decided, after checking that every part of every decision is there."""
    offset = store.alerts.offsets(GROUP).get(PARTITION, 0)
    ids = {str(number) for number in range(offset)}
    assert {one.id for one in store.alerts.alerts(limit=100_000)} == ids
    assert {row.notification.id for row in store.outbox.rows(limit=100_000)} == ids
    with store.alerts.transaction() as transaction:
        assert transaction.decided([(str(number), 1) for number in range(offset + BATCH)]) == {(one, 1) for one in ids}
        assert {ident for _, ident in transaction.sharing(["all"], at(0), 100_000).get("all", ())} == ids
    return offset


def test_a_process_killed_inside_a_transaction_leaves_nothing_of_it(database: str) -> None:
    with alerter(database, "hold") as process:
        process.kill()
        process.wait(timeout=10)
        with open_store(database) as store:
            assert decided(store) == 0


def test_killed_at_any_moment_every_decision_is_whole(database: str) -> None:
    chance, before = random.Random(3), 0
    with open_store(database) as store:
        for _ in range(3):
            with alerter(database) as process:
                threading.Thread(target=process.stdout.read).start()
                time.sleep(chance.uniform(0, 0.3))
                process.kill()
                process.wait(timeout=10)
            after = decided(store)
            assert after >= before
            before = after
    assert before > 0


def test_a_lock_held_by_another_is_retriable_within_the_patience(database: str) -> None:
    with open_store(database) as holder, open_store(database, patience=0.3) as impatient:
        start = time.monotonic()
        with holder.alerts.transaction(), pytest.raises(Retriable, match=r"lock"), impatient.alerts.transaction():
            pass
        assert 0.25 < time.monotonic() - start < 3
        with impatient.alerts.transaction() as transaction:
            transaction.log([])


def test_reading_does_not_wait_for_a_writer(database: str) -> None:
    with open_store(database) as writer, open_store(database, patience=0.3) as reader, writer.alerts.transaction():
        assert reader.alerts.alerts() == ()
        assert reader.outbox.depth() == {}


def test_no_free_connection_is_retriable_within_the_patience(database: str) -> None:
    with open_store(database, patience=0.2) as store:
        engine = store._database.engine
        taken = [engine.connect() for _ in range(15)]
        with pytest.raises(Retriable, match="timeout"):
            store.outbox.depth()
        for connection in taken:
            connection.close()
        assert store.outbox.depth() == {}


def test_an_error_inside_the_block_is_named_there_already(store: Store) -> None:
    """The alerter can tell what failed without waiting for the end of the block."""
    with store._database.write() as connection:
        connection.execute(text("DROP TABLE ledger"))
    with store.alerts.transaction() as transaction:
        named = None
        try:
            transaction._connection.execute(text("SELECT * FROM ledger"))
        except Exception as error:  # noqa: BLE001 - which one it is, is the question
            named = type(error).__module__
    assert named == "services.core.errors"


@pytest.mark.postgresql
def test_a_refused_connection_is_retriable_and_names_the_server_but_no_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    start = time.monotonic()
    with pytest.raises(Retriable) as raised:
        open_store(f"postgresql://wirewatch:s3cretword@127.0.0.1:{port}/news?password=s3cretword", patience=2)
    assert time.monotonic() - start < 5
    assert f"wirewatch:***@127.0.0.1:{port}/news" in str(raised.value)
    assert "refused" in str(raised.value)
    assert "s3cretword" not in str(raised.value) + repr(raised.value.__cause__)


@pytest.mark.postgresql
def test_a_server_that_never_answers_is_retriable_within_the_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(Retriable, match="timeout"):
            open_store(f"postgresql://wirewatch@127.0.0.1:{silent.getsockname()[1]}/news", patience=2)
        assert time.monotonic() - start < 6


@pytest.mark.postgresql
def test_a_host_that_is_not_there_is_retriable() -> None:
    with pytest.raises(Retriable, match=r"database\.invalid"):
        open_store("postgresql://wirewatch@database.invalid/news", patience=2)


def disconnect(url: str) -> None:
    """What a restart of the server does to its clients."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
        )


@pytest.mark.postgresql
def test_connections_broken_between_calls_are_not_noticed(postgresql_url: str) -> None:
    with open_store(postgresql_url) as store:
        assert store.outbox.depth() == {}
        disconnect(postgresql_url)
        assert store.outbox.depth() == {}


@pytest.mark.postgresql
def test_a_connection_broken_inside_a_transaction_is_retriable_and_the_next_works(postgresql_url: str) -> None:
    def decide(store: Store) -> None:
        with store.alerts.transaction() as transaction:
            transaction.advance(GROUP, {PARTITION: (None, 1)})
            disconnect(postgresql_url)
            transaction.log([])
            transaction.advance(GROUP, {PARTITION: (1, 2)})

    with open_store(postgresql_url) as store:
        with pytest.raises(Retriable):
            decide(store)
        assert store.alerts.offsets(GROUP) == {}


@pytest.mark.postgresql
def test_a_server_that_is_away_is_retriable_until_it_is_back() -> None:
    require_postgresql()
    with postgresql_server() as server, open_store(server.url(), patience=2) as store:
        server.stop()
        for call in (store.outbox.depth, lambda: store.feeds.lease("me", at(0), limit=1, seconds=1)):
            with pytest.raises(Retriable, match=f":{server.port}/"):
                call()
        server.start()
        assert store.outbox.depth() == {}


@pytest.mark.postgresql
def test_a_server_that_freezes_is_retriable_in_bounded_time(postgresql_url: str) -> None:
    def freeze(store: Store) -> None:
        with store.alerts.transaction() as transaction:
            pid = transaction._connection.scalar(text("SELECT pg_backend_pid()"))
            os.kill(pid, signal.SIGSTOP)
            try:
                transaction.advance(GROUP, {PARTITION: (None, 1)})
            finally:
                os.kill(pid, signal.SIGCONT)

    with open_store(postgresql_url, longest=0.4) as store:
        start = time.monotonic()
        with pytest.raises(Retriable, match=r"no answer within 0\.5 s"):
            freeze(store)
        assert time.monotonic() - start < 3
        assert store.alerts.offsets(GROUP) == {}


@pytest.mark.postgresql
def test_a_statement_that_takes_too_long_is_retriable(postgresql_url: str) -> None:
    with open_store(postgresql_url, longest=0.3) as store:
        start = time.monotonic()
        with pytest.raises(Retriable, match="statement timeout"), store._database.read() as connection:
            connection.execute(text("SELECT pg_sleep(30)"))
        assert time.monotonic() - start < 3


def test_a_full_disk_is_retriable_and_harms_nothing(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        with store._database.write() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        feeds = [Feed(id=f"f{number}", url="http://feed.example/", outlet="harbour") for number in range(500)]
        with pytest.raises(Retriable, match="full"):
            store.feeds.sync(feeds, at(0))
        with store._database.write() as connection:
            connection.execute(text("PRAGMA max_page_count = 1000000"))
        store.feeds.sync(feeds, at(0))
        assert len(store.feeds.lease("me", at(1), limit=1000, seconds=60)) == 500
