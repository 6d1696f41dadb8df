"""What each condition means, as a table: rule, and whether it fits the article."""

import pytest
from msgspec import structs
from msgspec.structs import replace

from services.core.act import Act, Attribution, Certainty, Method, SanctionStage, TransferStage
from services.core.article import TaggedArticle
from services.core.mention import EntityKind, Mention
from services.core.rule import RuleSource
from services.core.rules.compile import Match, compile_rule
from services.core.rules.evaluate import truth
from services.core.rules.index import RuleIndex
from services.core.rules.keys import Rarity, required
from services.core.rules.reading import Reading
from services.core.rules.vocabulary import Vocabulary
from services.core.rules.why import why_not
from services.core.topic import Topic
from tests.builders import party, sanction, span, tagged, transfer

TITLE = "Norland's minister Škoda agrees to sell coastal radars to Sudmark"
SUMMARY = "The United Fleet company said anti-ship missiles may follow. Kestria protested."
TEXT = f"{TITLE}\n\n{SUMMARY}"
DEAL = "arms_transfer(supplier: Norland [NO], recipient: Sudmark [SD], stage: agreed, certainty: asserted)"


def rule(when: str) -> Match | None:
    return compile_rule(RuleSource(id="r", title="R", when=when)).match(sample())


def mention(name: str, kind: EntityKind, ident: str, country: str | None = None) -> Mention:
    return Mention(span=span(TEXT, name), kind=kind, id=ident, name=name, country=country)


