"""A tagger by rules alone over the lexicons that wirewatch comes with, made once, and acts as lines that tests can compare."""

from functools import cache

from services.config.load import default_directory
from services.core.act import Act, ArmsTransfer, Party
from services.core.article import TaggedArticle
from services.core.settings import ExtractorSettings
from services.extractor.tagger import SpacyTagger
from tests.builders import T0, article

LEXICONS = default_directory() / "lexicons"


@cache
def tagger() -> SpacyTagger:
    return SpacyTagger(LEXICONS, ExtractorSettings(model="off"))


def read(title: str, summary: str = "", body: str = "") -> TaggedArticle:
    return tagger().tag(article(title=title, summary=summary, body=body), T0)


def told(act: Act) -> str:
    """``PT > IS delivered asserted``: giver, taker, stage and certainty; names where there is no country."""
    giver, taker = (act.supplier, act.recipient) if isinstance(act, ArmsTransfer) else (act.imposer, act.target)
    return f"{_who(giver)} > {_who(taker)} {act.stage} {act.certainty}"


def _who(party: Party | None) -> str:
    return "?" if party is None else party.country or party.name
