"""``wirewatch silence add|list|expire`` and ``wirewatch routes show|test``."""

from pathlib import Path

import msgspec
import pytest

from services.cli.main import main
from services.core.silence import Silence
from services.openers import load_configuration, open_database
from tests.builders import alert
from tests.config.directories import write

Captured = pytest.CaptureFixture[str]
ROUTES = """
route:
  receiver: desk
  routes:
    - receiver: night
      matchers: ['severity=~"warning|critical"']
      group_by: [topic]
      group_wait: 30
      repeat_interval: 600
      quiet_hours: {time_intervals: [nights], bypass: critical}
      continue: true
    - {receiver: daily, match: {topic: sanctions}, digest: {at: "07:00", zone: Europe/Berlin}}
    - {receiver: office, match: {topic: oil}, active_time_intervals: [hours]}
receivers: [{type: stdout, name: desk}, {type: stdout, name: night}, {type: stdout, name: daily}, {type: stdout, name: office}]
time_intervals:
  - {name: nights, time_intervals: [{times: [{start_time: "22:00", end_time: "24:00"}]}]}
  - {name: hours, time_intervals: [{times: [{start_time: "08:00", end_time: "17:00"}]}]}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path / "config", {"wirewatch.yaml": f"data_dir: {tmp_path}/data\n", "routes.yaml": ROUTES})


def run(config: Path, capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    command, *rest = arguments
    first, *others = rest
    status = main([command, first, "--config", str(config), *others])
    told = capsys.readouterr()
    return status, told.out, told.err


def add(config: Path, capsys: Captured, *arguments: str) -> str:
    status, out, err = run(config, capsys, "silence", "add", *arguments, "--comment", "an exercise", "--author", "jo")
    assert status == 0, err
    return out.strip()


def test_a_silence_is_added_listed_and_ended(config: Path, capsys: Captured) -> None:
    ident = add(config, capsys, 'topic=~"arms.*|oil"', "severity!=critical", "--for", "8h")
    _, out, _ = run(config, capsys, "silence", "list")
    assert out.startswith(f"{ident}  active   ")
    assert out.endswith('topic=~"arms.*|oil" severity!=critical  jo: an exercise\n')
    assert run(config, capsys, "silence", "expire", ident) == (0, f"{ident} was active, and has ended\n", "")
    assert run(config, capsys, "silence", "list") == (0, "", "")
    _, out, _ = run(config, capsys, "silence", "list", "--all", "--json")
    kept = msgspec.json.decode(out, type=Silence)
    assert (kept.id, kept.author, kept.matchers) == (ident, "jo", ('topic=~"arms.*|oil"', "severity!=critical"))
    assert kept.starts_at < kept.ends_at


def test_a_silence_can_begin_later(config: Path, capsys: Captured) -> None:
    add(config, capsys, "story=st1", "--start", "2100-01-01", "--until", "2100-02-01T12:00:00Z")
    _, out, _ = run(config, capsys, "silence", "list")
    assert "pending  2100-01-01 00:00 to 2100-02-01 12:00 UTC" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sevrity=info", "--for", "1h"), 'no alert carries the label sevrity; did you mean "severity"?'),
        (('topic=~"(a+)+"', "--for", "1h"), "( is not taken"), (("topic", "--for", "1h"), "not a matcher"),
        (("topic!=x", "--for", "1h"), "nearly everything"), (("topic=x", "--until", "2020-01-01"), "in the future"),
        (("topic=x", "--start", "2100-01-02", "--until", "2100-01-01"), "must end after it starts"),
        (("topic=x", "--for", "99w"), "366 days at most"),
    ],
)  # fmt: skip
def test_what_is_no_silence_is_told(config: Path, capsys: Captured, arguments: tuple[str, ...], says: str) -> None:
    status, out, err = run(config, capsys, "silence", "add", *arguments, "--comment", "c")
    assert (status, out) == (1, "")
    assert says in err


@pytest.mark.parametrize("arguments", [("topic=x", "--for", "0h", "--comment", "c"), ("topic=x", "--comment", "c"), ("topic=x", "--for", "1h")])  # fmt: skip
def test_a_wrong_command_line_is_2(config: Path, capsys: Captured, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(config, capsys, "silence", "add", *arguments)


def test_a_silence_that_is_not_there(config: Path, capsys: Captured) -> None:
    status, _, err = run(config, capsys, "silence", "expire", "si\x1b[2J")
    assert status == 1
    assert err.startswith("no silence si\\u001b[2J;")


def test_every_route_is_shown_with_what_it_inherits(config: Path, capsys: Captured) -> None:
    status, out, _ = run(config, capsys, "routes", "show")
    assert status == 0
    assert out.startswith("{} to desk\n  told      each alert alone, at once, never again\n")
    assert (
        '{}/{severity=~"warning|critical"} to night\n  told      by topic, after 30 s, then every 300 s, again after 600 s\n'
        in out
    )
    assert '{}/{topic="sanctions"} to daily\n' in out
    assert "  digest    07:00 Europe/Berlin, next of 2" in out


@pytest.mark.parametrize(
    ("labels", "lines"),
    [
        (["severity=info"], ["{} to desk", "  group     alone"]),
        (
            ["severity=critical", "topic=sanctions"],
            ['{}/{severity=~"warning|critical"} to night', "  quiet     nights: now, until 2026-01-06 00:00 UTC",
             '  group     {}/{severity=~"warning|critical"}:{topic="sanctions"}',
             "  bypass    critical is told in the quiet hours too", '{}/{topic="sanctions"} to daily',
             "  digest    07:00 Europe/Berlin, next of 2026-01-06 at 2026-01-06 06:00 UTC"],
        ),
        (["topic=oil"], ['{}/{topic="oil"} to office', "  active    hours: not now"]),
    ],
)  # fmt: skip
def test_which_routes_take_an_alert(config: Path, capsys: Captured, labels: list[str], lines: list[str]) -> None:
    status, out, _ = run(config, capsys, "routes", "test", *labels, "--at", "2026-01-05T23:00")
    assert status == 0
    assert [line for line in lines if line not in out.splitlines()] == []


def test_an_alert_that_was_decided_is_routed_by_its_labels_and_its_silence_is_named(
    config: Path, capsys: Captured
) -> None:
    with open_database(load_configuration(config).settings) as store, store.alerts.transaction() as transaction:
        transaction.add_alerts([alert(labels={"severity": "warning", "topic": "arms"})], [])
    ident = add(config, capsys, "story=s1", "--for", "1h")
    status, out, _ = run(config, capsys, "routes", "test", "--alert", "al1")
    assert status == 0
    assert run(config, capsys, "routes", "test", "--alert", "a1")[1] == out
    assert '{}/{severity=~"warning|critical"}:{topic="arms"}' in out
    assert out.endswith(f"silenced by {ident} of jo: an exercise\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["colour=red"], "no alert carries the label colour"), (["--alert", "al9"], "no alert al9"), (["--at", "1h"], "name labels")],
)  # fmt: skip
def test_what_no_alert_has_is_told(config: Path, capsys: Captured, arguments: list[str], says: str) -> None:
    status, out, err = run(config, capsys, "routes", "test", *arguments)
    assert (status, out) == (1, "")
    assert says in err
