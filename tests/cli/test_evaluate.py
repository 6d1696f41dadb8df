"""``wirewatch eval`` as a desk runs it on labels of its own."""

import json
from pathlib import Path

import pytest

from services.cli.main import main

TITLE = "Portugal agrees to sell 24 howitzers to Iceland"
RIGHT = {"kind": "arms_transfer", "supplier": "Lisbon", "recipient": "Iceland", "stage": "agreed", "certainty": "asserted", "evidence": TITLE}  # fmt: skip
MISSED = {"kind": "sanction", "imposer": "Zubrowka", "target": "Iceland", "stage": "imposed", "certainty": "asserted", "evidence": TITLE}  # fmt: skip


def test_figures_and_mistakes_are_printed_and_the_page_keeps_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold, page = tmp_path / "own.jsonl", tmp_path / "page.md"
    gold.write_text(
        json.dumps({"id": "a", "title": TITLE, "topics": ["arms_transfer", "sanctions"], "acts": [RIGHT, MISSED]})
    )
    page.write_text("before\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nafter\n")
    assert main(["eval", str(gold), "--errors", "5", "--page", str(page)]) == 0
    said, written = capsys.readouterr().out, page.read_text()
    assert "arms_transfer sure              1.000" in said
    assert "missed: sanction in a" in said
    assert "unknown   Zubrowka: no mention in this sentence stands for it" in said
    assert "missed: topic sanctions in a" in said
    assert "missed: topic arms_transfer" not in said
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "old" not in written.split("read by")[0].replace("sold", "")


def test_a_page_without_markers_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, page = tmp_path / "own.jsonl", tmp_path / "page.md"
    gold.write_text(json.dumps({"id": "a", "title": TITLE, "topics": [], "acts": []}))
    page.write_text("mine\n")
    assert main(["eval", str(gold), "--page", str(page)]) == 1
    assert "has no place for the figures" in capsys.readouterr().err
    assert page.read_text() == "mine\n"
