"""``wirewatch demo``: the real services on a bundled set of invented feeds, in one process, under a minute."""

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from services.cli.demo_feeds import read_stories
from services.cli.demo_server import DemoServer
from services.openers import load_configuration
from services.telemetry import log


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("demo", help="watch alerts being decided on a bundled set of invented feeds")
    own.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """0 when everything the feeds held came through, 1 when a step did not settle in time."""
    from services.cli.demo_play import play  # with every service, which the other commands need not wait for

    with (
        tempfile.TemporaryDirectory(prefix="wirewatch-demo-") as directory,
        DemoServer(read_stories(), datetime.now(UTC)) as server,
    ):
        server.write_configuration(Path(directory))
        loaded = load_configuration(Path(directory))
        settings = msgspec.structs.replace(loaded.settings, data_dir=f"{directory}/data")
        log.configure(settings.telemetry.log_level, settings.telemetry.log_format)
        outlets = len(server.stories.outlets)
        print(f"{outlets} invented outlets on 127.0.0.1; their news arrives in {server.stories.last_step + 1} steps.\n")
        return play(server, msgspec.structs.replace(loaded, settings=settings))
