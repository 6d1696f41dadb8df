"""What is new in a story for a rule, against what the rule has told of it before."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from services.core.act import Act, ArmsTransfer, Certainty, Party
from services.core.alert import DevelopmentKind
from services.core.gist import Course, Told
from services.core.rules.vocabulary import ORDERED

STORY = "story"  # the fact that the rule has told of the story at all
_NAME = 80
_NAMED = 3  # changes spelt out in one sentence


class Change(Struct, frozen=True, kw_only=True):
    """One new thing, in words, with the act it is about and the fact that marks it as told."""

    kind: DevelopmentKind
    why: str
    fact: str
    act: Act | None = None


def facts(acts: Sequence[tuple[Told, str]], outlets: int, steps: Collection[int]) -> tuple[str, ...]:
    """Everything an article tells of its story, as marks: ``act:IDENT:STAGE:CERTAINTY`` and ``outlets:STEP``."""
    of_acts = [_fact(told, ident) for told, ident in acts]
    of_outlets = [f"outlets:{step}" for step in sorted(steps) if step <= outlets]
    return tuple(dict.fromkeys([STORY, *of_acts, *of_outlets]))


def first_report(acts: Sequence[tuple[Told, str]], moved: Mapping[str, str], *, known: bool) -> tuple[Change, ...]:
    """What a rule tells that has told nothing of the story yet.

    ``known``: earlier articles of it did not fit the rule. ``moved``: the stage before, by thread, where it has moved on.
    """
    distinct = list({ident: (told, ident) for told, ident in reversed(acts)}.values())[::-1]
    act = distinct[0][0].act if distinct else None
    why = f"First report of this story{' that fits the rule' if known else ''}"
    first = Change(kind=DevelopmentKind.NEW_STORY, why=why, fact=STORY, act=act)
    return (first, *_with_it(distinct[:1], moved), *(_opening(*pair) for pair in distinct[1:]))


def _with_it(subject: Sequence[tuple[Told, str]], moved: Mapping[str, str]) -> Iterator[Change]:
    """What the first report itself is about, beyond being the first: a denial, or a stage that others had told otherwise."""
    for told, ident in subject:
        if told.act.certainty == Certainty.DENIED:
            yield _denied(told, ident)
        elif ident in moved:
            why = f"Stage moved from {_words(moved[ident])} to {_words(told.act.stage)}"
            yield Change(kind=DevelopmentKind.STAGE_MOVED, why=why, fact=f"act:{ident}:{told.act.stage}", act=told.act)


def changes(
    told: Sequence[str], acts: Sequence[tuple[Told, str]], outlets: int, steps: Collection[int]
) -> tuple[Change, ...]:
    """What is new against what the rule has ``told``, the weightiest first. ``outlets``: how many independent ones tell the story."""
    found = [change for pair in acts if (change := _change(told, *pair)) is not None]
    once = {change.fact: change for change in found}
    ranked = sorted(once.values(), key=lambda change: _WEIGHT.index(change.kind))
    return (*ranked, *_more_outlets(told, outlets, steps))


def chosen(
    found: Sequence[Change], kinds: Collection[DevelopmentKind]
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Those of these kinds, and the others."""
    wanted = tuple(change for change in found if change.kind in kinds)
    return wanted, tuple(change for change in found if change.kind not in kinds)


def unwanted(found: Sequence[Change]) -> str:
    """That these are not told, in words for the ledger."""
    kinds = ", ".join(dict.fromkeys(change.kind.value for change in found))
    return f"not in the rule's notify_on: {kinds}"


def sentence(found: Sequence[Change]) -> str:
    """The changes in a sentence for readers."""
    first, *rest = (change.why for change in found)
    also = f"; also {', '.join(_lower(why) for why in rest[: _NAMED - 1])}" if rest else ""
    more = f" and {len(rest) - _NAMED + 1} more" if len(rest) > _NAMED - 1 else ""
    return f"{first}{also}{more}"


