"""``wirewatch feedback``: judgements come in, and stand in the table and the ledger."""

import json
from pathlib import Path

import pytest

from services.cli.main import main
from services.core.feedback import Tally
from services.openers import load_configuration, open_database
from tests.builders import alert
from tests.config.directories import write

Captured = pytest.CaptureFixture[str]
ALERTS = (("al1a", "1"), ("al1b", "1"), ("al1", "1"), ("al2", "2"), ("al3", "2"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    directory = write(tmp_path / "config", {"wirewatch.yaml": f"data_dir: {tmp_path}/data\n"})
    with open_database(load_configuration(directory).settings) as store, store.alerts.transaction() as transaction:
        transaction.add_alerts([alert(id=ident, rule_version=version) for ident, version in ALERTS], [])
    return directory


def run(config: Path, capsys: Captured, *arguments: str, command: str = "feedback") -> tuple[int, str, str]:
    capsys.readouterr()
    status = main([command, "--config", str(config), *arguments])
    told = capsys.readouterr()
    return status, told.out, told.err


@pytest.mark.parametrize(
    ("given", "meant"), [("al1a", "al1a"), ("al1", "al1"), ("al2", "al2"), ("al3", "al3")], ids=["whole", "whole, though others go on", "also whole", "and another"]
)  # fmt: skip
def test_an_alert_is_judged_by_its_id(config: Path, capsys: Captured, given: str, meant: str) -> None:
    assert run(config, capsys, given, "wrong", "a drill", "--by", "jo") == (
        0,
        f"{meant} judged wrong by jo: a drill\n",
        "",
    )


def test_the_beginning_of_an_id_is_enough_where_it_is_of_one_alert(config: Path, capsys: Captured) -> None:
    with open_database(load_configuration(config).settings) as store, store.alerts.transaction() as transaction:
        transaction.add_alerts([alert(id="al4c0ffee")], [])
    assert run(config, capsys, "al4", "useful", "--by", "jo") == (0, "al4c0ffee judged useful by jo\n", "")
    status, out, err = run(config, capsys, "al", "useful", "--by", "jo")
    assert (status, out) == (1, "")
    assert err == "al begins the ids of several alerts; give more of it:\n  al1\n  al1a\n  al1b\n  al2\n  al3\n  ...\n"


def test_the_author_is_the_user_and_may_think_again(
    config: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "mo")
    run(config, capsys, "al2", "useful")
    run(config, capsys, "al2", "repeat", "since Monday", "--by", "jo")
    run(config, capsys, "al2", "wrong", "on", "second", "thoughts")
    _, out, _ = run(config, capsys, "al2")
    assert [line.partition(" al2 ")[2] for line in out.splitlines()] == [
        "judged repeat by jo: since Monday",
        "judged wrong by mo: on second thoughts",
    ]
    _, out, _ = run(config, capsys, "al2", "--json")
    assert [json.loads(line)["author"] for line in out.splitlines()] == ["jo", "mo"]
    assert run(config, capsys, "al3") == (0, "al3: not judged yet\n", "")


def test_judgements_stand_in_the_ledger(config: Path, capsys: Captured) -> None:
    run(config, capsys, "al2", "repeat", "line one\nand \x1b[2J", "--by", "jo")
    _, out, _ = run(config, capsys, "al2", command="ledger")
    assert out.splitlines()[-1].endswith(" feedback: al2 judged repeat by jo: line one\\u000aand \\u001b[2J")
    _, out, _ = run(config, capsys, "al2", "--json", command="ledger")
    step = json.loads(out.splitlines()[-1])
    assert {"what": "feedback", "state": "repeat", "by": "jo", "rule": "arms", "alert": "al2"}.items() <= step.items()


def test_the_table_has_a_line_for_each_version_of_a_rule(config: Path, capsys: Captured) -> None:
    for ident, opinion in (("al1", "useful"), ("al1a", "useful"), ("al1b", "repeat")):
        run(config, capsys, ident, opinion)
    status, out, _ = run(config, capsys, "table", "--since", "2020-01-01")
    assert status == 0
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "rule version told judged useful wrong repeat precision (95 % interval)",
        "arms 1 3 3 2 0 1 0.67 (0.21 to 0.94)",
        "arms 2 2 0 0 0 0 -",
    ]
    _, out, _ = run(config, capsys, "table", "--since", "2020-01-01", "--json")
    first, second = map(json.loads, out.splitlines())
    assert first["precision"]["value"] == pytest.approx(2 / 3)
    assert (second["told"], second["judged"], second["precision"]) == (2, 0, None)
    assert set(first) == {*Tally.__struct_fields__, "judged", "precision"}


def test_a_time_without_alerts_has_no_table(config: Path, capsys: Captured) -> None:
    assert run(config, capsys, "table", "--since", "2100-01-01") == (0, "no alerts of that time\n", "")
    assert run(config, capsys, "table", "--since", "2100-01-01", "--json") == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("al9", "useful"), "no alert al9; "), (("x\x1b[2J", "useful"), "no alert x\\u001b[2J; "), (("", "useful"), "several"),
        (("al2", "useful", "--by", " "), "needs an author"), (("al2", "useful", "n" * 501), "allowed: up to 500"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_told(config: Path, capsys: Captured, arguments: tuple[str, ...], says: str) -> None:
    status, out, err = run(config, capsys, *arguments)
    assert (status, out) == (1, "")
    assert says in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("al2", "good"), "choose from"), (("al2", "useful", "--since", "1d"), "--since goes with the table only"),
        (("al2", "--by", "jo"), "--by goes with an opinion"), (("table", "useful"), "takes no opinion"), (("table", "--by", "jo"), "no --by"),
        ((), "ALERT|table"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_2(config: Path, capsys: Captured, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(config, capsys, *arguments)
    assert says in capsys.readouterr().err
