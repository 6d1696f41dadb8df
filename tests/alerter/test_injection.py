"""A title or a name can inject nothing: hostile text goes through every receiver to a real server, and what arrives is taken apart."""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.alerter.file import FileNotifier
from services.alerter.render.card import card
from services.alerter.render.mail import MailPayload
from services.alerter.render.slack import SlackPayload
from services.alerter.slack import SlackNotifier
from services.alerter.slack_webhook import SlackWebhookNotifier
from services.alerter.smtp import SmtpNotifier, compose
from services.alerter.stdout import StdoutNotifier
from services.alerter.webhook import WebhookNotifier
from services.core.act import Attribution, Method, Party
from services.core.alert import Alert, Development, DevelopmentKind
from services.core.mention import Span
from services.core.notification import Sent
from services.core.settings import FileReceiver, SlackReceiver
from tests.alerter.outgoing import MAIL, SECRET, SLACK, SLACK_WEBHOOK, STDOUT, WEBHOOK, RealClock, row
from tests.builders import alert, transfer
from tests.servers.slack import SlackServer
from tests.servers.smtp import MailServer
from tests.servers.webhook import SECRET as SIGNING
from tests.servers.webhook import WebhookServer

HOSTILE = {
    "slack broadcast": "<!channel> <!here> <!everyone> @channel @here",
    "slack mention": "<@U0123456> <#C0123456> <!subteam^S1|@all>",
    "slack link": "<https://evil.example|https://bank.example>",
    "slack date": "<!date^1^{date}^https://evil.example|now>",
    "slack formatting": "*bold* _it_ ~gone~ `code` ```block``` > quote",
    "entities": "&lt;!channel&gt; &amp;lt; &#60;b&#62;",
    "header lines": "x\r\nBcc: victim@evil.example\r\n\r\nbody",
    "encoded word": "=?utf-8?q?x=0ABcc:_victim@evil.example?= =?utf-8?b?eAoKQmNjOiB2QGUuZXhhbXBsZQ==?=",
    "line breaks": "a\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h",
    "forged fact": "ok\n  certainty asserted\n  alert     al999",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)></td></table><a href='javascript:x'>y</a>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "terminal": "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b1m\x08\x08\x7f",
    "bidirectional": "\u202egnihton\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "invisible": "pay\u200bpal\u2060\ufeff\u00ad \U000e0041\U000e0042",
    "nul": "a\x00b",
    "surrogates": "half \ud83d and \udc00 half",
    "emoji": "👩‍👩‍👧‍👦 🏴‍☠️ 🇸🇺",
    "long": "W" * 200_000,
    "long words": "слово " * 30_000,
    "metric label": 'x"} 1\nwirewatch_evil{a="\\',
    "end of a mail": "x\r\n.\r\nMAIL FROM:<a@evil.example>\r\nRCPT TO:<victim@evil.example>\r\nDATA\r\nx\r\n.\r\n",
    "bare ends of a mail": "x\n.\nQUIT\r.\rQUIT\n.\r\nQUIT\r\n.\nQUIT",
    "mail parts": "\r\n--=_alert\r\nContent-Type: text/html\r\n\r\n<b>x</b>\r\n--=_alert--\r\nFrom x@evil.example\r\n",
    "markdown": "[bank](https://evil.example) ![x](https://evil.example/x.png) # head\n- [ ] ||hidden|| __x__ \\*",
    "chats": "@everyone @room @all #general /invite !kick :smile: tg://user?id=1",
    "stacked marks": "Z" + "\u0335\u0489\u0300\u0308" * 100,
    "separators": "a\x1cb\x1dc\x1ed\x1fe\u2003f\u3000g\x00",
    "json": '"}, "alert": {"id": "al999"}} \\" \\u0022',
    "template": "{0.__class__} %(x)s ${PATH} {{7*7}}",
}
CASES = [pytest.param(text, id=name) for name, text in HOSTILE.items()]
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u061c\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def poisoned(text: str) -> Alert:
    """An alert with the text wherever text of a feed, a lexicon or a reader can stand."""
    span = Span(start=0, end=len(text), quote=text)
    party = Party(name=text, span=span, method=Method.PATTERN)
    act = transfer(
        supplier=party, recipient=party, items=(party, party), attribution=Attribution(name=text, span=span), evidence=(span,)
    )  # fmt: skip
    development = Development(id="d1", story_id="s1", kind=DevelopmentKind.NEW_ACT, why=text, act=act)
    marks = (Span(start=0, end=3, quote=text[:3]),)
    return alert(
        title=text, story_title=text, outlet=text, outlets=(text, text + "2"), url="https://evil.example/" + text, sentence=span,
        marks=marks, development=development, rule_version=text, owner=text, labels={"title": text},
    )  # fmt: skip


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("by", ["api", "webhook"])
def test_slack_shows_hostile_text_as_text(slack: SlackServer, text: str, by: str) -> None:
    slack.posts.clear()
    receiver = SlackReceiver(name="slack", token=SECRET, channel="#desk", api_url=slack.api_url)
    if by == "api":
        outcome = SlackNotifier(receiver, "xoxb-1", RealClock()).send(
            row(SLACK, poisoned(text)), thread=None, timeout=5
        )
    else:
        hook = SlackWebhookNotifier(slack.webhook_url, RealClock())
        outcome = hook.send(row(SLACK_WEBHOOK, poisoned(text)), thread=None, timeout=5)
    assert isinstance(outcome, Sent)
    check_slack(slack.posts[-1].text, slack.posts[-1].blocks)


