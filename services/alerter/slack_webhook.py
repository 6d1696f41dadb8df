"""Slack by an incoming webhook: no threads, no message ids. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""

import re

import msgspec

from services.alerter.post import Answer, Target, outcome, post
from services.alerter.slack import message
from services.core.notification import OutboxRow, Outcome
from services.core.ports.edges import Clock

_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
_WORD = re.compile(rb"[a-z_]{1,60}")


class SlackWebhookNotifier:
    """Posts an alert to the channel that the webhook belongs to. The URL is a secret."""

    def __init__(self, url: str, clock: Clock) -> None:
        """Raises ValueError, without the URL, if it cannot be posted to."""
        self._target = Target(url)
        self._clock = clock

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:  # noqa: ARG002  webhooks know no threads
        """Post the alert."""
        call = message(row)
        del call["metadata"]  # for messages of the Web API only
        body = msgspec.json.encode(call)
        answer = post(self._target, body, _HEADERS, timeout=timeout, now=self._clock.now())
        if not isinstance(answer, Answer):
            return answer
        word = answer.body.strip()
        return outcome(answer, word.decode() if _WORD.fullmatch(word) else "")

    def close(self) -> None:
        """Nothing is held between sends."""
