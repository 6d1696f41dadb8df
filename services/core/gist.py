"""What an article tells, in the terms by which stories are recognised."""

from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from msgspec import Struct, structs

from services.core.act import Act, ArmsTransfer, Party, SanctionStage, sides
from services.core.background import RAREST, Background
from services.core.likeness import lengths, rarest
from services.core.mention import EntityKind
from services.core.near import bands
from services.core.rules.reading import Reading, kind_of
from services.core.story import Text
from services.core.wire import credited
from services.core.words import keys, words

LEAD = 500  # code points in which a text says what it is about; what stands beyond is background
_TITLE_TERMS = 16
_LEAD_TERMS = 64
_KEY_TERMS = 24
_ENTITIES = 16
_SURE = round(RAREST**2)


class Course(StrEnum):
    """What cannot be one act. A sanction eased is not a sanction imposed, whoever the parties are."""

    TRANSFER = "transfer"
    AGAINST = "against"  # called for, threatened, imposed, or refused
    STANDING = "standing"  # in force already
    EASING = "easing"
    EVASION = "evasion"


_COURSES = {
    SanctionStage.IN_FORCE: Course.STANDING,
    SanctionStage.EASED: Course.EASING,
    SanctionStage.VIOLATED: Course.EVASION,
}


class Told(Struct, frozen=True, kw_only=True):
    """An act as one article tells it. ``lead``: it stands where the article says what it is about, and is not long past."""

    act: Act
    kind: str
    course: Course
    giver: str | None
    taker: str | None
    lead: bool


class Gist(Struct, frozen=True, kw_only=True):
    """What an article tells. ``at`` is when it was published, or first seen if it claims to be from the future.

    ``keys``: what a story must share one of to be looked at, each with how much it says.
    """

    at: datetime
    text: Text
    acts: tuple[Told, ...]  # those of the lead first
    keys: dict[str, int]
    wire: str | None = None  # the news agency whose text it says it is


def gist(reading: Reading, signature: bytes, background: Background, sense: bytes = b"") -> Gist:
    """The gist of an article. ``signature`` as in services.core.near, ``sense`` as in services.core.sense."""
    article = reading.tagged.article
    acts = told_acts(reading)
    text = structs.replace(_text(reading, signature, background), sense=sense)
    return Gist(
        at=min(article.published_at, article.first_seen_at), text=text, acts=acts, keys=_keys(text, acts, background),
        wire=credited(reading.tagged),
    )  # fmt: skip


def told_acts(reading: Reading) -> tuple[Told, ...]:
    """The acts of an article. Where none stands in the lead, the first counts as its subject, of those not long past if there are any."""
    acts = [_told(act, reading) for act in reading.tagged.acts]
    if acts and not any(one.lead for one in acts):
        subject = next((at for at, one in enumerate(acts) if not _past(one.act, reading)), 0)
        acts[subject] = structs.replace(acts[subject], lead=True)
    return tuple(sorted(acts, key=lambda one: not one.lead))


def party_key(party: Party | None) -> str | None:
    """Who it is, as stories compare it: the country it stands for, else the entity, else its name marked by ``~``."""
    if party is None:
        return None
    if party.country:
        return party.country
    if party.id:
        return party.id.removeprefix("country:")
    return "~" + " ".join(keys(party.name))


def act_keys(kind: str, course: str, giver: str | None, taker: str | None) -> tuple[str, ...]:
    """Keys that an act shares with the same act told without one of its parties."""
    found = [f"a:{kind}:{course}:{giver}>" if giver else "", f"a:{kind}:{course}:>{taker}" if taker else ""]
    return tuple(key for key in found if key)


def text_keys(text: Text) -> tuple[str, ...]:
    """Keys that a text shares with copies, near duplicates, and texts about the same."""
    return (f"x:{text.copy}", *bands(text.signature), *(f"t:{term}" for term in text.rare))


def terms(reading: Reading) -> frozenset[str]:
    """What of an article counts for how common words and entities are."""
    return frozenset((*_terms(reading, LEAD), *_entities(reading)))


def _keys(text: Text, acts: tuple[Told, ...], background: Background) -> dict[str, int]:
    """A rare word says more than a common one, by the square of its weight; a band of a near duplicate or an act as much as the rarest."""
    of_acts = [key for one in acts if one.lead for key in act_keys(one.kind, one.course, one.giver, one.taker)]
    words = {f"t:{term}": round(background.weight(term) ** 2) for term in text.rare}
    return dict.fromkeys((*text_keys(text), *of_acts), _SURE) | words


