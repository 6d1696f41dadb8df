"""What an article tells as long past is background."""

from datetime import date

import pytest

from services.core.act import ArmsTransfer
from services.core.gist import told_acts
from services.core.rules.reading import Reading
from services.core.when import Granularity, When
from tests.builders import T0, span, tagged, transfer

TITLE = "Norland sent radars to Sudmark in 2019 and sends more"


def sent(year: int | None) -> ArmsTransfer:
    """An act of the title, dated or not."""
    if year is None:
        return transfer(TITLE)
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    when = When(start=start, end=end, granularity=Granularity.YEAR, span=span(TITLE, "in 2019"))
    return transfer(TITLE, when=when)


@pytest.mark.parametrize(
    ("years", "subjects"),
    [
        ((2019, None), [None]),
        ((None, 2019), [None]),
        ((2019, T0.year), [T0.year]),
        ((T0.year - 1,), [T0.year - 1]),
        ((2019,), [2019]),
        ((2018, 2019), [2018]),
    ],
)
def test_an_act_long_past_is_no_subject_unless_nothing_else_is_told(
    years: tuple[int | None, ...], subjects: list[int | None]
) -> None:
    acts = told_acts(Reading(tagged(title=TITLE, acts=tuple(sent(year) for year in years))))
    assert [one.act.when and one.act.when.start.year for one in acts if one.lead] == subjects


def test_long_past_begins_a_year_after_the_end() -> None:
    when = sent(2019).when
    assert when is not None
    assert not when.before(date(2020, 12, 31))
    assert when.before(date(2021, 1, 2))