def sample(*acts: Act) -> TaggedArticle:
    deal = transfer(
        TEXT, supplier=party(TEXT, "Norland", "NO"), recipient=party(TEXT, "Sudmark", "SD"),
        items=(party(TEXT, "coastal radars"),), attribution=Attribution(name="Škoda", span=span(TEXT, "Škoda"), id="person:skoda"),
    )  # fmt: skip
    return tagged(
        title=TITLE, summary=SUMMARY, acts=acts or (deal,),
        topics=(
            Topic(id="arms_transfer", score=0.9, about=True, evidence=(span(TEXT, "sell"),)),
            Topic(id="diplomacy", score=0.2, about=False, evidence=(span(TEXT, "protested"),)),
        ),
        mentions=(
            mention("Norland", EntityKind.COUNTRY, "country:NO", "NO"),
            mention("Sudmark", EntityKind.COUNTRY, "country:SD", "SD"),
            mention("United Fleet", EntityKind.COMPANY, "company:united-fleet", "KE"),
            mention("Škoda", EntityKind.PERSON, "person:skoda"),
            mention("anti-ship missiles", EntityKind.WEAPON, "weapon:harpoon"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ("radars", True),
        ("radar", False),
        ("radar*", True),
        ("RADARS", True),
        ("skoda", True),
        ("ŠKODA", True),
        ("norland", True),
        ('"coastal radars"', True),
        ('"radars coastal"', False),
        ('"sell coastal rad*"', True),
        ("anti-ship", True),
        ("ship", True),
        ('"Sudmark The"', False),
        ("title:radars", True),
        ("title:missiles", False),
        ('title:"sell coastal"', True),
        ("missiles AND radars", True),
        ("missiles AND tanks", False),
        ("missiles OR tanks", True),
        ("NOT tanks", True),
        ("NOT missiles", False),
        ("tanks OR radars AND tanks", False),
        ("(tanks OR radars) AND NOT tanks", True),
        ("NEAR/1(radars, coastal)", True),
        ("NEAR/4(norland, agrees)", True),
        ("NEAR/3(norland, agrees)", False),
        ("NEAR/3(agrees, skoda)", True),
        ('NEAR/2("coastal radars", agree*)', False),
        ('NEAR/3("coastal radars", agree*)', True),
        ('NEAR/2(Sudmark, "coastal radars")', True),
        ("NEAR/50(sudmark, united)", False),
        ("NEAR/50(missiles, protested)", True),
        ("NEAR/50(radars, radar*)", False),
        ('NEAR/50("coastal radars", radars)', False),
        ("NEAR/50(radars, tanks)", False),
        ("NEAR/9(sud*, sell)", True),
        ("NOT NEAR/3(norland, agrees)", True),
        ("topic:arms_transfer", True),
        ("topic:diplomacy", False),
        ("topic~diplomacy", True),
        ("topic:(sanctions, arms_transfer)", True),
        ("country:SD", True),
        ("country:KE", True),
        ("country:(RU, KP)", False),
        ("entity:company:united-fleet", True),
        ("entity:united-fleet", True),
        ('entity:"united fleet"', True),
        ("entity:sudmark", True),
        ("entity:fleet", False),
        ("weapon:harpoon", True),
        ("weapon:weapon:harpoon", True),
        ("weapon:united-fleet", False),
        ("person:(reka, skoda)", True),
        ("person:norland", False),
        ("NOT person:norland", True),
        ("outlet:harbour", True),
        ("outlet:ledger", False),
        ("lang:en", True),
        ("lang:(fr, de)", False),
        ("act:any", True),
        ("act:sanction", False),
        ("act:arms_transfer(supplier: NO)", True),
        ("act:arms_transfer(supplier: SD)", False),
        ("act:arms_transfer(supplier: country:NO, recipient: (RU, SD))", True),
        ("act:arms_transfer(supplier: NOT SD)", True),
        ("act:arms_transfer(supplier: NOT (SD, NO))", False),
        ("act:arms_transfer(party: SD)", True),
        ("act:any(party: RU)", False),
        ("act:arms_transfer(supplier: any)", True),
        ('act:arms_transfer(item: "coastal radars")', True),
        ("act:arms_transfer(item: missiles)", False),
        ("act:arms_transfer(source: skoda)", True),
        ("act:arms_transfer(stage>=agreed)", True),
        ("act:arms_transfer(stage>agreed)", False),
        ("act:arms_transfer(stage<=agreed)", True),
        ("act:arms_transfer(stage: (sought, halted))", False),
        ("act:arms_transfer(certainty: asserted)", True),
        ("act:any(certainty: (denied, alleged))", False),
        ("act:any(method: pattern)", True),
        ("act:arms_transfer(method: (parse, learned))", False),
        ("act:arms_transfer(method: NOT (nearest, carried))", True),
    ],
)
def test_condition(when: str, fits: bool) -> None:
    assert (rule(when) is not None) == fits


LISTS = {"north": ("NO", "RU"), "listed": ("company:united-fleet", "Anton Reka"), "absent": ("KP", "weapon:himars")}


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ("act:arms_transfer(supplier: @north)", True),
        ("act:arms_transfer(supplier: @absent)", False),
        ("act:arms_transfer(supplier: (@absent, NO))", True),
        ("act:arms_transfer(supplier: NOT @north)", False),
        ("act:arms_transfer(recipient: NOT @north)", True),
        ("act:any(party: @north)", True),
        ("country:@north", True),
        ("country:(SD, @north)", True),
        ("entity:@listed", True),
        ("entity:@north", True),
        ("entity:@absent", False),
        ("person:@listed", False),
    ],
)
def test_a_list_by_reference_is_any_of_its_members(when: str, fits: bool) -> None:
    compiled = compile_rule(RuleSource(id="r", title="R", when=when), Vocabulary(lists=LISTS))
    assert (compiled.match(sample()) is not None) == fits
    assert (RuleIndex([compiled]).matching(sample()) != ()) == fits


UNSTATED = transfer(TEXT, recipient=party(TEXT, "Sudmark", "SD"))
UNKNOWN_NAME = transfer(TEXT, supplier=party(TEXT, "United Fleet"), recipient=party(TEXT, "Sudmark", "SD"))


@pytest.mark.parametrize("act", [UNSTATED, UNKNOWN_NAME], ids=["not stated", "a name the lexicons do not know"])
@pytest.mark.parametrize(
    "when",
    [
        "act:arms_transfer(supplier: RU)",
        "NOT act:arms_transfer(supplier: RU)",
        "NOT NOT act:arms_transfer(supplier: RU)",
        "act:arms_transfer(supplier: NOT RU)",
        "NOT act:arms_transfer(supplier: NOT RU)",
        "NOT (act:arms_transfer(supplier: RU) OR tanks)",
    ],
)
def test_a_condition_on_an_unknown_role_never_holds(act: Act, when: str) -> None:
    assert compile_rule(RuleSource(id="r", title="R", when=when)).match(sample(act)) is None


SIDES = {
    "stated": transfer(TEXT, supplier=party(TEXT, "Norland", "NO"), recipient=party(TEXT, "Sudmark", "SD")),
    "open": transfer(TEXT, supplier=party(TEXT, "Norland", "NO")),
    "unknown": transfer(TEXT, supplier=party(TEXT, "Norland", "NO"), recipient=party(TEXT, "Sudmark")),
    "neither": transfer(TEXT),
}


