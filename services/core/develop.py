"""What is new in a story for a rule, against what the rule has told of it before."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from services.core.act import Act, Certainty
from services.core.alert import DevelopmentKind
from services.core.details import Change, details, marks
from services.core.gist import Course
from services.core.headline import CLAIM, DENIAL, Corrected, Stance
from services.core.phrase import cut, phrase, words
from services.core.rules.vocabulary import ORDERED
from services.core.stated import Stated
from services.core.story import ActThread
from services.core.threads import Known, parties, same_party

STORY = "story"  # the fact that the rule has told of the story at all
INDEPENDENT = "independent"  # the fact that a second independent outlet tells it
_NAMED = 3  # changes spelt out in one sentence


class Around(Struct, frozen=True, kw_only=True):
    """What an article brings to its story besides its acts.

    ``threads``: the acts of the story; ``moved``: the stage before, by thread, where it has moved on; ``outlets``: the
    independent ones that tell the story; ``headline``: the mark of what the article's headline says; ``corrected``: that
    it said something else before.
    """

    threads: tuple[ActThread, ...] = ()
    moved: Mapping[str, str] = {}
    outlets: int = 1
    steps: Collection[int] = ()
    headline: str | None = None
    corrected: Corrected | None = None
    stance: Stance | None = None  # of the headline, where no act was read


def facts(acts: Sequence[Stated], around: Around) -> tuple[str, ...]:
    """Everything an article tells of its story, as marks; the acts as ``act:IDENT:STAGE:CERTAINTY``."""
    of_acts = [mark for one in acts for mark in (_fact(one), *marks(one))]
    of_outlets = [f"outlets:{step}" for step in sorted(around.steps) if step <= around.outlets]
    others = [INDEPENDENT] * (around.outlets > 1) + ([around.headline] if around.headline else [])
    others += [around.stance.kind] if around.stance else []
    return tuple(dict.fromkeys([STORY, *of_acts, *of_outlets, *others]))


def first_report(acts: Sequence[Stated], around: Around, *, known: bool) -> tuple[Change, ...]:
    """What a rule tells that has told nothing of the story yet. ``known``: earlier articles of it did not fit the rule."""
    distinct = list({one.ident: one for one in reversed(acts)}.values())[::-1]
    act = distinct[0].told.act if distinct else None
    why = f"First report of this story{' that fits the rule' if known else ''}"
    first = Change(kind=DevelopmentKind.NEW_STORY, why=why, fact=STORY, act=act)
    return (first, *_with_it(distinct[:1], around.moved), *(_opening(one) for one in distinct[1:]))


def changes(told: Sequence[str], acts: Sequence[Stated], around: Around) -> tuple[Change, ...]:
    """What is new against what the rule has ``told``."""
    found = [change for one in acts for change in _of_act(told, one, acts, around.threads)]
    once = list({change.fact: change for change in found}.values())
    corrected = _corrected(told, once, acts, around)
    return (*_unread(told, around.stance), *corrected, *_more_outlets(told, around))


def chosen(
    found: Sequence[Change], kinds: Collection[DevelopmentKind]
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Those that can be told as one of these kinds, so named, the weightiest first; and the others."""
    names = [next((kind for kind in (change.kind, *change.also) if kind in kinds), None) for change in found]
    pairs = list(zip(found, names, strict=True))
    wanted = [structs.replace(change, kind=kind) for change, kind in pairs if kind is not None]
    ranked = sorted(wanted, key=lambda change: _WEIGHT.index(change.kind))
    return tuple(ranked), tuple(change for change, kind in pairs if kind is None)


def unwanted(found: Sequence[Change]) -> str:
    """That these are not told, in words for the ledger."""
    kinds = ", ".join(dict.fromkeys(kind.value for change in found for kind in (change.kind, *change.also)))
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
    DevelopmentKind.HEADLINE_CORRECTED,
    DevelopmentKind.NEW_ACT,
    DevelopmentKind.PARTY_ADDED,
    DevelopmentKind.NUMBER_CHANGED,
    DevelopmentKind.OFFICIAL_SOURCE,
    DevelopmentKind.INDEPENDENT_SOURCE,
    DevelopmentKind.MORE_OUTLETS,
)
_LIGHTER = frozenset(_WEIGHT[_WEIGHT.index(DevelopmentKind.HEADLINE_CORRECTED) + 1 :])
_OWN_WORDS = (
    "New",
    "Stage",
    "Now",
    "Stated",
    "It ",
    "Named",
    "Number",
    "Other",
    "First",
    "Headline",
    "Another",
    "Claimed",
    "Denied",
)


