"""``wirewatch streams``: how far each group is behind, per partition that is not caught up, and in total."""

import argparse
import json

from services.cli.arguments import add_config, configuration
from services.core.ports.bus import Bus, Lag
from services.core.streams import ALERTERS, ARTICLES, EXTRACTORS, TAGGED
from services.openers import open_bus

GROUPS = ((EXTRACTORS, ARTICLES), (ALERTERS, TAGGED))


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("streams", help="show how far each group is behind")
    add_config(own)
    own.add_argument("--json", action="store_true", help="one JSON object per partition")
    own.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the lag of each group."""
    bus = open_bus(configuration(args).settings)
    try:
        for group, stream in GROUPS:
            _print(group, stream, bus, as_json=args.json)
    finally:
        bus.close()
    return 0


def _print(group: str, stream: str, bus: Bus, *, as_json: bool) -> None:
    lags = bus.lag(group, [stream])
    if as_json:
        print(*(json.dumps(_row(group, lag)) for lag in lags), sep="\n")
        return
    print(f"{group} on {stream}: {sum(lag.records for lag in lags)} records behind, {len(lags)} partitions")
    for lag in lags:
        if lag.records:
            print(f"  partition {lag.partition.index}: {lag.records} behind (next {lag.committed or 0}, end {lag.end})")


def _row(group: str, lag: Lag) -> dict[str, object]:
    place = {"group": group, "stream": lag.partition.stream, "partition": lag.partition.index}
    return place | {"committed": lag.committed, "end": lag.end, "lag": lag.records}
