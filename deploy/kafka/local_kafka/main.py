"""The command line: start, stop, and run a command with a Kafka of its own."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from local_kafka import LocalKafkaError
from local_kafka.cluster import Cluster

_HOME = Path(__file__).resolve().parents[3] / ".kafka"
_MOST_NODES = 5


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "start":
            address = Cluster(options.dir, options.jars).start(nodes=options.nodes, port=options.port)
            print("Apache Kafka answers at", file=sys.stderr)
            print(address, flush=True)
        elif options.command == "stop":
            print(Cluster(options.dir, options.jars).stop(keep_data=options.keep_data), file=sys.stderr)
        else:
            return _run(options)
    except LocalKafkaError as error:
        print(f"kafka: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("kafka: interrupted; what was started here has been stopped", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace) -> int:
    """Run a command while a throw-away cluster is up; return the command's exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that Kafka is stopped then too
    with tempfile.TemporaryDirectory(prefix="dutyline-kafka-") as directory:
        cluster = Cluster(Path(directory), options.jars)
        address = cluster.start(nodes=options.nodes, port=None)
        try:
            environment = os.environ | {options.address_in: address}
            return subprocess.run(
                [options.program, *options.arguments], env=environment, check=False
            ).returncode
        finally:
            cluster.stop(keep_data=False)


def _parser() -> argparse.ArgumentParser:
    jars = argparse.ArgumentParser(add_help=False)
    jars.add_argument(
        "--jars", type=Path, default=_HOME / "jars", help="where Kafka's jars are (default: .kafka/jars)"
    )
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument(
        "--dir", type=Path, default=_HOME / "broker", help="data directory (default: .kafka/broker)"
    )
    size = argparse.ArgumentParser(add_help=False)
    size.add_argument(
        "--nodes", type=int, default=1, choices=range(1, _MOST_NODES + 1), help="how many (default: 1)"
    )

    parser = argparse.ArgumentParser(prog="kafka", description="A real Apache Kafka on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser(
        "start",
        parents=[jars, place, size],
        help="start it, or what of it does not run; the last line on standard output is its address",
    )
    start.add_argument("--port", type=int, help="the (first) broker's port (default: a free one)")
    stop = commands.add_parser("stop", parents=[jars, place], help="stop it and remove its data")
    stop.add_argument("--keep-data", action="store_true", help="keep data and ports for the next start")
    run = commands.add_parser(
        "run", parents=[jars, size], help="run a command with a Kafka of its own, which ends with it"
    )
    run.add_argument(
        "--address-in", default="DUTYLINE_KAFKA", help="environment variable that gets the address"
    )
    run.add_argument("program", help="what to run")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="its arguments")
    return parser
