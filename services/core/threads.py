"""Which acts of different articles are the same act."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import structs

from services.core.gist import Course, Told
from services.core.story import MAX_ACTS, ActThread, Claim

_FRESH = timedelta(days=2)  # so long after a stage was told first, the same parties do the same act
Known = Told | ActThread | Claim


def same_party(one: str | None, other: str | None) -> bool | None:
    """Whether two party keys name the same party; None where either is not stated, or a name stands against an id."""
    if one is None or other is None:
        return None
    if one == other:
        return True
    if one.startswith("~") and other.startswith("~"):
        return bool(set(one[1:].split()) & set(other[1:].split()))
    return None if "~" in {one[0], other[0]} else False


def parties(one: Known, other: Known) -> tuple[bool | None, bool | None]:
    """Whether giver and taker are the same."""
    return same_party(one.giver, other.giver), same_party(one.taker, other.taker)


def compatible(one: Known, other: Known) -> bool:
    """Whether both can be the same act: same kind and course, and no party differs."""
    same = (one.kind, one.course) == (other.kind, other.course)
    return same and False not in parties(one, other)


def opposed(one: Known, other: Known) -> bool:
    """Whether both cannot be told of one event: a party differs, the parties are swapped, or one eases or evades what the other imposes."""
    if one.kind != other.kind:
        return False
    if one.course == other.course:
        return False in parties(one, other)
    return Course.STANDING not in {one.course, other.course}


def conflict(acts: Sequence[Told], threads: Sequence[ActThread]) -> bool:
    """Whether an article with these acts cannot belong to a story with these: some are opposed and none is the same."""
    pairs = [(act, thread) for act in acts if act.lead for thread in threads]
    return any(opposed(*pair) for pair in pairs) and not any(compatible(*pair) for pair in pairs)


def agreement(acts: Sequence[Told], threads: Sequence[ActThread]) -> int:
    """How many parties the best pair of compatible acts shares: 2, 1, or 0."""
    pairs = [(act, thread) for act in acts if act.lead for thread in threads if compatible(act, thread)]
    return max((parties(*pair).count(True) for pair in pairs), default=0)


def moves_on(acts: Sequence[Told], threads: Sequence[ActThread]) -> bool:
    """Whether an act of which both parties are known has come to a stage that none of its threads has told yet."""
    same = [(act, [thread for thread in threads if compatible(act, thread)]) for act in acts if act.lead]
    return any(
        any(parties(act, thread) == (True, True) for thread in told)
        and not any(act.act.stage in thread.stages for thread in told)
        for act, told in same
    )


def fresh(acts: Sequence[Told], threads: Sequence[ActThread], at: datetime) -> bool:
    """Whether an act between the same two parties had come to its last stage within the days before or after ``at``.

    So soon another telling of it is rarely another act, however it is worded. What is in force already is told at any time of anything.
    """
    return any(
        parties(act, thread) == (True, True) and thread.moved_at is not None and abs(at - thread.moved_at) <= _FRESH
        for act in acts
        if act.lead and act.course is not Course.STANDING
        for thread in threads
        if compatible(act, thread)
    )


def follow(act: Told, threads: tuple[ActThread, ...], opened: int, at: datetime) -> tuple[tuple[ActThread, ...], str]:
    """The threads with this act in them, and the ident of its thread. ``opened``: threads opened so far.

    Of several threads that fit, the one that shares most parties, then the oldest. The thread not told for longest
    goes where there are too many.
    """
    fitting = [thread for thread in threads if compatible(act, thread)]
    if not fitting:
        ident = str(opened + 1)
        new = ActThread(
            ident=ident,
            kind=act.kind,
            course=act.course.value,
            giver=act.giver,
            taker=act.taker,
            stages=(act.act.stage.value,),
            moved_at=at,
            last_at=at,
        )
        kept = threads if len(threads) < MAX_ACTS else _without_oldest(threads)
        return (*kept, new), ident
    best = max(fitting, key=lambda thread: (parties(act, thread).count(True), -int(thread.ident)))
    followed = structs.replace(
        best,
        giver=_surer(best.giver, act.giver),
        taker=_surer(best.taker, act.taker),
        stages=tuple(dict.fromkeys((*best.stages, act.act.stage.value))),
        moved_at=best.moved_at if act.act.stage.value in best.stages else at,
        last_at=max(best.last_at, at),
    )
    return tuple(followed if thread is best else thread for thread in threads), best.ident


def _surer(known: str | None, told: str | None) -> str | None:
    """An id is better than a name, and a name better than nothing."""
    if known is None or (known.startswith("~") and told is not None and not told.startswith("~")):
        return told
    return known


def _without_oldest(threads: tuple[ActThread, ...]) -> tuple[ActThread, ...]:
    oldest = min(threads, key=lambda thread: (thread.last_at, int(thread.ident)))
    return tuple(thread for thread in threads if thread is not oldest)
