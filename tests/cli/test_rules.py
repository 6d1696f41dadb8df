"""``wirewatch rules``: rules tried on the texts beside them and on the archive."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.cli.arguments import since
from services.cli.main import main
from services.cli.rules import archive, progress, run_tests
from services.config.load import default_directory
from services.core.rule import RuleSource, RuleTests
from services.openers import load_configuration
from services.store.engine import Store, open_store
from tests.builders import at, tagged
from tests.config.directories import write

Captured = pytest.CaptureFixture[str]

TESTED = """\
rules:
  - id: arms-to-moscow
    title: Arms for Moscow
    when: 'act:arms_transfer(recipient: RU)'
    tests:
      must_match: ["Pyongyang shipped artillery shells to Moscow"{match}]
      must_not_match:
        - "Moscow shipped artillery shells to Pyongyang"
        - title: The harvest of Norland
          outlet: harbour
{no_match}  - {{id: plain, title: No tests, when: radar}}
"""


def test_the_rules_that_wirewatch_comes_with_pass_and_each_has_tests(capsys: Captured) -> None:
    shipped = load_configuration(default_directory()).rules
    assert all(rule.tests.must_match and rule.tests.must_not_match for rule in shipped)
    status = main(["rules", "test"])
    said = capsys.readouterr().out
    assert status == 0, said
    assert f"of {len(shipped)} rules, 0 failed" in said.splitlines()[-1]


def test_passed_and_missing_tests_are_counted(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, {"rules/arms.yaml": TESTED.format(match="", no_match="")})
    assert main(["rules", "test", "--config", str(tmp_path)]) == 0
    assert [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()] == [
        "3 passed", "no tests", "tests of 2 rules, 0 failed; 1 rule without tests",
    ]  # fmt: skip


def test_warnings_stand_beside_the_rule() -> None:
    out = io.StringIO()
    sources = [RuleSource(id=ident, title="", when=when) for ident, when in (("all", "lang:en"), ("some", "radar"))]
    assert run_tests(sources, lambda article: tagged(title=article.title), out) == 0
    first, warning, second, _ = out.getvalue().splitlines()
    assert (first.split(), second.split()) == (["all", "no", "tests"], ["some", "no", "tests"])
    assert warning.startswith("  warning: line 1, column 1: this can match nearly everything")


FAILING = TESTED.format(match=', "Norland harvests wheat"', no_match='        - "Iran delivered drones to Russia"\n')


def test_a_test_that_fails_names_its_clause(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, {"rules/arms.yaml": FAILING})
    assert main(["rules", "test", "arms-to-moscow", "--config", str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].split(maxsplit=1)[1] == "3 passed, 2 FAILED"
    assert said[1] == '  must_match[1] "Norland harvests wheat"'
    assert said[2].startswith(
        "    must match, and does not; fails: act:arms_transfer(recipient: RU): no act of this kind"
    )
    assert said[3] == '  must_not_match[2] "Iran delivered drones to Russia"'
    assert '"Russia"' in said[4]
    assert said[5] == "5 tests of 1 rule, 2 failed"


def test_check_config_tells_failing_tests_with_their_places(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, {"rules/arms.yaml": FAILING})
    assert main(["check-config", "--config", str(tmp_path)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    place = f"{tmp_path}/rules/arms.yaml"
    assert first.startswith(f"{place}:6:68: rules[0].tests.must_match[1]: must match, and does not; fails: act:")
    assert second.startswith(f"{place}:11:11: rules[0].tests.must_not_match[2]: must not match, and does; by ")


def test_check_config_does_not_run_the_tests_of_a_rule_with_a_mistake(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, {"rules/arms.yaml": FAILING.replace("recipient: RU", "recipiant: RU")})
    assert main(["check-config", "--config", str(tmp_path)]) == 1
    (only,) = capsys.readouterr().out.splitlines()
    assert "recipiant" in only


def test_daemons_start_without_running_the_tests(tmp_path: Path) -> None:
    assert load_configuration(write(tmp_path, {"rules/arms.yaml": FAILING})).rules[0].tests != RuleTests()


@pytest.mark.parametrize("verb", ["test", "backtest"])
def test_a_rule_that_is_not_there_is_refused(verb: str, capsys: Captured) -> None:
    assert main(["rules", verb, "arms-transfer"]) == 1
    assert 'no rule has the id "arms-transfer"; did you mean "arms-transfers"?' in capsys.readouterr().err


RULES = "rules:\n  - {id: radars, title: Radars, when: radar*}\n  - {id: boats, title: Boats, when: boat*}\n"
OTHER = "rules:\n  - {id: radars, title: Radars, when: radar* AND NOT museum, version: '2'}\n  - {id: boats, title: Boats, when: boat*}\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A configuration whose store has an archive."""
    directory = tmp_path / "desk"
    write(directory, {"rules/arms.yaml": RULES, "wirewatch.yaml": f"data_dir: {tmp_path}/var\n"})
    with open_store(f"sqlite:///{tmp_path}/var/wirewatch.sqlite3") as store:
        fill(store, [("a1", "Radars for Norland"), ("a2", "A radar\x1b[2J museum"), ("a3", "The harvest")])
    return directory


