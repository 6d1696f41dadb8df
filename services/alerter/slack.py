"""Slack by its Web API: one thread per story. https://docs.slack.dev/reference/methods/chat.postMessage"""

import re
from typing import Any

import msgspec

from services.alerter.post import RECHECK_SECONDS, Answer, Target, outcome, post
from services.alerter.render.slack import SlackPayload, repeat_note
from services.core.notification import Ambiguous, Failed, OutboxRow, Outcome, Refused, Sent
from services.core.ports.edges import Clock
from services.core.settings import SlackReceiver

REPEAT_TEXT = "(possible repeat) "

# Errors after which the same call can succeed later, by itself or once somebody repairs the configuration.
_PASSING = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "message_limit_exceeded",
    }
)
_UNSURE = frozenset({"fatal_error", "internal_error"})  # documented as: part of it may have succeeded
_THREAD_GONE = frozenset({"cannot_reply_to_message", "invalid_thread_ts", "message_not_found", "thread_not_found"})
_MESSAGE_AT_FAULT = frozenset(
    {
        "invalid_blocks", "invalid_blocks_format", "invalid_metadata_format", "invalid_metadata_schema", "invalid_arguments",
        "markdown_text_conflict", "metadata_must_be_sent_from_app", "metadata_too_large", "msg_blocks_too_long", "msg_too_long",
        "no_text", "too_many_attachments",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-z_]{1,60}")

_decoder = msgspec.json.Decoder(SlackPayload)


class _Posted(msgspec.Struct):
    ok: bool
    ts: str | None = None
    error: str | None = None


_answers = msgspec.json.Decoder(_Posted)


class SlackNotifier:
    """Posts an alert, the later ones of a story in the thread of the first. Slack knows no idempotency: never posts twice by itself."""

    def __init__(self, receiver: SlackReceiver, token: str, clock: Clock) -> None:
        """Raises ValueError, without values, for a token or an api_url that cannot be used."""
        if not token.isascii() or not token.isprintable() or not token.strip() or " " in token:
            raise ValueError("the token is empty or holds characters that no token has")
        self._channel = receiver.channel
        self._clock = clock
        self._target = Target(receiver.api_url.rstrip("/") + "/chat.postMessage")
        self._headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"}

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:
        """Post the alert; if Slack no longer knows the thread, outside it."""
        call = message(row) | {"channel": self._channel, "link_names": False}
        channel, _, root = (thread or "").rpartition("/")
        if not root or channel != self._channel:
            return self._post(call, timeout)[0]
        deadline = self._clock.monotonic() + timeout
        result, error = self._post(call | {"thread_ts": root}, timeout)
        if error not in _THREAD_GONE:
            return result
        return self._post(call, max(1.0, deadline - self._clock.monotonic()))[0]

    def close(self) -> None:
        """Nothing is held between sends."""

    def _post(self, call: dict[str, Any], timeout: float) -> tuple[Outcome, str | None]:
        """The outcome, and Slack's word for the error if it gave one."""
        body = msgspec.json.encode(call)
        answer = post(self._target, body, self._headers, timeout=timeout, now=self._clock.now())
        if not isinstance(answer, Answer):
            return answer, None
        if answer.status != 200:
            return outcome(answer), None
        try:
            posted = _answers.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Ambiguous(reason="HTTP 200 with an answer that is not Slack's"), None
        return self._outcome(posted, answer.retry_after), posted.error

    def _outcome(self, posted: _Posted, retry_after: float | None) -> Outcome:
        if posted.ok:
            return Sent(remote_id=f"{self._channel}/{posted.ts}" if posted.ts else None)
        error = posted.error or ""
        reason = f"Slack says {error if _WORD.fullmatch(error) else 'an unknown error'}"
        if error in _PASSING:
            return Failed(reason=reason, retry_after=retry_after)
        if error in _UNSURE:
            return Ambiguous(reason=reason)
        if error in _MESSAGE_AT_FAULT or error in _THREAD_GONE:
            return Refused(reason=reason)
        return Failed(reason=f"{reason}: the destination refuses us", retry_after=RECHECK_SECONDS)


def message(row: OutboxRow) -> dict[str, Any]:
    """The payload as the arguments of a post that unfurls no links; one that may have arrived before says so."""
    payload = _decoder.decode(row.notification.payload)
    note = [repeat_note()] if row.repeat else []
    return {
        "text": (REPEAT_TEXT if row.repeat else "") + payload.text,
        "blocks": note + payload.blocks,
        "metadata": payload.metadata,
        "unfurl_links": False,
        "unfurl_media": False,
    }
