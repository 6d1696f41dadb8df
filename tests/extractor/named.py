"""How many of the parties that labelled acts name are found as mentions: ``python -m tests.extractor.named train [--missed]``."""

import importlib.util
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from services.config.load import default_directory
from services.core.settings import ExtractorSettings
from services.extractor.tagger import SpacyTagger
from tests.extractor.gold import SHARED, article

ROLES = ("supplier", "recipient", "imposer", "target", "attributed_to")


def scorer() -> Any:
    """The scorer of the labels: it knows which names stand for the same."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "gold" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    score = scorer()
    tagger = SpacyTagger(default_directory() / "lexicons", ExtractorSettings())
    named: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed: list[str] = []
    for line in (SHARED / "gold" / f"{sys.argv[1]}.jsonl").read_text().splitlines():
        row = json.loads(line)
        if not row["acts"]:
            continue
        mentions = tagger.tag(article(row), datetime.now(UTC)).mentions
        parties = [score.party({"id": one.id, "name": one.name, "text": one.span.quote}) for one in mentions]
        for role, name in [(role, act[role]) for act in row["acts"] for role in ROLES if act.get(role)]:
            named[role] += 1
            if any(score.agree(score.party(name), party) for party in parties):
                found[role] += 1
            else:
                missed.append(f"{role}: {name}")
    for role in ROLES:
        print(f"{role:14} {found[role]}/{named[role]} = {found[role] / max(1, named[role]):.3f}")
    if "--missed" in sys.argv:
        print(*missed, sep="\n")


if __name__ == "__main__":
    main()
