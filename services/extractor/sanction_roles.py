"""Who takes what measure against whom in a sentence: by nouns of measures, verbs of sanctioning, and verbs with objects."""

from collections.abc import Iterator

from msgspec import Struct

from services.core.act import Method, Party, SanctionStage
from services.core.mention import EntityKind
from services.extractor import english, fill, parties, sanction_stages
from services.extractor import sanction_bearers as bearing
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.rows import Node
from services.extractor.sanction_phrases import approved, phrased

_AGAINST = ("on", "against", "targeting", "upon", "over+", "on+", "against+", "at")
_EVADED = frozenset(
    ["evade", "circumvent", "dodge", "skirt", "bust", "bypass", "sidestep", "flout", "defy", "violate", "breach", "break"]
)  # fmt: skip
_BEHIND_PASSIVES = frozenset({"", "by", "over", "after", "amid", "following", "because"})
_OTHERS = frozenset(
    ["blame", "criticise", "criticize", "condemn", "denounce", "slam", "protest", "hurt", "batter", "cripple", "squeeze", "hobble"]
)  # fmt: skip


_OF_SANCTIONS = frozenset(
    ["strategy", "policy", "policies", "relief", "regime", "regimes", "package", "bill", "bills", "list", "lists", "threat", "threats", "push", "plan", "plans", "waiver", "waivers", "evasion", "pressure", "snapback", "campaign", "deadline", "talks", "row", "violations", "exemption", "exemptions"]
)  # fmt: skip


class Found(Struct):
    """A sanction that a rule has found, its roles as parties."""

    rule: str
    frame: Frame
    imposers: list[Party]
    targets: list[Party]
    stage: SanctionStage
    measure: tuple[int, int]


