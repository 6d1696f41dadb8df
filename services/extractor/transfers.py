"""Arms transfers: what a sentence tells of them, as acts."""

from collections.abc import Iterator

from services.core.act import ArmsTransfer, Method, Party, TransferStage
from services.core.mention import EntityKind
from services.extractor import fill, parties, stance
from services.extractor.clause import Clause
from services.extractor.deals import same_party
from services.extractor.frame import Frame
from services.extractor.lexicons import Lexicons
from services.extractor.transfer_roles import TransferReader
from services.extractor.transfer_signs import Found

_SUBJECTS = frozenset({"transfer.give", "transfer.bound", "transfer.noun"})  # where a pronoun as subject gives
_SELLERS = 7  # so many of the usual suppliers are seldom the ones who get
_EVERYDAY = frozenset(
    {"send", "dispatch", "get", "take", "need", "want", "pick", "field", "release", "announce", "hand", "give", "rush"}
)


class TransferRules:
    """The rules, compiled from the lexicons."""

    def __init__(self, lexicons: Lexicons) -> None:
        self._rank = {code: rank for rank, code in enumerate(lexicons.transfer.exporters)}

    def acts(self, clause: Clause, context: fill.Context) -> Iterator[ArmsTransfer]:
        """The transfers that a sentence tells, one per supplier and recipient."""
        reader = TransferReader(clause, self._rank)
        for found in reader.found():
            yield from _told(clause, found, context, self._rank)


def _telling(clause: Clause, frame: Frame) -> bool:
    """Whether the trigger alone speaks of a transfer: a state also sends ships of its own, and anybody gets things."""
    verb = clause.nodes[frame.at].verb
    return verb is None or verb.lemma not in _EVERYDAY


def _complete(
    clause: Clause, found: Found, said: stance.Source | None, context: fill.Context, rank: dict[str, int]
) -> None:
    others = [*found.recipients, *found.others]
    frame, known = found.frame, context.pairs.get("arms_transfer", (None, None))
    if frame.pronoun is not None and not found.suppliers and context.subject is not None and found.rule in _SUBJECTS:
        found.suppliers = fill.carried([context.subject], found.recipients)
    if not found.suppliers and found.rule not in {"transfer.get", "transfer.bound", "transfer.arrival"}:
        found.suppliers = (
            fill.speaker(clause, said, others)
            or fill.before(clause, frame, others)
            or fill.carried([known[0], *context.title], others)
        )
    if not found.suppliers and found.rule == "transfer.get":
        found.suppliers = fill.makers(clause, found.recipients)
    if not found.recipients:
        found.recipients = fill.carried([known[1]], found.suppliers)
    if not found.recipients and _telling(clause, frame):
        buyers = [party for party in context.title if party.country and not _sells(party, rank)]
        found.recipients = fill.carried(buyers, found.suppliers) if len(buyers) == 1 else []


def _sells(party: Party, rank: dict[str, int]) -> bool:
    """Whether who the title names is rather one that supplies others, or a body."""
    return rank.get(party.country or "", _SELLERS) < _SELLERS or (party.id or "").startswith(f"{EntityKind.BODY}:")


def _told(clause: Clause, found: Found, context: fill.Context, rank: dict[str, int]) -> Iterator[ArmsTransfer]:
    if not (found.suppliers or found.recipients) or stance.hypothetical(clause, found.frame):
        return
    said = stance.source(clause, found.frame)
    _complete(clause, found, said, context, rank)
    if bool(found.suppliers) != bool(found.recipients) and _telling(clause, found.frame):
        context.untold("arms_transfer", clause.sentence.span(found.frame.at, found.frame.at))
    for supplier in found.suppliers[:4]:
        for recipient in found.recipients[:4]:
            if same_party(supplier, recipient):
                continue
            own = [supplier, recipient]
            context.told("arms_transfer", supplier, recipient)
            sure = stance.certainty(clause, found.frame, said, own, reported=found.stage is TransferStage.DELIVERED)
            yield ArmsTransfer(
                certainty=sure, attribution=said.attribution if said else None, trigger=clause.sentence.span(found.frame.at, found.frame.at),
                evidence=(clause.sentence.whole,), rule=found.rule, stage=found.stage, supplier=parties.acting(supplier), recipient=parties.acting(recipient),
                items=tuple(parties.item(clause.sentence, at, Method.PATTERN) for at in found.items),
            )  # fmt: skip
