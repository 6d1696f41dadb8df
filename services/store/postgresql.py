"""PostgreSQL through psycopg 3. Every wait has an end, also when the server neither answers nor hangs up."""

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from sqlalchemy import URL, create_engine, event

from services.store.database import Database

V = TypeVar("V")

_IDLE_SECONDS = 60.0  # an alerter that stands still in a transaction gives way to its standby
# A server may be set to answer before a commit is on disk. What we acknowledge to the bus must be; stricter settings stay.
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


class _Bounded(psycopg.Connection[Any]):
    """A connection that gives up on a server that is silent for longer than any statement may take."""

    silence = 75.0  # seconds

    def wait(self, gen: Generator[Any, Any, V], *args: Any, **options: Any) -> V:
        """Wait for one exchange with the server."""
        return super().wait(self._bounded(gen), *args, **options)

    def _bounded(self, gen: Generator[Any, Any, V]) -> Generator[Any, Any, V]:
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted  # nothing, ten times a second, while the server is silent
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() > heard + self.silence:
                    self.pgconn.finish()  # its answer, should it still come, belongs to nobody
                    raise psycopg.OperationalError(f"no answer within {self.silence:g} s")
                wanted = gen.send(ready)
        except StopIteration as done:
            result: V = done.value
            return result


def open_postgresql(url: URL, patience: float, longest: float) -> Database:
    """The database at ``url``. ``patience``: seconds that a call waits for a connection and for a lock; ``longest``: for one statement."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "application_name": "wirewatch",
            "connect_timeout": max(2, round(patience)),
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
        },
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_timeout=patience,
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _limits(patience, longest))
    return Database(engine, _name(url), url.password)


def _name(url: URL) -> str:
    spelled = {key: value for key, value in url.query.items() if key in {"host", "hostaddr", "port"}}
    place = url.set(drivername="postgresql", query=spelled)
    return f"PostgreSQL at {place.render_as_string(hide_password=True)}"


def _connect(
    _dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]
) -> psycopg.Connection[Any]:
    return _Bounded.connect(*arguments, **options)


def _limits(patience: float, longest: float) -> Any:
    """Set per session and not at the connection's start, where a pooler between us and the server may refuse them."""
    limits = {
        "statement_timeout": longest,
        "lock_timeout": patience,
        "idle_in_transaction_session_timeout": _IDLE_SECONDS,
    }

    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for name, seconds in limits.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, str(round(seconds * 1000))))
        cursor.execute(_DURABLE)
        cursor.close()
        connection.commit()
        connection.silence = longest * 1.25  # the server itself is the first to give up

    return prepare
