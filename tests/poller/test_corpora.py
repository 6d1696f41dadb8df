"""Documents that nobody of the project wrote, through the real workers. All of them: ``python -m tests.poller.corpora``."""

import asyncio

import pytest

from tests.poller.corpora import ARCHIVES, measure, report, shared

SHARES = {"feed_test_corpora": 1.0}


@pytest.mark.shared
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda archive: archive.partition("/")[2].partition(".")[0])
def test_no_document_kills_a_worker(archive: str) -> None:
    path = shared() / "data" / archive
    if not path.exists():
        pytest.skip(f"the measuring collection {path} is not here")
    result = asyncio.run(measure(path, SHARES.get(archive.partition("/")[0], 0.03)))
    print(report(result))
    assert result.killed == []
    assert result.parsed > 0.8 * len(result.times)
    assert result.slowest[0] < 10.0
