"""Who passes arms to whom in a sentence: by verbs of giving and getting, and by nouns of transfer."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import structs

from services.core.act import Method, Party
from services.extractor import english, parties, transfer_stages
from services.extractor.clause import Clause
from services.extractor.deals import Deals
from services.extractor.frame import Frame
from services.extractor.rows import Node
from services.extractor.transfer_signs import Found, Signs

_TO = ("to", "for", "into", "towards")
_TRANSFER_NOUNS = frozenset({"n.give", "n.get", "n.both", "aid"})
_THEM = frozenset({"it", "them", "him", "her"})
_MOST_ITEMS = 6
_PURPOSE = 5  # nodes behind what is sent in which its purpose stands
_STATIONING = ("deploy", "redeploy", "station")
_KEPT = frozenset({"patrol", "police", "guard", "escort", "exercise", "train", "drill", "watch"})
_OWN = frozenset({"its", "their", "his", "her", "our", "itself", "themselves"})
_OPPOSING = frozenset({"oppose", "opposes", "opposed", "opposing"})
_HARMING = frozenset(
    {"bombing", "striking", "attacking", "destroying", "seizing", "sinking", "intercepting", "raiding"}
)


class TransferReader:
    """Reads one sentence. ``rank``: countries by how likely they supply."""

    def __init__(self, clause: Clause, rank: dict[str, int]) -> None:
        self.clause = clause
        self.nodes = clause.nodes
        self.rank = rank
        self.deals = Deals(self)
        self.signs = Signs(self)
        self.armed = any(
            node.is_item or "military" in node.tags or (node.verb is not None and node.verb.lemma == "arm")
            for node in self.nodes
        )

    def found(self) -> Iterator[Found]:
        """What the words of the sentence say; roles they leave open are empty."""
        if not self.armed:
            return
        told: set[int] = set()
        for at, node in enumerate(self.nodes):
            if node.tags & {"give", "equip", "get"} and node.name is None and self.clause.verbal(at):
                found = self._verb(at, node)
            elif node.tags & _TRANSFER_NOUNS and node.name is None:
                found = self._noun(at, node)
            else:
                found = self.signs.found(at, told)
            if found is not None and not self._stationed(found.frame):
                told.update(found.items)
                yield found

    def _stationed(self, frame: Frame) -> bool:
        """``sends jets to Peru to patrol the sky``, ``deploys missiles to Peru for an exercise``: they stay its own."""
        behind = self.nodes[max(frame.at, frame.last) : max(frame.at, frame.last) + _PURPOSE]
        over = [*([frame.verb.at] if frame.verb else []), *range(frame.first, frame.at + 1)]
        return any(self.nodes[at].word.startswith(_STATIONING) for at in over) or any(
            node.word == "to" and following.word in _KEPT for node, following in pairwise(behind)
        )

    # ---------------------------------------------------------------- what passes

    def is_item(self, at: int) -> bool:
        """Whether the node names arms that may pass."""
        node = self.nodes[at]
        following = self.nodes[at + 1] if at + 1 < len(self.nodes) else None
        if following is not None and "use" in following.tags and following.name is None:
            return False  # "drone strikes"
        if at > 1 and self.nodes[at - 1].word == "-" and self.nodes[at - 2].word == "non":
            return False  # "non-military aid"
        if node.word == "arms" and self._controlled(at):
            return False
        return node.is_item or ("loose" in node.tags and node.name is None)

    def _controlled(self, at: int) -> bool:
        """``nuclear arms talks``, ``arms control``, ``arms-reduction treaty``: nobody gets any."""
        after = [node.word for node in self.nodes[at + 1 : at + 3] if node.word != "-"][:1]
        before = self.nodes[at - 1].word if at else ""
        return before in {"nuclear", "strategic"} or bool(set(after) & {"control", "reduction", "limitation", "race"})

    def items(self, found: Sequence[int]) -> list[int]:
        items = [at for at in found if self.is_item(at)]
        strong = any(self.nodes[at].is_item or (at and "military" in self.nodes[at - 1].tags) for at in items)
        return items[:_MOST_ITEMS] if strong else []

    # ---------------------------------------------------------------- verbs

    def _verb(self, at: int, node: Node) -> Found | None:
        frame = self.clause.of_verb(at)
        behind = [*frame.objects, *(i for slot in ("with", "of", "in") for i in frame.slots.get(slot, ()))]
        if any(
            self.nodes[i].tags & _TRANSFER_NOUNS and not self.nodes[i].name
            for i in (*frame.objects, *frame.slots.get("in", ()))
        ):
            return None  # "announces a sale of jets": the noun tells it
        if node.tags & {"give", "equip"}:
            return self._giving(frame, node, behind)
        return self._getting(frame, node)

    def _giving(self, frame: Frame, node: Node, behind: Sequence[int]) -> Found | None:
        subject = list(range(frame.subject_span[0], frame.subject_span[1] + 1)) if frame.subject_span else []
        if frame.passive:
            return self._given(frame, subject)
        items = self.items(behind)
        if not items and "equip" in node.tags and node.verb and node.verb.lemma in {"arm", "rearm"}:
            items = [frame.at]
        if not items:
            return None
        recipients = self.recipients(frame)
        if not recipients:
            recipients = self.given_to(frame, items)
        suppliers = parties.of_nodes(self.clause.sentence, frame.subject, frame.method)
        if items == [frame.at] and frame.objects and self.nodes[frame.objects[0]].word in _OWN:
            return None  # "needs money to arm its militia"
        source = parties.in_slots(self.clause.sentence, frame, ("from",))
        if source and not recipients:
            suppliers = source  # "is used to smuggle weapons from"
        return Found("transfer.give", frame, items, suppliers, recipients, transfer_stages.of_verb(self.clause, frame))

    def _given(self, frame: Frame, subject: list[int]) -> Found | None:
        items = self.items(subject)
        suppliers = parties.in_slots(self.clause.sentence, frame, ("by", "from"))
        if items:
            owner = [i for i in subject if self.nodes[i].is_party and i < items[-1]]
            if not suppliers and owner:
                suppliers = parties.of_nodes(self.clause.sentence, owner, Method.PATTERN)
            return Found(
                "transfer.given",
                frame,
                items,
                suppliers,
                self.recipients(frame),
                transfer_stages.of_verb(self.clause, frame),
            )
        items = self.items(
            [*frame.slots.get("with", ()), *frame.objects]
        )  # "was supplied with tanks", "was given tanks"
        if not items:
            return None
        groups = [party for party in parties.phrases(self.clause, subject, frame.method) if _grouped(party)]
        recipients = groups or parties.of_nodes(self.clause.sentence, frame.subject, frame.method)
        return Found(
            "transfer.given_with", frame, items, suppliers, recipients, transfer_stages.of_verb(self.clause, frame)
        )

    def given_to(self, frame: Frame, items: Sequence[int]) -> list[Party]:
        """``send Ukraine missiles``, ``provide it with``, ``arm rebels``."""
        objects = [i for i in frame.objects if i < items[0] or items[0] == frame.at]
        whole = [i for i in objects if self.nodes[i].is_party and not self.nodes[i].adjective]
        if whole and whole[0] <= frame.at + 3:
            return parties.of_nodes(self.clause.sentence, whole[:1], frame.method)
        if objects and self.nodes[objects[0]].word in _THEM:
            return self._asker(frame) or self._mentioned(frame)
        if "with" in frame.slots or items[0] == frame.at:
            return parties.phrases(self.clause, objects, frame.method)[:1]
        return []

    def _asker(self, frame: Frame) -> list[Party]:
        """``Iceland asks Portugal to sell it``: who asks is who gets."""
        for governor in frame.governors:
            if self.nodes[governor].verb is not None:
                asking = [i for i in self.clause.of_verb(governor).subject if i not in frame.subject]
                if asking:
                    return parties.of_nodes(self.clause.sentence, asking[:1], frame.method)
        return []

    def _mentioned(self, frame: Frame) -> list[Party]:
        """``they pulled out of a deal for France to supply them``: the subject of a verb before."""
        for at in range(frame.at - 1, -1, -1):
            if self.clause.verbal(at):
                found = [i for i in self.clause.of_verb(at).subject if i not in frame.subject]
                if found:
                    return parties.of_nodes(self.clause.sentence, found[:1], frame.method)
        return []

    def _getting(self, frame: Frame, node: Node) -> Found | None:
        subject = list(range(frame.subject_span[0], frame.subject_span[1] + 1)) if frame.subject_span else []
        items = self.items(subject if frame.passive else frame.objects)
        suppliers = parties.in_slots(self.clause.sentence, frame, ("from",))
        if not items and "seeking" in node.tags and not frame.passive:
            wanted = frame.slots.get("for", ())
            bare = bool(wanted) and not self.nodes[wanted[0]].word.endswith("ing")  # "damages for bombing a tank"
            items = self.items(wanted) if bare else []  # "asks Germany for tanks"
            suppliers = suppliers or parties.of_nodes(
                self.clause.sentence, [i for i in frame.objects if self.nodes[i].is_party], frame.method
            )
        if not items:
            return None
        if not suppliers:
            owners = [
                i for i in (subject if frame.passive else frame.objects) if self.nodes[i].is_party and i < items[-1]
            ]
            suppliers = parties.of_nodes(self.clause.sentence, owners[:2], Method.PATTERN)
        deal = None if suppliers or frame.passive else self._deal(frame.at - 1)
        suppliers = parties.in_slots(self.clause.sentence, deal, ("with",)) if deal else suppliers
        buying = frame.subject or (deal.subject if deal else ())
        recipients = (
            parties.in_slots(self.clause.sentence, frame, ("by",))
            if frame.passive
            else parties.of_nodes(self.clause.sentence, buying, frame.method)
        )
        stage = transfer_stages.of_verb(self.clause, frame)
        return Found("transfer.get", frame, items, suppliers, recipients, stage)

    def _deal(self, to: int) -> Frame | None:
        """``a deal with X to buy``: the deal; who it is with supplies."""
        if to < 2 or self.nodes[to].word != "to":
            return None
        phrase = self.clause.phrases.phrase_left(to - 1)
        start = phrase[0] if phrase else 0
        dealt = start > 1 and self.nodes[start - 1].word == "with" and "n.both" in self.nodes[start - 2].tags
        return self.clause.of_noun(start - 2) if dealt else None

    def recipients(self, frame: Frame) -> list[Party]:
        """Who it goes to. A name that the lexicons do not know is more often a place, so only groups stand without one."""
        for slot in _TO:
            found = parties.phrases(self.clause, frame.slots.get(slot, ()), frame.method)
            known = [
                party for party in found if party.id or party.country or (_grouped(party) and not _domestic(party))
            ]
            if known:
                return known
        return []

    # ---------------------------------------------------------------- nouns

    def _noun(self, at: int, node: Node) -> Found | None:
        frame, others = self._without_onlooker(self.clause.of_noun(at))
        before = list(range(self.clause.noun_start(at), at + 1))
        items = self.items(before)
        if not items and not node.tags & {"aid"}:
            items = self.items([*frame.objects, *frame.slots.get("for", ()), *self.deals.matter(frame, node)])
        if not items and "aid" in node.tags:
            items = [at] if self.armed else []
        if not items:
            return None
        recipients = self.recipients(frame)
        if items and not any(self.is_item(i) for i in before):
            recipients = [
                party
                for party in recipients
                if not any(party.span.start <= self.nodes[i].start < party.span.end for i in items)
            ]
        exporting = [i for i in frame.owners if (name := self.nodes[i].name) and name.entity.country in self.rank]
        behind = ("from",) if parties.judged(self.nodes, at) else ("from", "by")
        suppliers = [] if exporting and recipients else parties.in_slots(self.clause.sentence, frame, behind)
        if won := self.deals.won(frame):
            found = won
        elif "n.get" in node.tags:
            found = self.deals.bought(frame, suppliers)
        elif "n.both" in node.tags:
            found = self.deals.dealt(frame, suppliers, recipients)
        else:
            found = self.deals.sold(frame, suppliers, recipients)
        rule = "transfer.bought" if "n.get" in node.tags else "transfer.noun"
        return Found(rule, frame, items, *found, transfer_stages.of_noun(self.clause, frame), others)

    def _without_onlooker(self, frame: Frame) -> tuple[Frame, list[Party]]:
        """``Chile seizes a shipment``, ``protests a sale``, ``for bombing a shipment``: who does so is no side of it."""
        verb = self.nodes[frame.verb.at].word if frame.verb else ""
        if any(self.nodes[at].word in _HARMING for at in range(frame.first, frame.at)):
            others, left = (*frame.owners, *frame.subject), structs.replace(frame, owners=())
        elif verb in english.LOOKING_ON or (frame.owners and verb in _OPPOSING):
            others, left = frame.subject, structs.replace(frame, governors=())
        else:
            return frame, []
        named = parties.of_nodes(self.clause.sentence, others, frame.method)
        return structs.replace(left, subject=(), verb=None), named


def _grouped(party: Party) -> bool:
    return any(word in english.GROUPS for word in party.name.lower().split())


def _domestic(party: Party) -> bool:
    """``military gear for local police``: no armed actor of another country."""
    return "police" in party.name.lower().split()
