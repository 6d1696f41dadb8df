"""The commands of the README are there and do what it says. (`make demo` is run by tests/demo, `make test` runs this.)"""

import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(?:sh)\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines() if line.strip()]


def wirewatch(arguments: list[str], directory: Path, **more: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "services", *arguments]
    return subprocess.run(command, cwd=directory, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60, check=False, **more)  # type: ignore[call-overload, no-any-return]  # fmt: skip


def test_every_make_target_of_the_readme_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    targets = " ".join(re.findall(r"^([a-z-][a-z -]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)).split()
    assert named <= set(targets)


def test_a_configuration_is_written_checked_and_run(tmp_path: Path) -> None:
    own = [shlex.split(command)[1:] for command in COMMANDS if command.startswith(".venv/bin/wirewatch")]
    assert [arguments[0] for arguments in own] == ["init", "check-config", "run"]
    init, check, run = own
    assert wirewatch(init, tmp_path).returncode == 0
    checked = wirewatch(check, tmp_path)
    assert (checked.returncode, checked.stderr) == (0, "")
    feeds = tmp_path / "my-desk" / "feeds.yaml"  # nobody's real outlet is polled by a test
    feeds.write_text(re.sub(r"https?://(?=\S+)", "http://127.0.0.1:9/", feeds.read_text()))
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "services", *run, "--metrics-port", "0"], cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, stdout=log, stderr=log)  # fmt: skip
    deadline = time.monotonic() + 60
    while b'"started"' not in (tmp_path / "log").read_bytes() and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0, (tmp_path / "log").read_text()


def test_the_sentence_of_the_readme_is_read(tmp_path: Path) -> None:
    (sentence,) = re.findall(r'`echo "([^"]+)" \| \.venv/bin/wirewatch tag --pretty -`', README)
    done = wirewatch(["tag", "--pretty", "-"], tmp_path, input=sentence)
    assert done.returncode == 0
    assert "North Korea" in done.stdout
    assert "arms_transfer" in done.stdout


@pytest.mark.parametrize("rule", re.findall(r"```yaml\n(rules:.*?)```", README, re.DOTALL))
def test_the_rule_of_the_readme_is_a_rule(rule: str, tmp_path: Path) -> None:
    assert wirewatch(["init", "desk"], tmp_path).returncode == 0
    (tmp_path / "desk" / "rules" / "readme.yaml").write_text(rule)
    checked = wirewatch(["check-config", "--config", "desk"], tmp_path)
    assert (checked.returncode, checked.stderr) == (0, "")