def fill(store: Store, articles: list[tuple[str, str]]) -> None:
    with store.alerts.transaction() as transaction:
        transaction.archive([
            (replace(tagged(id=ident, title=title), tagged_at=at(number)), None)
            for number, (ident, title) in enumerate(articles)
        ])  # fmt: skip


SINCE = ["--since", "2026-01-01"]


def test_backtest_shows_hits_a_day_and_examples(desk: Path, capsys: Captured) -> None:
    assert main(["rules", "backtest", *SINCE, "--config", str(desk)]) == 0
    out, err = capsys.readouterr()
    span, head, radars, boats, name, *examples = out.splitlines()
    assert span == "3 articles of the archive, tagged 2026-01-05 09:00 to 2026-01-05 09:02 UTC"
    assert head.split() == ["rule", "hits", "stories", "a", "day", "most", "backfill"]
    assert radars.split() == ["radars", "2", "2", "2.0", "2", "0"]
    assert boats.split() == ["boats", "0", "0", "0.0", "0", "0"]
    assert name == "radars:"
    assert [line.split() for line in examples] == [
        ["a1", "2026-01-05", "harbour:", "Radars", "for", "Norland"],
        ["a2", "2026-01-05", "harbour:", "A", "radar\\u001b[2J", "museum"],
    ]
    assert err == ""  # no progress where nobody watches


