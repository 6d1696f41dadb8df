"""Arms that come to somebody without a verb of giving: they reach, arrive in, land in, flow to, end up with somebody."""

from collections.abc import Sequence

from services.core.act import Method, Party
from services.extractor import english, parties
from services.extractor.clause import Clause
from services.extractor.frame import Frame

_COMING = frozenset(
    ["arrive", "arrives", "arrived", "arriving", "reach", "reaches", "reached", "land", "lands", "landed"]
)  # fmt: skip
_FLOWING = frozenset(
    ["flow", "flows", "flowed", "flowing", "end", "ends", "ended", "ending", "wind", "wound", "found", "find", "finding"]
)  # fmt: skip
WORDS = _COMING | _FLOWING
_BESIDE = {"end": "up", "wind": "up", "wound": "up", "found": "way", "find": "way", "finding": "way"}
_NEAR = 4  # nodes behind the verb in which the rest of it stands
_FLIES = ("missile", "rocket", "drone", "uav", "jet", "aircraft", "plane", "fighter", "warplane", "bomber", "helicopter", "ship", "frigate", "projectile")  # fmt: skip
_LOT = frozenset(
    ["first", "new", "batch", "batches", "shipment", "shipments", "consignment", "consignments", "tranche", "delivery",
     "deliveries", "cargo", "load", "loads", "supplies", "ordered", "bought", "promised", "pledged", "donated", "made"]
)  # fmt: skip
_WAR = frozenset(
    ["fired", "fire", "launched", "shot", "hit", "struck", "killed", "exploded", "downed", "intercepted", "overnight", "attack", "attacks",
     "strike", "strikes", "crashed", "exercise", "exercises", "drill", "drills", "patrol", "deployed", "deployment", "range"]
)  # fmt: skip
_ORIGIN = frozenset({"from", "by", "in"})


def arriving(clause: Clause, at: int, items: Sequence[int], frame: Frame) -> tuple[list[Party], list[Party]] | None:
    """Whose arms come to whom; None where they rather fly there, or somebody else sets them in motion.

    ``items``: the arms in the subject of the verb at ``at``.
    """
    nodes = clause.nodes
    beside = _BESIDE.get(nodes[at].word.removesuffix("s").removesuffix("ed").removesuffix("ing"))
    if beside and not any(node.word == beside for node in nodes[at + 1 : at + _NEAR]):
        return None
    if frame.passive or frame.subject_span is None or any(node.word in _WAR for node in nodes):
        return None
    span = range(frame.subject_span[0], frame.subject_span[1] + 1)
    marked = any(nodes[i].word in _LOT for i in span)
    if nodes[at].word in _COMING and not marked and any(_flies(clause, i) for i in items):
        return None
    suppliers = parties.of_nodes(clause.sentence, [i for i in span if _origin(clause, i, items)], Method.PATTERN)
    recipients = _whither(clause, frame)
    return (suppliers, recipients) if suppliers and recipients else None


def _flies(clause: Clause, at: int) -> bool:
    node = clause.nodes[at]
    return node.name is not None or any(part in node.word for part in _FLIES)


def _origin(clause: Clause, at: int, items: Sequence[int]) -> bool:
    """Whether the party is the one whose arms they are: ``Swedish mortars``, ``mortars from Sweden``."""
    nodes = clause.nodes
    if not nodes[at].is_party:
        return False
    owned = at + 1 < len(nodes) and clause.led_by(at) not in english.PREPOSITIONS
    return at < items[-1] if owned else nodes[at - 1].word in _ORIGIN


def _whither(clause: Clause, frame: Frame) -> list[Party]:
    nodes = clause.nodes
    places = [frame.slots.get(slot, ()) for slot in ("to", "in", "into", "at", "with")]
    if nodes[frame.at].word.startswith("reach"):
        places.insert(0, frame.objects)
    for place in places:
        held = next((n for n, i in enumerate(place) if nodes[i].word == "hands"), None)
        kept = place if held is None else [i for i in place[held + 1 :] if nodes[i].word != "of"]
        first = next((i for i in kept if nodes[i].word not in english.DETERMINERS), None)
        if first is not None and nodes[first].is_party and not nodes[first].adjective:
            return [parties.of_node(clause.sentence, first, frame.method)]
        found = parties.phrases(clause, kept, frame.method)
        known = [party for party in found if party.id or party.country]
        if known:
            return known[:2]
    return []
