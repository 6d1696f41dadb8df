"""The words a rule may use where a free word would be a mistake."""

from collections.abc import Mapping

from msgspec import Struct

from services.core.act import Certainty, Method, SanctionStage, TransferStage

OPERATORS = frozenset({"AND", "OR", "NOT"})
FIELDS = frozenset({"topic", "entity", "person", "weapon", "country", "outlet", "lang", "title", "act", "tier"})
FIGURES = frozenset({"outlets", "age"})  # written with a comparison

TRANSFER, SANCTION = "arms_transfer", "sanction"
ACT_KINDS = frozenset({TRANSFER, SANCTION})

# What each argument of act:KIND(...) reads: the roles it looks at.
ROLES: dict[str | None, dict[str, tuple[str, ...]]] = {
    TRANSFER: {"supplier": ("supplier",), "recipient": ("recipient",), "item": ("items",), "party": ("supplier", "recipient")},
    SANCTION: {"imposer": ("imposer",), "target": ("target",), "measure": ("measure",), "party": ("imposer", "target")},
    None: {"party": ("supplier", "recipient", "imposer", "target")},
}  # fmt: skip
for _roles in ROLES.values():
    _roles["source"] = ("attribution",)

# Stages in order, then those that stand beside it.
STAGES: dict[str, tuple[str, ...]] = {
    TRANSFER: tuple(stage.value for stage in TransferStage),
    SANCTION: tuple(stage.value for stage in SanctionStage),
}
ORDERED: dict[str, tuple[str, ...]] = {TRANSFER: STAGES[TRANSFER][:4], SANCTION: STAGES[SANCTION][:4]}
CERTAINTIES = tuple(certainty.value for certainty in Certainty)
METHODS = tuple(method.value for method in Method)

# ISO 3166-1 alpha-2, with XK (Kosovo, user-assigned) and EU (exceptionally reserved).
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA
CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET EU FI FJ FK FM FO FR
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())
NOT_ISO = {"UK": "GB", "USA": "US", "UAE": "AE", "DPRK": "KP", "PRC": "CN", "KSA": "SA"}


Lists = Mapping[str, tuple[str, ...]]  # of parties: country codes, ids of the lexicons, and names


class Vocabulary(Struct, frozen=True, kw_only=True):
    """What a configuration knows. None: not known, so any value is taken as it is; a list then has no members."""

    topics: frozenset[str] | None = None
    outlets: frozenset[str] | None = None
    entities: frozenset[str] | None = None  # ids of the lexicons
    countries: frozenset[str] = COUNTRIES
    lists: Lists | None = {}
    tiers: Mapping[str, int] = {}  # by outlet
    weapons: Mapping[str, tuple[str, ...]] = {}  # ids by class of weapon


ANYTHING = Vocabulary()