def test_backtest_looks_at_the_rules_named_and_as_far_back_as_asked(desk: Path, capsys: Captured) -> None:
    assert main(["rules", "backtest", "boats", "--since", "2026-01-05T09:02:00Z", "--config", str(desk)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 article of the archive")
    assert "radars" not in out


def test_backtest_says_that_there_is_nothing_to_look_at(desk: Path, capsys: Captured) -> None:
    assert main(["rules", "backtest", "--since", "2026-02-01", "--config", str(desk)]) == 0
    assert capsys.readouterr().out.startswith("nothing in the archive of that time\n")


def test_backtest_warns_of_a_rule_that_nobody_can_read(desk: Path, capsys: Captured) -> None:
    with open_store(f"sqlite:///{desk.parent}/var/wirewatch.sqlite3") as store:
        fill(store, [(f"b{number}", "A boat") for number in range(60)])
    assert main(["rules", "backtest", *SINCE, "--config", str(desk)]) == 0
    assert "warning: rule boats hits 60 articles a day, more than anybody reads" in capsys.readouterr().out
    assert main(["rules", "backtest", "--warn-over", "60", *SINCE, "--config", str(desk)]) == 0
    assert "warning" not in capsys.readouterr().out


def test_diff_shows_what_the_other_version_adds_and_removes(desk: Path, tmp_path: Path, capsys: Captured) -> None:
    other = write(tmp_path / "other", {"rules/arms.yaml": OTHER})
    assert main(["rules", "diff", str(other), *SINCE, "--config", str(desk)]) == 0
    _, change, removed = capsys.readouterr().out.splitlines()
    assert change == "radars: version 1 -> 2; 2 -> 1 hits, 0 added, 1 removed"
    assert removed.split()[:2] == ["-", "a2"]
    assert main(["rules", "diff", str(other), *SINCE, "--examples", "0", "--config", str(desk)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_diff_asks_for_a_new_version_number(desk: Path, tmp_path: Path, capsys: Captured) -> None:
    other = write(tmp_path / "other", {"rules/arms.yaml": OTHER.replace(", version: '2'", "")})
    assert main(["rules", "diff", str(other), *SINCE, "--config", str(desk)]) == 0
    assert "radars: version 1 (the same version twice: count it up); " in capsys.readouterr().out


def test_diff_of_the_same_rules_reads_nothing(desk: Path, capsys: Captured) -> None:
    assert main(["rules", "diff", str(desk), "--config", str(desk)]) == 0
    assert capsys.readouterr().out.startswith("the rules of both directories hit the same")


def test_a_mistake_in_the_other_directory_is_told(desk: Path, tmp_path: Path, capsys: Captured) -> None:
    other = write(tmp_path / "other", {"rules/arms.yaml": "rules: []\n"})
    assert main(["rules", "diff", str(other), "--config", str(desk)]) == 1
    assert f"{tmp_path}/other/rules: there is no rule" in capsys.readouterr().err


def test_the_archive_is_read_whole_whatever_the_size_of_a_page(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.sqlite3") as store:
        fill(store, [(f"a{number:04}", "A boat") for number in range(1003)])
        assert [one.article.id for one, _ in archive(store.alerts, at(0))] == [
            f"a{number:04}" for number in range(1003)
        ]


class Terminal(io.StringIO):
    """A screen that somebody watches."""

    def isatty(self) -> bool:
        return True


def test_progress_shows_on_a_terminal_and_leaves_it_clean() -> None:
    screen = Terminal()
    articles = [(tagged(), None)] * 501
    assert list(progress(articles, screen)) == articles
    first, second, end = screen.getvalue().split("\r")[1:]
    assert first == "0 articles read, up to 2026-01-05 09:02"
    assert second == "500 articles read, up to 2026-01-05 09:02"
    assert end == "\x1b[K"


@pytest.mark.parametrize(("text", "days"), [("45m", 45 / 1440), ("12h", 0.5), ("30d", 30), ("4w", 28)])
def test_so_long_ago_is_a_moment(text: str, days: float) -> None:
    assert abs((datetime.now(UTC) - since(text)).total_seconds() - days * 86400) < 60


def test_a_date_is_a_moment_in_utc() -> None:
    assert since("2026-01-31") == datetime(2026, 1, 31, tzinfo=UTC)
    assert since("2026-01-31T12:00:00+02:00") == datetime(2026, 1, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "30", "d30", "30 d", "yesterday", "999999w", "0001-01-01T00:00:00+14:00", "-1d"])
def test_what_is_no_moment_is_refused_with_what_is_allowed(text: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rules", "backtest", f"--since={text}"])
    assert ended.value.code == 2
    assert "is no moment; allowed: 45m, 12h, 30d, 4w ago, or 2026-01-31" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["-1", "1001", "x", "99999999999999999999"])
def test_examples_are_a_small_number(text: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rules", "backtest", f"--examples={text}"])
    assert ended.value.code == 2
    assert "allowed: 0 to 1000" in capsys.readouterr().err


DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["reference/rules.md", "guides/rules.md"])
def test_the_tests_shown_in_the_documentation_pass_on_its_rule(page: str, tmp_path: Path, capsys: Captured) -> None:
    text = (DOCS / page).read_text("utf-8")
    rule = re.findall(r"^```yaml\n(rules:.*?)```", text, re.DOTALL | re.MULTILINE)[0]
    tests = re.findall(r"^( *)```yaml\n( *tests:.*?)\n *```", text, re.DOTALL | re.MULTILINE)[0]
    shown = "\n".join(line.removeprefix(tests[0]) for line in tests[1].splitlines())
    write(tmp_path, {"rules/arms.yaml": rule.rstrip() + "\n" + shown + "\n"})
    status = main(["rules", "test", "--config", str(tmp_path)])
    assert status == 0, capsys.readouterr().out
