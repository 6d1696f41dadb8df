"""``wirewatch notify test``: one marked notification to a real server, and what came back."""

from pathlib import Path

import pytest

from services.cli.main import main
from tests.config.directories import write
from tests.servers.http import DROP, Behaviour, slow, status
from tests.servers.slack import SlackServer, error, rate_limited
from tests.servers.smtp import MailServer
from tests.servers.webhook import SECRET as SIGNING
from tests.servers.webhook import WebhookServer

Captured = pytest.CaptureFixture[str]
Env = pytest.MonkeyPatch


def run(directory: Path, receiver: str, *arguments: str, name: str = "desk") -> int:
    routes = f"route: {{receiver: desk}}\nreceivers:\n  - {{name: desk, {receiver}}}\n"
    config = write(directory / "config", {"routes.yaml": routes})
    return main(["notify", "test", name, "--config", str(config), *arguments])


def slack(server: SlackServer) -> str:
    return f"type: slack, channel: '#desk', token: {{env: WW_TOKEN}}, api_url: '{server.api_url}'"


def mail(port: int, *to: str) -> str:
    return f"type: smtp, host: 127.0.0.1, port: {port}, tls: none, sender: w@desk.example, to: [{', '.join(to)}]"


def test_a_terminal_shows_a_test_that_says_so(tmp_path: Path, capsys: Captured) -> None:
    assert run(tmp_path, "type: stdout") == 0
    out = capsys.readouterr().out
    assert out.startswith("INFO  TEST of the receiver desk: nothing has happened\n")
    assert "This is a *test*, sent by hand" in out
    assert out.endswith("desk (stdout): sent; the destination took the test\n")


def test_slack_gets_one_marked_message(tmp_path: Path, capsys: Captured, monkeypatch: Env) -> None:
    monkeypatch.setenv("WW_TOKEN", "xoxb-1")
    with SlackServer(token="xoxb-1") as server:
        assert run(tmp_path, slack(server)) == 0
        (post,) = server.posts
    assert post.text == "INFO: TEST of the receiver desk: nothing has happened"
    assert (
        capsys.readouterr().out == f"desk (slack): sent; the destination took the test and calls it #desk/{post.ts}\n"
    )


@pytest.mark.parametrize(
    ("behaviour", "code", "says"),
    [
        (error("invalid_auth"), 3, "not delivered: Slack says invalid_auth: the destination refuses us; the sender would wait 300 s (is the token right?)"),
        (error("not_in_channel"), 3, "(invite the bot to the channel)"),
        (error("missing_scope"), 3, "(give the bot the scope chat:write)"),
        (error("invalid_blocks"), 4, "refused, and would be again: Slack says invalid_blocks"),
        (rate_limited(9), 3, "HTTP 429; the sender would wait 9 s"),
        (status(500), 3, "not delivered: HTTP 500"),
        (DROP, 5, "it may have arrived: connection lost before the answer: RemoteDisconnected; look there before you try again"),
        (slow(3), 5, "it may have arrived: no answer within 1 s"),
    ],
)  # fmt: skip
def test_each_failure_has_its_own_words_and_status(
    tmp_path: Path, capsys: Captured, monkeypatch: Env, behaviour: Behaviour, code: int, says: str
) -> None:
    monkeypatch.setenv("WW_TOKEN", "xoxb-1")
    with SlackServer() as server:
        server.script(behaviour)
        assert run(tmp_path, slack(server), "--timeout", "1") == code
        assert len(server.requests) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err


def test_a_signed_webhook_gets_the_test_and_a_wrong_secret_is_named(
    tmp_path: Path, capsys: Captured, monkeypatch: Env
) -> None:
    with WebhookServer() as server:
        monkeypatch.setenv("WW_URL", server.hook_url)
        monkeypatch.setenv("WW_SECRET", SIGNING)
        receiver = "type: webhook, url: {env: WW_URL}, secret: {env: WW_SECRET}"
        assert run(tmp_path, receiver) == 0
        (event,) = server.events.values()
        assert event["data"]["alert"]["labels"]["test"] == "true"
        monkeypatch.setenv("WW_SECRET", "whsec_" + "A" * 32)
        assert run(tmp_path, receiver) == 3
    told = capsys.readouterr().err
    assert "HTTP 401: the destination refuses us" in told
    assert "is the secret or token right?" in told
    assert "in-the-query" not in told


def test_each_recipient_of_a_mail_has_a_line_and_the_worst_decides(tmp_path: Path, capsys: Captured) -> None:
    with MailServer() as server:
        server.refuse["bo@desk.example"] = "550 5.1.1 no such user"
        assert run(tmp_path, mail(server.port, "ann@desk.example", "bo@desk.example")) == 4
        (kept,) = server.mails
    assert kept.message["Subject"] == "TEST of the receiver desk: nothing has happened"
    told = capsys.readouterr()
    assert told.out.startswith("desk (smtp): sent; the destination took the test and calls it <")
    assert "refused, and would be again: recipient: 550 5.1.1 no such user (is the address right" in told.err


def test_a_file_gets_the_test_and_a_directory_that_is_missing_is_named(tmp_path: Path, capsys: Captured) -> None:
    assert run(tmp_path, f"type: file, path: {tmp_path}/alerts.jsonl") == 0
    assert '"test":"true"' in (tmp_path / "alerts.jsonl").read_text()
    assert run(tmp_path, f"type: file, path: {tmp_path}/none/alerts.jsonl") == 3
    assert "No such file or directory (make the directory first)" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_told_apart(tmp_path: Path, capsys: Captured) -> None:
    with MailServer() as server:
        port = server.port
    assert run(tmp_path, mail(port, "ann@desk.example")) == 3
    assert (
        "cannot connect: Connection refused (nothing listens there; is host and port right?)" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("receiver", "name", "says"),
    [
        ("type: stdout", "dsk", 'no receiver is named dsk; did you mean "desk"? Allowed: desk'),
        ("type: slack, channel: '#desk', token: {env: WW_MISSING}", "desk", "WW_MISSING"),
        ("type: slack, channel: '#desk', token: {env: WW_EMPTY}", "desk", "receiver desk: the token is empty"),
    ],
)
def test_what_the_configuration_lacks_is_named(
    tmp_path: Path, capsys: Captured, monkeypatch: Env, receiver: str, name: str, says: str
) -> None:
    monkeypatch.setenv("WW_EMPTY", "a b")
    assert run(tmp_path, receiver, name=name) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon", "1e9"])
def test_a_timeout_that_is_none_is_a_wrong_command_line(tmp_path: Path, capsys: Captured, seconds: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, "type: stdout", f"--timeout={seconds}")
    assert ended.value.code == 2
    assert "allowed: seconds above 0, up to 120" in capsys.readouterr().err
