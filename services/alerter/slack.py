"""Slack by its Web API: one thread per story. https://docs.slack.dev/reference/methods/chat.postMessage"""

import math
import re
from typing import Any

import msgspec

from services.alerter.post import RECHECK_SECONDS, Answer, Target, outcome, post
from services.alerter.render.slack import SlackPayload, repeat_note
from services.alerter.slack_channel import SlackChannel
from services.core.notification import Ambiguous, Failed, OutboxRow, Outcome, Refused, Sent
from services.core.ports.edges import Clock
from services.core.settings import SlackReceiver

_LEAST = 0.5  # seconds for a call, however late it is
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
    """Posts an alert, the later ones of a story in the thread of the first, whose message then says how far the story has come.

    Slack knows no idempotency: never posts twice by itself. Where the channel is given by its id, a message that may have arrived is
    looked for first, and posted only if it is not there.
    """

    def __init__(self, receiver: SlackReceiver, token: str, clock: Clock) -> None:
        """Raises ValueError, without values, for a token or an api_url that cannot be used."""
        if not token.isascii() or not token.isprintable() or not token.strip() or " " in token:
            raise ValueError("the token is empty or holds characters that no token has")
        self._channel = receiver.channel
        self._clock = clock
        self._target = Target(receiver.api_url.rstrip("/") + "/chat.postMessage")
        self._headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"}
        self._channel_view = SlackChannel(receiver, token, clock) if receiver.reconciles else None

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:
        """Post the alert, unless it is there; if Slack no longer knows the thread, outside it."""
        deadline = self._clock.monotonic() + timeout
        channel, _, root = (thread or "").rpartition("/")
        if channel != self._channel:
            root = ""
        looking = deadline - timeout / 2  # the other half is for the post
        result = (self._found(row, root, looking) if row.repeat else None) or self._say(row, root, deadline)
        if isinstance(result, Sent) and root and self._channel_view:
            self._channel_view.tell_standing(root, payload_of(row).story, deadline)
        return result

    def close(self) -> None:
        """Nothing is held between sends."""

    def _found(self, row: OutboxRow, root: str, deadline: float) -> Outcome | None:
        """Sent if an earlier attempt has arrived, Failed while that cannot be known; None: post it."""
        if self._channel_view is None:
            return None
        found = self._channel_view.find(row.notification, root, deadline)
        return Sent(remote_id=f"{self._channel}/{found}") if isinstance(found, str) else found

    def _say(self, row: OutboxRow, root: str, deadline: float) -> Outcome:
        """Post it. What was looked for and not found is no repeat."""
        call = message(row, marked=self._channel_view is None) | {"channel": self._channel, "link_names": False}
        if not root:
            return self._post(call, self._left(deadline))[0]
        result, error = self._post(call | {"thread_ts": root}, self._left(deadline))
        return result if error not in _THREAD_GONE else self._post(call, self._left(deadline))[0]

    def _left(self, deadline: float) -> float:
        return max(_LEAST, math.ceil(10 * (deadline - self._clock.monotonic())) / 10)  # told in reasons

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


def payload_of(row: OutboxRow) -> SlackPayload:
    """What was rendered. Raises MsgspecError for what is not for Slack."""
    return _decoder.decode(row.notification.payload)


def message(row: OutboxRow, *, marked: bool = True) -> dict[str, Any]:
    """The payload as the arguments of a post that unfurls no links; with ``marked``, one that may have arrived before says so."""
    payload, repeat = payload_of(row), row.repeat and marked
    note = [repeat_note()] if repeat else []
    return {
        "text": (REPEAT_TEXT if repeat else "") + payload.text,
        "blocks": note + payload.blocks,
        "metadata": payload.metadata,
        "unfurl_links": False,
        "unfurl_media": False,
    }
