"""Prometheus Alertmanager by its API v2. The same alert posted twice is one alert there, so a repeat does no harm."""

import base64
from urllib.parse import urlsplit

import msgspec

from services.alerter.post import Answer, Target, outcome, post
from services.alerter.render.alertmanager import Posted
from services.core.notification import OutboxRow, Outcome
from services.core.ports.edges import Clock

_decoder = msgspec.json.Decoder(list[Posted])


class AlertmanagerNotifier:
    """Posts alerts. The URL may hold a secret; the password is one."""

    def __init__(self, url: str, username: str | None, password: str | None, clock: Clock) -> None:
        """Raises ValueError, without values, for a URL or credentials that cannot be used."""
        base = Target(url)
        parts = urlsplit(url)
        if parts.query or parts.fragment:
            raise ValueError("the URL is that of the Alertmanager, without ? and #")
        self._target = Target(url.rstrip("/") + "/api/v2/alerts")
        self._clock = clock
        self._headers = {"Content-Type": "application/json"}
        if password is not None:
            if not base.tls and base.host not in ("localhost", "127.0.0.1", "::1"):
                raise ValueError("a password is not sent without TLS: use https://")
            token = base64.b64encode(f"{username or ''}:{password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {token}"

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:  # noqa: ARG002  alerts have no threads
        """Post the alerts of the row."""
        body = row.notification.payload
        _decoder.decode(body)  # raises, as for every receiver, what was rendered for another type
        answer = post(self._target, body, self._headers, timeout=timeout, now=self._clock.now())
        return outcome(answer) if isinstance(answer, Answer) else answer

    def close(self) -> None:
        """Nothing is held between sends."""
