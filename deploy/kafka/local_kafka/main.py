"""The command line: start and stop."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local_kafka import LocalKafkaError
from local_kafka.cluster import Cluster

_HOME = Path(__file__).resolve().parents[3] / ".kafka"
_MOST_NODES = 5


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    options = _parser().parse_args(arguments)
    cluster = Cluster(options.dir, options.jars)
    try:
        if options.command == "start":
            address = cluster.start(nodes=options.nodes, port=options.port)
            print("Apache Kafka answers at", file=sys.stderr)
            print(address, flush=True)
        else:
            print(cluster.stop(keep_data=options.keep_data), file=sys.stderr)
    except LocalKafkaError as error:
        print(f"kafka: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("kafka: interrupted; what was starting has been stopped", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--dir", type=Path, default=_HOME / "broker", help="data directory (default: .kafka/broker)"
    )
    shared.add_argument(
        "--jars", type=Path, default=_HOME / "jars", help="where Kafka's jars are (default: .kafka/jars)"
    )
    parser = argparse.ArgumentParser(prog="kafka", description="A real Apache Kafka on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser(
        "start",
        parents=[shared],
        help="start it, or what of it does not run; the last line on standard output is its address",
    )
    start.add_argument("--port", type=int, help="the (first) broker's port (default: a free one)")
    start.add_argument(
        "--nodes", type=int, default=1, choices=range(1, _MOST_NODES + 1), help="how many (default: 1)"
    )
    stop = commands.add_parser("stop", parents=[shared], help="stop it and remove its data")
    stop.add_argument("--keep-data", action="store_true", help="keep data and ports for the next start")
    return parser
