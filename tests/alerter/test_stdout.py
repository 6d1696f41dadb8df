"""The terminal."""

import io

import pytest

from services.alerter.stdout import StdoutNotifier
from services.core.alert import Severity
from services.core.notification import Failed, Sent
from tests.alerter.outgoing import STDOUT, row
from tests.builders import alert


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO, **changes: bool) -> str:
    assert StdoutNotifier(out).send(row(STDOUT, **changes), thread=None, timeout=1) == Sent()
    return out.getvalue()


def test_an_alert_is_a_block_of_lines() -> None:
    text = shown(io.StringIO())
    assert text.splitlines() == [
        "WARNING  Norland agrees to sell coastal radars to Sudmark",
        "  says      harbour, naming no source",
        "  sentence  Norland agrees to *sell* coastal radars to Sudmark",
        "  stage     agreed",
        "  certainty asserted",
        "  news      new story",
        "  why new   first report",
        "  outlets   harbour",
        "  published 2026-01-05 09:00 UTC",
        "  article   Norland agrees to sell coastal radars to Sudmark",
        "  link      https://harbour.example/1",
        "  story     Norland agrees to sell coastal radars to Sudmark",
        "  rule      arms version 1",
        "  alert     al1",
        "",
    ]


def test_a_possible_repeat_says_so() -> None:
    assert shown(io.StringIO(), repeat=True).splitlines()[0].endswith(" (possible repeat)")


def test_colour_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1;33mWARNING" in shown(Terminal())
    assert "\x1b[1;4msell\x1b[0m" in shown(Terminal())
    assert "\x1b" not in shown(io.StringIO())


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert "\x1b" not in shown(Terminal())


def test_a_terminal_that_cannot_show_a_character_gets_its_number() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    StdoutNotifier(out).send(row(STDOUT, alert(title="Çelik", severity=Severity.INFO)), thread=None, timeout=1)
    assert b"\\xc7elik" in raw.getvalue()


def test_a_closed_output_is_a_failure() -> None:
    out = io.StringIO()
    notifier = StdoutNotifier(out)
    out.close()
    outcome = notifier.send(row(STDOUT), thread=None, timeout=1)
    assert outcome == Failed(reason="cannot write to standard output: ValueError")
