"""What is new of an act that has been told before, at the same stage: a party, a number, a thing, an official source.

Each is measured against marks of what a rule has told, and only against those: a story without such marks, from before
they were kept, brings no news of this sort until the rule has told the act once more.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from services.core.act import READ, Act, ArmsTransfer, Certainty, Method, sides
from services.core.alert import DevelopmentKind
from services.core.amounts import Amount, material
from services.core.phrase import cut, phrase
from services.core.stated import Stated

_SURE = READ | {Method.LEARNED}  # ways of finding a party that make it news


class Change(Struct, frozen=True, kw_only=True):
    """One new thing, in words, with the act it is about and the fact that marks it as told.

    ``also``: further kinds it can be told as, where a rule does not want the first.
    """

    kind: DevelopmentKind
    why: str
    fact: str
    act: Act | None = None
    also: tuple[DevelopmentKind, ...] = ()


def marks(one: Stated) -> Iterator[str]:
    """What a rule is told of an act in passing, to measure later articles against."""
    at = f"{one.ident}:{one.told.act.stage}"
    for role, key in (("giver", one.told.giver), ("taker", one.told.taker)):
        yield f"{'party' if key else 'open'}:{one.ident}:{role}"
    for amount in one.amounts:
        yield f"{_numbers(at, amount)}{amount.value:.12g}"
    yield from (f"thing:{at}:{thing}" for thing in one.things)
    if one.told.act.certainty != Certainty.DENIED:
        yield f"source:{at}:{'official' if one.official else 'other'}"


def details(told: Sequence[str], one: Stated) -> Iterator[Change]:
    """What is new in these respects."""
    yield from _parties(told, one)
    if one.told.act.certainty != Certainty.DENIED:
        yield from _amounts(told, one)
        yield from _things(told, one)
        yield from _official(told, one)


def _parties(told: Sequence[str], one: Stated) -> Iterator[Change]:
    act = one.told.act
    for role, key, party in zip(("giver", "taker"), (one.told.giver, one.told.taker), sides(act), strict=True):
        unnamed = f"open:{one.ident}:{role}" in told and f"party:{one.ident}:{role}" not in told
        if key and party and party.method in _SURE and unnamed:
            name = _ROLES[isinstance(act, ArmsTransfer)][role == "taker"]
            why = f"Named now, where no {name} was named before: {cut(party.name)}"
            yield Change(kind=DevelopmentKind.PARTY_ADDED, why=why, fact=f"party:{one.ident}:{role}", act=act)


_ROLES = {True: ("supplier", "recipient"), False: ("imposer", "target")}


def _amounts(told: Sequence[str], one: Stated) -> Iterator[Change]:
    for amount in one.amounts:
        start = _numbers(f"{one.ident}:{one.told.act.stage}", amount)
        before = [float(mark.removeprefix(start)) for mark in told if mark.startswith(start)]
        if before and all(material(amount.value, value) for value in before):
            was, now = Amount(amount.of, before[-1]), amount
            why = f"Number changed from {was} to {now}{_counted(amount)}: {phrase(one.told.act)}"
            yield Change(
                kind=DevelopmentKind.NUMBER_CHANGED, why=why, fact=f"{start}{now.value:.12g}", act=one.told.act
            )


def _numbers(at: str, amount: Amount) -> str:
    return f"amount:{at}:{amount.of}="


def _counted(amount: Amount) -> str:
    return "" if amount.money else f" ({amount.of.rpartition(':')[2]})"


def _things(told: Sequence[str], one: Stated) -> Iterator[Change]:
    """Other things altogether. One more of a list is none: lists are told at different lengths."""
    start = f"thing:{one.ident}:{one.told.act.stage}:"
    before = [mark.removeprefix(start) for mark in told if mark.startswith(start)]
    if before and one.things and not set(before) & set(one.things):
        new, old = _names(one.things), _names(before[-3:])
        why = f"Other arms than told before: {new}, where it was {old}"
        yield Change(kind=DevelopmentKind.NUMBER_CHANGED, why=why, fact=f"{start}{one.things[0]}", act=one.told.act)


def _names(ids: Sequence[str]) -> str:
    return ", ".join(cut(ident.rpartition(":")[2]) for ident in ids[:3])


def _official(told: Sequence[str], one: Stated) -> Iterator[Change]:
    start = f"source:{one.ident}:{one.told.act.stage}:"
    if one.official and f"{start}other" in told and f"{start}official" not in told:
        why = f"First official source: {cut(one.official)} says so, where none in office was named before"
        yield Change(kind=DevelopmentKind.OFFICIAL_SOURCE, why=why, fact=f"{start}official", act=one.told.act)
