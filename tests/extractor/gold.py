"""Labelled news beside the repository, as articles."""

import os
from pathlib import Path
from typing import Any

from services.cli.tag import parse_date
from services.core.article import Article

SHARED = Path(os.environ.get("WIREWATCH_SHARED", Path(__file__).parents[3] / "shared"))


def article(row: dict[str, Any]) -> Article:
    """A labelled item as the extractor would get it."""
    at = parse_date(row.get("date") or "2026")
    return Article(
        id=row["id"], revision=1, feed="gold", outlet="gold", url="", canonical_url="", title=row.get("title") or "",
        body=row.get("text") or "", published_at=at, first_seen_at=at, content_hash="", trace_id=row["id"],
    )  # fmt: skip
