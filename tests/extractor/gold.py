"""Score the extractor on labelled news: ``python -m tests.extractor.gold dev|train [--errors N]``."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.cli.tag import parse_date
from services.config.load import default_directory
from services.core.act import ArmsTransfer
from services.core.article import Article, TaggedArticle
from services.core.settings import ExtractorSettings
from services.extractor.tagger import SpacyTagger

SHARED = Path(os.environ.get("WIREWATCH_SHARED", Path(__file__).parents[3] / "shared"))


def article(row: dict[str, Any]) -> Article:
    at = parse_date(row.get("date") or "2026")
    return Article(
        id=row["id"], revision=1, feed="gold", outlet="gold", url="", canonical_url="", title=row.get("title") or "",
        body=row.get("text") or "", published_at=at, first_seen_at=at, content_hash="", trace_id=row["id"],
    )  # fmt: skip


def prediction(tagged: TaggedArticle) -> dict[str, Any]:
    acts = []
    for act in tagged.acts:
        transfer = isinstance(act, ArmsTransfer)
        first, second = (act.supplier, act.recipient) if isinstance(act, ArmsTransfer) else (act.imposer, act.target)
        names = ("supplier", "recipient") if transfer else ("imposer", "target")
        roles = {
            name: {"id": who.id, "name": who.name, "text": who.span.quote} if who else None
            for name, who in zip(names, (first, second), strict=True)
        }
        acts.append(
            {
                "kind": "arms_transfer" if transfer else "sanction",
                "stage": act.stage,
                "certainty": act.certainty,
                **roles,
            }
        )
    return {
        "id": tagged.article.id,
        "topics": [{"id": topic.id, "about": topic.about} for topic in tagged.topics],
        "acts": acts,
    }


def main() -> None:
    gold = SHARED / "gold" / f"{sys.argv[1]}.jsonl"
    tagger = SpacyTagger(default_directory() / "lexicons", ExtractorSettings())
    rows = [json.loads(line) for line in gold.read_text().splitlines()]
    begun = time.perf_counter()
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as out:
        for row in rows:
            out.write(json.dumps(prediction(tagger.tag(article(row), datetime.now(UTC)))) + "\n")
        out.flush()
        print(f"{len(rows) / (time.perf_counter() - begun):.0f} articles a second")
        subprocess.run([sys.executable, SHARED / "gold" / "score.py", gold, out.name, *sys.argv[2:]], check=True)


if __name__ == "__main__":
    main()
