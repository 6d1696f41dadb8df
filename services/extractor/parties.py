"""Fillers of roles: parties, lists of them, and noun phrases that name somebody the lexicons do not know."""

from collections.abc import Iterator, Sequence

from msgspec import structs

from services.core.act import Method, Party
from services.core.mention import EntityKind
from services.extractor import english
from services.extractor.clause import Clause
from services.extractor.entities import Form
from services.extractor.frame import Frame
from services.extractor.rows import Node, Sentence, is_stop

_MOST = 6
_STATES = frozenset({EntityKind.COUNTRY, EntityKind.PERSON})
_HELPING = frozenset({"support", "aid", "assist", "help", "bolster"})  # "diverts missiles to support Peru"
_DEEDS = frozenset({"sanction"})
_PASSED = frozenset({"give", "get", "t.agreed", "t.delivered", "t.considered", "t.sought"})
_JUDGED = frozenset(
    ["opposed", "criticised", "criticized", "rejected", "blocked", "seen", "feared", "banned", "halted", "suspended"]
)
_LONGEST = 9  # nodes of a name
_DESCRIPTION = 14  # nodes of what tells those named from others
_WHICH = frozenset({"that", "who", "which", "in", "from", "of", "outside", "inside", "behind", "with"})
_TIED = frozenset(
    ["tied", "linked", "connected", "accused", "suspected", "alleged", "involved", "responsible", "based", "close", "loyal", "owned", "controlled",
     "believed", "deemed", "doing", "supporting", "backing", "helping", "aiding", "shipping", "trading", "buying", "selling", "carrying"]
)  # fmt: skip
_NO_DESCRIPTION = frozenset(
    ["for", "over", "after", "because", "as", "when", "while", "if", "unless", "but", "since", "until", "before", "amid", "following", "despite", "by", "on", "during", "under"]
)  # fmt: skip
_OPEN = (
    english.DETERMINERS
    | english.PREPOSITIONS
    | english.CONJUNCTIONS
    | english.ADVERBS
    | english.AUXILIARIES
    | {"'s", "'", '"', "-"}
)


def of_node(sentence: Sentence, at: int, method: Method) -> Party:
    """The party at a node."""
    node = sentence.nodes[at]
    assert node.name is not None
    entity = node.name.entity
    return Party(name=entity.name, span=sentence.span(at, at), method=method, id=entity.id, country=entity.country)


def item(sentence: Sentence, at: int, method: Method) -> Party:
    """The arms at a node."""
    node, span = sentence.nodes[at], sentence.span(at, at)
    name, ident = (node.name.entity.name, node.name.entity.id) if node.name else (span.quote, None)
    return Party(name=name, span=span, method=method, id=ident)


def acting(party: Party | None) -> Party | None:
    """A person who acts for a state as that state: the name and the words stay."""
    if party is None or party.country is None or party.id is None or not party.id.startswith(f"{EntityKind.PERSON}:"):
        return party
    return structs.replace(party, id=f"{EntityKind.COUNTRY}:{party.country}")


def of_nodes(sentence: Sentence, found: Sequence[int], method: Method) -> list[Party]:
    """The parties at these nodes, each entity once."""
    named = [at for at in found if not _owns(sentence.nodes, at, found)]
    parties = {party.country or party.id: party for at in reversed(named) for party in [of_node(sentence, at, method)]}
    return list(reversed(parties.values()))[:_MOST]


def _owns(nodes: Sequence[Node], at: int, found: Sequence[int]) -> bool:
    """Whether the country only says whose company it is: ``Germany's Rheinmetall``."""
    following = next((i for i in (at + 1, at + 2) if i in found), None)
    if following is None or (following == at + 2 and nodes[at + 1].word != "'s"):
        return False
    owner, owned = nodes[at].name, nodes[following].name
    if owner is None or owned is None or owned.entity.kind is not EntityKind.COMPANY:
        return False
    return owner.entity.kind is EntityKind.COUNTRY and owner.entity.country == owned.entity.country


