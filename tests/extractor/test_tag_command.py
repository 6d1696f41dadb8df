"""``wirewatch tag`` as a user runs it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.tag import default_lexicons, parse_date, tag

TITLE = "Portugal agrees to sell 24 howitzers to Iceland"


def run(*files: str, pretty: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    return tag(list(files), default_lexicons(), pretty=pretty, out=out), out.getvalue()


def test_json_lines_are_tagged_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    lines = [{"id": "a", "date": "2026-01-05", "title": TITLE, "text": "It said so."}, {"title": "Rain", "text": ""}]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    status, out = run(str(path))
    first, second = map(json.loads, out.splitlines())
    assert status == 0
    assert (first["article"]["id"], first["article"]["published_at"]) == ("a", "2026-01-05T00:00:00Z")
    assert first["acts"][0]["supplier"]["country"] == "PT"
    assert second["article"]["id"].endswith("news.jsonl:2")
    assert second["acts"] == []


def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"title": "one"}\n{"title": \n[]\n{"title": "four", "date": "yesterday"}\n\n{"title": "six"}\n')
    status, out = run(str(path))
    assert status == 1
    assert [json.loads(line)["article"]["title"] for line in out.splitlines()] == ["one", "six"]
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[2] for line in told] == ["2", "3", "4"]
    assert "allowed are 2026, 2026-01, 2026-01-31" in told[2]


def test_html_and_plain_text_are_read(tmp_path: Path) -> None:
    page, note = tmp_path / "a.html", tmp_path / "b.txt"
    page.write_text(
        f"<html><head><title>x</title></head><body><nav>Menu</nav><h1>{TITLE}</h1><p>Said <b>so</b>.</p></body></html>"
    )
    note.write_text(f"{TITLE}\n\nThe ministry said so.")
    status, out = run(str(page), str(note))
    articles = [json.loads(line)["article"] for line in out.splitlines()]
    assert status == 0
    assert [(one["title"], one["body"]) for one in articles] == [(TITLE, "Said so."), (TITLE, "The ministry said so.")]


def test_pretty_marks_the_words_and_names_who_what_and_whom(tmp_path: Path) -> None:
    note = tmp_path / "b.txt"
    note.write_text(f"{TITLE}, the defence ministry said")
    _, out = run(str(note), pretty=True)
    assert "[Portugal] agrees to [sell] 24 [howitzers] to [Iceland]" in out
    assert "Portugal -> Iceland: howitzers" in out
    assert "agreed, asserted, says defence ministry" in out


def test_when_an_act_happened_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"date": "2026-01-05", "title": "Portugal sent howitzers to Iceland in 2019"}\n')
    assert 'when 2019: "in 2019"' in run(str(path), pretty=True)[1]
    when = json.loads(run(str(path))[1])["acts"][0]["when"]
    assert (when["start"], when["end"], when["granularity"]) == ("2019-01-01", "2020-01-01", "year")


def test_a_missing_file_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(str(tmp_path / "nope.txt"))[0] == 1
    assert "nope.txt: cannot be read" in capsys.readouterr().err


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    note = tmp_path / "b.jsonl"
    note.write_text(json.dumps({"id": "\x1b[31m", "title": "US imposes sanctions on Iran\x1b]0;owned\x07"}) + "\n")
    assert "\x1b" not in run(str(note), pretty=True)[1]


def test_standard_input_is_read() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from services.cli.tag import *; sys.exit(tag(['-'], default_lexicons(), pretty=True, out=sys.stdout))"],
        input=TITLE.encode(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"Portugal -> Iceland" in done.stdout


@pytest.mark.parametrize(("text", "iso"), [("2004", "2004-01-01"), ("2004-05", "2004-05-01"), ("20240511", "2024-05-11"), ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00")])  # fmt: skip
def test_dates_are_read_as_they_come(text: str, iso: str) -> None:
    assert parse_date(text).isoformat().startswith(iso)
