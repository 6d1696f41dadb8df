"""Sanctions: what a sentence tells of them, as acts."""

from collections.abc import Iterator

from services.core.act import READ, Method, Party, Sanction, SanctionStage
from services.extractor import fill, parties, stance
from services.extractor.clause import Clause
from services.extractor.sanction_roles import Found, SanctionReader, other_party

_WITHOUT_IMPOSER = frozenset({SanctionStage.IN_FORCE, SanctionStage.VIOLATED, SanctionStage.CALLED_FOR})


class SanctionRules:
    """The rules. They read tags only, so the lexicons stand in the vocabulary."""

    def acts(self, clause: Clause, context: fill.Context, *, spoken: bool) -> Iterator[Sanction]:
        """The sanctions that a sentence tells, one per imposer and target. ``spoken``: the article speaks of sanctions by name."""
        for found in SanctionReader(clause, spoken=spoken).found():
            yield from _told(clause, found, context)


def _complete(clause: Clause, found: Found, context: fill.Context) -> None:
    frame, known = found.frame, context.pairs.get("sanction", (None, None))
    bare = not (found.imposers or found.targets)  # "as sanctions bite": only whoever usually bears them may be meant
    if found.rule == "sanction.attribute":
        return
    if frame.pronoun is not None and not found.imposers and context.subject is not None:
        found.imposers = fill.usually(clause, frame, "imposer", found.targets) or fill.carried(
            [context.subject], found.targets
        )
    if not found.targets and found.imposers and found.imposers[0].country in context.targets:
        found.targets, found.imposers = (
            found.imposers[:1],
            [],
        )  # "Belarus releases protesters before talks on sanctions"
    if not found.targets:
        found.targets = (
            fill.usually(clause, frame, "target", found.imposers)
            or fill.carried([party for party in context.title if party.country in context.targets], found.imposers)
            or ([] if bare else fill.before(clause, frame, found.imposers))
            or ([] if bare else fill.carried([known[1], *context.title], found.imposers))
        )
    if found.targets and not found.imposers:
        found.imposers = fill.usually(clause, frame, "imposer", found.targets) or fill.carried(
            [
                known[0],
                *(
                    party
                    for party in context.title
                    if party.country in context.imposers or party.id in context.imposers
                ),
            ],
            found.targets,
        )


def _stands_alone(found: Found, target: Party, context: fill.Context) -> bool:
    """Whether it is told without who imposes: of what is decided only where the article names nobody who usually does."""
    return found.stage in _WITHOUT_IMPOSER or (context.imposer_unnamed and target.method in READ)


def _told(clause: Clause, found: Found, context: fill.Context) -> Iterator[Sanction]:
    if stance.hypothetical(clause, found.frame):
        return
    said = stance.source(clause, found.frame)
    _complete(clause, found, context)
    first, last = found.measure
    span = clause.sentence.span(first, last)
    measure = Party(name=span.quote, span=span, method=Method.PATTERN)
    imposers: list[Party | None] = [*found.imposers[:4]] or [None]
    targets: list[Party | None] = [*found.targets[:5]] or [None]
    for imposer in imposers:
        for target in targets:
            if imposer and target and not other_party(imposer, target):
                continue
            if not target or not (imposer or _stands_alone(found, target, context)):
                continue
            own = [party for party in (imposer, target) if party]
            context.told("sanction", imposer, target)
            if found.stage is SanctionStage.VIOLATED:
                sure = stance.certainty(clause, found.frame, said, own, reported=True)
            else:
                sure = stance.of_measure(clause, found.frame)
            yield Sanction(
                certainty=sure, attribution=said.attribution if said else None, trigger=clause.sentence.span(found.frame.at, found.frame.at),
                evidence=(clause.sentence.whole,), rule=found.rule, stage=found.stage, imposer=parties.acting(imposer), target=target, measure=measure,
            )  # fmt: skip
