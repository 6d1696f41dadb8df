"""The real alerter, killed with -9 while alerts wait in their group: nothing is lost, nothing is told twice."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from services.core.codec import encode, headers
from services.core.notification import DeliveryState
from services.core.settings import Settings
from services.core.streams import TAGGED
from services.openers import load_configuration, open_bus, open_database
from services.store.engine import Store
from tests.alerter.timeline import steps
from tests.config.directories import write

RULES = "rules:\n  - {id: acts, title: Acts, when: 'act:any'}\n"
ROUTES = "route: {receiver: desk, group_by: [rule], group_wait: 4, group_interval: 600}\nreceivers:\n  - {type: stdout, name: desk}\n"
SCRIPT = """
    09:00 harbour: Sudmark asks Norland for coastal radars {NO>SD sought} => new_story
    09:05 harbour: Westria imposes sanctions on Kestria {WS!KE imposed} => new_story
    11:00 ledger: Marland denies arming Eastmere {MA>EE delivered denied by Marland} => new_story
"""


def publish(settings: Settings) -> None:
    bus = open_bus(settings)
    producer = bus.producer("test")
    for step in steps(SCRIPT):
        producer.send(TAGGED, key=b"k", value=encode(step.tagged), headers=headers(step.tagged))
    producer.flush()
    producer.close()
    bus.close()


def start(config: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "services", "alerter", "--config", str(config), "--metrics-port", "0"]
    with out.open("ab") as sink, (out.parent / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=sink, stderr=log)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)


def eventually(done: Callable[[], bool], what: str, seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def told(store: Store) -> list[tuple[str, ...]]:
    rows = store.outbox.rows(states=[DeliveryState.SENT])
    return [row.notification.alert_ids for row in rows if row.notification.receiver == "desk"]


def test_killed_within_the_wait(tmp_path: Path) -> None:
    old = "alerter: {max_age: 100000000}\n"  # the timeline's articles are of another day
    files = {"wirewatch.yaml": f"data_dir: {tmp_path}/data\n{old}", "rules/arms.yaml": RULES, "routes.yaml": ROUTES}
    config, out = write(tmp_path / "config", files), tmp_path / "out"
    loaded = load_configuration(config)
    publish(loaded.settings)
    with open_database(loaded.settings) as store:
        process = start(config, out)
        eventually(lambda: len(store.alerts.alerts()) == 3, "decided")
        kill(process)
        assert told(store) == []
        process = start(config, out)
        time.sleep(1.0)
        kill(process)  # most likely before it was due, perhaps while it starts
        process = start(config, out)
        eventually(lambda: bool(told(store)), "told")
        kill(process)
        process = start(config, out)
        time.sleep(2.5)
        kill(process)
        ids = sorted(alert.id for alert in store.alerts.alerts())
        assert [sorted(one) for one in told(store)] == [ids]
    shown = re.findall(r"alert (al\w+)", out.read_text())
    assert sorted(shown) == ids