def roles(act: Act) -> tuple[Party, ...]:
    """The parties of an act that are stated, the giving one first."""
    return tuple(party for party in sides(act) if party is not None)


def _told(act: Act, reading: Reading) -> Told:
    transfer = isinstance(act, ArmsTransfer)
    giver, taker = sides(act)
    course = Course.TRANSFER if transfer else _COURSES.get(SanctionStage(act.stage), Course.AGAINST)
    first = act.evidence[0].start if act.evidence else act.trigger.start
    return Told(
        act=act, kind=kind_of(act), course=course, giver=party_key(giver), taker=party_key(taker),
        lead=first < max(LEAD, len(reading.tagged.article.title)) and not _past(act, reading),
    )  # fmt: skip


def _past(act: Act, reading: Reading) -> bool:
    """Whether the article tells it as long past: background wherever it stands."""
    return act.when is not None and act.when.before(reading.tagged.article.published_at.date())


def _text(reading: Reading, signature: bytes, background: Background) -> Text:
    whole = "\x00".join(token for token in reading.tokens if token)
    text = Text(
        copy=blake2b(whole.encode(), digest_size=10).hexdigest(),
        signature=signature,
        title=tuple(sorted(_terms(reading, len(reading.tagged.article.title))[:_TITLE_TERMS])),
        lead=tuple(sorted(_terms(reading, LEAD)[:_LEAD_TERMS])),
        entities=tuple(sorted(_entities(reading)[:_ENTITIES])),
    )
    finding = [term for term in (*text.lead, *text.entities) if not term.startswith("@")]
    found = rarest(finding, background.weigh(finding), _KEY_TERMS)
    return structs.replace(text, rare=found, lengths=lengths(text, background))


def _entities(reading: Reading) -> tuple[str, ...]:
    """Ids, in the order of first mention."""
    found = (
        mention.id for mention in reading.tagged.mentions
        if mention.kind is not EntityKind.COUNTRY and mention.kind is not EntityKind.AGENCY
    )  # fmt: skip
    return tuple(dict.fromkeys(found))


def _terms(reading: Reading, end: int) -> tuple[str, ...]:
    """The stems of the telling words up to ``end``, in order; words that name a country become its code: ``@RU``."""
    named = {
        place: mention.country
        for mention in reading.tagged.mentions
        if mention.kind is EntityKind.COUNTRY and mention.country and mention.span.start < end
        for place in range(mention.span.start, mention.span.end)
    }
    found = (
        f"@{named[word.start]}" if word.start in named else stem(word.key)
        for word in words(reading.text, 0, end + 1)
        if word.end <= end and (word.start in named or len(word.key) > 1)
    )
    return tuple(term for term in dict.fromkeys(found) if term not in GENERIC)


def stem(word: str) -> str:
    """The word without the commonest English endings, so that ``radars`` is ``radar`` and ``deliveries`` ``delivery``."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            word = word[: -len(ending)]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


# Words that tell no event apart: grammar, reporting, and the vocabulary of arms and sanctions itself, whose meaning
# acts carry already.
_GENERIC = """
a about above accord according across after again against agree agreed agreement agrees aid all along already also am
amid an and announce announced announces another any approve approved approves april are arm arms around as ask asked
asking asks at august authorities away back ban be because been before being below between both but buy buying buys by
call called calls can claim claimed claims comes could countries country day days deal deals december defence defense
deliver delivered deliveries delivering delivers delivery denied denies deny did do does down due during each eased
eases embargo end ends equipment even every expected february few first five for foreign found four friday from further get
give gives go government had halt halted has have he head her here his how if impose imposed imposes imposing in
including into is it its january july june just keep last latest lead leader leaders leads lift lifted lifting lifts
made major make makes many march may measures military minister ministry monday month months more most move much must
national near need needs new news next no nor not november now october of off offer offers official officials old on
once one only or order other our out over own package part people plan planned planning plans pledge pledges pm
possible president prime purchase purchased put region report reported reportedly reports request requests right said
sale sales same sanction sanctioned sanctioning sanctions saturday say says see seek seeking seeks sell selling sells
send sending sends sent september set seven several shall she ship shipment shipments shipped shipping ships should
sign signed signs since six so sold some source sources state states still such sunday supplied supplier supplies
supply supplying take takes talks ten than that the their them then there these they this those threat threaten
threatened threatens three through thursday time to told top toward towards tuesday two under until up upon urge urged
urges us use used very via wants war was way we weapon weaponry weapons wednesday week weeks well were what when where
whether which while who whose why will with within without would year years yesterday yet you your
"""
GENERIC = frozenset(stem(word) for word in _GENERIC.split())
