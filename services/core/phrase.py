"""An act in a few words, for sentences about what is new."""

from services.core.act import Act, ArmsTransfer, Party, sides

_NAME = 80
_UNNAMED_OF_TRANSFERS = ("an unnamed supplier", "an unnamed recipient")
_UNNAMED_OF_SANCTIONS = ("somebody", "an unnamed target")


def phrase(act: Act) -> str:
    """The act in a few words: "Norland agrees to supply arms to Sudmark"."""
    unnamed = _UNNAMED_OF_TRANSFERS if isinstance(act, ArmsTransfer) else _UNNAMED_OF_SANCTIONS
    giver, taker = (_name(party, other) for party, other in zip(sides(act), unnamed, strict=True))
    return _PHRASES[act.stage].format(giver=giver, taker=taker)


_PHRASES = {
    "sought": "{taker} seeks arms from {giver}",
    "considered": "{giver} considers arms for {taker}",
    "agreed": "{giver} agrees to supply arms to {taker}",
    "delivered": "{giver} delivers arms to {taker}",
    "halted": "{giver} halts arms for {taker}",
    "called_for": "sanctions by {giver} against {taker} are called for",
    "threatened": "{giver} threatens sanctions against {taker}",
    "imposed": "{giver} imposes sanctions on {taker}",
    "in_force": "sanctions by {giver} on {taker} are in force",
    "eased": "{giver} eases sanctions on {taker}",
    "refused": "sanctions by {giver} on {taker} are refused",
    "violated": "{taker} evades sanctions by {giver}",
}


def _name(party: Party | None, unnamed: str) -> str:
    # Placeholders of format() in a name stay text: names are arguments of format, never part of its template.
    return cut(party.name) if party else unnamed


def cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def words(stage: str) -> str:
    return stage.replace("_", " ")
