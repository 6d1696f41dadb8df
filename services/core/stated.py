"""What an article states of an act: besides who, whom and how far, the numbers, the things and who says so."""

from collections.abc import Sequence

from msgspec import Struct

from services.core.act import ArmsTransfer, Attribution, Party, Sanction
from services.core.amounts import Amount, amounts
from services.core.gist import Told
from services.core.rules.reading import Reading
from services.core.words import keys

_IN_OFFICE = ("country:", "body:", "person:")  # whom the lexicons know as speaking for a state, a body or a group
_OFFICES = frozenset(
    [
        "ministry",
        "minister",
        "ministers",
        "president",
        "government",
        "chancellor",
        "premier",
        "secretary",
        "treasury",
        "parliament",
        "commission",
        "council",
        "embassy",
        "kremlin",
        "pentagon",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "ambassador",
    ]
)
_UNNAMED = frozenset(
    [
        "official",
        "officials",
        "source",
        "sources",
        "former",
        "media",
        "press",
        "newspaper",
        "agency",
        "report",
        "reports",
        "analyst",
        "analysts",
        "expert",
        "experts",
        "observer",
        "observers",
        "activist",
        "activists",
        "people",
        "documents",
    ]
)


class Stated(Struct, frozen=True, kw_only=True):
    """An act as an article tells it. ``ident``: its thread in the story; ``things``: ids of what is transferred; ``official``: who says so in office, if anybody does."""

    told: Told
    ident: str
    amounts: tuple[Amount, ...] = ()
    things: tuple[str, ...] = ()
    official: str | None = None


def stated(acts: Sequence[tuple[Told, str]], reading: Reading, *, official: bool) -> tuple[Stated, ...]:
    """These acts with what the article states of them. ``official``: it is published by an official body itself."""
    return tuple(_stated(told, ident, reading, official=official) for told, ident in acts)


def _stated(told: Told, ident: str, reading: Reading, *, official: bool) -> Stated:
    things = told.act.items if isinstance(told.act, ArmsTransfer) else ()
    of_target = isinstance(told.act, Sanction) and _speaks(told.act.attribution, told.act.target)
    speaker = (None if of_target else in_office(told.act.attribution)) or (
        reading.tagged.article.outlet if official else None
    )
    return Stated(
        told=told, ident=ident, amounts=amounts(told.act, reading.text), official=speaker,
        things=tuple(dict.fromkeys(thing.id for thing in things if thing.id)),
    )  # fmt: skip


def _speaks(source: Attribution | None, party: Party | None) -> bool:
    """Whether the party itself is the source: of whom sanctions hit, that is no official word on them."""
    return source is not None and party is not None and source.id is not None and source.id == party.id


def in_office(source: Attribution | None) -> str | None:
    """The source, if it is a named one that speaks for a state or a body: no "officials", no newspaper."""
    if source is None:
        return None
    said = frozenset(keys(source.name))
    known = source.id is not None and source.id.startswith(_IN_OFFICE)
    return source.name if (known or said & _OFFICES) and not said & _UNNAMED else None
