"""``wirewatch dead-letters list|show|replay``."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from services.cli.main import main
from services.core.codec import encode, headers
from services.core.dead_letter import DeadLetter
from services.core.errors import PoisonReason
from services.core.ports.bus import Bus, Partition, Record
from services.core.streams import ARTICLES, DEAD_LETTERS
from services.openers import load_configuration, open_bus
from tests.builders import at
from tests.config.directories import write

Captured = pytest.CaptureFixture[str]
LETTER = DeadLetter(
    id="articles-3-7", stream=ARTICLES, partition=3, offset=7, key=b"k\xff", value=b'{"odd\x1b[2J',
    headers=(("schema", b"article/1"), ("raw", b"\x00\xff")), reason=PoisonReason.MALFORMED, detail="not a article/1: \x1b[31m",
    group="extractors", at=at(5), trace_id="t1",
)  # fmt: skip


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path / "config", {"wirewatch.yaml": f"data_dir: {tmp_path}/data\n"})


@pytest.fixture
def bus(config: Path) -> Iterator[Bus]:
    bus = open_bus(load_configuration(config).settings)
    yield bus
    bus.close()


def bury(bus: Bus, *letters: DeadLetter) -> None:
    producer = bus.producer("test")
    for letter in letters:
        producer.send(DEAD_LETTERS, key=letter.id.encode(), value=encode(letter), headers=headers(letter))
    producer.flush()
    producer.close()


def articles(bus: Bus) -> list[Record]:
    return [record for number in range(12) for record in bus.browse(Partition(ARTICLES, number), 0, 100)]


def call(config: Path, capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    status = main(["dead-letters", *arguments, "--config", str(config)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_an_empty_bus_has_none(config: Path, capsys: Captured) -> None:
    assert call(config, capsys, "list") == (0, "", "")
    assert call(config, capsys, "replay", "all") == (0, "", "")


@pytest.mark.parametrize("verb", ["show", "replay"])
def test_one_that_is_not_there_is_named(verb: str, config: Path, capsys: Captured) -> None:
    unknown = "no dead letter articles-1-1; `wirewatch dead-letters list` shows those kept\n"
    assert call(config, capsys, verb, "articles-1-1") == (1, "", unknown)


def test_what_was_asked_for_cannot_steer_the_terminal(config: Path, capsys: Captured) -> None:
    assert "\x1b" not in call(config, capsys, "show", "\x1b[2J")[2]


def test_the_list_has_a_line_for_each_and_none_twice(config: Path, bus: Bus, capsys: Captured) -> None:
    other = msgspec.structs.replace(LETTER, id="articles-3-8", value=None, reason=PoisonReason.TIMED_OUT, detail="slow")
    bury(bus, LETTER, other, LETTER)
    status, out, _ = call(config, capsys, "list")
    assert status == 0
    assert out.splitlines() == [
        "2026-01-05 09:05:00  articles-3-7  malformed  9 bytes  not a article/1: \\u001b[31m",
        "2026-01-05 09:05:00  articles-3-8  timed_out  0 bytes  slow",
    ]


def test_all_of_one_is_shown(config: Path, bus: Bus, capsys: Captured) -> None:
    bury(bus, LETTER)
    status, out, _ = call(config, capsys, "show", LETTER.id)
    assert status == 0
    fields = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert fields["stream"] == "articles"
    assert (fields["partition"], fields["offset"]) == ("3", "7")
    assert fields["value"] == repr(LETTER.value)
    assert fields["trace_id"] == "t1"
    assert "\x1b" not in out


def test_what_is_put_back_is_the_same_to_the_byte(config: Path, bus: Bus, capsys: Captured) -> None:
    bury(bus, LETTER)
    assert call(config, capsys, "replay", LETTER.id) == (0, "sent articles-3-7 to articles again\n", "")
    (record,) = articles(bus)
    assert (record.key, record.value, record.headers) == (LETTER.key, LETTER.value, LETTER.headers)


def test_those_there_are_are_put_back_and_those_missing_named(config: Path, bus: Bus, capsys: Captured) -> None:
    bury(bus, LETTER)
    status, out, err = call(config, capsys, "replay", LETTER.id, "articles-9-9")
    assert (status, out) == (1, "sent articles-3-7 to articles again\n")
    assert err.startswith("no dead letter articles-9-9;")
    assert len(articles(bus)) == 1


def test_one_without_a_value_is_not_put_back_as_something_else(config: Path, bus: Bus, capsys: Captured) -> None:
    bury(bus, msgspec.structs.replace(LETTER, value=None))
    status, out, err = call(config, capsys, "replay", LETTER.id)
    assert (status, out) == (1, "")
    assert "articles-3-7 has no value" in err
    assert articles(bus) == []


def test_a_record_that_is_no_dead_letter_is_named_and_passed_over(config: Path, bus: Bus, capsys: Captured) -> None:
    producer = bus.producer("test")
    producer.send(DEAD_LETTERS, key=b"k", value=b"{}")
    producer.flush()
    producer.close()
    bury(bus, LETTER)
    status, out, err = call(config, capsys, "list")
    assert status == 0
    assert err.startswith("offset 0 of dead-letters is not a dead letter: malformed:")
    assert len(out.splitlines()) == 1
