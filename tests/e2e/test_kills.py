"""Nothing is lost and nothing is told twice, whatever is killed. ``python -m tests.e2e.kills`` does the same for longer."""

from pathlib import Path

import pytest

from tests.e2e.kills import run_embedded, run_kafka


@pytest.mark.timeout(400)
def test_one_process_killed_at_random_moments_keeps_every_promise(tmp_path: Path) -> None:
    result = run_embedded(tmp_path, kills=4, seed=11)
    assert result.problems() == []
    assert result.kills["run"] >= 3


@pytest.mark.kafka
@pytest.mark.postgresql
@pytest.mark.timeout(500)
def test_three_daemons_killed_at_random_moments_keep_every_promise(tmp_path: Path) -> None:
    result = run_kafka(tmp_path, kills=2, seed=12)
    assert result.problems() == []
    assert sum(result.kills.values()) >= 5
