"""What a text shows that may speak for or against a topic, each with a name that people can read.

===========================  ==================================================================================
``GROUP@head``               a word of the group stands in the title or in the 400 code points after it
``GROUP@more``               ... how many there: 0 for one, 1 for three and more
``GROUP@rest``               ... how densely after the head: 1 for two in 1,000 code points and more
``TOGETHER@head``, ``@rest`` the groups of a line of ``together`` stand in one sentence, in the head or after it
``countries 2``              at least so many countries are named in the head; ``leaders``: by their people
``rule TOPIC``               what the rules alone make of the topic
``act KIND ...``             acts that were read, by roles, place and certainty
===========================  ==================================================================================

A group is one of ``topic_signs.yaml``, a topic's ``core``, ``support`` or ``exclude`` (``sanctions.core``), a kind of entity
(``armed_group``), or ``arms``: the words of ``arms.yaml`` and the weapons.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from services.core.act import Act, ArmsTransfer
from services.core.mention import EntityKind
from services.extractor.lexicon_schema import SignsFile, Together
from services.extractor.scan import Hit
from services.extractor.topic_rules import Reading

HEAD = 400  # code points after the title
_MOST_HITS = 3000  # of a text; what follows adds nothing to what it is about
_STOP = re.compile(r"[.!?;][\"')]*\s|\n|\|")
_TO = re.compile(r"s? (to|for|from|into) (?:the )?")
_NUMBERS = {"any": 0, "one": 1, "two": 2, "three": 3}
_NEAR = 14  # code points between "arms to" and the party

Features = dict[str, float]


class _Tally:
    """Where the words of a group stand. A word within another of the same group counts once."""

    __slots__ = ("end", "head", "rest")

    def __init__(self) -> None:
        self.head = self.rest = self.end = 0


def groups(hit: Hit) -> tuple[str, ...]:
    """The groups that a hit is of."""
    term = hit.term
    if term.layer == "sign":
        return (term.key,)
    if term.layer == "topic":
        return (f"{term.key}.{'core' if term.weight > 1 else 'support' if term.weight > 0 else 'exclude'}",)
    if term.layer == "tag":
        return ("arms",) if term.key == "arms" else ()
    if term.name is None:
        return ()
    entity = term.name.entity
    kind = "arms" if entity.kind is EntityKind.WEAPON else entity.kind.value
    return (kind, f"usual {entity.usual}") if entity.usual else (kind,)


def read_features(reading: Reading, signs: SignsFile) -> Features:
    """The features of what was read that are not 0."""
    text, title_end = reading.text, reading.title_end
    ordered = sorted(reading.hits, key=lambda hit: (hit.start, hit.end))[:_MOST_HITS]
    features: Features = {}
    _count(features, len(text), title_end, ordered)
    _name(features, title_end, ordered)
    _put_together(features, reading, ordered, signs.together)
    _pass_on(features, text, title_end, ordered)
    for name in _acts(reading.acts, title_end):
        features[name] = 1.0
    for kind, triggers in reading.half.items():
        if triggers:
            features[f"half an act {kind}"] = 1.0
    return features


def _count(features: Features, length: int, title_end: int, hits: Sequence[Hit]) -> None:
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    head_end = title_end + HEAD
    for hit in hits:
        for group in groups(hit):
            tally = tallies[group]
            if hit.start < tally.end:
                continue
            tally.end = hit.end
            if hit.start >= head_end:
                tally.rest += 1
            else:
                tally.head += 1
    thousands = max(length - head_end, 1000) / 1000
    for group, tally in tallies.items():
        if tally.head:
            features[group + "@head"] = 1.0
        if tally.head > 1:
            features[group + "@more"] = min(1.0, (tally.head - 1) / 2)
        if tally.rest:
            features[group + "@rest"] = min(1.0, tally.rest / thousands / 2)


def _name(features: Features, title_end: int, hits: Sequence[Hit]) -> None:
    named: set[str] = set()
    in_title: set[str] = set()
    leaders: set[str] = set()
    for hit in hits:
        if hit.start >= title_end + HEAD:
            break
        if hit.term.name is None or not (country := hit.term.name.entity.country):
            continue
        named.add(country)
        if hit.start < title_end:
            in_title.add(country)
        if hit.term.name.entity.kind is EntityKind.PERSON:
            leaders.add(country)
    for what, found, most in (("countries", named, 3), ("countries in title", in_title, 2), ("leaders", leaders, 2)):
        for number in range(1, min(len(found), most) + 1):
            features[f"{what} {number}"] = 1.0


def _put_together(features: Features, reading: Reading, hits: Sequence[Hit], table: dict[str, Together]) -> None:
    wanted = {group for line in table.values() for part in (*line.all, line.none) for group in part}
    text, title_end = reading.text, reading.title_end
    stops = sorted([title_end, *(stop.end() for stop in _STOP.finditer(text))])
    present: dict[int, set[str]] = defaultdict(set)
    parties: dict[int, set[str]] = defaultdict(set)
    for hit in hits:
        if party := _party(hit):
            parties[bisect_right(stops, hit.start)].add(party)
        for group in groups(hit):
            if group in wanted:
                present[bisect_right(stops, hit.start)].add(group)
    for sentence in present.keys() | parties.keys():
        begin = stops[sentence - 1] if sentence else 0
        zone = "@head" if begin < title_end + HEAD else "@rest"
        groups_there, named = present[sentence], len(parties[sentence])
        for name, line in table.items():
            if named >= _NUMBERS[line.parties] and _holds(line, groups_there):
                features[name + zone] = 1.0


def _holds(line: Together, present: set[str]) -> bool:
    return all(not present.isdisjoint(part) for part in line.all) and present.isdisjoint(line.none)


def _party(hit: Hit) -> str | None:
    if hit.term.name is None:
        return None
    entity = hit.term.name.entity
    return entity.country or (entity.id if entity.kind is EntityKind.ARMED_GROUP else None)


def _pass_on(features: Features, text: str, title_end: int, hits: Sequence[Hit]) -> None:
    """Arms to, for or from a party: ``missiles to Ukraine``."""
    starts = [hit.start for hit in hits if _party(hit)]
    for hit in hits:
        if not {"arms", "arms_nouns", "long_weapons", "mil_aid"}.isdisjoint(groups(hit)):
            link = _TO.match(text, hit.end)
            if link is None:
                continue
            at = bisect_right(starts, link.end() - 1)
            if at < len(starts) and starts[at] - link.end() <= _NEAR:
                features[f"arms {link[1]} party" + ("@head" if hit.start < title_end + HEAD else "@rest")] = 1.0


def _acts(acts: Sequence[Act], title_end: int) -> Iterator[str]:
    for act in acts:
        transfer = isinstance(act, ArmsTransfer)
        roles = (act.supplier, act.recipient) if isinstance(act, ArmsTransfer) else (act.imposer, act.target)
        name = "act transfer" if transfer else "act sanction"
        yield name
        yield f"{name} {act.certainty.value}"
        if all(roles):
            yield f"{name} both roles"
        if isinstance(act, ArmsTransfer) and act.items:
            yield f"{name} items"
        start = act.evidence[0].start
        if start < title_end + HEAD:
            yield f"{name} in {'title' if start < title_end else 'lead'}"
