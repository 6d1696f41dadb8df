"""Every mistake in a rule is named with its place, a caret, and what is allowed."""

import pytest

from services.core.rule import RuleSource
from services.core.rules.compile import compile_rule
from services.core.rules.parse import MAX_DEPTH, MAX_LENGTH, MAX_TERMS
from services.core.rules.problem import RuleError
from services.core.rules.vocabulary import Vocabulary

KNOWN = Vocabulary(
    topics=frozenset({"arms_transfer", "sanctions"}),
    outlets=frozenset({"harbour", "ledger"}),
    entities=frozenset({"weapon:harpoon", "weapon:patriot"}),
    lists={"gulf": ("AE", "SA"), "listed": ("weapon:harpoon", "Rosneft Oil"), "long": ("KP",) * 300},
)


def mistakes(when: str) -> str:
    """What the compiler says, or nothing."""
    try:
        compile_rule(RuleSource(id="r", title="R", when=when), KNOWN)
    except RuleError as error:
        return str(error)
    return ""


MISTAKES = {
    "an unknown field": (
        "entty:Gazprom",
        """
        line 1, column 1: unknown field "entty"; did you mean "entity"? Allowed: act, country, entity, lang, outlet, person, tier, title, topic, weapon
            entty:Gazprom
            ^^^^^
        """,
    ),
    "two conditions without an operator": (
        "radar missile",
        """
        line 1, column 7: two conditions stand side by side; write AND or OR between them, or quotation marks around a phrase
            radar missile
                  ^^^^^^^
        """,
    ),
    "an operator in small letters": (
        "radar and missile",
        """
        line 1, column 7: operators are written in capitals: AND
            radar and missile
                  ^^^
        """,
    ),
    "a mistake in a later line": (
        "topic:sanctions AND\n  topc:arms_transfer",
        """
        line 2, column 3: unknown field "topc"; did you mean "topic"? Allowed: act, country, entity, lang, outlet, person, tier, title, topic, weapon
              topc:arms_transfer
              ^^^^
        """,
    ),
    "a parenthesis that is not closed": (
        "radar AND (missile OR drone",
        """
        line 1, column 11: this parenthesis is not closed; write ) where the group ends
            radar AND (missile OR drone
                      ^
        """,
    ),
    "a parenthesis that closes nothing": (
        "radar)",
        """
        line 1, column 6: this parenthesis closes nothing; remove it or open one before
            radar)
                 ^
        """,
    ),
    "a quotation that does not end": (
        'radar AND "coastal radar',
        """
        line 1, column 11: this quotation does not end; close it with a quotation mark
            radar AND "coastal radar
                      ^
        """,
    ),
    "an operator at the end": (
        "radar AND",
        """
        line 1, column 10: a condition is missing at the end
            radar AND
                     ^
        """,
    ),
    "an operator at the beginning": (
        "OR radar",
        """
        line 1, column 1: a condition is missing before "OR"
            OR radar
            ^^
        """,
    ),
    "an empty group": (
        "radar AND ()",
        """
        line 1, column 12: a condition is missing before ")"
            radar AND ()
                       ^
        """,
    ),
    "a field without a value": (
        "topic: AND radar",
        """
        line 1, column 8: a value is missing here
            topic: AND radar
                   ^^^
        """,
    ),
    "a list that is not closed": (
        "country:(KP, RU AND radar",
        """
        line 1, column 17: a list goes on with a comma or ends with a parenthesis: (a, b)
            country:(KP, RU AND radar
                            ^^^
        """,
    ),
    "an unknown list": (
        "act:any(party: (KP, @golf))",
        """
        line 1, column 21: lists.yaml has no list "golf"; did you mean "gulf"? Allowed: gulf, listed, long
            act:any(party: (KP, @golf))
                                ^^^^^
        """,
    ),
    "a list with others than countries": (
        "country:@listed",
        """
        line 1, column 9: "weapon:harpoon" is not a country code; Allowed: two letters of ISO 3166-1 such as RU, KP, GB, or EU
            country:@listed
                    ^^^^^^^
        line 1, column 9: "Rosneft Oil" is not a country code; Allowed: two letters of ISO 3166-1 such as RU, KP, GB, or EU
            country:@listed
                    ^^^^^^^
        """,
    ),
    "a country that is not a code": (
        "country:(RU, UK)",
        """
        line 1, column 14: "UK" is not a country code; did you mean "GB"? Allowed: two letters of ISO 3166-1 such as RU, KP, GB, or EU
            country:(RU, UK)
                         ^^
        """,
    ),
    "an unknown topic": (
        "topic:sanction",
        """
        line 1, column 7: unknown topic "sanction"; did you mean "sanctions"? Allowed: arms_transfer, sanctions
            topic:sanction
                  ^^^^^^^^
        """,
    ),
    "an unknown outlet": (
        "outlet:harbor",
        """
        line 1, column 8: unknown outlet "harbor"; did you mean "harbour"? Allowed: harbour, ledger
            outlet:harbor
                   ^^^^^^
        """,
    ),
    "an unknown entity": (
        "entity:weapon:harpon",
        """
        line 1, column 8: unknown entity "weapon:harpon"; did you mean "weapon:harpoon"? Allowed: weapon:harpoon, weapon:patriot
            entity:weapon:harpon
                   ^^^^^^^^^^^^^
        """,
    ),
    "a language that is none": (
        "lang:english",
        """
        line 1, column 6: "english" is not a language code; write two or three letters, for example en
            lang:english
                 ^^^^^^^
        """,
    ),
    "an unknown act": (
        "act:arms_transfers",
        """
        line 1, column 5: unknown act "arms_transfers"; did you mean "arms_transfer"? Allowed: any, arms_transfer, sanction
            act:arms_transfers
                ^^^^^^^^^^^^^^
        """,
    ),
    "a role of another kind of act": (
        "act:sanction(supplier: RU)",
        """
        line 1, column 14: unknown argument "supplier" of act:sanction; Allowed: certainty, confidence, imposer, measure, method, party, source, stage, target
            act:sanction(supplier: RU)
                         ^^^^^^^^
        """,
    ),
    "an argument given twice": (
        "act:sanction(target: RU, target: KP)",
        """
        line 1, column 26: "target" stands twice; write several values as a list: target: (a, b)
            act:sanction(target: RU, target: KP)
                                     ^^^^^^
        """,
    ),
    "an argument without a value": (
        "act:sanction(target)",
        """
        line 1, column 20: after "target" goes ":" and a value
            act:sanction(target)
                               ^
        """,
    ),
    "arguments that are not closed": (
        "act:sanction(target: RU",
        """
        line 1, column 24: the arguments of act go on with a comma or end with a parenthesis
            act:sanction(target: RU
                                   ^
        """,
    ),
    "an unknown stage": (
        "act:sanction(stage: impossed)",
        """
        line 1, column 21: unknown stage "impossed"; did you mean "imposed"? Allowed: called_for, eased, imposed, in_force, refused, threatened, violated
            act:sanction(stage: impossed)
                                ^^^^^^^^
        """,
    ),
    "a stage beside the order, compared": (
        "act:arms_transfer(stage>=halted)",
        """
        line 1, column 26: "halted" stands outside the order; in order: sought, considered, agreed, delivered
            act:arms_transfer(stage>=halted)
                                     ^^^^^^
        """,
    ),
    "a comparison that nothing meets": (
        "act:arms_transfer(stage>delivered)",
        """
        line 1, column 25: no stage is > delivered; in order: sought, considered, agreed, delivered
            act:arms_transfer(stage>delivered)
                                    ^^^^^^^^^
        """,
    ),
    "what every act meets": (
        "act:sanction(imposer: US, target: (none, RU, known))",
        """
        line 1, column 27: a role is always stated or not, so every act meets this; leave target out
            act:sanction(imposer: US, target: (none, RU, known))
                                      ^^^^^^^^^^^^^^^^^^^^^^^^^
        """,
    ),
    "what no act meets": (
        "act:sanction(target: NOT any) OR act:any(party: NOT (any, none))",
        """
        line 1, column 14: no act meets NOT any; where the text does not state it, write target: none
            act:sanction(target: NOT any) OR act:any(party: NOT (any, none))
                         ^^^^^^^^^^^^^^^
        line 1, column 42: a role is always stated or not, so no act meets this; leave party out
            act:sanction(target: NOT any) OR act:any(party: NOT (any, none))
                                                     ^^^^^^^^^^^^^^^^^^^^^^
        """,
    ),
    "a comparison of stages of any act": (
        "act:any(stage>=agreed)",
        """
        line 1, column 14: stages have an order within one kind of act only; name the kind, or list stages: (a, b)
            act:any(stage>=agreed)
                         ^^
        """,
    ),
    "a comparison of something without order": (
        "act:sanction(certainty>alleged)",
        """
        line 1, column 23: ">" goes with stage and confidence only; write certainty: value
            act:sanction(certainty>alleged)
                                  ^
        """,
    ),
    "an unknown certainty": (
        "act:sanction(certainty: claimed)",
        """
        line 1, column 25: unknown certainty "claimed"; Allowed: alleged, asserted, denied
            act:sanction(certainty: claimed)
                                    ^^^^^^^
        """,
    ),
    "a confidence that is said to be something": (
        "act:sanction(confidence: 0.5)",
        """
        line 1, column 24: a confidence is never exactly something; compare with <, <=, > or >=, for example confidence>=0.6
            act:sanction(confidence: 0.5)
                                   ^
        """,
    ),
    "a confidence in per cent": (
        "act:sanction(confidence>=60%)",
        """
        line 1, column 26: "60%" is no confidence; allowed: 0 to 1, with two decimals at most, for example confidence>=0.6
            act:sanction(confidence>=60%)
                                     ^^^
        """,
    ),
    "a confidence that every act has": (
        "act:sanction(confidence>=0)",
        """
        line 1, column 26: every act has a confidence >= 0, for example confidence>=0.6
            act:sanction(confidence>=0)
                                     ^
        """,
    ),
    "an unknown method": (
        "act:sanction(method: NOT guessed)",
        """
        line 1, column 26: unknown method "guessed"; Allowed: carried, learned, nearest, parse, pattern
            act:sanction(method: NOT guessed)
                                     ^^^^^^^
        """,
    ),
    "no method left": (
        "act:any(method: NOT (parse, pattern, learned, nearest, carried))",
        """
        line 1, column 9: this leaves no method; an act can never meet it
            act:any(method: NOT (parse, pattern, learned, nearest, carried))
                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """,
    ),
    "a tilde after another field": (
        "country~RU",
        """
        line 1, column 8: "~" (at least mentioned) goes with topic only; write country:
            country~RU
                   ^
        """,
    ),
    "a prefix that is too short": (
        "ru*",
        """
        line 1, column 1: at least 3 letters stand before "*"; a shorter one matches too much
            ru*
            ^^^
        """,
    ),
    "a star within a word": (
        "san*tion",
        """
        line 1, column 1: "*" stands for the rest of a word and goes only at the end, for example sanction*
            san*tion
            ^^^^^^^^
        """,
    ),
    "no word at all": (
        "radar OR -",
        """
        line 1, column 10: there is no word in it; write at least one letter or digit
            radar OR -
                     ^
        """,
    ),
    "several titles in one": (
        "title:(radar, missile)",
        """
        line 1, column 15: title takes one word or phrase; join several with OR: title:a OR title:b
            title:(radar, missile)
                          ^^^^^^^
        """,
    ),
    "NEAR without a number": (
        "NEAR(radar, missile)",
        """
        line 1, column 1: NEAR needs to know how many words apart; did you mean "NEAR/8"? Allowed: NEAR/1 to NEAR/50
            NEAR(radar, missile)
            ^^^^
        """,
    ),
    "NEAR too far": (
        "gas AND NEAR/51(radar, missile)",
        """
        line 1, column 9: after NEAR/ goes a number of words from 1 to 50, not "51"
            gas AND NEAR/51(radar, missile)
                    ^^^^^^^
        """,
    ),
    "NEAR in NEAR": (
        "NEAR/8(gas, NEAR/2(radar, missile))",
        """
        line 1, column 13: NEAR takes a word, a "phrase" or a prefix*, not another NEAR; join several with AND: NEAR/8(a, b) AND NEAR/8(b, c)
            NEAR/8(gas, NEAR/2(radar, missile))
                        ^^^^^^
        """,
    ),
    "NEAR of one": (
        "NEAR/8(radar) AND gas",
        """
        line 1, column 7: NEAR takes two words or phrases, and this is one: NEAR/8(a, b)
            NEAR/8(radar) AND gas
                  ^^^^^^^
        """,
    ),
    "NEAR of three": (
        "NEAR/8(gas, radar, missile)",
        """
        line 1, column 18: NEAR takes two words or phrases, not more; join several with AND: NEAR/8(a, b)
            NEAR/8(gas, radar, missile)
                             ^
        """,
    ),
    "NEAR without a comma": (
        "NEAR/8(gas OR radar, missile)",
        """
        line 1, column 12: between the two words or phrases of NEAR goes a comma: NEAR/8(a, b)
            NEAR/8(gas OR radar, missile)
                       ^^
        """,
    ),
    "NEAR with a field": (
        "NEAR/8(title:radar, missile)",
        """
        line 1, column 8: NEAR takes a word, a "phrase" or a prefix*, not a field; write it outside: NEAR/8(a, b) AND title:...
            NEAR/8(title:radar, missile)
                   ^^^^^
        """,
    ),
    "NEAR with a group": (
        "NEAR/8((radar OR gas), missile)",
        """
        line 1, column 8: NEAR takes a word, a "phrase" or a prefix*, not "("; write alternatives outside: NEAR/8(a, b) OR NEAR/8(a, c)
            NEAR/8((radar OR gas), missile)
                   ^
        """,
    ),
    "NEAR in small letters": (
        "near/8(radar, missile)",
        """
        line 1, column 1: operators are written in capitals; did you mean "NEAR/8"? Allowed: NEAR/1 to NEAR/50
            near/8(radar, missile)
            ^^^^^^
        """,
    ),
    "NEAR of another language": (
        "WITHIN/500(radar, missile)",
        """
        line 1, column 1: unknown operator "WITHIN"; did you mean "NEAR/50"? Allowed: NEAR/1 to NEAR/50
            WITHIN/500(radar, missile)
            ^^^^^^^^^^
        """,
    ),
    "NEAR with something missing": (
        "NEAR/8(radar, )",
        """
        line 1, column 15: a word or phrase is missing here; NEAR takes a word, a "phrase" or a prefix* twice: NEAR/8(a, b)
            NEAR/8(radar, )
                          ^
        """,
    ),
    "a function of another language": (
        "FIND_2(gas, cut)",
        """
        line 1, column 7: no condition takes parentheses here; allowed are field:(a, b), act:KIND(...) and NEAR/8(a, b), or AND or OR before them
            FIND_2(gas, cut)
                  ^
        """,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("when", "message"), MISTAKES.values(), ids=list(MISTAKES))
def test_mistake(when: str, message: str) -> None:
    expected = "\n".join(line.removeprefix("        ") for line in message.strip("\n").split("\n")[:-1])
    assert mistakes(when) == expected


def test_an_empty_rule() -> None:
    assert mistakes("  ").startswith(
        "line 1, column 3: the rule is empty; write a condition, for example topic:sanctions"
    )


def test_all_mistakes_of_meaning_are_named_at_once() -> None:
    found = mistakes("topic:sanction AND country:UK\nAND act:sanction(stage: impossed)")
    assert [line.split(":")[0] for line in found.splitlines() if line.startswith("line")] == [
        "line 1, column 7", "line 1, column 28", "line 2, column 25",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("(" * (MAX_DEPTH + 2) + "radar" + ")" * (MAX_DEPTH + 2), f"nested more than {MAX_DEPTH} deep"),
        ("NOT " * 900 + "radar", f"nested more than {MAX_DEPTH} deep"),
        (" OR ".join(["NEAR/2(ab, c)"] * (MAX_TERMS // 2 + 1)), f"more than {MAX_TERMS} conditions"),
        ("radar OR " * 500, f"allowed are {MAX_LENGTH}"),
        (" OR ".join(["ab"] * (MAX_TERMS + 1)), f"more than {MAX_TERMS} conditions"),
        ("country:(" + ",".join(["RU"] * (MAX_TERMS + 1)) + ")", f"more than {MAX_TERMS} conditions"),
        ("country:@gulf AND act:any(party: @long) OR entity:@long", f"more than {MAX_TERMS} conditions"),
        ('"' + "word " * 30 + '"', "at most 20 words"),
    ],
)
def test_a_rule_has_bounds(when: str, says: str) -> None:
    assert says in mistakes(when)


def test_a_long_line_is_shown_around_the_mistake() -> None:
    found = mistakes("radar OR " * 60 + "entty:x")
    assert "entty:x" in found
    assert max(len(line) for line in found.splitlines()) < 200


def test_mixed_operators_without_parentheses_are_a_warning() -> None:
    rule = compile_rule(RuleSource(id="r", title="R", when="radar OR missile AND drone"))
    assert rule.warnings == (
        "line 1, column 10: AND binds closer than OR here; write parentheses to say what you mean",
    )
    assert compile_rule(RuleSource(id="r", title="R", when="radar OR (missile AND drone)")).warnings == ()


VALID = """
radar
"coastal radar" AND NOT topic:sport
(radar* OR missile*) AND country:(RU, KP)
topic:arms_transfer AND topic~sanctions
entity:weapon:harpoon OR entity:"Rosneft Oil" OR entity:(gazprom, weapon:patriot)
act:arms_transfer
act:any(party: KP)
act:arms_transfer(supplier: KP, recipient: RU, stage>=agreed, certainty: asserted)
act:sanction(imposer: US, target: RU, stage: imposed)
act:sanction(imposer: (US, EU, "United Nations"), target: NOT RU, stage: (imposed, eased))
act:arms_transfer(supplier: any, item: weapon:harpoon)
act:sanction(source: "KCNA", stage=refused)
outlet:harbour AND lang:en AND title:"agrees to sell"
title:radar* OR NOT (outlet:(harbour, ledger))
“coastal radar” OR Škoda
NEAR/8(missile*, "export licence") AND NOT NEAR/1 (radar, "coastal rad*")
NEAR/50("NOT", anti-tank)
act:arms_transfer(supplier: NOT (@gulf, KP), recipient: @listed) AND country:@gulf
entity:(@listed, @gulf) OR weapon:@listed OR person:@gulf
"""


@pytest.mark.parametrize("when", VALID.strip().splitlines())
def test_valid(when: str) -> None:
    assert mistakes(when.replace("topic:sport", "topic:sanctions")) == ""


@pytest.mark.parametrize(
    ("when", "broad"),
    [
        ("lang:en", True),
        ("outlet:harbour", True),
        ("topic~sanctions", True),
        ("topic:sanctions", False),
        ("NOT topic:sanctions", True),
        ("lang:en AND outlet:harbour AND NOT radar", True),
        ("lang:en AND radar", False),
        ("lang:en OR radar", True),
        ("(lang:en OR radar) AND topic:sanctions", False),
        ("NOT radar OR topic:sanctions", True),
        ("the", True),
        ("said OR radar", True),
        ('"of the"', True),
        ('"the radar"', False),
        ("act:any", False),
        ("country:RU", False),
        ("tier:1 AND outlets>=2", True),
        ("age<6h", True),
        ("radar AND outlets>=2 AND age<6h", False),
    ],
)
def test_a_rule_that_needs_nothing_rare_is_a_warning(when: str, broad: bool) -> None:
    warnings = compile_rule(RuleSource(id="r", title="R", when=when), KNOWN).warnings
    told = "line 1, column 1: this can match nearly everything: it needs no word, name, country, topic: or act, so it is asked of every article; join one with AND"
    assert warnings == ((told,) if broad else ())


@pytest.mark.parametrize(
    ("when", "place", "message"),
    [
        ("outlets>=", (1, 10), "a number is missing here, for example outlets>=2"),
        ("outlets>=two", (1, 10), '"two" is no number of outlets; allowed: 1 to 200'),
        ("outlets>=-2", (1, 10), '"-2" is no number of outlets; allowed: 1 to 200'),
        ("outlets>=0", (1, 10), '"0" is no number of outlets; allowed: 1 to 200'),
        ("outlets>=2.5", (1, 10), '"2.5" is no number of outlets; allowed: 1 to 200'),
        ("outlets>=99999999999999999999", (1, 10), "is no number of outlets; allowed: 1 to 200"),
        ("outlets>=٢", (1, 10), '"٢" is no number of outlets; allowed: 1 to 200'),
        ("outlets<1", (1, 9), "every story has at least 1 outlet, so fewer never holds"),
        ("outlets:2", (1, 8), "outlets is compared: write outlets>=2"),
        ("outlets>=(2, 5)", (1, 10), "a number is missing here, for example outlets>=2"),
        ("age<6", (1, 5), "a unit is missing; allowed: m (minutes), h (hours) or d (days), for example age<6h"),
        ("age<6 h", (1, 5), "a unit is missing"),
        ("age<6w", (1, 5), 'unknown unit "w"; allowed: m (minutes), h (hours) or d (days), for example age<6h'),
        ("age<-6h", (1, 5), "an age is not negative; write how long ago at most or at least, for example age<6h"),
        ("age<0h", (1, 5), "an age is more than 0 and at most 3650d"),
        ("age<9999d", (1, 5), "an age is more than 0 and at most 3650d"),
        ("age<soon", (1, 5), '"soon" is no age; write a whole number and a unit'),
        ('age<"6h"', (1, 5), "a number is missing here, for example age<6h"),
        ("age=6h", (1, 4), "an age is never exactly something; compare with <, <=, > or >=, for example age<6h"),
        ("age:6h", (1, 4), "age is compared: write age<6h"),
        ("radar AND\n  age<6x", (2, 7), 'unknown unit "x"'),
        ("tier:4", (1, 6), '"4" is no tier; Allowed: 1, 2, 3'),
        ("tier:(1, official)", (1, 10), '"official" is no tier; Allowed: 1, 2, 3'),
        ("tier<1", (1, 6), "no tier is < 1; Allowed: 1, 2, 3"),
        ("tier>>1", (1, 6), "a number is missing here, for example tier<=2"),
        ("outlet>=2", (1, 7), 'write outlet:'),
        ("outltes>=2", (1, 8), 'not with "outltes"; did you mean "outlets"? Allowed: age, outlets, tier'),
        ("stage>=agreed", (1, 6), "compares stages only within an act: act:arms_transfer(stage>=agreed)"),
        ("2<=outlets", (1, 2), 'not with "2"'),
    ],
)  # fmt: skip
def test_a_mistake_in_a_figure_is_named_with_its_place(when: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(RuleError) as raised:
        compile_rule(RuleSource(id="r", title="R", when=when), KNOWN)
    problem, *_ = raised.value.problems
    assert (problem.line, problem.column) == place
    assert message in problem.message


def test_an_unknown_class_of_weapon_is_a_mistake() -> None:
    known = Vocabulary(weapons={"air_defence": ("weapon:patriot",), "ship": ("weapon:meko",)})
    for when in ("weapon:air_defense", "act:arms_transfer(item: air_defense)"):
        with pytest.raises(RuleError, match='unknown class of weapon "air_defense"; did you mean "air_defence"'):
            compile_rule(RuleSource(id="r", title="R", when=when), known)
    for when in ("weapon:ship", "weapon:himars", "weapon:weapon:himars_2", "weapon:air_defence"):
        compile_rule(RuleSource(id="r", title="R", when=when), known)


def test_outlets_and_age_are_words_like_any_other_where_nothing_is_compared() -> None:
    assert compile_rule(RuleSource(id="r", title="R", when="outlets OR age"), KNOWN).warnings == ()
