"""The measures are those of the scorer that stands beside the labels, to the digit; and bad labels are named."""

import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import pytest

from services.cli.evaluate import judge_all, read_labels, read_parties
from services.config.load import default_directory
from services.core.act import ArmsTransfer
from services.core.article import TaggedArticle
from services.core.measure.score import results
from services.openers import load_configuration

GOLD = Path(os.environ.get("WIREWATCH_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "gold"
TOPICS = ("arms_transfer", "sanctions", "export_controls", "nuclear_missile", "armed_conflict", "diplomacy", "military_posture", "defence_industry")  # fmt: skip


def prediction(tagged: TaggedArticle) -> dict[str, Any]:
    """What was read, as the scorer takes it."""
    acts = []
    for act in tagged.acts:
        if isinstance(act, ArmsTransfer):
            kind, named = "arms_transfer", {"supplier": act.supplier, "recipient": act.recipient}
        else:
            kind, named = "sanction", {"imposer": act.imposer, "target": act.target}
        roles = {
            role: {"id": party.id, "name": party.name, "text": party.span.quote} if party else None
            for role, party in named.items()
        }
        acts.append({"kind": kind, "stage": str(act.stage), "certainty": str(act.certainty), **roles})
    return {"topics": [{"id": topic.id, "about": topic.about} for topic in tagged.topics], "acts": acts}


@pytest.mark.shared
@pytest.mark.parametrize("name", ["dev", "train"])
def test_the_figures_are_those_of_the_scorer_of_the_labels(name: str) -> None:
    if not (GOLD / "score.py").exists():
        pytest.skip(f"no labelled news in {GOLD}")
    spec = importlib.util.spec_from_file_location("score", GOLD / "score.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    labels, problems = read_labels(GOLD / f"{name}.jsonl", TOPICS)
    assert problems == []
    labels = labels[:: len(labels) // 250]  # a quarter of a thousand tell as much
    judged, _ = judge_all(labels, read_parties(GOLD / "parties.json"), load_configuration(default_directory()))

    chosen = {label.id for label in labels}
    every = map(json.loads, (GOLD / f"{name}.jsonl").read_text().splitlines())
    rows = {row["id"]: row for row in every if row["id"] in chosen}
    theirs, _ = scorer.score(rows, {one.label.id: prediction(one.tagged) for one in judged})
    flat = {("topic", topic): value for topic, value in theirs["topics"].items()}
    flat |= {(kind, level): value for kind, levels in theirs["acts"].items() for level, value in levels.items()}
    ours = {
        measure: {
            "p": round(one.count.precision, 3), "r": round(one.count.recall, 3), "f1": round(one.count.f1, 3), "n": one.n
        }
        for measure, one in results(judged, TOPICS).items()
    }  # fmt: skip
    for measure, theirs_one in flat.items():
        assert ours[measure]["n"] == theirs_one["n"], measure
        for share in ("p", "r", "f1"):
            assert ours[measure][share] == theirs_one[share], (measure, share)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id": ', "not a JSON object"),
        ('{"id": "a", "title": "x", "topics": ["war"], "acts": []}', '"war" is no topic of the lexicons; allowed are arms_transfer'),
        ('{"id": "a", "title": "x", "topics": [], "acts": [{"kind": "sanction", "stage": "sold", "certainty": "asserted"}]}', "allowed are called_for, threatened"),
        ('{"id": "a", "title": "x", "topics": [], "acts": [{"kind": "gift", "stage": "sold"}]}', "allowed are arms_transfer, sanction"),
        ('{"id": "a", "title": "x", "topics": [], "acts": [{"kind": "sanction", "stage": "imposed", "certainty": "sure"}]}', "allowed are asserted, alleged, denied"),
        ('{"id": "a", "title": "x", "topics": [], "acts": [{"kind": "sanction", "stage": "imposed", "certainty": "denied", "suplier": "x"}]}', "allowed are kind, "),
        ('{"id": "a", "title": "", "topics": [], "acts": []}', "neither title nor text"),
        ('{"id": "a", "title": "x", "date": "today", "topics": [], "acts": []}', "allowed are 2026, 2026-01"),
        ('{"id": "first", "title": "x", "topics": [], "acts": []}', "stands in an earlier line"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_labels_is_named_with_file_and_line(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": "first", "title": "x", "topics": [], "acts": []}\n' + line + "\n")
    _, (problem,) = read_labels(path, TOPICS)
    assert problem.startswith(f"{path}:2: ")
    assert told in problem
