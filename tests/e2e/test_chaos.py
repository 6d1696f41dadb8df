"""Whatever is killed and whatever destinations lose, each alert arrives everywhere. ``make chaos`` does the same for longer."""

from pathlib import Path

import pytest

from tests.e2e.chaos import run


@pytest.mark.timeout(200)
def test_killed_again_and_again_while_destinations_fail(tmp_path: Path) -> None:
    result = run(tmp_path, 12, seed=3, longest=3.0, settling=90, command=("-m", "tests.e2e.hurried"))
    assert result.problems() == []
    assert sum(one.errors for one in result.arrived.values()) > 0
