"""Every mistake is named: where it is, what is wrong, and what is allowed."""

from pathlib import Path

import pytest
import yaml

from services.config.problems import MOST
from services.core.errors import ConfigInvalid
from tests.config.directories import loaded, problems, write

CASES = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_says_what_is_wrong_and_where(case: dict, tmp_path: Path) -> None:
    assert problems(write(tmp_path, case["files"])) == case["says"]


def test_the_directory_that_the_cases_change_is_valid(tmp_path: Path) -> None:
    assert problems(write(tmp_path, {})) == []


def test_a_missing_directory_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"no such directory; `wirewatch init DIR`"):
        loaded(tmp_path / "nowhere")


def test_bytes_that_are_not_utf_8_are_named_with_their_line(tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / "wirewatch.yaml").write_bytes(b"data_dir: a\n# caf\xe9\n")
    assert problems(tmp_path) == ["wirewatch.yaml:2:1: not UTF-8: byte 0xe9"]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / "wirewatch.yaml").write_bytes(b"\xef\xbb\xbfdata_dir: elsewhere\n")
    assert loaded(tmp_path).settings.data_dir == "elsewhere"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"routes.yaml": None})
    (tmp_path / "routes.yaml").mkdir()
    assert problems(tmp_path) == ["routes.yaml: cannot be read: Is a directory"]


def test_lexicon_mistakes_stand_beside_the_others(tmp_path: Path) -> None:
    from services.config.load import load

    with pytest.raises(ConfigInvalid) as caught:
        load(write(tmp_path, {"routes.yaml": None}), check_lexicons=lambda _: ["lexicons/a.yaml:1:1: odd"])
    assert len(caught.value.problems) == 2
    assert caught.value.problems[-1] == "lexicons/a.yaml:1:1: odd"


def test_a_flood_of_mistakes_is_cut_off_and_counted(tmp_path: Path) -> None:
    many = "".join(f"key{number}: 1\n" for number in range(MOST + 50))
    found = problems(write(tmp_path, {"wirewatch.yaml": many}))
    assert len(found) == MOST + 1
    assert found[-1] == "and 50 more mistakes"


SECRET = "hunter2-do-not-print"
PLACES = {
    "routes.yaml": [
        "route: {receiver: a}\nreceivers:\n  - {type: slack_webhook, name: a, url: 'https://hooks.example/SECRET'}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: slack_webhook, name: a, url: {SECRET}}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: slack_webhook, name: a, url: {value: SECRET}}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: slack_webhook, name: a, url: [SECRET]}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: slack_webhook, name: a, url: &SECRET x}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: slack_webhook, name: a, url: *SECRET }\n",
        "route: {receiver: a}\nreceivers:\n  - {type: slack_webhook, name: a, url: !SECRET x}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: slack_webhook, name: a, url: {env: 'a SECRET'}}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: slack, name: a, token: SECRET, channel: b}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: webhook, name: a, url: {env: A}, secret: SECRET}\n",
        "route: {receiver: a}\nreceivers:\n  - {type: smtp, name: a, host: b, sender: c, to: [d], username: e, password: SECRET}\n",
    ],
    "wirewatch.yaml": [
        "database: postgresql://me:SECRET@host/db\n",
        "database: postgresql://host/db?user=me&password=SECRET\n",
        "database: mysql://me:SECRET@host/db\n",
        "database: [SECRET]\n",
        "database: {url: SECRET}\n",
        "bus: {type: kafka, servers: ['a:1'], security: SASL_SSL, sasl_mechanism: PLAIN, username: me, password: SECRET}\n",
        "bus: {type: kafka, servers: ['a:1'], password: {SECRET}}\n",
    ],
    "feeds.yaml": [
        "outlets:\n  - {id: a, name: A}\nfeeds:\n  - {id: b, url: 'https://me:SECRET@a.example/', outlet: a}\n",
    ],
}


@pytest.mark.parametrize(("file", "text"), [(file, text) for file, texts in PLACES.items() for text in texts])
def test_a_secret_in_the_wrong_place_is_refused_and_never_repeated(file: str, text: str, tmp_path: Path) -> None:
    found = problems(write(tmp_path, {file: text.replace("SECRET", SECRET)}))
    assert found
    assert not [problem for problem in found if SECRET in problem]
