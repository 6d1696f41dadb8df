"""Who sells and who buys by a noun of transfer: a sale, a purchase, a deal between two sides, an order that somebody wins."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.core.act import Party
from services.extractor import fill, parties
from services.extractor.frame import Frame
from services.extractor.rows import Node

if TYPE_CHECKING:
    from services.extractor.transfer_roles import TransferReader

_WINNING = frozenset({"win", "land", "bag", "clinch"})


class Deals:
    """Reads the sides off the nouns of one sentence; what passes is known to the reader."""

    def __init__(self, reader: "TransferReader") -> None:
        self.reader = reader
        self.clause = reader.clause
        self.nodes = reader.nodes
        self.rank = reader.rank

    def sold(self, frame: Frame, suppliers: list[Party], recipients: list[Party]) -> tuple[list[Party], list[Party]]:
        """Of a sale, shipment, gift or aid: the owners of the noun give, unless who gets it is named nowhere else."""
        sentence = self.clause.sentence
        owners = parties.of_nodes(sentence, frame.owners, frame.method)
        subject = parties.of_nodes(sentence, frame.subject, frame.method)
        verb = self.nodes[frame.verb.at] if frame.verb else None
        if verb is not None and "get" in verb.tags and not frame.passive:
            return suppliers or owners[:1], recipients or subject
        if owners and not recipients and not suppliers:
            if subject and not same_party(subject[0], owners[0]) and self.rank.get(owners[0].country or "", 99) > 4:
                return subject, owners[:1]
            if len(owners) > 1:
                return owners[:1], owners[1:2]
            return (owners[:1], []) if (owners[0].country or "") in self.rank else (subject, owners[:1])
        if not recipients and frame.verb is not None and verb is not None and "give" in verb.tags and not frame.passive:
            recipients = self.reader.given_to(frame.verb, [frame.at])  # "gives Peru $2m in aid"
        origin = [
            i
            for i in frame.objects
            if self.nodes[i].is_party and any(self.reader.is_item(k) for k in range(i + 1, min(i + 4, len(self.nodes))))
        ]
        suppliers = suppliers or owners[:3] or parties.of_nodes(sentence, origin[:2], frame.method)
        suppliers = [party for party in suppliers if not fill.among(party, recipients)]
        if not suppliers and verb is not None and not _urging(frame, self.nodes):
            suppliers = [party for party in subject if not any(same_party(party, other) for other in recipients)]
        return suppliers, recipients

    def matter(self, frame: Frame, node: Node) -> list[int]:
        """``talks over fighter jets``: what they are about, where it begins with its name."""
        if "n.both" not in node.tags:
            return []
        slots = [frame.slots.get(slot, ()) for slot in ("over", "on", "about")]
        return [i for slot in slots for i in slot[:3] if slot and not self.nodes[slot[0]].word.endswith("ing")]

    def won(self, frame: Frame) -> tuple[list[Party], list[Party]] | None:
        """``Sweden wins a contract from Hungary``: who wins an order supplies; ``Peru thanks Chile for aid``: who thanks gets."""
        verb = self.nodes[frame.verb.at].verb if frame.verb else None
        if frame.verb is None or verb is None or frame.verb.passive:
            return None
        subject = parties.of_nodes(self.clause.sentence, frame.verb.subject, frame.method)
        thanked = [i for i in frame.verb.objects if self.nodes[i].is_party]
        if verb.lemma == "thank" and subject and thanked:
            return parties.of_nodes(self.clause.sentence, thanked, frame.method), subject
        if not self.nodes[frame.at].tags & {"n.get", "n.both"}:
            return None
        clients = parties.in_slots(self.clause.sentence, frame, ("from", "with"))
        return (subject, clients) if verb.lemma in _WINNING and subject and clients else None

    def bought(self, frame: Frame, suppliers: list[Party]) -> tuple[list[Party], list[Party]]:
        """Of a purchase or order: the owners of the noun get."""
        sentence = self.clause.sentence
        partners = [i for i in frame.owners if i and self.nodes[i - 1].word == "with"]  # "a deal with X on purchase of"
        owners = parties.of_nodes(sentence, [i for i in frame.owners if i not in partners], frame.method)
        suppliers = suppliers or parties.of_nodes(sentence, partners, frame.method)
        subject = parties.of_nodes(sentence, frame.subject, frame.method)
        inner = [i for i in frame.objects if self.nodes[i].is_party]
        suppliers = suppliers or parties.of_nodes(sentence, inner[:1], frame.method)
        start = self.clause.noun_start(frame.at)
        if frame.verb is not None and start and self.nodes[start - 1].word in {"over", "for"}:
            onto = [i for slot in ("on", "against") for i in frame.verb.slots.get(slot, ())]
            subject = parties.of_nodes(
                sentence, [i for i in (*frame.verb.objects, *onto) if self.nodes[i].is_party][:1], frame.method
            )
        recipients = owners[:1] or parties.in_slots(self.clause.sentence, frame, ("by",)) or subject
        return suppliers, [party for party in recipients if not any(same_party(party, other) for other in suppliers)]

    def dealt(self, frame: Frame, suppliers: list[Party], recipients: list[Party]) -> tuple[list[Party], list[Party]]:
        """A deal between two sides: the side that usually supplies is the supplier."""
        sentence = self.clause.sentence
        given = [i for slot in ("with", "between") for i in frame.slots.get(slot, ()) if self.nodes[i].is_party]
        theirs = parties.of_nodes(sentence, given, frame.method)
        ours = parties.of_nodes(sentence, (*frame.owners, *frame.subject), frame.method)
        ours = [party for party in ours if not fill.among(party, [*theirs, *suppliers, *recipients])]
        if suppliers or recipients:
            return suppliers or ours[:1] or theirs[:1], recipients or ours[:1] or theirs[:1]
        if not theirs:
            theirs, ours = ours[1:2], ours[:1]
        if not ours and len(theirs) > 1 and "between" not in frame.slots:
            return theirs, []
        if not ours and len(theirs) > 1:
            ours, theirs = theirs[:1], theirs[1:2]  # "a deal between A and B"
        first, second = (ours, theirs) if self._supplies(ours) < self._supplies(theirs) else (theirs, ours)
        return (first, second) if first and (second or self._supplies(first) < 50) else (second, first)

    def _supplies(self, found: list[Party]) -> int:
        return self.rank.get(found[0].country or "", 90) if found else 99


def _urging(frame: Frame, nodes: Sequence[Node]) -> bool:
    return any("t.sought" in nodes[i].tags and nodes[i].verb for i in frame.governors)


def same_party(one: Party, other: Party) -> bool:
    return one.id == other.id if one.country is None else one.country == other.country