def in_slots(sentence: Sentence, frame: Frame, slots: Sequence[str]) -> list[Party]:
    """The parties behind the first of these prepositions that has any, three at most."""
    for slot in slots:
        found = [at for at in frame.slots.get(slot, ()) if sentence.nodes[at].is_party]
        if found:
            return of_nodes(sentence, found[:3], frame.method)
    return []


def groups(nodes: Sequence[Node], slot: Sequence[int]) -> Iterator[list[int]]:
    """The noun phrases of a slot: split at commas, ``and`` between names, and gaps."""
    current: list[int] = []
    for at in slot:
        gap = bool(current) and at != current[-1] + 1
        joint = nodes[at].word in english.CONJUNCTIONS
        if gap or (joint and current and _stands_alone(nodes, current, at)):
            yield current
            current = []
        if not joint or current:
            current.append(at)
    if current:
        yield current


def _stands_alone(nodes: Sequence[Node], current: Sequence[int], joint: int) -> bool:
    """Whether what is before ``and`` is a name by itself: not ``Iranian and Chinese firms``."""
    last = nodes[current[-1]]
    following = nodes[joint + 1] if joint + 1 < len(nodes) else None
    if following is None or last.adjective:
        return False
    return last.is_party or last.capital or following.is_party or following.capital


def phrases(clause: Clause, slot: Sequence[int], method: Method, *, described: bool = False) -> list[Party]:
    """Those whom a slot names: parties of the lexicons, and phrases with a name or a group in them.

    ``described``: those whom no lexicon knows with what tells them from others.
    """
    found: list[Party] = []
    for group in groups(clause.nodes, slot):
        party = phrase(clause, group, method, described=described)
        if party is not None and all(party.span != other.span for other in found):
            found.append(party)
    return found[:_MOST]


def phrase(clause: Clause, group: Sequence[int], method: Method, *, described: bool = False) -> Party | None:
    """The noun phrase as a party, or None where it names nobody."""
    nodes, sentence = clause.nodes, clause.sentence
    quoted = _quoted(nodes, group)
    kept = quoted or _trimmed(nodes, group)
    if not kept or nodes[kept[-1]].tags & _DEEDS:
        return None  # "American sanctions": nobody
    named = [at for at in kept if nodes[at].is_party]
    if named and (len(kept) == 1 or _whole(nodes, kept, named)):
        return of_node(sentence, named[0], method)
    head = _head(nodes, kept)
    if head is not None:
        return of_node(sentence, head, method)
    telling = named or [
        at for at in kept if nodes[at].word in english.GROUPS or (nodes[at].capital and not sentence.title)
    ]
    if not telling and not quoted and not (sentence.title and any(nodes[at].capital for at in kept)):
        return None
    country = next((nodes[at].name.entity.country for at in named if nodes[at].name is not None), None)  # type: ignore[union-attr]
    span = sentence.span(kept[0], kept[-1])
    others = {name.entity.id for at in named if (name := nodes[at].name) and name.entity.kind not in _STATES}
    if country is None and len(others) == 1:
        return Party(name=" ".join(span.quote.split()), span=span, method=method, id=others.pop())
    if described and country is None:
        span = sentence.span(kept[0], _described(nodes, kept[-1]))
    return Party(name=" ".join(span.quote.split()), span=span, method=method, country=country)


def _described(nodes: Sequence[Node], last: int) -> int:
    """Where what tells them from others ends: ``companies that ship oil to Chile``, ``three people tied to the army``."""
    end = last
    for at in range(last + 1, min(len(nodes), last + _DESCRIPTION)):
        node = nodes[at]
        responsible = node.word == "for" and nodes[at - 1].word == "responsible"
        if at == last + 1 and not (responsible or _begins_description(node)):
            return last
        if (node.word in _NO_DESCRIPTION and not responsible) or (is_stop(node) and node.word not in {"'s", "'", "-"}):
            break
        end = at
    while end > last and (nodes[end].word in _OPEN or is_stop(nodes[end])):
        end -= 1
    return end if end > last + 1 else last


