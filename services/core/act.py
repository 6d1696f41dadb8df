"""Who did what to whom: an arms transfer or a sanction, with stage, certainty, attribution and evidence."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from services.core.mention import Span
from services.core.when import When


class TransferStage(StrEnum):
    """How far an arms transfer has got, in order; ``halted`` stands beside the order."""

    SOUGHT = "sought"
    CONSIDERED = "considered"
    AGREED = "agreed"
    DELIVERED = "delivered"
    HALTED = "halted"


class SanctionStage(StrEnum):
    """How far a sanction has got: the first four in order, the last three beside it."""

    CALLED_FOR = "called_for"
    THREATENED = "threatened"
    IMPOSED = "imposed"
    IN_FORCE = "in_force"
    EASED = "eased"
    REFUSED = "refused"
    VIOLATED = "violated"


class Certainty(StrEnum):
    """Whether the text states the act, reports a claim of it, or reports that it is denied."""

    ASSERTED = "asserted"
    ALLEGED = "alleged"
    DENIED = "denied"


class Method(StrEnum):
    """How a role was filled, the surest first."""

    PARSE = "parse"  # by the syntax of the sentence
    PATTERN = "pattern"  # by a role pattern around the trigger
    LEARNED = "learned"  # by the learned reader of acts
    NEAREST = "nearest"  # the nearest fitting mention
    CARRIED = "carried"  # from the headline or the sentence before


READ = frozenset({Method.PARSE, Method.PATTERN})  # ways that read a role off the words which join it to the act


class Party(Struct, frozen=True, kw_only=True):
    """Who fills a role: ``id`` as in :class:`services.core.mention.Mention` (``country:RU``), or None for a name unknown to the lexicons."""

    name: str
    span: Span
    method: Method
    id: str | None = None
    country: str | None = None


class Attribution(Struct, frozen=True, kw_only=True):
    """Who says so: the named source and the words that attribute the act to it."""

    name: str
    span: Span
    id: str | None = None


class _Act(Struct, frozen=True, kw_only=True):
    certainty: Certainty
    # That the text tells it so; 1 where no learned reader judged it.
    confidence: Annotated[float, Meta(ge=0, le=1)] = 1.0
    attribution: Attribution | None = None
    trigger: Span
    evidence: tuple[Span, ...]  # whole sentences, the telling one first
    rule: str  # the extraction rule that found it
    when: When | None = None  # where the text tells it


class ArmsTransfer(_Act, frozen=True, kw_only=True, tag_field="kind", tag="arms_transfer"):
    """Arms move, or are meant to move, from supplier to recipient. A role the text does not state is None or empty."""

    stage: TransferStage
    supplier: Party | None = None
    recipient: Party | None = None
    items: tuple[Party, ...] = ()


class Sanction(_Act, frozen=True, kw_only=True, tag_field="kind", tag="sanction"):
    """A measure by an imposer against a target. A role the text does not state is None."""

    stage: SanctionStage
    imposer: Party | None = None
    target: Party | None = None
    measure: Party | None = None


Act = ArmsTransfer | Sanction


def sides(act: Act) -> tuple[Party | None, Party | None]:
    """Who gives or imposes, and who gets or bears it."""
    return (act.supplier, act.recipient) if isinstance(act, ArmsTransfer) else (act.imposer, act.target)
