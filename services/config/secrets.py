"""Secrets: read from the environment or a file at the moment they are needed, never kept in the configuration."""

import os
from pathlib import Path

from services.core.errors import ConfigInvalid
from services.core.settings import Secret

_LONGEST = 10_000  # characters; more is not a secret but the wrong file


def resolve_secret(secret: Secret) -> str:
    """The value, without white space around it. Raises ConfigInvalid that names the variable or the file, never the value."""
    if secret.env is not None:
        value = os.environ.get(secret.env, "").strip()
        if not value:
            raise ConfigInvalid([f"the environment variable {secret.env} is not set or empty; it must hold the secret"])
        return value
    return _from_file(Path(secret.file or ""))


def _from_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as opened:
            value = opened.read(_LONGEST + 1).strip()
    except OSError as error:
        raise ConfigInvalid([f"the secret file {path} cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError:
        raise ConfigInvalid([f"the secret file {path} is not UTF-8 text"]) from None
    if not value or len(value) > _LONGEST:
        raise ConfigInvalid(
            [f"the secret file {path} is {'too long' if value else 'empty'}; it must hold the secret alone"]
        )
    return value