_WEIGHT = (
    DevelopmentKind.NEW_STORY,
    DevelopmentKind.DENIED,
    DevelopmentKind.CONFIRMED,
    DevelopmentKind.STAGE_MOVED,
    DevelopmentKind.NEW_ACT,
    DevelopmentKind.MORE_OUTLETS,
)


def _lower(why: str) -> str:
    return why[:1].lower() + why[1:] if why.startswith(("New", "Stage", "Now", "Stated", "It ")) else why


def _fact(told: Told, ident: str) -> str:
    return f"act:{ident}:{told.act.stage}:{told.act.certainty}"


def _change(told: Sequence[str], act: Told, ident: str) -> Change | None:
    marks = [mark.split(":")[2:] for mark in told if mark.startswith(f"act:{ident}:")]
    stages = {stage: {certainty for other, certainty in marks if other == stage} for stage, _ in marks}
    if not marks:
        return _opening(act, ident) if act.course is not Course.STANDING and (act.giver or act.taker) else None
    if act.act.certainty == Certainty.DENIED:
        known = any(Certainty.DENIED in certainties for certainties in stages.values())
        return None if known else _denied(act, ident)
    if act.act.stage in stages:
        sure = act.act.certainty == Certainty.ASSERTED and Certainty.ASSERTED not in stages[act.act.stage]
        return _confirmed(act, ident) if sure else None
    return _moved(act, ident, [stage for stage, _ in marks])


def _opening(act: Told, ident: str) -> Change:
    """An act not told before, or the denial of one."""
    if act.act.certainty == Certainty.DENIED:
        return _denied(act, ident)
    why = f"New in this story: {phrase(act.act)}"
    return Change(kind=DevelopmentKind.NEW_ACT, why=why, fact=_fact(act, ident), act=act.act)


def _denied(act: Told, ident: str) -> Change:
    return Change(
        kind=DevelopmentKind.DENIED,
        why=f"{_denial(act.act)}: {phrase(act.act)}",
        fact=f"act:{ident}:denied",
        act=act.act,
    )


def _denial(act: Act) -> str:
    return f"{_cut(act.attribution.name)} denies it" if act.attribution else "It is denied"


def _confirmed(act: Told, ident: str) -> Change:
    why = f"Stated as fact, where it was only claimed before: {phrase(act.act)}"
    return Change(kind=DevelopmentKind.CONFIRMED, why=why, fact=_fact(act, ident), act=act.act)


def _moved(act: Told, ident: str, told: list[str]) -> Change | None:
    """A stage beside the order (halted, refused) is always a move; one within it only if it goes further."""
    order = ORDERED[act.kind]
    furthest = max((order.index(stage) for stage in told if stage in order), default=-1)
    if act.act.stage in order and order.index(act.act.stage) < furthest:
        return None
    claimed = ", as is claimed" if act.act.certainty == Certainty.ALLEGED else ""
    why = f"Stage moved from {_words(told[-1])} to {_words(act.act.stage)}{claimed}"
    return Change(kind=DevelopmentKind.STAGE_MOVED, why=why, fact=f"act:{ident}:{act.act.stage}", act=act.act)


def _more_outlets(told: Sequence[str], outlets: int, steps: Collection[int]) -> tuple[Change, ...]:
    reached = [step for step in sorted(steps) if step <= outlets and f"outlets:{step}" not in told]
    if not reached:
        return ()
    why = f"Now told by {outlets} independent outlets"
    return (Change(kind=DevelopmentKind.MORE_OUTLETS, why=why, fact=f"outlets:{reached[-1]}"),)


def phrase(act: Act) -> str:
    """The act in a few words: "Norland agrees to supply arms to Sudmark"."""
    if isinstance(act, ArmsTransfer):
        giver, taker = _name(act.supplier, "an unnamed supplier"), _name(act.recipient, "an unnamed recipient")
    else:
        giver, taker = _name(act.imposer, "somebody"), _name(act.target, "an unnamed target")
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
    return _cut(party.name) if party else unnamed


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _words(stage: str) -> str:
    return stage.replace("_", " ")
