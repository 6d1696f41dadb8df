"""What a rule asks, as a tree. Every node knows its place in the rule's text."""

from collections.abc import Hashable
from enum import StrEnum

from msgspec import Struct

from services.core.mention import EntityKind
from services.core.rules.problem import Place


class _Node(Struct, frozen=True, kw_only=True):
    place: Place


class All(_Node, frozen=True, kw_only=True):
    """AND"""

    parts: tuple["Expression", ...]


class Any(_Node, frozen=True, kw_only=True):
    """OR"""

    parts: tuple["Expression", ...]


class Not(_Node, frozen=True, kw_only=True):
    """NOT"""

    part: "Expression"


class Phrase(_Node, frozen=True, kw_only=True):
    """Words side by side; with ``prefix`` the last one may go on. ``title``: only there."""

    keys: tuple[str, ...]
    prefix: bool = False
    title: bool = False


class Near(_Node, frozen=True, kw_only=True):
    """Both phrases within one field, in either order, the second at most ``distance`` words on from the first's last."""

    parts: tuple[Phrase, Phrase]
    distance: int


class TopicIs(_Node, frozen=True, kw_only=True):
    """About one of the topics, or with ``mentioned`` at least mentioning one."""

    topics: tuple[str, ...]
    mentioned: bool = False


class Sort(StrEnum):
    """How a value names somebody or something."""

    COUNTRY = "country"  # ISO code: everything that stands or acts for the country
    ID = "id"  # an id of the lexicons
    NAME = "name"  # as written in the text or in the lexicons, folded
    ANY = "any"  # whoever, as long as it is stated; not known where it is not
    KNOWN = "known"  # whether the role is stated: always answered
    NONE = "none"  # whether it is not


class Value(Struct, frozen=True):
    """A country, an entity or a name."""

    sort: Sort
    text: str


class EntityIs(_Node, frozen=True, kw_only=True):
    """Mentions one of these entities, or anything of one of these countries. ``kind``: only as this kind of entity."""

    values: tuple[Value, ...]
    kind: EntityKind | None = None


class OutletIs(_Node, frozen=True, kw_only=True):
    """Published by one of these outlets."""

    outlets: tuple[str, ...]


class LanguageIs(_Node, frozen=True, kw_only=True):
    """Written in one of these languages."""

    languages: tuple[str, ...]


class TierIs(_Node, frozen=True, kw_only=True):
    """Published by an outlet of one of these tiers: one of ``outlets``. Not known of an outlet that is not ``known``."""

    outlets: tuple[str, ...]
    known: frozenset[str]


class Figure(StrEnum):
    """What can be counted or measured at the moment of a decision."""

    OUTLETS = "outlets"  # independent ones that tell the story so far
    AGE = "age"  # seconds since the article was published


class FigureIs(_Node, frozen=True, kw_only=True):
    """The figure compares like this. Not known before the article has its story (outlets), or without a moment (age)."""

    figure: Figure
    sign: str
    limit: float


class RoleIs(_Node, frozen=True, kw_only=True):
    """A role of an act is one of these values, or with ``other`` somebody known to be none of them."""

    role: str
    values: tuple[Value, ...]
    other: bool = False


class StageIs(_Node, frozen=True, kw_only=True):
    """The stage of an act is one of these."""

    stages: frozenset[str]


class CertaintyIs(_Node, frozen=True, kw_only=True):
    """The certainty of an act is one of these."""

    certainties: frozenset[str]


class MethodIs(_Node, frozen=True, kw_only=True):
    """Each side of an act that the article states was found in one of these ways."""

    methods: frozenset[str]


class ConfidenceIs(_Node, frozen=True, kw_only=True):
    """How sure the extractor is of an act compares like this."""

    sign: str
    limit: float


Condition = RoleIs | StageIs | CertaintyIs | MethodIs | ConfidenceIs


class ActIs(_Node, frozen=True, kw_only=True):
    """Reports an act of this kind (None: of any) that meets every condition."""

    kind: str | None
    conditions: tuple[Condition, ...] = ()


Leaf = Phrase | Near | TopicIs | EntityIs | OutletIs | LanguageIs | TierIs | FigureIs | ActIs
Expression = All | Any | Not | Leaf


def unplaced(node: object) -> Hashable:
    """The same without places: equal where two rules ask the same, however they are spaced and parenthesised."""
    if isinstance(node, tuple):
        return tuple(map(unplaced, node))
    if isinstance(node, _Node):
        return (type(node), *(unplaced(getattr(node, name)) for name in node.__struct_fields__ if name != "place"))
    assert isinstance(node, Hashable)
    return node


def leaves(expression: Expression) -> tuple[Leaf, ...]:
    """The conditions of a rule without what joins them."""
    if isinstance(expression, All | Any):
        return tuple(leaf for part in expression.parts for leaf in leaves(part))
    return leaves(expression.part) if isinstance(expression, Not) else (expression,)
