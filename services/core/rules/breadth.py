"""Whether a rule can match nearly everything."""

from services.core.rules.expression import (
    All,
    Any,
    Expression,
    FigureIs,
    LanguageIs,
    Not,
    OutletIs,
    Phrase,
    TierIs,
    TopicIs,
)
from services.core.words import keys

# Words that stand in nearly every text.
_EVERYWHERE = frozenset(keys("a after an and are as at be but by for from had has have he in is it its more new not of on or said say says"
    " that the their they this to was were which who will with"))  # fmt: skip

WARNING = (
    "this can match nearly everything: it needs no word, name, country, topic: or act, so it is asked of every article; "
    "join one with AND"
)


def is_broad(expression: Expression) -> bool:
    """Whether the rule needs nothing that is rare.

    A language, an outlet, a tier, a figure, a topic that is only mentioned, the absence of something and the commonest words are not.
    """
    match expression:
        case All(parts=parts):
            return all(map(is_broad, parts))
        case Any(parts=parts):
            return any(map(is_broad, parts))
        case Phrase(keys=asked):
            return _EVERYWHERE.issuperset(asked)
        case TopicIs(mentioned=mentioned):
            return mentioned
        case _:
            return isinstance(expression, Not | LanguageIs | OutletIs | TierIs | FigureIs)
