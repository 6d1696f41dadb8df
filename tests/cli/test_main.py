"""The command line as a whole: what it offers, what it refuses, and with which exit status."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from services import __version__
from services.cli.main import COMMANDS, main, parser
from tests.config.directories import write

ROOT = Path(__file__).parents[2]
NAMES = (
    "demo", "run", "poller", "extractor", "alerter", "init", "check-config", "rules", "routes", "silence", "tag", "eval", "explain", "ledger", "feedback", "notify", "replay", "dead-letters", "streams", "schemas",
)  # fmt: skip
Captured = pytest.CaptureFixture[str]


def exits(*arguments: str) -> int:
    """The exit status where argparse ends the program."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def wirewatch(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """The program itself."""
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        cwd=ROOT, env=plain, capture_output=True, text=True, check=False, timeout=60, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def test_help_names_every_command_and_says_what_it_does(capsys: Captured) -> None:
    assert exits("--help") == 0
    said = capsys.readouterr().out
    assert "Tells a desk, with evidence" in said
    for name in NAMES:
        assert re.search(rf"^    {name}\s+\w", said, re.MULTILINE), name


def test_the_list_of_commands_here_is_whole() -> None:
    (choices,) = [action.choices for action in parser()._actions if action.choices]
    assert set(choices) == set(NAMES)
    assert len(COMMANDS) <= len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_its_arguments(name: str, capsys: Captured) -> None:
    assert exits(name, "--help") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: wirewatch {name} ")
    undescribed = [line for line in said.splitlines() if re.fullmatch(r"  --[a-z-]+( [A-Z]+)?", line)]
    wrapped = [line for line in undescribed if f"{line}\n                        " not in said]
    assert wrapped == []


def test_the_version_is_that_of_the_package(capsys: Captured) -> None:
    assert exits("--version") == 0
    assert capsys.readouterr().out == f"wirewatch {__version__}\n"


def test_an_unknown_command_is_refused_with_those_there_are(capsys: Captured) -> None:
    assert exits("pole") == 2
    said = capsys.readouterr().err
    assert "invalid choice: 'pole'" in said
    assert all(f"'{name}'" in said for name in NAMES)


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ((), "COMMAND"),
        (("dead-letters",), "list|show|replay"),
        (("dead-letters", "show"), "id"),
        (("explain",), "article"),
    ],
    ids=" ".join,
)
def test_what_is_missing_is_named(arguments: tuple[str, ...], missing: str, capsys: Captured) -> None:
    assert exits(*arguments) == 2
    assert f"the following arguments are required: {missing}\n" in capsys.readouterr().err


def test_an_unknown_option_is_refused(capsys: Captured) -> None:
    assert exits("streams", "--jsno") == 2
    assert "unrecognized arguments: --jsno" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [("run",), ("poller",), ("streams",), ("dead-letters", "list"), ("explain", "a1")], ids=" ".join
)
def test_a_directory_that_is_not_there_is_named(command: tuple[str, ...], tmp_path: Path, capsys: Captured) -> None:
    assert main([*command, "--config", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("the configuration has 1 mistake:\n")
    assert f"{tmp_path}/nowhere: no such directory; `wirewatch init DIR` writes a configuration to start from" in said


def test_mistakes_are_counted_and_cannot_steer_the_terminal(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, {"wirewatch.yaml": '"\\e[2Jx": 1\nb: 2\n'})
    assert main(["streams", "--config", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("the configuration has 2 mistakes:\n")
    assert "\x1b" not in said


def test_a_broker_that_is_away_is_told_in_one_line(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, {"wirewatch.yaml": "bus: {type: kafka, servers: ['127.0.0.1:1']}\n"})
    assert main(["streams", "--config", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.err == "wirewatch: no Kafka broker can be reached: 127.0.0.1:1 ([Errno 111] Connection refused)\n"
    assert said.out == ""


def test_a_reader_that_has_gone_is_no_error_to_tell_of(tmp_path: Path) -> None:
    write(tmp_path, {"wirewatch.yaml": f"data_dir: {tmp_path}/data\n"})
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "services", "streams", "--json", "--config", tmp_path],
            cwd=ROOT, env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 1


def test_commands_do_not_wait_for_libraries_that_only_services_need() -> None:
    loaded = "import sys, services.cli.main; print({'spacy', 'kafka', 'scipy', 'numpy'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "set()\n"
