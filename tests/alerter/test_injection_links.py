"""An article's URL can lead nobody astray: hostile ones go through every receiver, and every link that arrives is one that shows where it leads."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from services.alerter.alertmanager import AlertmanagerNotifier
from services.alerter.apprise import AppriseNotifier
from services.alerter.file import FileNotifier
from services.alerter.render.summary import summary
from services.alerter.slack import SlackNotifier
from services.alerter.slack_webhook import SlackWebhookNotifier
from services.alerter.smtp import SmtpNotifier
from services.alerter.stdout import StdoutNotifier
from services.alerter.webhook import WebhookNotifier
from services.core.alert import Alert
from services.core.group import Kind, Telling
from services.core.notification import DeliveryState, OutboxRow, Sent
from services.core.settings import FileReceiver, Receiver, SlackReceiver
from tests.alerter.outgoing import (
    ALERTMANAGER,
    APPRISE,
    MAIL,
    SECRET,
    SLACK,
    SLACK_WEBHOOK,
    STDOUT,
    WEBHOOK,
    RealClock,
    rendered,
)
from tests.builders import alert, at
from tests.servers.http import HttpServer
from tests.servers.slack import SlackServer
from tests.servers.smtp import MailServer
from tests.servers.webhook import SECRET as SIGNING
from tests.servers.webhook import WebhookServer

UNSAFE = {  # no link is made of these
    "script": "javascript:alert(1)", "script in disguise": " JaVaScRiPt:alert(1)", "text": "data:text/html,<script>alert(1)</script>",
    "user": "https://bank.example@evil.example/", "password": "https://bank.example:x@evil.example/", "file": "file:///etc/passwd",
    "no scheme": "//evil.example/", "no host": "https:///evil", "port": "https://evil.example:99999/", "broken": "https://[evil.example/",
    "long": "https://evil.example/" + "u" * 5000, "relative": "/evil", "empty": "", "other scheme": "tg://evil.example",
}  # fmt: skip
TAMED = {  # of these one that is ASCII, and that no markup is in
    "bar": "https://evil.example/|https://bank.example", "angle": "https://evil.example/> <!channel>", "lines": "https://evil.example/\r\nBcc:x",
    "quote": "https://evil.example/\"onmouseover='x'", "tag": "https://evil.example/<script>", "direction": "https://evil.example/\u202egpj.exe",
    "other letters": "https://b\u0430nk.example/", "markdown": "https://evil.example/)[bank](https://bank.example", "percent": "https://evil.example/%zz%",
    "stars": "https://evil.example/*_~`x`~_*", "at": "https://evil.example/@everyone", "capitals": "HTTPS://EVIL.EXAMPLE/",
}  # fmt: skip
LINK = re.compile(r"https?://[a-z0-9._-]+(:\d+)?(/[!-~]*)?")


def to_slack(row: OutboxRow, _directory: Path) -> list[str]:
    with SlackServer() as server:
        receiver = SlackReceiver(name="slack", token=SECRET, channel="#desk", api_url=server.api_url)
        assert isinstance(SlackNotifier(receiver, "xoxb-1", RealClock()).send(row, thread=None, timeout=5), Sent)
        return links_in_slack(server)


def to_slack_webhook(row: OutboxRow, _directory: Path) -> list[str]:
    with SlackServer() as server:
        hook = SlackWebhookNotifier(server.webhook_url, RealClock())
        assert isinstance(hook.send(row, thread=None, timeout=5), Sent)
        return links_in_slack(server)


def links_in_slack(server: SlackServer) -> list[str]:
    post = server.posts[-1]
    assert not re.search(r"[<>]|@\w", post.text)
    found = re.findall(r"'type': 'link', 'url': '((?:[^'\\]|\\.)*)'", str(post.blocks))
    return [*found, *re.findall(r"https?:\S+", post.text)]


def to_mail(row: OutboxRow, _directory: Path) -> list[str]:
    with MailServer() as server:
        own = msgspec.structs.replace(MAIL, port=server.port)
        assert isinstance(SmtpNotifier(own, None).send(row, thread=None, timeout=5), Sent)
        (kept,) = server.mails
    parts = {part.get_content_type(): part.get_content() for part in kept.message.walk() if not part.is_multipart()}
    shown = re.findall(r'href="([^"]*)"', parts["text/html"])
    return [one.replace("&amp;", "&").replace("&#x27;", "'") for one in shown] + re.findall(
        r"^(?:link:)?\s+(https?:.*?)\r?$", parts["text/plain"], re.MULTILINE
    )


def to_stdout(row: OutboxRow, _directory: Path) -> list[str]:
    out = io.StringIO()
    assert isinstance(StdoutNotifier(out).send(row, thread=None, timeout=5), Sent)
    return re.findall(r"https?:.*$", out.getvalue(), re.MULTILINE)


def to_webhook(row: OutboxRow, _directory: Path) -> list[str]:
    with WebhookServer() as server:
        notifier = WebhookNotifier(server.hook_url, SIGNING, RealClock())
        assert isinstance(notifier.send(row, thread=None, timeout=5), Sent)
        (event,) = server.events.values()
    return [event["data"]["link"]] if event["data"].get("link") else []


def to_file(row: OutboxRow, directory: Path) -> list[str]:
    own = FileReceiver(name="file", path=str(directory / "alerts.jsonl"))
    assert isinstance(FileNotifier(own, RealClock()).send(row, thread=None, timeout=5), Sent)
    (line,) = (directory / "alerts.jsonl").read_bytes().splitlines()
    link = msgspec.json.decode(line)["event"]["data"].get("link")
    return [link] if link else []


def to_alertmanager(row: OutboxRow, _directory: Path) -> list[str]:
    with HttpServer() as server:
        notifier = AlertmanagerNotifier(server.url, None, None, RealClock())
        assert isinstance(notifier.send(row, thread=None, timeout=5), Sent)
        (posted,) = server.requests[0].json
    return [link for link in (posted.get("generatorURL"), posted["annotations"].get("link")) if link]


def to_apprise(row: OutboxRow, _directory: Path) -> list[str]:
    pytest.importorskip("apprise", reason="the extra apprise is not installed")
    with HttpServer() as server:
        notifier = AppriseNotifier(server.url.replace("http", "json", 1))
        assert isinstance(notifier.send(row, thread=None, timeout=5), Sent)
        message = server.requests[0].json["message"]
    found = re.findall(r"https?:.*$", message, re.MULTILINE)
    assert not re.search(r"[*_~`|@\[\]()]", "".join(found))
    return found


Send = Callable[[OutboxRow, Path], list[str]]
EVERY: list[tuple[Receiver, Send]] = [
    (SLACK, to_slack), (SLACK_WEBHOOK, to_slack_webhook), (MAIL, to_mail), (STDOUT, to_stdout), (WEBHOOK, to_webhook),
    (WEBHOOK, to_file), (ALERTMANAGER, to_alertmanager), (APPRISE, to_apprise),
]  # fmt: skip
NAMES = [send.__name__ for _, send in EVERY]


def alone(receiver: Receiver, told: Alert) -> OutboxRow:
    return OutboxRow(notification=rendered(receiver, told)[0], state=DeliveryState.SENDING, attempts=1, due_at=at(9))


def together(receiver: Receiver, told: Alert) -> OutboxRow:
    telling = Telling(key="k", kind=Kind.LATE, route="", receiver=receiver.name, labels={}, alert_ids=(told.id,))
    (note,) = summary(telling, [told], receiver, at(9))
    return OutboxRow(notification=note, state=DeliveryState.SENDING, attempts=1, due_at=at(9))


@pytest.mark.parametrize("make", [alone, together])
@pytest.mark.parametrize(("receiver", "send"), EVERY, ids=NAMES)
def test_a_url_that_hides_where_it_leads_is_no_link(
    receiver: Receiver, send: Send, make: Callable[[Receiver, Alert], OutboxRow], tmp_path: Path
) -> None:
    for number, (name, url) in enumerate(UNSAFE.items()):
        directory = tmp_path / str(number)
        directory.mkdir()
        assert send(make(receiver, alert(url=url)), directory) == [], name


@pytest.mark.parametrize("make", [alone, together])
@pytest.mark.parametrize(("receiver", "send"), EVERY, ids=NAMES)
def test_any_other_is_tamed(
    receiver: Receiver, send: Send, make: Callable[[Receiver, Alert], OutboxRow], tmp_path: Path
) -> None:
    for number, (name, url) in enumerate(TAMED.items()):
        directory = tmp_path / str(number)
        directory.mkdir()
        found = send(make(receiver, alert(url=url)), directory)
        if make is alone or send not in (to_webhook, to_file):  # whose summaries hold the alerts as they are
            assert found, name
        for link in found:
            assert LINK.fullmatch(link), name
            assert not re.search(r"[<>|\"\s]", link), name
            assert "b\u0430nk" not in link
