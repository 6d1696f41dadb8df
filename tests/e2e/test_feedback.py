"""From a configuration to what comes of it: links in a notification, the page they lead to, and the series."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.app import App
from services.config.feedback import feedback_links
from services.core.errors import ConfigInvalid
from services.core.feedback import Judgement, Opinion
from services.openers import load_configuration
from tests.builders import alert
from tests.config.directories import write

SETTINGS = """
data_dir: {}/data
alerter: {{feedback_url: "https://desk.example/feedback", feedback_secret: {{env: FEEDBACK_SECRET}}}}
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEEDBACK_SECRET", "0123456789abcdef")
    return write(tmp_path / "config", {"wirewatch.yaml": SETTINGS.format(tmp_path)})


@pytest.fixture
def app(config: Path) -> Iterator[App]:
    opened = App.open(load_configuration(config), ("alerter",), threading.Event())
    assert opened
    yield opened
    opened.close()


def press(app: App, link: str) -> str:
    """The status that a press of the button behind ``link`` gives."""
    statuses: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "QUERY_STRING": link.partition("?")[2], "wsgi.input": io.BytesIO()}
    list(app.pages()["/feedback"](environ, lambda status, _: statuses.append(status)))
    return statuses[0]


def test_a_press_on_a_link_is_kept_and_counted_in_the_series(app: App, config: Path) -> None:
    links = feedback_links(load_configuration(config).settings.alerter)
    assert links
    now = app._clock.now()
    with app.store.alerts.transaction() as transaction:
        transaction.add_alerts([alert(id="al1", rule="pressed", decided_at=now)], [])
    assert press(app, dict(links.of("al1", "desk"))["useful"]) == "200 OK"
    [said] = app.store.feedback.of("al1")
    assert said == Judgement(alert_id="al1", author="desk", opinion=Opinion.USEFUL, at=said.at)
    app.observe()
    labels = {"rule": "pressed", "version": "1"}
    assert REGISTRY.get_sample_value("wirewatch_judged_alerts", {**labels, "opinion": "useful"}) == 1
    assert REGISTRY.get_sample_value("wirewatch_rule_precision_ratio", {**labels, "bound": "value"}) == 1


@pytest.mark.parametrize(("secret", "says"), [("", "is not set or empty"), ("short", "allowed: 16 or more")])
def test_an_alerter_without_its_secret_does_not_start(
    config: Path, monkeypatch: pytest.MonkeyPatch, secret: str, says: str
) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET", secret)
    with pytest.raises(ConfigInvalid, match=says):
        App.open(load_configuration(config), ("alerter",), threading.Event())


def test_a_process_that_decides_no_alerts_needs_no_secret_and_has_no_page(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDBACK_SECRET", "")
    opened = App.open(load_configuration(config), ("poller",), threading.Event())
    assert opened
    try:
        assert opened.pages() == {}
    finally:
        opened.close()
