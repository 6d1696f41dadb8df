"""Configuration directories for tests: a small valid one, of which a test changes what it is about."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from services.config.load import load
from services.core.errors import ConfigInvalid
from services.core.settings import Configuration

VALID = {
    "feeds.yaml": "outlets:\n  - {id: harbour, name: Harbour}\nfeeds:\n  - {id: world, url: 'https://harbour.example/rss', outlet: harbour}\n",
    "rules/arms.yaml": "rules:\n  - {id: arms, title: Arms, when: 'topic:arms_transfer'}\n",
    "routes.yaml": "route: {receiver: desk}\nreceivers:\n  - {type: stdout, name: desk}\n",
}


def write(directory: Path, files: Mapping[str, str | None]) -> Path:
    """``directory`` with the valid files and these instead; None leaves one out."""
    for name, text in {**VALID, **files}.items():
        if text is not None:
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return directory


def loaded(directory: Path) -> Configuration:
    """The configuration, with lexicons that have no mistake."""
    return load(directory, check_lexicons=lambda _: ())


def problems(directory: Path) -> Sequence[str]:
    """Every mistake in the directory, with paths as they stand below it; empty where there is none."""
    try:
        loaded(directory)
    except ConfigInvalid as error:
        return [problem.replace(f"{directory}/", "").replace(str(directory), ".") for problem in error.problems]
    return []