def _begins_description(node: Node) -> bool:
    tense = node.verb.tense if node.verb else ""
    return node.word in _WHICH or tense in {"past", "participle", "ing"} or node.word in _TIED


def _quoted(nodes: Sequence[Node], group: Sequence[int]) -> list[int]:
    """The name in ``a singer known as "El Condor"``: words with capitals between quotation marks that end the phrase."""
    marks = [at for at in group if nodes[at].word == '"']
    if len(marks) != 2 or marks[1] != group[-1]:
        return []
    inner = [at for at in group if marks[0] < at < marks[1]]
    return inner if inner and len(inner) <= _LONGEST and all(nodes[at].capital for at in inner) else []


def _head(nodes: Sequence[Node], kept: Sequence[int]) -> int | None:
    """Who is meant by ``Chile's acting president Ana Soto``, ``the Chilean firm Andina``: the name that the rest only describes."""
    for place in range(len(kept) - 1, 0, -1):
        node, before = nodes[kept[place]], nodes[kept[place - 1]]
        if node.name is None or node.name.entity.kind not in {EntityKind.PERSON, EntityKind.COMPANY}:
            continue
        owned = before.word == "'s" and node.name.entity.kind is EntityKind.COMPANY
        behind = nodes[kept[place + 1]].word if place + 1 < len(kept) else ""
        if behind in {"", "of", "from"} and (owned or _describes(before)):
            return kept[place]
    return None


def _describes(node: Node) -> bool:
    """Whether a word can stand right before the name that it describes."""
    joint = english.PREPOSITIONS | english.CONJUNCTIONS | {"of", "'s", "'", ",", "-"}
    return node.word not in joint and not is_stop(node) and (node.adjective or not node.is_party)


def _whole(nodes: Sequence[Node], kept: Sequence[int], named: Sequence[int]) -> bool:
    """Whether the phrase is no more than the party: ``Russia's government``, ``President Putin``."""
    first = nodes[named[0]]
    if first.name is None or first.name.form is Form.ADJECTIVE:
        return False
    rest = [nodes[at] for at in kept if at != named[0]]
    if first.name.entity.kind is EntityKind.PERSON:
        return not any(node.word in {"'s", "'", "of"} for node in rest)  # else "Putin's relatives"
    if first.name.form is Form.SEAT:
        return not any(node.word in english.GROUPS for node in rest)  # else "Kremlin allies"
    return all(
        node.word in {"'s", "government", "regime", "president", "leader", "leadership", "authorities"} for node in rest
    )


def _trimmed(nodes: Sequence[Node], group: Sequence[int]) -> list[int]:
    """Without determiners and punctuation at its ends, cut where a time begins, at most so long."""
    kept = list(group)
    while kept and (
        nodes[kept[0]].word
        in english.DETERMINERS | english.ADVERBS | english.PREPOSITIONS | _HELPING | {"'", '"', "-", "$"}
        or is_stop(nodes[kept[0]])
    ):
        kept.pop(0)
    for place, at in enumerate(kept):
        opens = nodes[at].word in {"'", '"'} and place > 0 and nodes[at].start > nodes[kept[place - 1]].end
        if (
            opens
            or nodes[at].word in english.DAYS
            or (is_stop(nodes[at]) and nodes[at].word not in {"-", "&", "'", "."})
        ):
            kept = kept[:place]
            break
    while kept and (
        nodes[kept[-1]].word
        in english.DETERMINERS | english.PREPOSITIONS | english.CONJUNCTIONS | english.ADVERBS | {"'s", "'", '"', "-"}
        or is_stop(nodes[kept[-1]])
    ):
        kept.pop()
    return kept[:_LONGEST]


def judged(nodes: Sequence[Node], at: int) -> bool:
    """``a deal denounced by Peru``: who stands behind "by" only speaks of it."""
    after = nodes[at + 1] if at + 1 < len(nodes) else None
    spoken = bool(after and after.tags & {"say", "claim", "deny"})
    return (
        after is not None
        and after.tags.isdisjoint(_PASSED)
        and (spoken or after.word in english.VERBS or after.word in _JUDGED)
    )
