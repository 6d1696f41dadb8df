"""What a text shows that may speak for or against a topic, each with a name that people can read.

===========================  ==================================================================================
``GROUP@head``               a word of the group stands in the title or in the 600 code points after it
``GROUP@more``               ... how many there: 0 for one, 1 for three and more
``GROUP@rest``               ... how densely after the head: 1 for two in 1,000 code points and more
``TOGETHER@head``, ``@rest`` the groups of a line of ``together`` stand in one sentence, in the head or after it
``arms to party@head``       arms to, for or from a party: "missiles to Ukraine"
``countries 2``              at least so many countries are named in the head; ``leaders``: by their people
``act KIND ...``             acts that were read, by roles, place and certainty; ``half an act KIND`` lacks a party
===========================  ==================================================================================

A group is one of ``topic_signs.yaml``, a topic's ``core``, ``support`` or ``exclude`` (``sanctions.core``), a kind of entity
(``armed_group``), or ``arms``: the words of ``arms.yaml`` and the weapons.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from services.core.act import Act, ArmsTransfer
from services.core.mention import EntityKind
from services.extractor.lexicon_schema import SignsFile
from services.extractor.scan import Hit
from services.extractor.topic_rules import Reading

HEAD = 600  # code points after the title
_MOST_HITS = 3000  # of a text; what follows adds nothing to what it is about
_STOP = re.compile(r"[.!?;][\"')]*\s|\n|\|")
_LINK = re.compile(r"s? (to|for|from|into) (?:the )?")
_NEAR = 14  # code points between "arms to" and the party
_PASSED = frozenset({"arms", "arms_nouns", "long_weapons", "mil_aid"})
_NUMBERS = {"any": 0, "one": 1, "two": 2, "three": 3}

Features = dict[str, float]


class _Line(NamedTuple):
    """A line of ``together``: groups are bits."""

    name: str
    parties: int
    all: tuple[int, ...]
    none: int


class FeatureReader:
    """Immutable after it is built."""

    def __init__(self, signs: SignsFile) -> None:
        wanted = {group for line in signs.together.values() for part in (*line.all, line.none) for group in part}
        self._bits = {group: 1 << number for number, group in enumerate(sorted(wanted))}
        self._lines = tuple(
            _Line(name, _NUMBERS[line.parties], tuple(self._mask(part) for part in line.all), self._mask(line.none))
            for name, line in signs.together.items()
        )

    def read(self, reading: Reading) -> Features:
        """The features of what was read that are not 0."""
        hits = [hit for hit in islice(reading.hits, _MOST_HITS) if hit.term.groups]
        head_end = reading.title_end + HEAD
        features: Features = {}
        _count(features, len(reading.text), head_end, hits)
        _name(features, reading.title_end, hits)
        self._put_together(features, reading, head_end, hits)
        _pass_on(features, reading.text, head_end, hits)
        for name in _acts(reading.acts, reading.title_end):
            features[name] = 1.0
        for kind, triggers in reading.half.items():
            if triggers:
                features[f"half an act {kind}"] = 1.0
        return features

    def _mask(self, groups: Sequence[str]) -> int:
        return sum(self._bits[group] for group in groups)

    def _put_together(self, features: Features, reading: Reading, head_end: int, hits: Sequence[Hit]) -> None:
        """Hits come by where they end, so that the sentence they stand in only moves on."""
        bits = self._bits
        stops = sorted([reading.title_end, *(stop.end() for stop in _STOP.finditer(reading.text)), len(reading.text)])
        at, begin, present = 0, 0, 0
        parties: set[str] = set()
        for hit in hits:
            if hit.end > stops[at]:
                self._judge(features, present, parties, "@head" if begin < head_end else "@rest")
                present, parties = 0, set()
                at = bisect_left(stops, hit.end, at)
                begin = stops[at - 1]
            for group in hit.term.groups:
                if group in bits:
                    present |= bits[group]
            if party := _party(hit):
                parties.add(party)
        self._judge(features, present, parties, "@head" if begin < head_end else "@rest")

    def _judge(self, features: Features, present: int, parties: set[str], zone: str) -> None:
        if not present and not parties:
            return
        named = len(parties)
        for name, least, every, none in self._lines:
            if named >= least and not present & none:
                for part in every:
                    if not present & part:
                        break
                else:
                    features[name + zone] = 1.0


def _count(features: Features, length: int, head_end: int, hits: Sequence[Hit]) -> None:
    """A word within another of the same group counts once."""
    reached: dict[str, int] = {}
    head: dict[str, int] = defaultdict(int)
    rest: dict[str, int] = defaultdict(int)
    for hit in hits:
        zone = head if hit.start < head_end else rest
        for group in hit.term.groups:
            if hit.start >= reached.get(group, 0):
                reached[group] = hit.end
                zone[group] += 1
    for group, count in head.items():
        features[group + "@head"] = 1.0
        if count > 1:
            features[group + "@more"] = min(1.0, (count - 1) / 2)
    full = 2 * max(length - head_end, 1000) / 1000
    for group, count in rest.items():
        features[group + "@rest"] = min(1.0, count / full)


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


def _party(hit: Hit) -> str | None:
    if hit.term.name is None:
        return None
    entity = hit.term.name.entity
    return entity.country or (entity.id if entity.kind is EntityKind.ARMED_GROUP else None)


def _pass_on(features: Features, text: str, head_end: int, hits: Sequence[Hit]) -> None:
    starts = [hit.start for hit in hits if _party(hit)]
    if not starts:
        return
    starts.sort()
    for hit in hits:
        if not _PASSED.isdisjoint(hit.term.groups) and (link := _LINK.match(text, hit.end)):
            at = bisect_left(starts, link.end())
            if at < len(starts) and starts[at] - link.end() <= _NEAR:
                features[f"arms {link[1]} party" + ("@head" if hit.start < head_end else "@rest")] = 1.0


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
