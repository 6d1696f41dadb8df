"""Whose text an article says it is: the news agency credited in its dateline ("SEOUL (Reuters) -") or at its end ("(AFP)")."""

import re

from services.core.article import TaggedArticle
from services.core.mention import EntityKind, Span

_REACH = 200  # code points after the title in which a dateline stands
_AFTER_DATELINE = re.compile(r"\)\s*[-–—:]")
_AT_THE_END = re.compile(r"\)\W*\Z")


def credited(tagged: TaggedArticle) -> str | None:
    """The agency by the id of its outlet, if it is credited."""
    text, begin = tagged.article.text, len(tagged.article.title) + _REACH
    for mention in tagged.mentions:
        if mention.kind is EntityKind.AGENCY and mention.id and _is_credit(text, mention.span, begin):
            return mention.id.removeprefix(f"{EntityKind.AGENCY}:")
    return None


def _is_credit(text: str, span: Span, begin: int) -> bool:
    if not span.start or text[span.start - 1] != "(":
        return False
    dateline = span.start <= begin and _AFTER_DATELINE.match(text, span.end)
    return bool(dateline or _AT_THE_END.match(text, span.end))