@pytest.mark.parametrize(
    ("argument", "answers"),
    [
        ("recipient: SD", (True, None, None, None)),
        ("recipient: any", (True, None, True, None)),
        ("recipient: known", (True, False, True, False)),
        ("recipient: none", (False, True, False, True)),
        ("recipient: None", (False, True, False, True)),
        ('recipient: "none"', (False, None, False, None)),
        ("recipient: NOT none", (True, False, True, False)),
        ("recipient: NOT known", (False, True, False, True)),
        ("recipient: (SD, none)", (True, True, None, True)),
        ("recipient: (RU, none)", (False, True, None, True)),
        ("recipient: NOT (RU, none)", (True, False, None, False)),
        ("recipient: (KE, known)", (True, None, True, None)),
        ("party: none", (False, True, False, True)),
        ("party: known", (True, True, True, False)),
        ("party: NOT none", (True, False, True, False)),
        ("party: NOT known", (False, False, False, True)),
        ("item: none", (True, True, True, True)),
        ("source: known", (False, False, False, False)),
        ("supplier: NO, recipient: none", (False, True, False, None)),
    ],
)
def test_whether_a_role_is_stated_has_always_an_answer(argument: str, answers: tuple[bool | None, ...]) -> None:
    for kind in ("arms_transfer", "any") if argument.startswith("party") else ("arms_transfer",):
        compiled = compile_rule(RuleSource(id="r", title="R", when=f"act:{kind}({argument})"))
        asked = [Reading(sample(act)) for act in SIDES.values()]
        assert tuple(truth(compiled.expression, one) for one in asked) == answers
        assert [RuleIndex([compiled]).matching(one) != () for one in asked] == [one is True for one in answers]


def test_that_no_act_states_a_role_can_be_asked_with_not() -> None:
    compiled = compile_rule(RuleSource(id="r", title="R", when="NOT act:arms_transfer(recipient: known)"))
    fits = {name: compiled.match(sample(act)) is not None for name, act in SIDES.items()}
    assert fits == {"stated": False, "open": True, "unknown": False, "neither": True}


def test_an_open_role_is_shown_by_the_act_that_leaves_it_open() -> None:
    found = compile_rule(RuleSource(id="r", title="R", when="act:arms_transfer(recipient: none)")).match(
        sample(SIDES["open"], SIDES["stated"])
    )
    assert found is not None
    assert found.acts == (SIDES["open"],)
    assert [one.quote for one in found.spans] == ["Norland", "minister"]


@pytest.mark.parametrize(
    ("argument", "act", "fails"),
    [
        ("recipient: none", "stated", "fails recipient (stated)"),
        ("recipient: known", "open", "fails recipient (not stated)"),
        ("item: known", "open", "fails item (not stated)"),
        ("party: NOT none", "open", "fails party (supplier: stated, recipient: not stated)"),
    ],
)
def test_why_not_says_whether_a_role_is_stated(argument: str, act: str, fails: str) -> None:
    (failure,) = why_not(
        compile_rule(RuleSource(id="r", title="R", when=f"act:arms_transfer({argument})")), sample(SIDES[act])
    )
    assert failure.reason.endswith(fails)
    assert not failure.unknown


def test_a_rule_on_an_open_role_is_filed_under_it() -> None:
    asked = {
        "recipient: none": {"none:arms_transfer:recipient"},
        "recipient: NOT known": {"none:arms_transfer:recipient"},
        "recipient: any": {"known:arms_transfer:recipient"},
        "recipient: NOT RU": {"known:arms_transfer:recipient"},
        "recipient: (RU, none)": {"none:arms_transfer:recipient", "role:arms_transfer:recipient:country:RU"},
        "supplier: known, recipient: RU": {"role:arms_transfer:recipient:country:RU"},
        "party: NOT none": {"known:arms_transfer:supplier", "known:arms_transfer:recipient"},
        "item: none": {"act:arms_transfer"},
    }
    for argument, keys in asked.items():
        assert keys_of(f"act:arms_transfer({argument})") == [keys]


def test_what_is_known_decides_even_beside_what_is_not() -> None:
    when = "NOT act:arms_transfer(supplier: RU, recipient: KP)"
    assert compile_rule(RuleSource(id="r", title="R", when=when)).match(sample(UNSTATED)) is not None


@pytest.mark.parametrize(
    ("asks", "fits"),
    [("confidence>=0.6", True), ("confidence>0.6", False), ("confidence <= .6", True), ("confidence<0.6", False)],
)
def test_how_sure_the_extractor_is_is_compared(asks: str, *, fits: bool) -> None:
    likely = sample(transfer(TEXT, confidence=0.6))
    asked = compile_rule(RuleSource(id="r", title="R", when=f"act:any({asks})"))
    assert (asked.match(likely) is not None) == fits
    assert fits or "fails confidence (0.60)" in why_not(asked, likely)[0].reason


def test_halted_stands_outside_the_order() -> None:
    halted = sample(transfer(TEXT, stage=TransferStage.HALTED))
    for when in ("act:arms_transfer(stage>=sought)", "act:arms_transfer(stage<=delivered)"):
        assert compile_rule(RuleSource(id="r", title="R", when=when)).match(halted) is None


def test_a_side_that_was_carried_over_fails_by_name_and_an_act_without_sides_is_not_known() -> None:
    carried = replace(party(TEXT, "Sudmark", "SD"), method=Method.CARRIED)
    sure = compile_rule(RuleSource(id="r", title="R", when="act:sanction(method: NOT carried)"))
    guessed = sample(sanction(TEXT, imposer=party(TEXT, "Norland", "NO"), target=carried))
    assert sure.match(guessed) is None
    assert "fails method (imposer: pattern, target: carried)" in why_not(sure, guessed)[0].reason
    assert why_not(sure, sample(sanction(TEXT)))[0].unknown
    for wanted in ("act:sanction(method: NOT carried)", "NOT act:sanction(method: carried)"):
        assert compile_rule(RuleSource(id="r", title="R", when=wanted)).match(sample(sanction(TEXT))) is None


def test_conditions_of_one_act_are_met_by_one_act() -> None:
    acts = (
        sanction(TEXT, imposer=party(TEXT, "Norland", "NO"), stage=SanctionStage.EASED),
        sanction(TEXT, imposer=party(TEXT, "Sudmark", "SD"), stage=SanctionStage.IMPOSED, certainty=Certainty.ALLEGED),
    )
    fits = compile_rule(RuleSource(id="r", title="R", when="act:sanction(imposer: NO, stage: imposed)"))
    assert fits.match(sample(*acts)) is None
    both = compile_rule(
        RuleSource(id="r", title="R", when="act:sanction(imposer: NO) AND act:sanction(stage: imposed)")
    )
    found = both.match(sample(*acts))
    assert found is not None
    assert found.acts == acts


def test_a_match_carries_spans_topics_and_acts() -> None:
    found = rule("topic:arms_transfer AND radar* AND act:any(party: SD) AND NOT tanks")
    assert found is not None
    assert [one.quote for one in found.spans] == ["Norland", "minister", "sell", "coastal radars", "radars", "Sudmark"]
    assert found.topics == ("arms_transfer",)
    assert len(found.acts) == 1
    assert all(TEXT[one.start : one.end] == one.quote for one in found.spans)


@pytest.mark.parametrize(
    ("when", "quotes"),
    [
        ("NEAR/5(radars, agrees)", ["agrees to sell coastal radars"]),
        ("NEAR/5(agrees, radars)", ["agrees to sell coastal radars"]),
        ('NEAR/8("United Fleet", missile*)', ["United Fleet company said anti-ship missiles"]),
        ("NEAR/8(to, sel*)", ["to sell", "sell coastal radars to"]),
    ],
)
def test_the_evidence_of_near_is_the_stretch_from_one_to_the_other(when: str, quotes: list[str]) -> None:
    found = rule(when)
    assert found is not None
    assert [one.quote for one in found.spans] == quotes


def test_near_looks_in_each_field_by_itself() -> None:
    read = tagged(title="Radars", summary="Tanks for Norland", body="Missiles. Radars and tanks")
    assert compile_rule(RuleSource(id="r", title="R", when="NEAR/2(radars, tanks)")).match(read) is not None
    for when in ("NEAR/50(norland, missiles)", "NEAR/50(norland, radars)"):
        assert compile_rule(RuleSource(id="r", title="R", when=when)).match(read) is None


def keys_of(when: str, *sample: TaggedArticle) -> list[frozenset[str]]:
    compiled = compile_rule(RuleSource(id="r", title="R", when=when))
    return required(compiled.expression, Rarity.of([Reading(one) for one in sample]))


def test_near_asks_the_index_for_the_rarer_of_the_two() -> None:
    asked = {
        'NEAR/5(radar*, "coastal navy")': ["coastal", "radar*", "navy"],
        "NEAR/5(sell, missiles)": ["missiles", "sell"],
        "NEAR/5(rad*, miss*)": ["miss*", "rad*"],
        '"sell coastal rad*"': ["coastal", "rad*", "sell"],
    }
    for when, keys in asked.items():
        assert [set(one) for one in keys_of(when)] == [{key} for key in keys]


def test_a_rule_is_filed_under_what_the_fewest_articles_have() -> None:
    sample = [tagged(title=title) for title in ("Radars", "Radars for Norland", "Radar stations", "Tanks for Norland")]
    assert keys_of("radars AND tanks AND norland", *sample)[0] == {"tanks"}
    assert keys_of("radar* AND norland", *sample)[0] == {"norland"}
    assert keys_of("(radars OR tanks) AND norland AND NOT kestria", *sample) == [{"norland"}, {"radars", "tanks"}]
    assert keys_of("NOT tanks", *sample) == []
    assert keys_of("radars OR NOT tanks", *sample) == []


WORLD = Vocabulary(
    tiers={"harbour": 1, "ledger": 3},
    weapons={"missile": ("weapon:harpoon", "weapon:exocet"), "ship": ("weapon:meko",)},
)


@pytest.mark.parametrize(
    ("when", "age", "outlets", "fits"),
    [
        ("tier:1", None, None, True),
        ("tier<=2", None, None, True),
        ("tier=3", None, None, False),
        ("tier:(2, 3)", None, None, False),
        ("NOT tier>1", None, None, True),
        ("outlets>=2", None, None, None),
        ("outlets>=2", None, 1, False),
        ("outlets>=2", None, 2, True),
        ("outlets<3", None, 2, True),
        ("outlets=2", None, 2, True),
        ("NOT outlets>=2", None, None, None),
        ("NOT outlets>=2", None, 1, True),
        ("radars AND outlets>2", None, 3, True),
        ("radars OR outlets>2", None, None, True),
        ("age<6h", None, None, None),
        ("age<6h", 6 * 3600.0, None, False),
        ("age<=6h", 6 * 3600.0, None, True),
        ("age<1.5h", 5399.0, None, True),
        ("age>30m", 1801.0, None, True),
        ("age<2d", 86400.0, None, True),
        ("age<1m", -30.0, None, True),
        ("NOT age<6h", None, None, None),
        ("weapon:missile", None, None, True),
        ("weapon:ship", None, None, False),
        ("weapon:(ship, harpoon)", None, None, True),
    ],
)  # fmt: skip
def test_figures_tiers_and_classes(when: str, age: float | None, outlets: int | None, fits: bool | None) -> None:
    compiled = compile_rule(RuleSource(id="r", title="R", when=when), WORLD)
    reading = Reading(sample(), age, outlets)
    assert truth(compiled.expression, reading) is fits
    assert (compiled.match(reading) is not None) == (fits is True)
    assert RuleIndex([compiled]).matching(reading) == ((compiled,) if fits else ())


def test_the_tier_of_an_outlet_that_no_configuration_names_is_not_known() -> None:
    for when in ("tier:1", "NOT tier:1"):
        compiled = compile_rule(RuleSource(id="r", title="R", when=when), Vocabulary(tiers={"ledger": 2}))
        assert compiled.match(sample()) is None


def test_a_class_of_weapon_stands_in_the_items_of_an_act_too() -> None:
    bought = transfer(TEXT, items=(structs.replace(party(TEXT, "anti-ship missiles"), id="weapon:exocet"),))
    for when, fits in (("item: missile", True), ("item: ship", False)):
        compiled = compile_rule(RuleSource(id="r", title="R", when=f"act:arms_transfer({when})"), WORLD)
        assert (compiled.match(sample(bought)) is not None) == fits