def _lower(why: str) -> str:
    return why[:1].lower() + why[1:] if why.startswith(_OWN_WORDS) else why


def _fact(one: Stated) -> str:
    return f"act:{one.ident}:{one.told.act.stage}:{one.told.act.certainty}"


def _with_it(subject: Sequence[Stated], moved: Mapping[str, str]) -> Iterator[Change]:
    """What the first report itself is about, beyond being the first: a denial, or a stage that others had told otherwise."""
    for one in subject:
        if one.told.act.certainty == Certainty.DENIED:
            yield _denied(one)
        elif one.ident in moved and (further := _moved(one, [moved[one.ident]])):
            yield further


def _of_act(told: Sequence[str], one: Stated, acts: Sequence[Stated], threads: Sequence[ActThread]) -> Iterator[Change]:
    if not any(mark.startswith(f"act:{one.ident}:") for mark in told):
        if one.told.course is not Course.STANDING and (one.told.giver or one.told.taker):
            yield _joining(told, one, acts, threads) or _opening(one)
        return
    change = _change(told, one)
    if change is not None:
        yield change
    yield from details(told, one)


def _change(told: Sequence[str], one: Stated) -> Change | None:
    act = one.told.act
    known = [mark.split(":")[2:] for mark in told if mark.startswith(f"act:{one.ident}:")]
    stages = {stage: {certainty for other, certainty in known if other == stage} for stage, _ in known}
    if act.certainty == Certainty.DENIED:
        return None if any(Certainty.DENIED in told_as for told_as in stages.values()) else _denied(one)
    if stages.get(act.stage) == {Certainty.DENIED}:
        return _against_denial(one)
    if act.stage in stages:
        sure = act.certainty == Certainty.ASSERTED and Certainty.ASSERTED not in stages[act.stage]
        return _confirmed(one) if sure else None
    return _moved(one, [stage for stage, _ in known])


def _opening(one: Stated) -> Change:
    """An act not told before, or the denial of one."""
    if one.told.act.certainty == Certainty.DENIED:
        return _denied(one)
    why = f"New in this story: {phrase(one.told.act)}"
    return Change(kind=DevelopmentKind.NEW_ACT, why=why, fact=_fact(one), act=one.told.act)


def _joining(told: Sequence[str], one: Stated, acts: Sequence[Stated], threads: Sequence[ActThread]) -> Change | None:
    """Somebody who does, or to whom is done, what was told of others at this stage."""
    act = one.told.act
    if act.certainty == Certainty.DENIED:
        return None
    for thread in threads:
        at_this_stage = any(mark.startswith(f"act:{thread.ident}:{act.stage}:") for mark in told)
        alike = (thread.kind, thread.course) == (one.told.kind, one.told.course)
        if at_this_stage and alike and thread.ident != one.ident and _joins(one, thread):
            why = f"Another party to what was told: {phrase(act)}, {_as_well(one, thread, acts)}"
            return Change(
                kind=DevelopmentKind.PARTY_ADDED, also=(DevelopmentKind.NEW_ACT,), why=why, fact=_fact(one), act=act
            )
    return None


def _joins(one: Stated, thread: ActThread) -> bool:
    """One party is the same, and the other another one. A name that no lexicon knows may be one more name of the same."""
    differ = [pair for pair in zip(_keys(one.told), _keys(thread), strict=True) if same_party(*pair) is False]
    known = all(key is not None and not key.startswith("~") for pair in differ for key in pair)
    return set(parties(one.told, thread)) == {True, False} and known


def _keys(act: Known) -> tuple[str | None, str | None]:
    return act.giver, act.taker


def _as_well(one: Stated, thread: ActThread, acts: Sequence[Stated]) -> str:
    other = next((known.told.act for known in acts if known.ident == thread.ident), None)
    if other is not None:
        return f"as {phrase(other)}"
    return "as told of another imposer or supplier" if one.told.taker == thread.taker else "as told of another side"