class SanctionReader:
    """Reads one sentence. ``spoken``: the article speaks of sanctions by name."""

    def __init__(self, clause: Clause, *, spoken: bool) -> None:
        self.clause = clause
        self.nodes = clause.nodes
        self.spoken = spoken

    def found(self) -> Iterator[Found]:
        """What the words of the sentence say; roles they leave open are empty."""
        for at, node in enumerate(self.nodes):
            found = None
            verbal = node.name is None and self.clause.verbal(at)
            if verbal and node.tags & {"s.verb.imposed", "s.verb.eased"} and self._meant(at, node):
                found = self._verb(at, node)
            elif bearing.listed(self.clause, at):
                found = self._attribute(at)
            elif node.tags & {"sanction"} or ("penalty" in node.tags and self.spoken):
                found = self._noun(at, node) if not verbal and not self._modifies(at) else None
            elif verbal:
                told = phrased(self.clause, at, node)
                found = Found("sanction.phrase", *told) if told is not None else None
            if found is not None and (found.imposers or found.targets or found.rule == "sanction.noun"):
                yield found

    def _meant(self, at: int, node: Node) -> bool:
        """``designate`` needs a word of terror or sanctions near; "Sanctions Strategy" of a headline is no verb."""
        if "guarded" not in node.tags:
            behind = self.nodes[at + 1].word if at + 1 < len(self.nodes) else ""
            return behind not in _OF_SANCTIONS and not approved(self.clause, at)
        return any("terror" in other.word or "sanction" in other.word or other.word == "ftos" for other in self.nodes)

    def _modifies(self, at: int) -> bool:
        """``sanctions relief``: the noun that follows tells it."""
        following = self.nodes[at + 1] if at + 1 < len(self.nodes) else None
        return (
            following is not None and bool(following.tags & {"sanction", "penalty"}) and not self.clause.verbal(at + 1)
        )

    # ---------------------------------------------------------------- verbs

    def _verb(self, at: int, node: Node) -> Found:
        frame = self.clause.of_verb(at)
        stage = SanctionStage.EASED if "s.verb.eased" in node.tags else SanctionStage.IMPOSED
        stage = sanction_stages.over_verb(self.clause, frame) or stage
        opened = bearing.beside(self.clause, at)
        if frame.passive or opened or self._headed(at):
            one_of = bearing.among(self.clause, frame.subject_span[1]) if frame.subject_span else []
            targets = opened or one_of or self._span(frame.subject_span, frame.method) or self._targets(frame)
            return Found(
                "sanction.passive",
                frame,
                parties.in_slots(self.clause.sentence, frame, ("by",)),
                targets,
                stage,
                (at, at),
            )
        targets = parties.phrases(self.clause, frame.objects, frame.method, described=True)
        return Found("sanction.verb", frame, self._subject(frame), targets, stage, (at, at))

    def _headed(self, at: int) -> bool:
        """``Bank sanctioned over arms deal``: what a headline says in the passive without saying so."""
        verb, behind = self.nodes[at].verb, self.nodes[at + 1].word if at + 1 < len(self.nodes) else ""
        return bool(verb and verb.tense in {"past", "participle"}) and behind in _BEHIND_PASSIVES

    def _attribute(self, at: int) -> Found | None:
        """``sanctioned Russian tankers``, ``US-sanctioned firms``."""
        last, targets = bearing.described(self.clause, at)
        owner = bearing.by(self.clause, at)
        imposers = parties.of_nodes(self.clause.sentence, [owner], Method.PATTERN) if owner is not None else []
        if self.nodes[at - 1].word == "those" and (targets := bearing.among(self.clause, at)):
            frame = Frame(at=at, first=at)
            self.clause.right(frame, at + 1)
            imposers = parties.in_slots(self.clause.sentence, frame, ("by",))
            return Found("sanction.passive", frame, imposers, targets, SanctionStage.IMPOSED, (at, at))
        imposers = imposers or [one for one in bearing.enforcers(self.clause, at) if not fill.among(one, targets)]
        frame = Frame(at=at, first=at, last=last)
        return Found("sanction.attribute", frame, imposers, targets, SanctionStage.IN_FORCE, (at, at))

    # ---------------------------------------------------------------- nouns

    def _noun(self, at: int, node: Node) -> Found | None:
        frame = self.clause.of_noun(at)
        targets = self._targets(frame)
        imposers = parties.in_slots(self.clause.sentence, frame, ("by", "from") if self._from_first(frame) else ("by",))
        if not targets:
            targets.extend(one for one in bearing.bearers(self.clause, at) if not fill.among(one, imposers))
        if not targets:
            targets.extend(bearing.struck(self.clause, frame))
        for owner in parties.of_nodes(self.clause.sentence, frame.owners, frame.method):
            self._place_owner(frame, owner, imposers, targets)
        stage = sanction_stages.of_measure(self.clause, frame)
        self._governing(frame, stage, imposers, targets)
        if self._caller(frame, stage) and not imposers and frame.verb is not None:
            stage = self._own(frame.verb, imposers, targets)
        if "sanction" not in node.tags and not (targets and imposers):
            return None
        return Found(
            "sanction.noun",
            frame,
            imposers,
            targets,
            stage,
            (at, at),
        )

    def _from_first(self, frame: Frame) -> bool:
        """``sanctions from Norway on Peru``, not ``sanctions on ships from Norway``."""
        against = [at for slot in _AGAINST for at in frame.slots.get(slot, ())]
        return not against or min(frame.slots.get("from") or (0,)) < min(against)

    def _place_owner(self, frame: Frame, owner: Party, imposers: list[Party], targets: list[Party]) -> None:
        """``US sanctions`` names who imposes, ``Iran sanctions`` who suffers, unless the rest of the sentence says otherwise."""
        index = next(i for i in frame.owners if self.nodes[i].start == owner.span.start)
        name = self.nodes[index].name
        usual = name.entity.usual if name else None
        kind = name.entity.kind if name else None
        suffers = usual != "imposer" and kind in {EntityKind.COMPANY, EntityKind.ARMED_GROUP, EntityKind.BODY}
        if (targets and not suffers) or usual == "imposer":
            if (not imposers and all(other_party(owner, party) for party in targets)) or (
                usual == "imposer" and all(other_party(owner, party) for party in [*targets, *imposers])
            ):
                imposers.append(owner)
        elif all(other_party(owner, party) for party in imposers):
            targets.append(owner)

    def _governing(self, frame: Frame, stage: SanctionStage, imposers: list[Party], targets: list[Party]) -> None:
        """What the verb over the noun adds: its subject imposes, or suffers, or evades; its object may be the target."""
        verb = None if self._told_of(frame) else frame.verb
        if verb is None:
            self._predicate(frame, imposers, targets)
            return
        lemma = self._lemma(verb.at)
        subject = self._subject(verb)
        if stage is SanctionStage.VIOLATED or lemma in bearing.SUFFERING or lemma in _EVADED or self._under(frame):
            self._suffering(frame, stage, subject, imposers, targets)
            return
        if verb.passive:
            sufferers = self._span(verb.subject_span, verb.method)
            if not targets and sufferers:
                targets.extend(sufferers[:3])
            if not imposers:
                imposers.extend(parties.in_slots(self.clause.sentence, verb, ("by",)))
            return
        if not targets and verb.at < frame.at:
            between = [i for i in verb.objects if i < frame.first or i < self.clause.noun_start(frame.at)]
            if self.nodes[self.clause.noun_start(frame.at) - 1].word == "with":
                targets.extend(parties.phrases(self.clause, between, verb.method))
        if lemma == "join" and imposers and targets:
            imposers.extend(one for one in subject if not fill.among(one, [*imposers, *targets]))
        if not imposers and lemma not in _OTHERS and not self._caller(frame, stage):
            imposers.extend(party for party in subject if all(other_party(party, other) for other in targets))

    def _told_of(self, frame: Frame) -> bool:
        """``said the sanctions would fail``: who says so does nothing to them."""
        verb, last = frame.verb, frame.last + 1
        if verb is None or last >= len(self.nodes) or verb.at > frame.at:
            return False
        tags = self.nodes[verb.at].tags
        says = bool(tags & {"say", "claim"}) and not any(tag.startswith("s.") for tag in tags)
        return says and (self.nodes[last].word in english.AUXILIARIES or self.clause.verbal(last))

    def _suffering(
        self, frame: Frame, stage: SanctionStage, subject: list[Party], imposers: list[Party], targets: list[Party]
    ) -> None:
        """The subject is under sanctions, or evades them."""
        if targets and not (stage is SanctionStage.VIOLATED and subject):
            return
        evaded = targets[:1]
        evaders = [party for party in subject if all(other_party(party, other) for other in imposers)]
        targets[:] = evaders or targets
        if evaders and evaded and not imposers and frame.owners:
            imposers.extend(evaded)  # "evaded Norwegian sanctions"

    def _predicate(self, frame: Frame, imposers: list[Party], targets: list[Party]) -> None:
        """``US sanctions hit Rosneft``, ``sanctions were imposed on X by Y``."""
        predicate = frame.predicate
        if predicate is None:
            own = bearing.relative(self.clause, frame)
            if own is not None:
                targets.extend([] if targets else self._targets(own))
                imposers.extend([] if imposers else self._subject(own))
            return
        if not imposers and predicate.slots.get("by") and self.nodes[predicate.at + 1].word == "by":
            imposers.extend(parties.in_slots(self.clause.sentence, predicate, ("by",)))  # "sanctions lifted by Togo"
        if targets:
            return
        if not frame.passive:
            objects = parties.phrases(self.clause, predicate.objects, predicate.method, described=True)
            targets.extend(party for party in objects[:2] if all(other_party(party, other) for other in imposers))

    def _under(self, frame: Frame) -> bool:
        start = self.clause.noun_start(frame.at)
        return start > 0 and self.nodes[start - 1].word in {"under", "despite", "amid"}

    def _caller(self, frame: Frame, stage: SanctionStage) -> bool:
        """Whether the subject only calls for it. Who was called upon is the subject already where the sentence names him."""
        if stage is not SanctionStage.CALLED_FOR or frame.verb is None:
            return False
        return "s.called_for" in self.nodes[frame.verb.at].tags

    def _own(self, verb: Frame, imposers: list[Party], targets: list[Party]) -> SanctionStage:
        """Who usually imposes and calls for sanctions means its own."""
        usual = [i for i in verb.subject if (name := self.nodes[i].name) and name.entity.usual == "imposer"]
        callers = parties.of_nodes(self.clause.sentence, usual, verb.method)
        imposers.extend(party for party in callers if all(other_party(party, other) for other in targets))
        return SanctionStage.THREATENED if imposers else SanctionStage.CALLED_FOR

    def _targets(self, frame: Frame) -> list[Party]:
        for slot in _AGAINST:
            found = parties.phrases(self.clause, frame.slots.get(slot, ()), frame.method, described=True)
            if found:
                return found
        return []

    def _subject(self, frame: Frame) -> list[Party]:
        return parties.of_nodes(self.clause.sentence, frame.subject, frame.method)

    def _span(self, span: tuple[int, int] | None, method: Method) -> list[Party]:
        return parties.phrases(self.clause, range(span[0], span[1] + 1), method, described=True) if span else []

    def _lemma(self, at: int) -> str:
        return bearing.lemma(self.nodes[at], bearing.SUFFERING | _EVADED | _OTHERS, ("s", "d", "ed", "ing"))


def other_party(one: Party, other: Party) -> bool:
    """Whether two parties differ."""
    if one.country and other.country:
        return one.country != other.country
    return one.id != other.id or one.id is None
