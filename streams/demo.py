"""Everything on one machine: embedded broker, worker, feed, and the suggestions as they appear."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

from kafka import TopicPartition

from dutyline.errors import BrokerError, DutylineError
from dutyline.notes.event import Note
from dutyline.notes.reading import read_note
from dutyline.settings import Settings
from streams.clients import Connection, connection_of, consumer
from streams.embedded import EMBEDDED_API_VERSION, EMBEDDED_PARTITIONS, EmbeddedBroker
from streams.feed import feed

READY_WITHIN: Final = 60.0
"""Seconds that a worker may take to be ready on a slow machine."""

SETTLED_AFTER: Final = 2.0
"""Seconds without a new suggestion after which the feed's notes count as answered."""


@dataclass(slots=True)
class DemoReport:
    """What the demo did."""

    ready_seconds: float = 0.0
    notes: int = 0
    rejected: int = 0
    suggestions: int = 0
    responses: dict[str, int] = field(default_factory=dict)
    """How many incidents ended with each response."""


@contextmanager
def demo_broker(settings: Settings) -> Iterator[Settings]:
    """Start the embedded broker; gives the settings that reach it."""
    topics = (
        settings.topic_notes,
        settings.topic_rejected,
        settings.topic_suggestions,
        settings.topic_incidents,
        settings.topic_models,
        settings.topic_shadow,
    )
    with EmbeddedBroker(topics) as broker:
        version = ".".join(str(part) for part in EMBEDDED_API_VERSION)
        yield settings.model_copy(
            update={"kafka": broker.address, "kafka_api_version": version, "web_port": free_port()}
        )


@contextmanager
def worker_process(settings: Settings, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `dutyline worker` beside this process until the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dutyline", "worker"],
            env=os.environ | settings.environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_ready(settings: Settings, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a worker has its partitions.

    Raises:
        DutylineError: it ended, or was not ready in time; names its log.
    """
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DutylineError(f"the worker ended with status {process.returncode}; its log is {log}")
        if _answers(f"http://{settings.web_host}:{settings.web_port}/readyz"):
            return
        time.sleep(0.1)
    raise BrokerError(f"the worker was not ready within {READY_WITHIN:.0f} seconds; its log is {log}")


def run_demo(
    settings: Settings,
    samples: Path,
    *,
    seconds: float,
    show: Callable[[Mapping[str, Any]], None],
    say: Callable[[str], None],
) -> DemoReport:
    """Feed the samples over about so many seconds and show each suggestion as it appears.

    Raises:
        DutylineError: a part of it did not start; the worker's log says why.
    """
    report = DemoReport()
    lines = samples.read_bytes().splitlines()
    folder = Path(tempfile.mkdtemp(prefix="dutyline-demo-"))
    log = folder / "worker.log"
    began = time.monotonic()
    with demo_broker(settings.model_copy(update={"data_dir": folder})) as at_demo:
        say(f"An embedded broker listens on {at_demo.kafka}; the worker's log is {log}")
        with worker_process(at_demo, log) as process:
            wait_until_ready(at_demo, process, log)
            report.ready_seconds = time.monotonic() - began
            say(f"The worker was ready after {report.ready_seconds:.1f} seconds; feeding {len(lines)} notes")
            connection = connection_of(at_demo)
            fed = _Feeding(lines, connection, at_demo.topic_notes, _speed(lines, seconds))
            fed.start()
            _show_all(connection, at_demo, fed, show, report)
            report.notes = fed.published()
    return report


class _Feeding(threading.Thread):
    """The feed in the background; an error in it is raised where it is asked for."""

    def __init__(
        self, lines: Sequence[bytes], connection: Connection, topic: str, speed: float | None
    ) -> None:
        super().__init__(daemon=True)
        self._lines, self._connection, self._topic, self._speed = lines, connection, topic, speed
        self._published = 0
        self._error: DutylineError | None = None

    def run(self) -> None:
        try:
            report = feed(self._lines, self._connection, self._topic, speed=self._speed)
            self._published = report.published
        except DutylineError as error:
            self._error = error

    def published(self) -> int:
        self.join()
        if self._error is not None:
            raise self._error
        return self._published


def _show_all(
    connection: Connection,
    settings: Settings,
    feeding: _Feeding,
    show: Callable[[Mapping[str, Any]], None],
    report: DemoReport,
) -> None:
    last: dict[str, str] = {}
    with consumer(connection) as reader:
        reader.assign(
            [
                TopicPartition(topic, partition)
                for topic in (settings.topic_suggestions, settings.topic_rejected)
                for partition in range(EMBEDDED_PARTITIONS)
            ]
        )
        reader.seek_to_beginning()
        quiet_since = time.monotonic()
        while feeding.is_alive() or time.monotonic() - quiet_since < SETTLED_AFTER:
            for source, records in reader.poll(timeout_ms=200).items():
                quiet_since = time.monotonic()
                for record in records:
                    if source.topic == settings.topic_rejected:
                        report.rejected += 1
                        continue
                    suggestion = json.loads(record.value)
                    report.suggestions += 1
                    last[suggestion["incident_id"]] = suggestion["response"]
                    show(suggestion)
    for response in last.values():
        report.responses[response] = report.responses.get(response, 0) + 1


def _speed(lines: Sequence[bytes], seconds: float) -> float | None:
    """How much faster than they were typed the notes must come to fit into some seconds."""
    times = [note.at for note in map(read_note, lines) if isinstance(note, Note) and note.at is not None]
    span = max(times) - min(times) if times else 0.0
    return span / seconds if seconds > 0 and span > 0 else None


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):  # noqa: S310 - our own worker on loopback
            return True
    except (URLError, OSError):
        return False


def free_port() -> int:
    """Ask the system for a port on loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
