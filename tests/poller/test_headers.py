"""What a server may ask of us."""

import pytest

from services.poller.headers import max_age, retry_after, validator
from tests.builders import T0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0), (" 0 ", 0.0), ("1000000000", 30 * 86400.0), ("9" * 500, 30 * 86400.0), ("Mon, 05 Jan 2026 09:10:00 GMT", 600.0),
        ("Mon, 05 Jan 2026 08:00:00 GMT", 0.0), ("Fri, 31 Dec 9999 23:59:59 GMT", 30 * 86400.0), (None, None), ("", None), ("soon", None), ("-5", None),
        ("1.5", None), ("Mon, 05 Jan 2026 09:10:00", None), ("٣", None),
    ],
)  # fmt: skip
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, T0) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "max-age=300"}, 300.0), ({"Cache-Control": "public, MAX-AGE = 300, immutable"}, 300.0), ({"Cache-Control": "max-age=300", "Age": "100"}, 200.0),
        ({"Cache-Control": "max-age=300", "Age": "900"}, 0.0), ({"Cache-Control": "max-age=300, no-cache"}, None), ({"Cache-Control": "no-store,max-age=300"}, None),
        ({"Cache-Control": "s-maxage=300"}, None), ({"Cache-Control": "max-age=-1"}, None), ({"Cache-Control": "max-age=" + "9" * 30}, 30 * 86400.0), ({}, None),
    ],
)  # fmt: skip
def test_max_age(headers: dict[str, str], seconds: float | None) -> None:
    assert max_age(headers) == seconds


@pytest.mark.parametrize("value", ['"a"', 'W/"a b"', "x", "Mon, 05 Jan 2026 09:00:00 GMT", '"' + "x" * 990 + '"'])
def test_a_validator_is_kept_as_it_is(value: str) -> None:
    assert validator(value) == value


@pytest.mark.parametrize("value", ["", None, '"é"', '"\udce9"', '"a\tb"', "x" * 1001])
def test_a_validator_that_cannot_go_back_byte_for_byte_is_not_kept(value: str | None) -> None:
    assert validator(value) is None
