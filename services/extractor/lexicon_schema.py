"""What lexicon files may hold. docs/reference/lexicons.md explains the same to analysts."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Text = Annotated[str, Meta(min_length=1, max_length=120)]
Texts = tuple[Text, ...]
Ident = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Group = Annotated[str, Meta(pattern=r"^[a-z_]+([. ][a-z]+)?$", max_length=60)]
Code = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]

TRANSFER_STAGES = ("sought", "considered", "agreed", "delivered", "halted")
SANCTION_STAGES = ("called_for", "threatened", "imposed", "in_force", "eased", "refused", "violated")


class _Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class CountryEntry(_Entry, frozen=True, kw_only=True):
    """A country, or what has a country's code."""

    code: Code
    name: Text
    names: Texts = ()
    adjectives: Texts = ()
    people: Texts = ()
    capital: Text | None = None
    government: Texts = ()
    usual: Literal["target", "imposer"] | None = None


class PersonEntry(_Entry, frozen=True, kw_only=True):
    """Somebody who acts for a country, a body or an armed group."""

    name: Text
    short: Texts = ()
    id: Ident | None = None
    country: Code | None = None
    body: Ident | None = None
    group: Ident | None = None
    office: Text


class NamedEntry(_Entry, frozen=True, kw_only=True):
    """A body, armed group or news agency."""

    name: Text
    names: Texts = ()
    adjectives: Texts = ()
    people: Texts = ()
    id: Ident | None = None
    country: Code | None = None
    imposes: bool = False


class MeasureEntry(_Entry, frozen=True, kw_only=True):
    """A sanction regime, list or instrument."""

    name: Text
    names: Texts = ()
    id: Ident | None = None
    by: Code | None = None
    body: Ident | None = None


class LineEntry(NamedEntry, frozen=True, kw_only=True):
    """A line of a JSON lines file."""

    kind: Literal["body", "armed_group", "company", "agency", "weapon"]


class ArmsFile(_Entry, frozen=True, kw_only=True):
    """arms.yaml"""

    arms: Annotated[Texts, Meta(min_length=1)]
    loose: Texts
    military: Texts
    use: Texts


class OfficesFile(_Entry, frozen=True, kw_only=True):
    """offices.yaml"""

    offices: Texts = ()
    trades: Texts = ()
    firms: Texts = ()
    endings: Texts = ()
    titles: Texts = ()
    surname_first: tuple[Code, ...] = ()
    words: Texts = ()


class FalseFriendsFile(_Entry, frozen=True, kw_only=True):
    """false_friends.yaml"""

    masks: Texts
    namesakes: Texts = ()
    vetoes: dict[Ident, Texts] = {}


class TopicFile(_Entry, frozen=True, kw_only=True):
    """topics/*.yaml"""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,39}$")]
    title: Text
    about: Annotated[float, Meta(gt=0, le=100)]
    core: Annotated[Texts, Meta(min_length=1)]
    support: Texts = ()
    exclude: Texts = ()
    acts: tuple[Literal["arms_transfer", "sanction"], ...] = ()


class Together(_Entry, frozen=True, kw_only=True):
    """What stands in one sentence: a group of each of ``all``, and so many parties at least."""

    all: tuple[tuple[Group, ...], ...]
    none: tuple[Group, ...] = ()
    parties: Literal["any", "one", "two", "three"] = "any"


class SignsFile(_Entry, frozen=True, kw_only=True):
    """topic_signs.yaml"""

    signs: dict[Group, Texts]
    together: dict[Text, Together] = {}


class Weights(_Entry, frozen=True, kw_only=True):
    """How much the features of a text speak for a topic: a logistic regression."""

    base: float
    about: Annotated[float, Meta(gt=0, lt=1)]  # the probability from which a desk would want the article
    weights: dict[str, float]


class WeightsFile(_Entry, frozen=True, kw_only=True):
    """topic_weights.yaml"""

    topics: dict[str, Weights]


class TransferNouns(_Entry, frozen=True, kw_only=True):
    """Nouns of transfer by who stands before them."""

    give: Texts
    get: Texts
    both: Texts


class TransferStages(_Entry, frozen=True, kw_only=True):
    """Governing words by the stage they bring."""

    halted: Texts
    considered: Texts
    agreed: Texts
    delivered: Texts
    sought: Texts


class TransferCues(_Entry, frozen=True, kw_only=True):
    """Phrases before or behind a transfer by the stage they bring."""

    sought: Texts = ()
    considered: Texts = ()
    agreed: Texts = ()
    delivered: Texts = ()
    halted: Texts = ()


class TransferFile(_Entry, frozen=True, kw_only=True):
    """acts/arms_transfer.yaml"""

    give: Texts
    equip: Texts
    get: Texts
    seeking: Texts
    nouns: TransferNouns
    aid: Texts
    stages: TransferStages
    considering: Texts
    agreeing: Texts
    before: TransferCues = TransferCues()
    behind: TransferCues = TransferCues()
    exporters: tuple[Code, ...]


class SanctionStages(_Entry, frozen=True, kw_only=True):
    """Governing words by the stage they bring."""

    imposed: Texts
    threatened: Texts
    called_for: Texts
    eased: Texts
    refused: Texts
    violated: Texts
    in_force: Texts


class SanctionCues(_Entry, frozen=True, kw_only=True):
    """Phrases before or behind a sanction by the stage they bring."""

    called_for: Texts = ()
    threatened: Texts = ()
    imposed: Texts = ()
    in_force: Texts = ()
    eased: Texts = ()
    refused: Texts = ()
    violated: Texts = ()


class SanctionVerbs(_Entry, frozen=True, kw_only=True):
    """Verbs that are a sanction by themselves."""

    imposed: Texts
    eased: Texts = ()


class VerbObject(_Entry, frozen=True, kw_only=True):
    """A verb that is a sanction over one of these objects."""

    verbs: Texts
    objects: Texts


class SanctionPhrases(_Entry, frozen=True, kw_only=True):
    """Verbs with objects, by stage."""

    imposed: tuple[VerbObject, ...]
    eased: tuple[VerbObject, ...] = ()


class NounStages(_Entry, frozen=True, kw_only=True):
    """Nouns that carry a stage themselves."""

    eased: Texts = ()
    violated: Texts = ()


class SanctionFile(_Entry, frozen=True, kw_only=True):
    """acts/sanction.yaml"""

    nouns: Annotated[Texts, Meta(min_length=1)]
    loose: Texts
    noun_stages: NounStages
    verbs: SanctionVerbs
    guarded: Texts = ()
    phrases: SanctionPhrases
    stages: SanctionStages
    before: SanctionCues = SanctionCues()
    behind: SanctionCues = SanctionCues()
    threatening: Texts
    threatening_after: Texts


class CuesFile(_Entry, frozen=True, kw_only=True):
    """cues.yaml"""

    say: Annotated[Texts, Meta(min_length=1)]
    claim: Texts
    alleged: Texts
    unofficial: Texts
    speaker: Texts = field(default=())
    deny: Texts
    denied: Texts
    generic: Texts = field(default=())
