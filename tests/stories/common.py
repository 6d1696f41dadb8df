"""Counts the table of services/core/common_words.py anew, in news that no measure of stories uses: ``python -m tests.stories.common``."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from services.core.gist import GENERIC, LEAD, stem
from services.core.words import words
from tests.stories.labelled import lines, shared

_COLLECTIONS = (
    ("headlines_2025_2026/headlines.jsonl.gz", "description"), ("rss_snapshots/items_dedup.jsonl.gz", "summary"),
    ("en_worldwide_newswire/articles.jsonl.gz", "text"), ("bbc_2025/bbc_2025.jsonl.gz", "text"),
    ("wikinews_2019_2020/wikinews.jsonl.gz", "text"),
)  # fmt: skip
_TARGET = Path(__file__).parents[2] / "services" / "core" / "common_words.py"
_OF, _MOST, _CEILING = 10_000, 3000, 200  # what is in every fiftieth article or more is as common as that
_ENGLISH = 0.9  # of the characters of an English text are ASCII

_HEAD = '''"""Words common in English news, and in how many of 10,000 articles each stands. Written by tests/stories/common.py."""

OF_ARTICLES = 10_000
COMMON = {
'''


def main() -> None:
    """Write the module."""
    counts, articles = Counter[str](), 0
    for text in set(_texts()):
        articles += 1
        counts.update({stem(word.key) for word in words(text) if len(word.key) > 1} - GENERIC)
    by_count: defaultdict[int, list[str]] = defaultdict(list)
    for word, count in counts.most_common(_MOST):
        by_count[_rounded(count * _OF / articles)].append(word)
    parts = [_part(count, sorted(by_count[count])) for count in sorted(by_count, reverse=True)]
    _TARGET.write_text(_HEAD + "".join(parts) + "}\n", encoding="utf-8")
    print(f"{sum(map(len, by_count.values()))} words of {articles} articles")


def _texts() -> Iterator[str]:
    for path, field in _COLLECTIONS:
        found = shared(path)
        assert found, f"{path} is not there"
        for line in lines(found):
            text = f"{line['title'] or ''}\n\n{line.get(field) or ''}"[:LEAD]
            if sum(map(str.isascii, text)) >= _ENGLISH * len(text):
                yield text


def _rounded(count: float) -> int:
    """To one of a few steps: more would not tell stories better apart."""
    step = 1.0
    while step * 1.25 < count:
        step *= 1.25
    return min(_CEILING, round(step))


def _part(count: int, found: list[str]) -> str:
    inner = "\n".join(wrap(" ".join(found), 116, break_long_words=False, break_on_hyphens=False))
    return f'    {count}: """\n{inner}\n""",\n'


if __name__ == "__main__":
    main()
