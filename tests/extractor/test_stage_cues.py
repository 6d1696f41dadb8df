"""How far an act has got, by the ways in which news tells it."""

import pytest

from services.core.act import Act, ArmsTransfer, SanctionStage, TransferStage
from tests.extractor import stage_sanction_table, stage_transfer_table
from tests.extractor.reading import read


def lines(table: object, stages: type[TransferStage] | type[SanctionStage]) -> list[tuple[str, str]]:
    return [(line, str(stage)) for stage in stages for line in getattr(table, stage.name).strip().splitlines()]


def acts(sentence: str) -> tuple[Act, ...]:
    return read(sentence[1:]).acts if sentence.startswith("#") else read("", body=sentence).acts


@pytest.mark.parametrize(("sentence", "stage"), lines(stage_transfer_table, TransferStage))
def test_a_transfer_is_at_the_stage_that_news_tells(sentence: str, stage: str) -> None:
    assert {str(act.stage) for act in acts(sentence) if isinstance(act, ArmsTransfer)} == {stage}


@pytest.mark.parametrize(("sentence", "stage"), lines(stage_sanction_table, SanctionStage))
def test_a_sanction_is_at_the_stage_that_news_tells(sentence: str, stage: str) -> None:
    assert {str(act.stage) for act in acts(sentence) if not isinstance(act, ArmsTransfer)} == {stage}
