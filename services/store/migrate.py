"""The schema of a database brought to that of this release, once, whoever starts first."""

import threading
from pathlib import Path

import structlog
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, text

from services.core.errors import Fatal
from services.store.database import Database
from services.store.tables import metadata

log = structlog.get_logger(__name__)

_REVISIONS = Path(__file__).parent / "migrations"
_LOCK_ID = 0x77697265  # of the advisory lock that all processes on one PostgreSQL database agree on
_one_at_a_time = threading.Lock()  # Alembic keeps the running migration in module state


def migrate(database: Database) -> None:
    """Bring the schema up to date, in one transaction, while other processes that start wait for it.

    Raises Fatal when a newer release has been here, Retriable when another process takes too long.
    """
    script = ScriptDirectory(str(_REVISIONS), version_locations=[str(_REVISIONS)])
    with database.read() as connection:
        _check_encoding(connection, database.name)
        if _is_current(connection, script, database.name):
            return
    with _one_at_a_time, database.write() as connection:
        if connection.dialect.name == "postgresql":  # on SQLite the transaction is the lock
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})
        if not _is_current(connection, script, database.name):
            _upgrade(connection, script)
            log.info("schema migrated", database=database.name, revision=script.get_current_head())


def _check_encoding(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise Fatal(
                f"{name}: the database has encoding {encoding}, and news needs UTF8: CREATE DATABASE ... ENCODING 'UTF8'"
            )


def _is_current(connection: Connection, script: ScriptDirectory, name: str) -> bool:
    heads = MigrationContext.configure(connection).get_current_heads()
    for revision in heads:
        try:
            script.get_revision(revision)
        except (CommandError, ResolutionError) as error:
            known = script.get_current_head()
            raise Fatal(
                f"{name}: its schema is at revision {revision}, written by a newer wirewatch; this one knows revisions "
                f"up to {known}. Run the newer release, or restore a backup made before it."
            ) from error
    return heads == (script.get_current_head(),)


def _upgrade(connection: Connection, script: ScriptDirectory) -> None:
    environment = EnvironmentContext(
        Config(),
        script,
        fn=lambda revision, _context: script._upgrade_revs("head", revision),  # noqa: SLF001 - what alembic.command.upgrade does
    )
    with environment:
        environment.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        environment.run_migrations()
