"""Secrets are read when needed; errors name the place and never the value."""

from pathlib import Path

import pytest

from services.config.secrets import resolve_secret
from services.core.errors import ConfigInvalid
from services.core.settings import Secret


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", " abc\n")
    assert resolve_secret(Secret(env="TOKEN")) == "abc"


def test_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc\n")
    assert resolve_secret(Secret(file=str(tmp_path / "token"))) == "abc"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_unset_variable_is_named(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("TOKEN", value)
    with pytest.raises(ConfigInvalid, match="the environment variable TOKEN is not set or empty"):
        resolve_secret(Secret(env="TOKEN"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"", "is empty"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"hunter2" * 2000, "is too long"),
    ],
)
def test_a_file_without_a_secret_is_named_and_not_shown(written: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "token"
    if written is not None:
        path.write_bytes(written)
    with pytest.raises(ConfigInvalid, match=said) as caught:
        resolve_secret(Secret(file=str(path)))
    assert str(path) in str(caught.value)
    assert "hunter2" not in str(caught.value)
