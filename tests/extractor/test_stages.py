"""Stage, certainty and source of an act, sentence by sentence."""

import pytest

from services.core.act import Act, ArmsTransfer, Sanction
from tests.extractor.reading import read
from tests.extractor.stage_table import SANCTIONS, TRANSFERS


def acts(sentence: str) -> tuple[Act, ...]:
    return read(sentence[1:]).acts if sentence.startswith("#") else read("", body=sentence).acts


def seen(act: Act) -> tuple[str, str, str | None]:
    return str(act.stage), str(act.certainty), act.attribution.name if act.attribution else None


@pytest.mark.parametrize(("sentence", "stage", "certainty", "source"), TRANSFERS)
def test_how_far_a_transfer_has_got(sentence: str, stage: str, certainty: str, source: str | None) -> None:
    assert [seen(act) for act in acts(sentence) if isinstance(act, ArmsTransfer)] == [(stage, certainty, source)]


@pytest.mark.parametrize(("sentence", "stage", "certainty", "source"), SANCTIONS)
def test_how_far_a_sanction_has_got(sentence: str, stage: str, certainty: str, source: str | None) -> None:
    assert (stage, certainty, source) in [seen(act) for act in acts(sentence) if isinstance(act, Sanction)]
