"""A real PostgreSQL server from the binaries of the system, in a temporary directory."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from tests.servers.lifetime import outlives, run_process, unavailable
from tests.servers.ports import free_port

_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"  # a test machine may lose its data
_END = 'kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")"; rm -rf "$0"'


def binaries() -> Path | None:
    """Where initdb and pg_ctl are: the newest of Debian's places, or PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3].partition(".")[0])
    )
    found = debian[-1] if debian else shutil.which("pg_ctl")
    return Path(found).resolve().parent if found else None


class PostgresqlServer:
    """A server on a port of its own. Everybody on this machine may connect as postgres, without password."""

    def __init__(self, directory: Path, port: int) -> None:
        found = binaries()
        assert found is not None, "call require_postgresql first"
        self._binaries = found
        self._owner = _owner()
        self.directory = directory
        self.port = port
        self._data = directory / "data"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """A new and empty one; its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def start(self) -> None:
        """Returns when the server answers."""
        if not self._data.exists():
            if self._owner is not None:
                os.chown(self.directory, self._owner.pw_uid, self._owner.pw_gid)
            self._run(
                "initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"
            )
            outlives(run_process(), ["/bin/sh", "-c", _END, self.directory])
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= {_FAST}"
        self._run("pg_ctl", "-w", "-t", "60", "-l", str(self.directory / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, connections and all, as after pulling the plug."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        as_owner = (
            {} if self._owner is None else {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        )
        # Output goes to a file: the server inherits it, and a pipe would stay open as long as the server runs.
        with (self.directory / "output").open("w") as output:
            done = subprocess.run(
                [self._binaries / program, "-D", self._data, *arguments],
                check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.directory, timeout=120, **as_owner,
            )  # fmt: skip
        assert done.returncode == 0, f"{program}: {(self.directory / 'output').read_text()}"


def _owner() -> pwd.struct_passwd | None:
    """Whom to run it as: PostgreSQL refuses to be root."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def require_postgresql() -> None:
    """Skip (in CI: fail) without the server's binaries."""
    if binaries() is None:
        unavailable("no PostgreSQL server: neither /usr/lib/postgresql/*/bin/pg_ctl nor pg_ctl on PATH")


def new_server() -> PostgresqlServer:
    """A running server."""
    # Not below pytest's directory: PostgreSQL refuses to be root, and another user cannot enter there.
    server = PostgresqlServer(Path(tempfile.mkdtemp(prefix="wirewatch-postgresql-")), free_port())
    server.start()
    return server


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server for one test: it may be stopped and started."""
    server = new_server()
    try:
        yield server
    finally:
        server.remove()


_numbers = count(1)


@contextmanager
def fresh_database(server: PostgresqlServer) -> Iterator[str]:
    """The URL of an empty database that is dropped in the end."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    yield server.create_database(name)
    server.drop_database(name)
