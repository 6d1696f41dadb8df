"""Nothing that came from a feed can forge a line of the log."""

import json
import logging

import pytest
import structlog

from services.telemetry import log


@pytest.fixture(autouse=True)
def restored() -> object:
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_json_line_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json")
    structlog.get_logger("services.poller").info("feed polled", feed="harbour", new=3)
    (line,) = lines(capsys)
    assert {
        "event": "feed polled",
        "feed": "harbour",
        "new": 3,
        "level": "info",
        "logger": "services.poller",
    }.items() <= line.items()


@pytest.mark.parametrize("hostile", ['a\n{"event": "forged"}', "a\r\nb", "red \x1b[31mtext", "\u202egnol", "nul\x00"])
def test_a_title_cannot_start_a_line_or_move_a_cursor(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "console")
    structlog.get_logger("x").info("article", title=hostile)
    out = capsys.readouterr().err
    assert out.count("\n") == 1
    assert hostile not in out


def test_a_long_field_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json")
    structlog.get_logger("x").info("article", title="a" * 100_000)
    (line,) = lines(capsys)
    assert len(str(line["title"])) == 2001


def test_libraries_log_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json")
    logging.getLogger("some.library").warning("odd %s", "thing")
    assert lines(capsys)[0]["event"] == "odd thing"
