"""``/feedback``: where the links in mails and Slack messages lead.

Programs open links before people do: mail scanners, previews. So a GET only asks, and a POST, by a button, keeps the judgement.
"""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from services.core.errors import Retriable
from services.core.feedback import LONGEST_NOTE, Judgement, mistake
from services.core.feedback_link import FeedbackLinks, Signed
from services.core.ports.edges import Clock
from services.core.ports.store import FeedbackStore

_LONGEST_QUERY, _LONGEST_BODY, _MOST_FIELDS = 2000, 8000, 10  # bytes, bytes, fields
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
)  # fmt: skip

Answer = tuple[str, str]  # status and HTML


class FeedbackPage:
    """A WSGI application. The receiver that the link was sent to is the author: who of its readers pressed is not known."""

    def __init__(self, links: FeedbackLinks, store: FeedbackStore, clock: Clock) -> None:
        self._links = links
        self._store = store
        self._clock = clock

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        status, told = self._answer(environ)
        start(status, list(_HEADERS))  # the server adds to it
        if environ.get("REQUEST_METHOD") == "HEAD":
            return []
        return [f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>wirewatch</title>{told}'.encode()]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        method = environ.get("REQUEST_METHOD")
        if method not in {"GET", "HEAD", "POST"}:
            return "405 Method Not Allowed", "<p>Open the link, and press the button."
        said = self._links.read(_fields(environ.get("QUERY_STRING", ""), _LONGEST_QUERY) or {})
        if said is None:
            return "403 Forbidden", "<p>This link is not one of ours, or was changed on its way."
        if method != "POST":
            return "200 OK", _question(said)
        form = _fields(_body(environ), _LONGEST_BODY)
        if form is None:
            return "400 Bad Request", "<p>What came with the button cannot be read, or is too long."
        return self._keep(said, form.get("note", "").strip())

    def _keep(self, said: Signed, note: str) -> Answer:
        judgement = Judgement(
            alert_id=said.alert_id, author=said.receiver, opinion=said.opinion, note=note, at=self._clock.now()
        )  # fmt: skip
        wrong = mistake(judgement)
        if wrong:
            return "400 Bad Request", f"<p>Not kept: {escape(wrong)}."
        try:
            known = self._store.judge(judgement)
        except Retriable:
            return "503 Service Unavailable", "<p>Not kept: the store is away. Please try again in a minute."
        if not known:
            return "404 Not Found", f"<p>Alert {escape(said.alert_id)} is not known any more."
        return "200 OK", f"<p>Thank you. Alert {escape(said.alert_id)} is kept as {said.opinion}."


def _question(said: Signed) -> str:
    return (
        f'<form method="post"><p>Alert {escape(said.alert_id)} was <strong>{said.opinion}</strong>?'
        f'<p><label>Why, if you like: <input name="note" maxlength="{LONGEST_NOTE}" size="60"></label>'
        f"<p><button>Yes, {said.opinion}</button></form>"
    )


def _body(environ: dict[str, Any]) -> str | None:
    """The body, each byte a character; None if it is too long, or its length is not said."""
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not length.isascii() or not length.isdigit() or len(length) > 9 or int(length) > _LONGEST_BODY:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    return body.decode("latin-1")


def _fields(text: str | None, longest: int) -> dict[str, str] | None:
    """Names and values of a query or a form; None for what is too long or no such text."""
    if text is None or len(text) > longest:
        return None
    try:
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
    except ValueError:
        return None
