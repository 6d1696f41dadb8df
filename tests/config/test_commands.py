"""``wirewatch init`` and ``wirewatch check-config``, as a user starts them."""

from pathlib import Path

import pytest

from services.cli.main import main
from tests.config.directories import write


def test_init_writes_what_check_config_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "desk")]) == 0
    assert main(["check-config", "--config", str(tmp_path / "desk")]) == 0
    said = capsys.readouterr().out
    assert "warning" not in said
    assert "receivers  terminal (stdout)" in said


def test_init_takes_the_lexicons_along_when_asked(tmp_path: Path) -> None:
    assert main(["init", "--with-lexicons", str(tmp_path)]) == 0
    assert list((tmp_path / "lexicons").iterdir())
    assert main(["check-config", "--config", str(tmp_path)]) == 0


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "routes.yaml").write_text("mine")
    assert main(["init", str(tmp_path)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["routes.yaml"]
    assert (tmp_path / "routes.yaml").read_text() == "mine"
    assert f"{tmp_path}/routes.yaml" in capsys.readouterr().err


def test_init_says_why_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file" / "desk")]) == 1
    assert "Not a directory" in capsys.readouterr().err


def test_check_config_prints_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        tmp_path, {"wirewatch.yaml": "a: 1\n", "rules/arms.yaml": "rules:\n  - {id: arms, title: a, when: 'topic:'}\n"}
    )
    assert main(["check-config", "--config", str(tmp_path)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{tmp_path}/rules/arms.yaml:2:")
    assert second.startswith(f"{tmp_path}/wirewatch.yaml:1:1: a: unknown key")


def test_check_config_escapes_what_a_file_would_do_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"wirewatch.yaml": '"\\e[2Jx": 1\n'})
    assert main(["check-config", "--config", str(tmp_path)]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_check_config_warns_of_what_may_not_be_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feeds = "outlets:\n  - {id: a, name: A}\n  - {id: b, name: B}\nfeeds:\n  - {id: c, url: 'https://c.example', outlet: a}\n"
    rules = "rules:\n  - {id: arms, title: a, when: 'topic:sanctions AND x OR y'}\n"
    assert (
        main(["check-config", "--config", str(write(tmp_path, {"feeds.yaml": feeds, "rules/arms.yaml": rules}))]) == 0
    )
    said = capsys.readouterr().out
    assert "warning: rule arms: line 1, column 1: AND binds closer than OR" in said
    assert "warning: outlets without a feed: b" in said


ROUTES = "route: {receiver: desk}\nreceivers:\n  - {type: slack_webhook, name: desk, url: {env: DESK_URL}}\n"


def test_check_config_can_look_for_the_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"routes.yaml": ROUTES, "wirewatch.yaml": "database: {file: /nowhere/url}\n"})
    monkeypatch.delenv("DESK_URL", raising=False)
    assert main(["check-config", "--config", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["check-config", "--secrets", "--config", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "receiver desk: url: the environment variable DESK_URL is not set or empty; it must hold the secret",
        "database: the secret file /nowhere/url cannot be read: No such file or directory",
    ]
    monkeypatch.setenv("DESK_URL", "https://hooks.example/hunter2")
    (tmp_path / "wirewatch.yaml").unlink()
    assert main(["check-config", "--secrets", "--config", str(tmp_path)]) == 0
    assert "hunter2" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("when", "warning"), [("NOT topic:diplomacy", "can match nearly everything"), ("a1 OR b1 AND c1", "binds closer")]
)
def test_check_config_warns_and_fails_only_where_it_is_strict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], when: str, warning: str
) -> None:
    assert main(["init", str(tmp_path)]) == 0
    for path in (tmp_path / "rules").iterdir():
        path.unlink()
    (tmp_path / "rules" / "own.yaml").write_text(f"rules:\n  - {{id: own, title: a, when: '{when}'}}\n")
    assert main(["check-config", "--config", str(tmp_path)]) == 0
    assert warning in capsys.readouterr().out
    assert main(["check-config", "--strict", "--config", str(tmp_path)]) == 1
