"""Spans of an article's text, and the entities they name."""

from enum import StrEnum

from msgspec import Struct


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of :attr:`services.core.article.Article.text`: ``text[start:end] == quote``, in code points."""

    start: int
    end: int
    quote: str


class EntityKind(StrEnum):
    """What sort of thing a mention names."""

    COUNTRY = "country"
    ORGANISATION = "organisation"
    BODY = "body"  # alliance, UN body, ministry, agency
    ARMED_GROUP = "armed_group"
    COMPANY = "company"
    PERSON = "person"
    WEAPON = "weapon"
    MEASURE = "measure"  # sanction regime, list, embargo
    AGENCY = "agency"  # news agency


class Mention(Struct, frozen=True, kw_only=True):
    """A span that names an entity.

    ``id`` is stable across articles and spellings, for example ``country:KP`` or ``weapon:himars``; ``name`` is what a
    reader sees; ``country`` is the ISO 3166-1 alpha-2 code that the entity stands or acts for, where there is one.
    """

    span: Span
    kind: EntityKind
    id: str
    name: str
    country: str | None = None
