"""What several commands take."""

import argparse
from pathlib import Path

from services.app import load_configuration
from services.config.load import default_directory
from services.core.settings import Configuration


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config DIR``"""
    parser.add_argument(
        "--config", type=Path, default=default_directory(), metavar="DIR",
        help="the configuration directory (default: the one wirewatch comes with)",
    )  # fmt: skip


def configuration(args: argparse.Namespace) -> Configuration:
    """The configuration the arguments name. Raises ConfigInvalid with every mistake in it."""
    return load_configuration(args.config)
