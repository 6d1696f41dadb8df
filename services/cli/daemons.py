"""``wirewatch run`` (everything in one process) and ``poller``, ``extractor``, ``alerter`` (one each)."""

import argparse
import signal
from collections.abc import Sequence

from services.cli.arguments import add_config, configuration
from services.cli.check_config import missing_secrets
from services.core.errors import ConfigInvalid
from services.core.settings import Configuration
from services.telemetry import log

_WHAT = {
    "run": "poll, extract and alert in one process",
    "poller": "poll feeds and publish articles",
    "extractor": "read articles; start as many as you like",
    "alerter": "decide alerts and deliver them",
}
PARTS = {
    "run": ("poller", "extractor", "alerter", "sender"),
    "poller": ("poller",),
    "extractor": ("extractor",),
    "alerter": ("alerter", "sender"),
}
_PORT_OFFSET = {"run": 0, "poller": 0, "extractor": 1, "alerter": 2}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the commands."""
    for name, what in _WHAT.items():
        own = subparsers.add_parser(name, help=what)
        add_config(own)
        own.add_argument(
            "--metrics-port", type=int, metavar="PORT", help="instead of the port of wirewatch.yaml; 0 takes a free one"
        )
        own.set_defaults(run=run, command=name)


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT; SIGHUP reloads the configuration."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
    from services.app import App  # with every adapter, which the other commands need not wait for
    from services.cli.daemon import Daemon

    parts = PARTS[args.command]
    loaded = _complete(args, parts)
    telemetry = loaded.settings.telemetry
    log.configure(telemetry.log_level, telemetry.log_format)
    fixed = telemetry.port + _PORT_OFFSET[args.command] if telemetry.port else 0
    port = fixed if args.metrics_port is None else args.metrics_port
    daemon = Daemon(parts, lambda stop: App.open(loaded, parts, stop), lambda: _complete(args, parts))
    return daemon.run(telemetry.host, port)


def _complete(args: argparse.Namespace, parts: Sequence[str]) -> Configuration:
    """The configuration, and every secret that ``parts`` need can be read: not found out only once the bus is there."""
    loaded = configuration(args)
    missing = list(missing_secrets(loaded, receivers="sender" in parts))
    if missing:
        raise ConfigInvalid(missing)
    return loaded
