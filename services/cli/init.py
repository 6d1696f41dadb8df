"""``wirewatch init DIR``: a commented configuration to start from."""

import argparse
import shutil
import sys
from pathlib import Path

from services.config.load import default_directory

_FILES = ("wirewatch.yaml", "feeds.yaml", "routes.yaml", "lists.yaml")
_DIRECTORIES = ("rules",)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("init", help="write a commented configuration to start from")
    own.add_argument("directory", type=Path, metavar="DIR")
    own.add_argument(
        "--with-lexicons", action="store_true",
        help="also copy the lexicons, to edit them; without, those of the installed version are used",
    )  # fmt: skip
    own.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the files; 1 if one of them is there already, and then nothing is written."""
    target: Path = args.directory
    names = (*_FILES, *_DIRECTORIES, *(("lexicons",) if args.with_lexicons else ()))
    there = [str(target / name) for name in names if (target / name).exists()]
    if there:
        print(f"nothing written, because these are there already: {', '.join(there)}", file=sys.stderr)
        return 1
    try:
        _copy(names, target)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"wrote {', '.join(names)} to {target}")
    print("next: put your address into user_agent of wirewatch.yaml, choose feeds, rules and receivers, then")
    print(f"  wirewatch check-config --config {target}")
    print(f"  wirewatch run --config {target}")
    return 0


def _copy(names: tuple[str, ...], target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        source = default_directory() / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copyfile(source, target / name)
