"""Tests of the bus. pytest explains failed asserts of files that are not named test_* only when told to."""

import pytest

pytest.register_assert_rewrite(
    *(
        f"tests.bus.{name}"
        for name in ("contract_records", "contract_groups", "contract_offsets", "interleavings", "members")
    )
)
