"""Reading a Slack channel: whether a message has arrived, and how far a story has come in its first message.

https://docs.slack.dev/reference/methods/conversations.history
"""

from typing import Any
from urllib.parse import urlencode

import msgspec
import structlog

from services.alerter.post import RECHECK_SECONDS, Answer, Target, post
from services.alerter.render.slack import STANDING, standing
from services.core.notification import Failed, Notification
from services.core.ports.edges import Clock
from services.core.settings import SlackReceiver

log = structlog.get_logger(__name__)

_PAGE, _PAGES = 100, 10
_SKEW = 300.0  # seconds that Slack's clock may be behind ours
_MOST = 16_000_000  # bytes of a page
_LEAST = 0.5  # seconds for a call, however late it is
_NO_THREAD = frozenset({"thread_not_found", "message_not_found", "invalid_ts"})


class _Metadata(msgspec.Struct):
    event_type: str = ""
    event_payload: dict[str, Any] = {}


class _Message(msgspec.Struct):
    ts: str = ""
    text: str = ""
    blocks: list[dict[str, Any]] = []
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Cursor(msgspec.Struct):
    next_cursor: str = ""


class _Page(msgspec.Struct):
    ok: bool
    error: str = ""
    messages: list[_Message] = []
    response_metadata: _Cursor = msgspec.field(default_factory=_Cursor)


_pages = msgspec.json.Decoder(_Page)


class SlackChannel:
    """One channel, by its id. Needs the scope ``channels:history`` or, for a private one, ``groups:history``."""

    def __init__(self, receiver: SlackReceiver, token: str, clock: Clock) -> None:
        self._name = receiver.name
        self._channel = receiver.channel
        self._clock = clock
        self._base = receiver.api_url.rstrip("/")
        self._bearer = {"Authorization": f"Bearer {token}"}

    def find(self, note: Notification, root: str, deadline: float) -> str | Failed | None:
        """The ``ts`` of the message that carries this notification, in the thread or the channel; None where there is none.

        Failed while that cannot be known.
        """
        places = [("conversations.replies", {"ts": root})] if root else []
        for method, more in (*places, ("conversations.history", {})):
            found = self._search(method, more, note, deadline)
            if found is not None:
                return found
        return None

    def tell_standing(self, root: str, line: str, deadline: float) -> None:
        """Put ``line`` into the first message of the thread, in the place of the one before. What goes wrong is logged: the alert is there."""
        page = self._read("conversations.replies", {"ts": root, "limit": "1"}, deadline) if line else None
        if page is None:
            return
        first = next((one for one in page.messages if one.ts == root), None) if isinstance(page, _Page) else None
        if first is None:
            log.warning("the story's message was not updated", receiver=self._name, error=_said(page))
            return
        self._update(first, line, deadline)

    def _update(self, first: _Message, line: str, deadline: float) -> None:
        kept = [block for block in first.blocks if block.get("block_id") != STANDING]
        call = {
            "channel": self._channel, "ts": first.ts, "text": first.text, "blocks": [*kept[:1], standing(line), *kept[1:]],
            "metadata": first.metadata,
        }  # fmt: skip
        json = {"Content-Type": "application/json; charset=utf-8"}
        answer = self._call("chat.update", msgspec.json.encode(call), json, deadline)
        if not isinstance(answer, _Page) or not answer.ok:
            log.warning("the story's message was not updated", receiver=self._name, error=_said(answer))

    def _search(self, method: str, more: dict[str, str], note: Notification, deadline: float) -> str | Failed | None:
        oldest = f"{note.created_at.timestamp() - _SKEW:.6f}"
        cursor = ""
        for _ in range(_PAGES):
            if self._clock.monotonic() > deadline:
                return Failed(reason="could not look in time whether it arrived")
            asked = {"limit": str(_PAGE), "oldest": oldest, **more} | ({"cursor": cursor} if cursor else {})
            page = self._read(method, asked, deadline)
            if not isinstance(page, _Page):
                return page
            for one in page.messages:
                if one.metadata.event_payload.get("notification_id") == note.id:
                    return one.ts
            cursor = page.response_metadata.next_cursor
            if not cursor:
                return None
        return Failed(reason="too many messages since to know whether it arrived", retry_after=RECHECK_SECONDS)

    def _read(self, method: str, asked: dict[str, str], deadline: float) -> _Page | Failed:
        """A page; an empty one for a thread that is gone."""
        body = urlencode({"channel": self._channel, "include_all_metadata": "true", **asked}).encode()
        page = self._call(method, body, {"Content-Type": "application/x-www-form-urlencoded"}, deadline)
        if isinstance(page, Failed) or page.ok or page.error in _NO_THREAD:
            return page
        return Failed(reason=f"cannot look whether it arrived: Slack says {_said(page)}", retry_after=RECHECK_SECONDS)

    def _call(self, method: str, body: bytes, headers: dict[str, str], deadline: float) -> _Page | Failed:
        now = self._clock.monotonic()
        answer = post(
            Target(f"{self._base}/{method}"), body, self._bearer | headers, timeout=max(_LEAST, deadline - now), now=self._clock.now(),
            most=_MOST,
        )  # fmt: skip
        if not isinstance(answer, Answer):
            return Failed(reason=f"cannot look whether it arrived: {answer.reason}")
        if answer.status != 200:
            return Failed(
                reason=f"cannot look whether it arrived: HTTP {answer.status}", retry_after=answer.retry_after
            )
        try:
            return _pages.decode(answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return Failed(reason="cannot look whether it arrived: the answer is not Slack's")


def _said(page: _Page | Failed) -> str:
    """What went wrong, in words that hold no secret."""
    if isinstance(page, Failed):
        return page.reason
    word = page.error
    return word if word.isascii() and word.replace("_", "").isalpha() and len(word) <= 60 else "an unknown error"
