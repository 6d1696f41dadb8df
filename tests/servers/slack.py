"""A server in the shape of Slack: chat.postMessage and chat.update with threads and limits, and incoming webhooks."""

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.http import Behaviour, HttpServer, Request, status

READS = ("/api/conversations.history", "/api/conversations.replies")
WEBHOOK_PATH = "/services/T0AAAAAAA/B0BBBBBBB/cccccccccccccccccccccccc"


def rate_limited(seconds: float) -> Behaviour:
    """429, try again after so many seconds."""
    return status(429, b'{"ok":false,"error":"ratelimited"}', Retry_After=f"{seconds:g}")


def error(word: str) -> Behaviour:
    """Slack's own way to say no: status 200, ok false."""
    return status(200, json.dumps({"ok": False, "error": word}).encode())


@dataclass(frozen=True)
class Post:
    """A message that a reader of the channel sees. ``ts`` is Slack's name for it."""

    ts: str
    channel: str | None
    thread_ts: str | None
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any]
    at: float

    @property
    def notification_id(self) -> str:
        return str(self.metadata["event_payload"]["notification_id"])


@dataclass
class SlackServer(HttpServer):
    """``posts`` is what arrived, those whose answer was then lost included. ``token`` None: any token will do."""

    token: str | None = None
    posts: list[Post] = field(default_factory=list)
    page: int = 1000  # messages told at once, at most

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def webhook_url(self) -> str:
        return self.url + WEBHOOK_PATH

    def receive(self, request: Request) -> Behaviour:
        """A message counts as posted if the script lets it in, whatever happens to the answer."""
        behaviour = super().receive(request)
        with self._lock:
            if behaviour.status is None and self._refusal(request) is None:
                if request.path.endswith("chat.update"):
                    self._update(request.json)
                elif request.path not in READS:
                    self._post(request)
        return behaviour

    def respond(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        refusal = self._refusal(request)
        if request.path == WEBHOOK_PATH:
            return (200, {}, b"ok") if refusal is None else (400, {}, refusal.encode())
        if refusal is not None:
            return _json({"ok": False, "error": refusal})
        if request.path in READS:
            return self._read(request)
        post = self.posts[-1]
        return _json({"ok": True, "ts": post.ts, "channel": request.json["channel"]})

    def _post(self, request: Request) -> None:
        call = request.json
        ts = f"{1700000000 + len(self.posts)}.{len(self.posts):06d}"
        self.posts.append(
            Post(
                ts,
                call.get("channel"),
                call.get("thread_ts"),
                call["text"],
                call["blocks"],
                call.get("metadata", {}),
                time.monotonic(),
            )
        )

    def _update(self, call: dict[str, Any]) -> None:
        """In place; what is not said again stays."""
        said = {name: call[name] for name in ("text", "blocks", "metadata") if name in call}
        self.posts[:] = [replace(post, **said) if post.ts == call["ts"] else post for post in self.posts]

    def _read(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """The channel, the latest first, or a thread with its first message; a page at a time."""
        asked = dict(parse_qsl(request.body.decode()))
        if asked["channel"].startswith("#"):
            return _json({"ok": False, "error": "channel_not_found"})
        if request.path.endswith("replies"):
            first = [post for post in self.posts if post.ts == asked["ts"]]
            found = first + [post for post in self.posts if post.thread_ts == asked["ts"]]
        else:
            found = [post for post in reversed(self.posts) if post.thread_ts is None]
        oldest = float(asked.get("oldest", "0")) - time.time() + time.monotonic()
        found = [post for post in found if post.at >= oldest or post.ts == asked.get("ts")]
        start, limit = int(asked.get("cursor", "0")), min(int(asked["limit"]), self.page)
        told = [
            {"ts": post.ts, "text": post.text, "blocks": post.blocks}
            | ({"metadata": post.metadata} if asked.get("include_all_metadata") == "true" else {})
            for post in found[start : start + limit]
        ]
        after = str(start + limit) if start + limit < len(found) else ""
        return _json(
            {
                "ok": bool(found) or "ts" not in asked,
                "error": "thread_not_found",
                "messages": told,
                "response_metadata": {"next_cursor": after},
            }
        )

    def _refusal(self, request: Request) -> str | None:  # noqa: PLR0911  one per mistake
        """Slack's word for what is wrong with the call, or None."""
        if request.path not in (WEBHOOK_PATH, "/api/chat.postMessage", "/api/chat.update", *READS):
            return "unknown_method"
        if (
            request.path != WEBHOOK_PATH
            and self.token is not None
            and request.headers.get("authorization") != f"Bearer {self.token}"
        ):
            return "invalid_auth"
        if request.path in READS:
            return None
        call = request.json
        if "ts" in call and call["ts"] not in {post.ts for post in self.posts}:
            return "message_not_found"
        thread = call.get("thread_ts")
        if thread is not None and thread not in {post.ts for post in self.posts}:
            return "thread_not_found"
        if len(call["text"]) > 40_000:
            return "msg_too_long"
        return None if _fits(call["blocks"]) else "invalid_blocks"


def _json(value: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


def _fits(blocks: list[dict[str, Any]]) -> bool:
    """The limits of Block Kit, and the undocumented one on a message as a whole."""
    headers = [block["text"]["text"] for block in blocks if block["type"] == "header"]
    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    size = len(json.dumps(blocks, ensure_ascii=False))
    return (
        len(blocks) <= 50
        and size <= 13_200
        and all(0 < len(text) <= 150 for text in headers)
        and all(len(text) <= 3000 for text in sections)
    )
