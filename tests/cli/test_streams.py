"""``wirewatch streams``: how far each group is behind."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.main import main
from services.core.ports.bus import Bus
from services.core.streams import ARTICLES, EXTRACTORS
from services.openers import load_configuration, open_bus
from tests.config.directories import write

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path / "config", {"wirewatch.yaml": f"data_dir: {tmp_path}/data\n"})


@pytest.fixture
def bus(config: Path) -> Iterator[Bus]:
    bus = open_bus(load_configuration(config).settings)
    yield bus
    bus.close()


def rows(config: Path, capsys: Captured) -> list[dict[str, object]]:
    assert main(["streams", "--json", "--config", str(config)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_empty_bus_is_not_behind(config: Path, capsys: Captured) -> None:
    assert main(["streams", "--config", str(config)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "extractors on articles: 0 records behind, 12 partitions",
        "alerters on tagged-articles: 0 records behind, 12 partitions",
    ]


def test_as_json_there_is_an_object_for_each_partition(config: Path, capsys: Captured) -> None:
    found = rows(config, capsys)
    assert len(found) == 24
    assert found[0] == {
        "group": "extractors", "stream": "articles", "partition": 0, "committed": None, "end": 0, "lag": 0,
    }  # fmt: skip
    assert [row["partition"] for row in found if row["group"] == "alerters"] == list(range(12))


def test_what_nobody_has_read_is_behind_until_it_is_committed(config: Path, bus: Bus, capsys: Captured) -> None:
    producer = bus.producer("test")
    for number in range(3):
        producer.send(ARTICLES, key=b"same", value=str(number).encode())
    producer.flush()
    producer.close()
    main(["streams", "--config", str(config)])
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "extractors on articles: 3 records behind, 12 partitions"
    assert second.endswith(": 3 behind (next 0, end 3)")
    consumer = bus.consumer([ARTICLES], group=EXTRACTORS, name="test")
    records = [record for _ in range(3) for record in consumer.poll(1.0).records]
    consumer.commit({records[0].partition: 2})
    consumer.close()
    (behind,) = [row for row in rows(config, capsys) if row["lag"]]
    assert (behind["committed"], behind["end"], behind["lag"]) == (2, 3, 1)