def _denied(one: Stated) -> Change:
    act = one.told.act
    why = f"{_denial(act)}: {phrase(act)}"
    return Change(kind=DevelopmentKind.DENIED, why=why, fact=f"act:{one.ident}:denied", act=act)


def _denial(act: Act) -> str:
    return f"{cut(act.attribution.name)} denies it" if act.attribution else "It is denied"


def _unread(told: Sequence[str], stance: Stance | None) -> Iterator[Change]:
    """What is denied, or claimed after its denial, where no act was read: neither must pass for one more telling of the other."""
    if stance is None or stance.kind in told:
        return
    if stance.kind == DENIAL:
        yield Change(kind=DevelopmentKind.DENIED, why=f"Denied now: “{stance.title}”", fact=DENIAL)
    elif DENIAL in told:
        why = f"Claimed, where it was only denied before: “{stance.title}”"
        yield Change(kind=DevelopmentKind.NEW_ACT, why=why, fact=CLAIM)


def _against_denial(one: Stated) -> Change:
    """What had been told as denied only is stated, or claimed."""
    act = one.told.act
    sure = act.certainty == Certainty.ASSERTED
    why = f"{'Stated as fact' if sure else 'Claimed'}, where it was only denied before: {phrase(act)}"
    kind = DevelopmentKind.CONFIRMED if sure else DevelopmentKind.NEW_ACT
    return Change(kind=kind, why=why, fact=_fact(one), act=act)


def _confirmed(one: Stated) -> Change:
    why = f"Stated as fact, where it was only claimed before: {phrase(one.told.act)}"
    return Change(kind=DevelopmentKind.CONFIRMED, why=why, fact=_fact(one), act=one.told.act)


def _moved(one: Stated, told: list[str]) -> Change | None:
    """A stage beside the order (halted, refused) is always a move; one within it only if it goes further."""
    act, order = one.told.act, ORDERED[one.told.kind]
    furthest = max((order.index(stage) for stage in told if stage in order), default=-1)
    if act.stage in order and order.index(act.stage) < furthest:
        return None
    claimed = ", as is claimed" if act.certainty == Certainty.ALLEGED else ""
    why = f"Stage moved from {words(told[-1])} to {words(act.stage)}{claimed}"
    return Change(kind=DevelopmentKind.STAGE_MOVED, why=why, fact=f"act:{one.ident}:{act.stage}", act=act)


def _corrected(told: Sequence[str], found: list[Change], acts: Sequence[Stated], around: Around) -> tuple[Change, ...]:
    """The changes, told as a correction where the headline has taken back what it said: one fact, one change."""
    mine = [one for one in acts if around.corrected and one.ident in around.corrected.idents]
    if around.corrected is None or around.headline is None or around.headline in told or not mine:
        return tuple(found)
    why = f"Headline corrected, it read “{around.corrected.was}” before: {phrase(mine[0].told.act)}"
    kind = DevelopmentKind.HEADLINE_CORRECTED
    for at, change in enumerate(found):
        if change.act in [one.told.act for one in mine]:
            lighter = change.kind in _LIGHTER
            new = structs.replace(
                change,
                kind=kind if lighter else change.kind,
                also=(change.kind, *change.also) if lighter else (*change.also, kind),
                why=f"{why}; {_lower(change.why)}" if lighter else change.why,
            )
            return (*found[:at], new, *found[at + 1 :])
    return (Change(kind=kind, why=why, fact=around.headline, act=mine[0].told.act), *found)


def _more_outlets(told: Sequence[str], around: Around) -> tuple[Change, ...]:
    """The second outlet is one arrival: a rule hears of it as the first independent source or as a step, not twice."""
    reached = [step for step in sorted(around.steps) if step <= around.outlets and f"outlets:{step}" not in told]
    second = around.outlets > 1 and not any(mark == INDEPENDENT or mark.startswith("outlets:") for mark in told)
    kinds = [DevelopmentKind.INDEPENDENT_SOURCE] * second + [DevelopmentKind.MORE_OUTLETS] * bool(reached)
    if not kinds:
        return ()
    why = f"Now told by {around.outlets} independent outlets"
    fact = f"outlets:{reached[-1]}" if reached else INDEPENDENT
    return (Change(kind=kinds[0], also=tuple(kinds[1:]), why=why, fact=fact),)
