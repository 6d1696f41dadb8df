"""Transfers that no verb of giving or getting and no noun of transfer tells: arms for somebody, arms that arrive, arms by their origin."""

from collections.abc import Set
from typing import TYPE_CHECKING

from msgspec import Struct

from services.core.act import Method, Party, TransferStage
from services.extractor import arrivals, parties, transfer_stages
from services.extractor.frame import Frame

if TYPE_CHECKING:
    from services.extractor.transfer_roles import TransferReader

_DUE = frozenset({"will", "to", "'ll", "shall", "would"})
_TURNING = frozenset({"turn", "turns", "turned", "turning", "look", "looks", "looked", "looking"})
_SUPPLIED = frozenset({"supplied", "provided", "donated", "delivered", "furnished"})


class Found(Struct):
    """A transfer that a rule has found, its roles as parties."""

    rule: str
    frame: Frame
    items: list[int]
    suppliers: list[Party]
    recipients: list[Party]
    stage: TransferStage
    others: list[Party] = []  # who only looks on, or acts against it


class Signs:
    """Reads them in one sentence; what passes and who gets it is known to the reader."""

    def __init__(self, reader: "TransferReader") -> None:
        self.reader = reader
        self.clause = reader.clause
        self.nodes = reader.nodes

    def found(self, at: int, told: Set[int]) -> Found | None:
        """What the node at ``at`` tells. ``told``: items of transfers that are read already."""
        node = self.nodes[at]
        behind = self.nodes[at + 1].word if at + 2 < len(self.nodes) else ""
        if node.is_item and behind in {"to", "for"} and at not in told:
            return self._bound(at)
        if node.word in _TURNING and self.clause.verbal(at):
            return self._turning(at)
        if node.word in arrivals.WORDS and node.name is None:
            return self._arrival(at)
        supplied = node.word in _SUPPLIED and at >= 2 and self.nodes[at - 1].word == "-"
        return self._adjective(at) if supplied and self.nodes[at - 2].is_party else None

    def _bound(self, at: int) -> Found | None:
        """``more arms for Ukraine``, where no verb or noun of transfer tells it."""
        frame = self.clause.of_noun(at)
        recipients = self.reader.recipients(frame)
        if not recipients or not self.reader.is_item(at) or recipients[0].method is not Method.PATTERN:
            return None
        suppliers = parties.of_nodes(self.clause.sentence, frame.owners or frame.subject, frame.method)
        return Found("transfer.bound", frame, [at], suppliers, recipients, transfer_stages.of_noun(self.clause, frame))

    def _turning(self, at: int) -> Found | None:
        """``turns to France for missiles``."""
        frame = self.clause.of_verb(at)
        items = self.reader.items(frame.slots.get("for", ()))
        suppliers = parties.in_slots(self.clause.sentence, frame, ("to",))
        recipients = parties.of_nodes(self.clause.sentence, frame.subject, frame.method)
        return (
            Found("transfer.get", frame, items, suppliers, recipients, TransferStage.SOUGHT)
            if items and suppliers
            else None
        )

    def _arrival(self, at: int) -> Found | None:
        """``Swedish mortars reached Estonia``."""
        frame = self.clause.of_verb(at)
        items = self.reader.items(range(frame.subject_span[0], frame.subject_span[1] + 1)) if frame.subject_span else []
        sides = arrivals.arriving(self.clause, at, items, frame) if items else None
        if sides is None:
            return None
        stage = transfer_stages.of_verb(self.clause, frame)
        settled = stage is TransferStage.AGREED and not any(self.nodes[i].word in _DUE for i in frame.governors)
        return Found("transfer.arrival", frame, items, *sides, TransferStage.DELIVERED if settled else stage)

    def _adjective(self, at: int) -> Found | None:
        """``US-supplied missiles``."""
        frame = Frame(at=at, first=at - 2)
        items = self.reader.items(range(at + 1, min(len(self.nodes), at + 6)))
        suppliers = parties.of_nodes(self.clause.sentence, [at - 2], Method.PATTERN)
        if not items:
            return None
        self.clause.right(frame, items[-1] + 1)  # "bound for Houthi rebels"
        return Found(
            "transfer.adjective", frame, items, suppliers, self.reader.recipients(frame), TransferStage.DELIVERED
        )
