"""The same article gives the same bytes, in whatever process it is read; capitals alone hide nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extractor.reading import read, told

_READ = """
import sys
import msgspec
from tests.extractor.reading import read
body = "SEOUL (Reuters) - Portugal agreed to sell radars to Iceland, Norway and Spain.\\n\\nThe US and Britain imposed sanctions on Iran, Russia and North Korea over missiles, President Vladimir Putin said. "
sys.stdout.buffer.write(msgspec.json.encode(read("US, Britain sanction Iran", "Arms go to Iceland.", body * 5)))
"""


def bytes_of(seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "1"}
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", _READ], env=environment, cwd=root, check=True, capture_output=True
    ).stdout


def test_two_processes_with_other_hash_seeds_give_the_same_bytes() -> None:
    first = bytes_of("1")
    assert b'"acts":[{' in first
    assert first == bytes_of("4242")


@pytest.mark.parametrize(
    "title",
    [
        "US approves sale of F-16s to Taiwan",
        "Portugal sells coastal radars to Iceland",
        "EU imposes sanctions on Belarus",
    ],
)
@pytest.mark.parametrize("summary", ["", "The vote was on Monday, officials said after it had ended."])
def test_a_title_in_capitals_tells_the_same_acts(title: str, summary: str) -> None:
    acts = [told(act) for act in read(title, summary).acts]
    assert len(acts) == 1
    assert [told(act) for act in read(title.upper(), summary).acts] == acts
