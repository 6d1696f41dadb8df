"""The demo's news as a file to replay, and decisions as a page to read. ``python -m tests.cli.replayed`` writes the golden page anew."""

import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.cli.demo_feeds import read_stories
from services.cli.demo_server import DemoServer
from services.cli.main import main

GOLDEN = Path(__file__).parent / "replayed.txt"
BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
STORIES = read_stories()


def demo_articles() -> list[dict[str, Any]]:
    """Every entry of the demo in each of its versions."""
    return [
        {
            "id": f"{entry.outlet} {entry.guid}", "published": entry.published(BEGAN).isoformat(), "outlet": entry.outlet,
            "url": entry.url, "title": entry.title, "text": "\n\n".join(filter(None, [entry.summary, entry.body])),
        }
        for entry in STORIES.entries
    ]  # fmt: skip


def write_lines(path: Path, articles: Iterable[dict[str, Any]]) -> Path:
    """A file to replay."""
    path.write_text("".join(json.dumps(article) + "\n" for article in articles), "utf-8")
    return path


def write_demo_configuration(directory: Path) -> Path:
    """The configuration of the demo."""
    with DemoServer(STORIES, BEGAN) as server:
        server.write_configuration(directory)
    return directory


def outcomes(written: bytes) -> list[dict[str, Any]]:
    """The decisions as they were written."""
    return [json.loads(line) for line in written.splitlines()]


def page(decided: Sequence[dict[str, Any]], articles: Sequence[dict[str, Any]]) -> str:
    """A line per decision; stories by number, in the order of their beginning, as ids mean nothing to a reader."""
    titles: dict[str, list[str]] = {}
    for article in sorted(articles, key=lambda article: datetime.fromisoformat(article["published"])):
        titles.setdefault(article["id"], []).append(article["title"])
    numbers: dict[str, int] = {}
    lines = []
    for one in decided:
        story = f"story {numbers.setdefault(one['story'], len(numbers) + 1)}" if one["story"] else "-"
        rules = ", ".join(f"{rule['rule']} {rule['development'] or rule['fate']}" for rule in one["rules"])
        title = titles[one["article"]][one["revision"] - 1]
        lines.append(f"{one['at'][5:16]} {story:8} {rules or one['fate']:46} {title}\n")
    return "".join(lines)


def regenerate() -> int:
    """Write the golden page; the exit status."""
    with tempfile.TemporaryDirectory() as directory:
        config = write_demo_configuration(Path(directory) / "config")
        source = write_lines(Path(directory) / "demo.jsonl", demo_articles())
        out = Path(directory) / "out.jsonl"
        status = main(["replay", str(source), "--config", str(config), "--out", str(out)])
        GOLDEN.write_text(page(outcomes(out.read_bytes()), demo_articles()), "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(regenerate())
