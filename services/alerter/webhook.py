"""Alerts as JSON by POST, signed: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

import binascii
from datetime import datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from services.alerter.post import Answer, Target, outcome, post
from services.core.notification import OutboxRow, Outcome
from services.core.ports.edges import Clock


class WebhookNotifier:
    """Every attempt carries the same ``webhook-id``, so that a receiver that keeps ids acts on a repeat once."""

    def __init__(self, url: str, secret: str, clock: Clock) -> None:
        """Raises ValueError, without values, for a URL or a secret that cannot be used."""
        self._target = Target(url)
        self._clock = clock
        try:
            self._signer = Webhook(secret)
        except (binascii.Error, ValueError, EmptyWebhookSecretError):
            raise ValueError("the secret is not whsec_ with base64 after it") from None

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:  # noqa: ARG002  webhooks know no threads
        """Post the alert with a signature of this moment."""
        body, now = row.notification.payload, self._clock.now()
        answer = post(self._target, body, self._headers(row, now), timeout=timeout, now=now)
        return outcome(answer) if isinstance(answer, Answer) else answer

    def close(self) -> None:
        """Nothing is held between sends."""

    def _headers(self, row: OutboxRow, now: datetime) -> dict[str, str]:
        note = row.notification
        headers = {
            "Content-Type": "application/json",
            "webhook-id": note.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(note.id, now, note.payload.decode()),
        }
        return headers | ({"wirewatch-repeat": "true"} if row.repeat else {})
