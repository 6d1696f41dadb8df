"""``python -m tests.bench [PART]``: every part with moderate sizes, or one of them."""

import argparse

from services.telemetry import log
from tests.bench import embedded, kafka, match, poller, read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parts = parser.add_subparsers(dest="part", metavar="PART")
    _embedded(parts.add_parser("embedded", help="the whole embedded pipeline after the poller"))
    _kafka(parts.add_parser("kafka", help="one extractor and two on a real Kafka"))
    _poller(parts.add_parser("poller", help="feed documents through the parse worker"))
    _match(parts.add_parser("match", help="the index of rules"))
    _read(parts.add_parser("read", help="the extractor alone"))
    every = [part.get_default("run") for part in parts.choices.values()]
    defaults = [part.parse_args([]) for part in parts.choices.values()]
    args = parser.parse_args()
    log.configure("warning", "console")
    if args.part:
        args.run(args)
        return
    for run, own in zip(every, defaults, strict=True):
        run(own)


def _embedded(own: argparse.ArgumentParser) -> None:
    own.add_argument("--articles", type=int, default=5000, metavar="N")
    own.add_argument("--full", type=float, default=0.25, metavar="SHARE", help="of articles with their whole body")
    own.add_argument("--limit", type=float, default=1500.0, metavar="SECONDS", help="stop after so long")
    own.set_defaults(run=lambda args: embedded.run(args.articles, args.full, args.limit))


def _kafka(own: argparse.ArgumentParser) -> None:
    own.add_argument("--articles", type=int, default=5000, metavar="N", help="per drain")
    own.add_argument("--full", type=float, default=0.25, metavar="SHARE", help="of articles with their whole body")
    own.add_argument("--rounds", type=int, default=2, metavar="N")
    own.set_defaults(run=lambda args: kafka.run(args.articles, args.full, args.rounds))


def _poller(own: argparse.ArgumentParser) -> None:
    own.add_argument("--documents", type=int, default=200, metavar="N")
    own.add_argument("--rounds", type=int, default=3, metavar="N")
    own.set_defaults(run=lambda args: poller.run(args.documents, args.rounds))


def _match(own: argparse.ArgumentParser) -> None:
    own.add_argument("--articles", type=int, default=300, metavar="N")
    own.add_argument("--rules", type=int, nargs="+", default=[1000, 10_000, 100_000], metavar="N")
    own.add_argument("--words", type=int, default=370, metavar="N", help="of an article")
    own.add_argument("--lucene", action="store_true", help="also Lucene Monitor; needs Java 17 and Maven")
    own.set_defaults(run=lambda args: match.run(args.articles, args.rules, args.words, lucene=args.lucene))


def _read(own: argparse.ArgumentParser) -> None:
    own.add_argument("--articles", type=int, default=500, metavar="N", help="of each kind")
    own.add_argument(
        "--memory", type=int, default=0, metavar="N", help="then read so many, to see whether memory grows"
    )
    own.set_defaults(run=lambda args: read.run(args.articles, args.memory))


if __name__ == "__main__":
    main()
