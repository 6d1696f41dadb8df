"""One suite over both databases: a fresh, empty one for every test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from services.store.engine import Store, open_store

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'store.sqlite3'}"


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[str]:
    name = sql.Identifier(ident := f"store_{uuid.uuid4().hex[:12]}")
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield f"{postgresql_url.partition('?')[0].rpartition('/')[0]}/{ident}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database."""
    return str(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened
