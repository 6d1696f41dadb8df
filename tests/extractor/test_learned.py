"""What becomes of pairs that the learned reader takes for acts."""

import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from services.core.act import Act, ArmsTransfer, Certainty, Method, Party, SanctionStage, TransferStage
from services.core.errors import ConfigInvalid
from services.core.mention import Span
from services.core.settings import ExtractorSettings
from services.encoder import model_directory
from services.extractor.act_model import FILES, ActModel, Judged, Judgement
from services.extractor.learned import acts, chosen
from services.extractor.lexicons import load_lexicons
from services.extractor.pairs import Actor, actors
from services.extractor.tagger import SpacyTagger
from tests.builders import T0, article
from tests.extractor.reading import LEXICONS, tagger, told

ICELAND, PORTUGAL, PERU = (
    Actor(f"country:{code}", f"country:{code}", code, code, 1, None, [Span(start=0, end=1, quote="x")])
    for code in ("IS", "PT", "PE")
)
MINISTER = Actor("person:a", "person:a", "A", "IS", 2, None, [Span(start=2, end=3, quote="x")])


def pair(giver: Actor | None, taker: Actor, probability: float, kind: str = "sanction") -> Judged:
    return Judged(
        kind, giver, taker, probability, {SanctionStage.IMPOSED: 0.0}, {Certainty.ASSERTED: 0.0}, None, doubted=False
    )


@pytest.mark.parametrize(
    ("pairs", "kept"),
    [
        ([], []),
        ([("IS", "PT", 0.6), ("IS", "PE", 0.5)], ["IS>PT", "IS>PE"]),
        ([("IS", "PT", 0.5), ("PT", "IS", 0.6)], ["PT>IS"]),  # one direction, the surer
        ([("A", "PT", 0.7), ("IS", "PT", 0.9)], ["IS>PT"]),  # the minister acts for the country
        ([(None, "PT", 0.8), ("IS", "PT", 0.7)], ["?>PT"]),  # nobody or somebody, not both
        ([(None, "PT", 0.4), ("IS", "PE", 0.7)], ["IS>PE", "?>PT"]),
    ],
)
def test_of_pairs_that_say_the_same_the_surest_stays(
    pairs: list[tuple[str | None, str, float]], kept: list[str]
) -> None:
    actors = {"IS": ICELAND, "PT": PORTUGAL, "PE": PERU, "A": MINISTER, None: None}
    given = [pair(actors[giver], actors[taker], sure) for giver, taker, sure in pairs]  # type: ignore[arg-type, index]
    assert [f"{one.giver.name if one.giver else '?'}>{one.taker.name}" for one in chosen(given)] == kept


def test_kinds_do_not_rival() -> None:
    assert len(chosen([pair(ICELAND, PERU, 0.6), pair(PERU, ICELAND, 0.5, "arms_transfer")])) == 2


def test_no_more_than_eight_of_a_kind() -> None:
    many = [Actor(f"c{n}", f"c{n}", f"C{n}", None, 1, None, []) for n in range(20)]
    assert len(chosen([pair(ICELAND, other, 0.9) for other in many])) == 8


def test_a_directory_without_the_files_is_named() -> None:
    with pytest.raises(ConfigInvalid, match=r"lacks encoder.onnx, heads.npz, vocabulary.txt, card.json"):
        ActModel(Path(__file__).parent, {})


def test_a_model_of_another_version_is_named_at_the_start(tmp_path: Path) -> None:
    default = model_directory("default", "acts")
    assert default is not None
    for name in FILES:
        shutil.copy(default / name, tmp_path)
    heads = dict(np.load(default / "heads.npz"))
    np.savez(tmp_path / "heads.npz", **{name: part for name, part in heads.items() if not name.endswith(".lk")})
    with pytest.raises(ConfigInvalid, match=r"heads.npz: lacks arms_transfer.lk, sanction.lk; it was made for another"):
        ActModel(tmp_path, {})


def test_the_setting_names_where_the_model_is() -> None:
    assert model_directory("off", "acts") is None
    assert model_directory("somewhere", "acts") == Path("somewhere")
    default = model_directory("default", "acts")
    assert default is not None
    assert default.name == "acts"


@cache
def model() -> ActModel:
    place = model_directory("default", "acts")
    assert place is not None
    exporters = load_lexicons(LEXICONS).transfer.exporters
    found = ActModel(place, {code: rank for rank, code in enumerate(exporters)})
    found.thresholds = dict.fromkeys(
        found.thresholds, 0.2
    )  # the model without the rules is less sure of plain sentences
    return found


def learned(title: str) -> list[Act]:
    """The acts of a title as the model tells them, without help from the rules."""
    lines, _ = tagger().lines(article(title=title, summary="", body=""))
    return acts(model().judge(lines, []), lines, [])[0]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Spain and Italy will deliver howitzers to Greece.", ["ES > GR", "IT > GR"]),
        ("Iceland buys howitzers from Portugal", ["PT > IS"]),
        ("Portugal suspends exports of armoured vehicles to Chile", ["PT > CL"]),
        ("Norway threatens Paraguay with sanctions", ["NO > PY"]),
        ("Norway and Chile held talks on fisheries; missiles were shown at a fair.", []),
    ],
)
def test_parties_are_told_apart_by_the_words_around_them(title: str, wanted: list[str]) -> None:
    assert sorted(told(act).rsplit(" ", 2)[0] for act in learned(title)) == wanted


@pytest.mark.parametrize(("probability", "stands"), [(0.9, ["ES > GR"]), (0.6, [])])
def test_parties_that_no_telling_sentence_names_together_need_a_sure_model(
    probability: float, stands: list[str]
) -> None:
    lines, _ = tagger().lines(
        article(title="Spain holds elections", summary="", body="Howitzers came to Greece by ship, it was said.")
    )
    spain, greece = (actor for actor in actors(lines, []).values() if actor.id is not None)
    one = Judged(
        "arms_transfer", spain, greece, probability, {TransferStage.DELIVERED: 0.0}, {Certainty.ASSERTED: 0.0}, None, doubted=False
    )  # fmt: skip
    found, _ = acts(Judgement((one,)), lines, [])
    assert [told(act).rsplit(" ", 2)[0] for act in found] == stands


GAME = "Spain beats Greece in a friendly as Norway imposes sanctions on Paraguay"


@pytest.mark.parametrize(
    ("title", "method", "stands"),
    [
        ("Spain sends howitzers to Greece", Method.NEAREST, True),
        ("Spain sends howitzers to Greece", Method.PATTERN, True),
        (GAME, Method.NEAREST, False),
        (GAME, Method.CARRIED, False),
        (GAME, Method.PATTERN, False),
    ],
)
def test_what_the_rules_told_falls_where_the_model_takes_it_for_none(title: str, method: Method, stands: bool) -> None:
    lines, _ = tagger().lines(article(title=title, summary="", body=""))
    spain, greece = (
        Party(
            name=country, span=Span(start=node.start, end=node.end, quote=title[node.start : node.end]),
            method=method, id=f"country:{country}", country=country,
        )
        for country in ("ES", "GR")
        for node in lines[0].sentence.nodes
        if node.name is not None and node.name.entity.country == country
    )  # fmt: skip
    whole = lines[0].sentence.whole
    by_rules = ArmsTransfer(
        certainty=Certainty.ASSERTED, trigger=whole, evidence=(whole,), rule="transfer.give", stage=TransferStage.AGREED,
        supplier=spain, recipient=greece,
    )  # fmt: skip
    standing, doubted = acts(model().judge(lines, [by_rules]), lines, [by_rules])
    as_told = [replace(act, confidence=by_rules.confidence) for act in standing]
    assert (by_rules in as_told, by_rules in doubted) == (stands, not stands)


def test_an_act_of_the_model_says_so_and_carries_its_sentence() -> None:
    [act, _] = learned("Spain and Italy will deliver howitzers to Greece.")
    assert isinstance(act, ArmsTransfer)
    assert act.rule == "transfer.learned"
    assert act.supplier is not None
    assert act.supplier.method is Method.LEARNED
    assert [item.name for item in act.items] == ["howitzers"]
    assert act.stage is TransferStage.AGREED
    assert act.evidence[0].quote == "Spain and Italy will deliver howitzers to Greece."


def test_the_version_names_the_model() -> None:
    whole = SpacyTagger(LEXICONS, ExtractorSettings())
    assert whole.version == f"{tagger().version}+{model().digest}"


def test_the_model_contradicts_a_stage_that_rules_read_only_where_it_is_sure() -> None:
    stages = {SanctionStage.IMPOSED: -0.2, SanctionStage.THREATENED: -1.8, SanctionStage.EASED: -4.0}
    judged = Judged("sanction", ICELAND, PERU, 0.9, stages, {Certainty.ASSERTED: 0.0}, None, doubted=False)
    assert judged.stage(None) is SanctionStage.IMPOSED
    assert judged.stage(SanctionStage.THREATENED) is SanctionStage.THREATENED
    assert judged.stage(SanctionStage.EASED) is SanctionStage.IMPOSED


def test_the_rules_have_the_lead_in_certainty_too() -> None:
    sure = {Certainty.ASSERTED: -0.3, Certainty.ALLEGED: -1.6, Certainty.DENIED: -4.0}
    judged = Judged("arms_transfer", ICELAND, PERU, 0.9, {TransferStage.AGREED: 0.0}, sure, None, doubted=False)
    assert judged.certainty(None) is Certainty.ASSERTED
    assert judged.certainty(Certainty.ALLEGED) is Certainty.ALLEGED
    assert judged.certainty(Certainty.DENIED) is Certainty.ASSERTED


def test_confidence_is_of_the_act_and_of_its_stage() -> None:
    stages = {TransferStage.AGREED: math.log(0.5), TransferStage.DELIVERED: math.log(0.5)}
    judged = Judged("arms_transfer", ICELAND, PERU, 0.8, stages, {Certainty.ASSERTED: 0.0}, None, doubted=False)
    assert judged.confidence(TransferStage.AGREED, None) == 0.4
    assert judged.confidence(TransferStage.AGREED, TransferStage.AGREED) > 0.7
    assert judged.confidence(TransferStage.AGREED, TransferStage.DELIVERED) < 0.1


def test_every_act_says_how_sure_the_reader_is() -> None:
    text = article(title="Norway imposes sanctions on Paraguay", summary="", body="")
    [judged] = SpacyTagger(LEXICONS, ExtractorSettings()).tag(text, T0).acts
    [by_rules] = tagger().tag(text, T0).acts
    assert 0.5 < judged.confidence < 1
    assert by_rules.confidence == 1  # nobody was asked


def test_a_side_that_the_model_was_not_shown_makes_an_act_less_sure() -> None:
    text = article(title="Norway imposes sanctions on Paraguay", summary="", body="")
    lines, _ = tagger().lines(text)
    [told] = tagger().tag(text, T0).acts
    [act], [] = acts(Judgement(), lines, [told])
    assert act.confidence < 0.5
