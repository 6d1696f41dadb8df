"""What headlines say of acts, and when a later one of the same article says something else."""

import re
from collections.abc import Sequence

from msgspec import Struct

from services.core.amounts import amounts, material
from services.core.article import Article
from services.core.gist import Told
from services.core.story import MAX_HEADLINES, Claim, Headline
from services.core.threads import compatible
from services.core.words import keys

DENIAL, CLAIM = "denial", "claim"
_CLAIMS = re.compile(
    r"\b(?:accus(?:es?|ed|ing)|alleg(?:es?|ed|ing|edly)|claim(?:s|ed|ing)?|reportedly)\b", re.IGNORECASE
)
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|refut(?:es?|ed|ing)|(?:rejects?|rejected|dismiss(?:es|ed)?) (?:\w+ ){0,2}(?:claims?|reports?|accusations?|allegations?|charges?))\b",
    re.IGNORECASE,
)
_TITLE = 160  # code points kept of a title


class Stance(Struct, frozen=True, kw_only=True):
    """That a headline denies or claims something."""

    kind: str  # DENIAL or CLAIM
    title: str


class Corrected(Struct, frozen=True, kw_only=True):
    """A headline that took back what it said. ``was``: how it read before; ``idents``: the threads of the acts it tells now."""

    was: str
    idents: frozenset[str]


def stance(article: Article) -> Stance | None:
    """What the headline itself says of a claim, by its words."""
    for kind, words in ((DENIAL, _DENIES), (CLAIM, _CLAIMS)):
        if words.search(article.title):
            return Stance(kind=kind, title=_cut(article.title))
    return None


def headline(article: Article, acts: Sequence[tuple[Told, str]]) -> Headline | None:
    """The headline of an article with these acts; None where it tells of none."""
    claims = tuple(_claim(told, article.text) for told, _ in acts if in_title(told, article))
    return Headline(article=article.id, title=_cut(article.title), claims=claims) if claims else None


def in_title(told: Told, article: Article) -> bool:
    """Whether the headline tells of the act."""
    return bool(told.act.evidence) and told.act.evidence[0].start < len(article.title)


def contradicts(now: Headline, was: Headline) -> bool:
    """Whether something that was said is said no more, and something of the kind is said that was not: rewording is neither.

    The same words, read otherwise because of what stands below them, say the same.
    """
    if keys(now.title) == keys(was.title):
        return False
    gone = {claim.kind for claim in was.claims if not any(_said(claim, other) for other in now.claims)}
    come = {claim.kind for claim in now.claims if not any(_said(claim, other) for other in was.claims)}
    return bool(gone & come)


def remembered(known: tuple[Headline, ...], now: Headline | None) -> tuple[Headline, ...]:
    """The latest headlines with this one among them."""
    if now is None:
        return known
    return (*(one for one in known if one.article != now.article), now)[-MAX_HEADLINES:]


def _claim(told: Told, text: str) -> Claim:
    return Claim(
        kind=told.kind, course=told.course.value, giver=told.giver, taker=told.taker, stage=told.act.stage.value,
        certainty=told.act.certainty.value, amounts=tuple((one.of, one.value) for one in amounts(told.act, text)),
    )  # fmt: skip


def _said(claim: Claim, other: Claim) -> bool:
    """Whether both say the same. A party or a number that only one of them states is no difference."""
    numbers = dict(other.amounts)
    return (
        compatible(claim, other)
        and (claim.stage, claim.certainty) == (other.stage, other.certainty)
        and not any(of in numbers and material(value, numbers[of]) for of, value in claim.amounts)
    )


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