def test_rules_that_ask_the_same_are_asked_once_and_each_has_its_match() -> None:
    whens = ("radars AND missiles", "(radars  AND (missiles))", "missiles AND tanks", "radars\nAND missiles")
    rules = [compile_rule(RuleSource(id=str(n), title="R", when=when, version=f"v{n}")) for n, when in enumerate(whens)]
    index = RuleIndex(rules)
    assert index.questions == 2
    found = index.matching(sample())
    assert found == tuple(one for one in rules if one.match(sample()))
    matches = [one.evidence(Reading(sample())) for one in found]
    assert [(match.rule, match.rule_version) for match in matches] == [("0", "v0"), ("1", "v1"), ("3", "v3")]
    assert len({match.spans for match in matches}) == 1


def test_the_index_takes_no_id_twice_and_removes_none_that_it_has_not() -> None:
    index = RuleIndex([compile_rule(RuleSource(id="r", title="R", when="radars"))])
    with pytest.raises(ValueError, match="two rules have the id r"):
        index.add(compile_rule(RuleSource(id="r", title="R", when="tanks")))
    with pytest.raises(KeyError):
        index.remove("other")
    tanks, ships = (compile_rule(RuleSource(id="t", title="T", when=when)) for when in ("tanks", "ships"))
    with pytest.raises(ValueError, match="two rules have the id t"):
        index.become([tanks, ships])
    assert [rule.id for rule in index.matching(sample())] == ["r"]


@pytest.mark.parametrize(
    ("when", "failures"),
    [
        ("radars AND tanks", [("tanks", "not in the text")]),
        ("radars AND NOT missiles", [("NOT missiles", 'what it excludes holds: "missiles"')]),
        ('"coastal tanks"', [('"coastal tanks"', "not in the text: tanks")]),
        ('"radars coastal"', [('"radars coastal"', "not in the text side by side")]),
        ("NEAR/5(tanks, radars)", [("NEAR/5(tanks, radars)", "not in the text: tanks")]),
        ('NEAR/5("big tank*", gun*)', [('NEAR/5("big tank*", gun*)', "not in the text: big tank*, gun*")]),
        (
            "NEAR/3(norland, agrees)",
            [("NEAR/3(norland, agrees)", 'at the nearest 4 words apart: "Norland\'s minister Škoda agrees"')],
        ),
        (
            "NEAR/9(norland, missiles)",
            [("NEAR/9(norland, missiles)", "not both within one of title, summary and body")],
        ),
        ("topic:sanctions", [("topic:sanctions", "its topics are: arms_transfer (about), diplomacy (mentioned)")]),
        ("outlet:ledger OR lang:fr", [("outlet:ledger", "its outlet is harbour"), ("lang:fr", "its language is en")]),
        (
            "country:RU",
            [
                (
                    "country:RU",
                    "it mentions: Norland (country:NO), Sudmark (country:SD), United Fleet (company:united-fleet), Škoda (person:skoda), anti-ship missiles (weapon:harpoon)",
                )
            ],
        ),
        (
            "act:arms_transfer(supplier: RU, stage: sought)",
            [
                (
                    "act:arms_transfer(supplier: RU, stage: sought)",
                    f"{DEAL} fails supplier, stage",
                )
            ],
        ),
        (
            "act:sanction",
            [
                (
                    "act:sanction",
                    f"no act of this kind; acts found: {DEAL}",
                )
            ],
        ),
        ("radars", []),
        ("outlets>=2", [("outlets>=2", "not known: how many outlets tell its story")]),
        ("age<6h", [("age<6h", "not known: the moment of the decision")]),
        ("tier:1", [("tier:1", "its outlet is harbour, whose tier is not known")]),
    ],
)
def test_why_not_names_the_clause_that_failed(when: str, failures: list[tuple[str, str]]) -> None:
    compiled = compile_rule(RuleSource(id="r", title="R", when=when))
    assert [(one.clause, one.reason) for one in why_not(compiled, sample())] == failures


def test_why_not_names_the_figures_of_the_moment() -> None:
    compiled = compile_rule(RuleSource(id="r", title="R", when="outlets>=2 AND age<6h AND tier:3"), WORLD)
    assert [one.reason for one in why_not(compiled, Reading(sample(), 7.5 * 3600, 1))] == [
        "1 independent outlet tells its story", "it is 7.5h old", "its outlet is harbour",
    ]  # fmt: skip


def test_why_not_says_what_is_not_known() -> None:
    compiled = compile_rule(RuleSource(id="r", title="R", when="act:arms_transfer(supplier: RU)"))
    (failure,) = why_not(compiled, sample(UNSTATED))
    assert failure.unknown
    assert "supplier: not stated" in failure.reason
