"""The acts of an article: the same act told twice is one, with all its evidence; roles are carried where the text refers back."""

from collections.abc import Sequence

import msgspec

from services.core.act import Act, ArmsTransfer, Method, Party, SanctionStage, TransferStage, sides
from services.core.when import Granularity

_MOST_ACTS = 8
_MOST_EVIDENCE = 6
_OF_A_COUNTRY = ("company:", "person:")
_OTHER_STORIES = frozenset({TransferStage.HALTED, SanctionStage.EASED, SanctionStage.VIOLATED, SanctionStage.REFUSED})
_OF_NEWS = frozenset({Granularity.DAY, Granularity.WEEK})  # whatever else is told with a year or a period is background


def merged(acts: Sequence[Act], title_end: int) -> tuple[Act, ...]:
    """At most eight acts in the order of the text. Those with more roles and those of the title come first when there are too many."""
    kept: list[Act] = []
    for act in acts:
        place = next((i for i, other in enumerate(kept) if _covers(other, act) or _covers(act, other)), None)
        if place is None:
            kept.append(act)
        else:
            kept[place] = _joined(kept[place], act)
    kept = _retold([act for act in kept if not (_stale(act, kept) or _detail(act, kept))], title_end)
    ranked = sorted(
        kept,
        key=lambda act: (
            -sum(role is not None for role in sides(act)),
            act.trigger.start >= title_end,
            act.trigger.start,
        ),
    )
    return tuple(sorted(ranked[:_MOST_ACTS], key=lambda act: act.trigger.start))


def _retold(acts: Sequence[Act], title_end: int) -> list[Act]:
    """Without those by which the first sentence of the text only tells again what the title says of the same two: it is one act.

    That something was given and is now stopped are two, and so is easing what is in force.
    """
    titled = [act for act in acts if act.trigger.end <= title_end]
    lead = min((act.evidence[0].start for act in acts if act.trigger.end > title_end), default=0)
    kept = list(titled)
    for act in acts:
        if act.trigger.end <= title_end:
            continue
        place = next(
            (i for i, one in enumerate(kept) if act.evidence[0].start == lead and _again(one, act, title_end)), None
        )
        if place is None:
            kept.append(act)
        else:
            kept[place] = _joined(kept[place], act)
    return kept


def _again(one: Act, act: Act, title_end: int) -> bool:
    """Whether ``act`` is what the title's ``one`` says, in words that may put it at another stage."""
    if type(one) is not type(act) or one.trigger.end > title_end:
        return False
    if act.when is not None and act.when.granularity not in _OF_NEWS:
        return False
    same = all(key(mine) == key(other) for mine, other in zip(sides(one), sides(act), strict=True))
    return same and not _OTHER_STORIES & {one.stage, act.stage}


def _stale(act: Act, acts: Sequence[Act]) -> bool:
    """Whether another act says the same better: a sanction merely in force against one whose sanctions are the news."""
    if act.stage != SanctionStage.IN_FORCE:
        return False
    imposer, target = (key(role) for role in sides(act))
    for other in acts:
        if other is act or isinstance(other, ArmsTransfer) or other.stage == act.stage:
            continue
        by, against = (key(role) for role in sides(other))
        if against == target and (imposer is None or by is None or imposer == by):
            return True
    return False


def _detail(act: Act, acts: Sequence[Act]) -> bool:
    """Whether it only spells out sanctions that its sentence tells: ``imposed sanctions on Peru, barring five officials``."""
    imposer, target = sides(act)
    if act.rule != "sanction.phrase" or target is None or _known(target):
        return False
    return any(
        other is not act and not isinstance(other, ArmsTransfer) and other.target and _known(other.target)
        and other.stage == act.stage and key(other.imposer) == key(imposer) and set(act.evidence) & set(other.evidence)
        for other in acts
    )  # fmt: skip


def _known(party: Party) -> bool:
    return bool(party.id or party.country)


def key(party: Party | None) -> str | None:
    """By what two parties are the same: a country for whom it acts, an id, a name."""
    if party is None:
        return None
    return party.country or party.id or party.name.casefold()


def _covers(fuller: Act, act: Act) -> bool:
    """Whether everything that ``act`` says of roles and stage ``fuller`` says too."""
    if type(fuller) is not type(act) or fuller.stage != act.stage:
        return False
    return all(mine is None or _same(mine, other) for mine, other in zip(sides(act), sides(fuller), strict=True))


def _same(one: Party, other: Party | None) -> bool:
    """Whether two sides are one. A company or person that a sentence itself names is another than its country."""
    if other is not None and one.id != other.id and one.method is other.method is Method.PATTERN:
        names = [side for side in (one, other) if (side.id or "").startswith(_OF_A_COUNTRY)]
        return not names and key(one) == key(other)
    return key(one) == key(other)


def _joined(one: Act, other: Act) -> Act:
    """Both as one: the fuller roles, the evidence of both, the telling sentence first."""
    fuller, second = (other, one) if _covers(other, one) and not _covers(one, other) else (one, other)
    evidence = tuple(dict.fromkeys((*fuller.evidence, *second.evidence)))[:_MOST_EVIDENCE]
    when, confidence = fuller.when or second.when, max(fuller.confidence, second.confidence)
    if isinstance(fuller, ArmsTransfer) and isinstance(second, ArmsTransfer):
        items = {item.name.casefold(): item for item in (*second.items, *fuller.items)}
        fuller = msgspec.structs.replace(fuller, items=tuple(items.values())[:8])
    return msgspec.structs.replace(fuller, when=when, confidence=confidence, evidence=evidence)
