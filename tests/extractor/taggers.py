"""Taggers that do what a title says: they prove what becomes of an article that harms its reader."""

import os
import time
from datetime import datetime

from services.core.article import Article, TaggedArticle

HOARD: list[bytes] = []


class Obedient:
    """Dies, hangs, fails or hoards memory at a word; reads everything else."""

    version = "rules/test"

    def tag(self, article: Article, now: datetime) -> TaggedArticle:
        if article.title == "die":
            os._exit(7)
        if article.title == "hang":
            time.sleep(3600)
        if article.title == "fail":
            raise ValueError("a bug")
        if article.title == "hoard":
            HOARD.append(os.urandom(1) * 80_000_000)
        return TaggedArticle(article=article, language="en", extractor=self.version, tagged_at=now)


class Forgetful(Obedient):
    """Dies at the word once: a file remembers."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def tag(self, article: Article, now: datetime) -> TaggedArticle:
        if article.title == "die once" and not os.path.exists(self._mark):  # noqa: PTH110
            open(self._mark, "w").close()  # noqa: PTH123
            os._exit(9)
        return super().tag(article, now)


def broken() -> Obedient:
    """A tagger that does not come up."""
    raise RuntimeError("no lexicons")