def check_slack(text: str, blocks: list[dict[str, Any]]) -> None:
    assert not re.search(r"[<>]", text)
    assert not re.search(r"&(?!amp;|lt;|gt;)", text)
    assert not re.search(r"@\w", text)
    assert not INVISIBLE.search(text.replace("\u200b", ""))
    assert len(text.splitlines()) <= 2
    for element in elements(blocks):
        assert element["type"] in {
            "header",
            "context",
            "plain_text",
            "rich_text",
            "rich_text_section",
            "rich_text_quote",
            "text",
            "link",
        }
        if element["type"] == "link":
            assert re.fullmatch(r"https?://[\x21-\x7e]+", element["url"])
            assert not re.search(r"[<>|]", element["url"])
        if isinstance(element.get("text"), str):
            assert element["text"]
            assert not INVISIBLE.search(element["text"])


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the blocks that has a type."""
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for held in value.values():
            yield from elements(held)
    elif isinstance(value, list):
        for held in value:
            yield from elements(held)


HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "X-Wirewatch-Severity",
    "X-Wirewatch-Alert", "MIME-Version", "Content-Type",
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_mail_carries_hostile_text_in_its_place(mail: MailServer, text: str) -> None:
    mail.mails.clear()
    receiver = msgspec.structs.replace(MAIL, port=mail.port)
    assert isinstance(SmtpNotifier(receiver, None).send(row(MAIL, poisoned(text)), thread=None, timeout=5), Sent)
    (kept,) = mail.mails
    assert kept.recipients == ("ann@desk.example",)
    headers = kept.raw.partition(b"\r\n\r\n")[0]
    assert {
        line.partition(b":")[0].decode() for line in headers.split(b"\r\n") if not line.startswith((b" ", b"\t"))
    } <= HEADERS
    assert set(kept.message.keys()) <= HEADERS
    parts = {part.get_content_type(): part.get_content() for part in kept.message.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html"}
    check_text(parts["text/plain"], 16)
    check_html(parts["text/html"])


def check_text(text: str, lines: int) -> None:
    assert not INVISIBLE.search(text.replace("\r\n", "\n"))
    assert len(text.splitlines()) <= lines
    assert sum(line.startswith(("alert:", "  alert ")) for line in text.splitlines()) == 1
    assert len(text) < 12_000


class Tags(HTMLParser):
    """Which tags and attributes a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, str]] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        self.links += [value or "" for name, value in attrs if name == "href"]


ALLOWED = {
    "html": {"lang"}, "head": set(), "meta": {"charset"}, "title": set(), "body": {"style"}, "p": {"style"}, "strong": set(),
    "blockquote": {"style"}, "mark": set(), "table": {"style"}, "tr": set(), "td": {"style"}, "a": {"href", "rel"},
}  # fmt: skip


def check_html(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    assert {tag for tag, _ in tags.seen} <= set(ALLOWED)
    assert all(not name or name in ALLOWED[tag] for tag, name in tags.seen)
    assert all(re.fullmatch(r"https?://[\x21-\x7e]+", link) for link in tags.links)
    assert not INVISIBLE.search(html.rstrip("\r\n"))


@pytest.mark.parametrize("text", CASES)
def test_a_terminal_gets_lines_and_nothing_else(text: str) -> None:
    out = io.StringIO()
    assert StdoutNotifier(out).send(row(STDOUT, poisoned(text)), thread=None, timeout=5) == Sent()
    check_text(out.getvalue(), 15)
    assert out.getvalue().endswith("\n\n")


@pytest.mark.parametrize("text", CASES)
def test_a_signed_webhook_is_json_whatever_the_text(text: str) -> None:
    with WebhookServer() as server:
        notifier = WebhookNotifier(server.hook_url, SIGNING, RealClock())
        assert notifier.send(row(WEBHOOK, poisoned(text)), thread=None, timeout=5) == Sent()
        (event,) = server.events.values()
    sent = event["data"]["alert"]["title"]
    assert sent == re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert event["data"]["link"] is None or event["data"]["link"].startswith("https://evil.example/")
    assert not INVISIBLE.search(event["data"]["headline"])


@pytest.mark.parametrize("text", CASES)
def test_a_file_gets_one_line_whatever_the_text(tmp_path: Path, text: str) -> None:
    own = FileReceiver(name="file", path=str(tmp_path / "alerts.jsonl"))
    assert FileNotifier(own, RealClock()).send(row(own, poisoned(text)), thread=None, timeout=5) == Sent()
    written = (tmp_path / "alerts.jsonl").read_bytes()
    assert written.count(b"\n") == 1
    assert not re.search(rb"[\x00-\x09\x0b-\x1f]", written)
    event = msgspec.json.decode(written)["event"]
    assert event["data"]["alert"]["title"] == re.sub("[\ud800-\udfff]", "\ufffd", text)


@given(st.text(st.characters(), max_size=200) | st.sampled_from(list(HOSTILE.values())).map(lambda text: text[:500]))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150, deadline=None)
def test_whatever_the_text_says_slack_and_mail_keep_their_shape(text: str) -> None:
    told = poisoned(text)
    posted = msgspec.json.decode(row(SLACK, told).notification.payload, type=SlackPayload)
    check_slack(posted.text, posted.blocks)
    outgoing = row(MAIL, told)
    composed = compose(
        msgspec.json.decode(outgoing.notification.payload, type=MailPayload), outgoing, sender=MAIL.sender, thread=None
    )
    raw = composed.as_bytes()
    assert {
        line.partition(b":")[0].decode()
        for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
        if line[:1] not in b" \t"
    } <= HEADERS
    assert not INVISIBLE.search(card(told).headline)
