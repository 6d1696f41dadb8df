"""A database has the schema of the release that opens it: made once, and never an older one over a newer one."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from services.core.errors import Fatal
from services.core.feed import Feed
from services.core.ledger import Fate, LedgerEntry
from services.store import tables
from services.store.database import Database
from services.store.engine import Store, _open, open_store
from services.store.migrate import _REVISIONS
from tests.builders import alert, at

OPEN = """
import sys
from services.core.feed import Feed
from services.store.engine import open_store
from tests.builders import at
print("ready", flush=True)
sys.stdin.readline()
with open_store(sys.argv[1]) as store:
    store.feeds.sync([Feed(id="f1", url="http://feed.example/", outlet="harbour")], at(0))
    print(len(store.feeds.lease("me", at(1), limit=9, seconds=60)), flush=True)
"""


def schema(path: Path) -> dict[str, set[str]]:
    """Each table and index, with its parts in no order: a column that a migration adds stands last."""
    with sqlite3.connect(path) as connection:
        made = list(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    connection.close()
    return {name: parts(sql) for name, sql in made if "alembic_version" not in sql}


def parts(sql: str) -> set[str]:
    """A statement cut at its commas, those within brackets excepted."""
    flat = " ".join(sql.split())
    head, _, body = flat.partition("(")
    body, _, tail = body.rpartition(")")
    return {head.strip(), tail.strip(), *(part.strip() for part in re.split(r",(?![^(]*\))", body))}


def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/migrated").close()
    engine = create_engine(f"sqlite:///{tmp_path}/declared")
    tables.metadata.create_all(engine)
    engine.dispose()
    assert schema(tmp_path / "migrated") == schema(tmp_path / "declared")


def at_revision(url: str, revision: str) -> Database:
    """The database as a release of then has left it."""
    database = _open(url, 10, 60)
    script = ScriptDirectory(str(_REVISIONS), version_locations=[str(_REVISIONS)])
    with (
        database.write() as connection,
        EnvironmentContext(Config(), script, fn=lambda at, _: script._upgrade_revs(revision, at)) as environment,
    ):
        environment.configure(connection=connection, target_metadata=tables.metadata, transactional_ddl=True)
        environment.run_migrations()
    return database


def test_what_a_release_before_has_decided_is_found_by_story_and_alert(database: str) -> None:
    entries = [
        LedgerEntry(article_id="a1", revision=1, at=at(2), fate=Fate.ALERTED, reason="new", story_id="s1", alert_id="al1"),
        LedgerEntry(article_id="a2", revision=1, at=at(3), fate=Fate.NO_RULE, reason='says "story_id":"s1"'),
    ]  # fmt: skip
    old = at_revision(database, "0001")
    with old.write() as connection:
        for entry in entries:
            values = {"article": entry.article_id, "at": 0, "entry": msgspec.json.encode(entry).decode()}
            connection.execute(
                text("INSERT INTO ledger (article_id, at, entry) VALUES (:article, :at, :entry)"), values
            )
        values = {"alert": msgspec.json.encode(alert()).decode()}
        connection.execute(
            text("INSERT INTO alerts (alert_id, article_id, decided_at, alert) VALUES ('al1', 'a1', 0, :alert)"), values
        )
    old.close()
    with open_store(database) as store:
        assert store.alerts.ledger(story_id="s1") == store.alerts.ledger(alert_id="al1") == (entries[0],)
        assert store.alerts.alerts(story_id=alert().story_id) == (alert(),)
        assert store.alerts.ledger() == tuple(entries)


@pytest.mark.postgresql
def test_the_migrations_make_the_tables_of_the_code_on_postgresql(postgresql_url: str) -> None:
    open_store(postgresql_url).close()
    engine = create_engine(postgresql_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_opening_again_keeps_what_is_there(database: str) -> None:
    with open_store(database) as store:
        store.feeds.sync([Feed(id="f1", url="http://feed.example/", outlet="harbour")], at(0))
    with open_store(database) as store:
        assert len(store.feeds.lease("me", at(1), limit=9, seconds=60)) == 1


def test_processes_that_start_together_migrate_once(database: str) -> None:
    command = [sys.executable, "-c", OPEN, database]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes) for _ in range(4)]
    for process in started:
        assert process.stdout.readline() == "ready\n", process.communicate(timeout=60)
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * 4, told
    lines = [line for out, _ in told for line in out.splitlines()]
    assert sum("schema migrated" in line for line in lines) == 1
    assert sorted(line for line in lines if len(line) == 1) == ["0", "0", "0", "1"]


def run(store: Store, statement: str) -> None:
    with store._database.write() as connection:
        connection.execute(text(statement))


def test_a_database_of_a_newer_release_is_refused_and_left_alone(database: str) -> None:
    with open_store(database) as store:
        run(store, "UPDATE alembic_version SET version_num = '9999'")
        name = store.name
    with pytest.raises(Fatal, match=r"revision 9999, written by a newer wirewatch.*up to 0005") as refused:
        open_store(database)
    assert str(refused.value).startswith(name)


def test_a_database_whose_tables_are_gone_is_fatal(store: Store) -> None:
    run(store, "DROP TABLE feeds")
    with pytest.raises(Fatal, match="feeds"):
        store.feeds.lease("me", at(1), limit=1, seconds=1)


def test_a_row_that_this_release_cannot_read_is_fatal_and_named(store: Store) -> None:
    run(store, "INSERT INTO stories (story_id, last_at, story) VALUES ('s1', 1, '{\"id\": 7}')")
    with pytest.raises(Fatal, match="holds a Story that this release cannot read"):
        store.alerts.story("s1")


def test_a_file_that_is_no_database_is_fatal(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("feeds: []\n" * 1000)
    with pytest.raises(Fatal, match=r"SQLite at .*/store: file is not a database"):
        open_store(f"sqlite:///{tmp_path}/store")


def test_a_directory_in_the_way_is_fatal(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with pytest.raises(Fatal, match="unable to open database file"):
        open_store(f"sqlite:///{tmp_path}/store")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///", "mysql://root@host/db", "store.sqlite3", ""]
)
def test_a_url_of_another_kind_is_refused_with_what_is_allowed(url: str) -> None:
    with pytest.raises(Fatal, match="sqlite:///PATH or postgresql://"):
        open_store(url)


def test_a_malformed_url_is_refused_without_its_password() -> None:
    with pytest.raises(Fatal, match="postgresql://USER:PASSWORD@HOST:PORT/NAME") as refused:
        open_store("postgresql://wirewatch:s3cr:et/word@host:port/name")
    assert "s3cr" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.postgresql
def test_a_postgresql_url_that_cannot_hold_every_script_is_refused(postgresql_url: str) -> None:
    url = f"{postgresql_url.partition('?')[0].rpartition('/')[0]}/store_latin1"
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute("CREATE DATABASE store_latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        try:
            with pytest.raises(Fatal, match="encoding LATIN1, and news needs UTF8"):
                open_store(url)
        finally:
            server.execute("DROP DATABASE store_latin1 WITH (FORCE)")
