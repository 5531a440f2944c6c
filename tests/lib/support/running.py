"""Workers as processes, and what they published."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self

from confluent_kafka import Consumer, Producer, TopicPartition

from dutyline.assembly import assemble
from dutyline.assess import assess
from dutyline.desk import Desk
from dutyline.judgement.judge import Judge
from dutyline.settings import Settings
from dutyline.suggestion.event import Suggestion, encode
from streams.demo import free_port, wait_until_ready


class Worker:
    """`dutyline worker` as a process of its own."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings.model_copy(update={"web_port": free_port(), "data_dir": folder})
        self.log = folder / f"worker-{self.settings.web_port}.log"
        self._output = self.log.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dutyline", "worker"],
            env=os.environ | self.settings.environment(),
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def ready(self) -> Self:
        wait_until_ready(self.settings, self.process, self.log)
        return self

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=30)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._output.close()


@contextmanager
def workers(settings: Settings, folder: Path) -> Iterator["Crew"]:
    crew = Crew(settings, folder)
    try:
        yield crew
    finally:
        for worker in crew.members:
            worker.close()


class Crew:
    """Workers that are all ended with the test."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self.members: list[Worker] = []

    def start(self) -> Worker:
        self.members.append(Worker(self._settings, self._folder))
        return self.members[-1]


def publish(settings: Settings, events: Iterable[bytes], key: bytes | None = None) -> None:
    """Publish lines under their incidents' keys, or all under one; every one is confirmed."""
    publish_under(settings, [(key or _key(event), event) for event in events])


def publish_under(settings: Settings, records: Sequence[tuple[bytes | None, bytes]]) -> None:
    """Publish records with their keys, in order; every one is confirmed."""
    producer = Producer({"bootstrap.servers": settings.kafka, "message.max.bytes": 3_000_000, "log_level": 0})
    outcomes: list[object] = []
    for key, event in records:
        producer.produce(
            settings.topic_notes, event, key=key, on_delivery=lambda error, _record: outcomes.append(error)
        )
        producer.poll(0)
    assert producer.flush(30) == 0
    assert outcomes == [None] * len(records)


def _key(event: bytes) -> bytes | None:
    try:
        return str(json.loads(event)["incident_id"]).encode()
    except (ValueError, TypeError, KeyError):
        return None


class Everything:
    """Reads topics from their beginning, again and again."""

    def __init__(self, settings: Settings, *topics: str) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": settings.kafka,
                "group.id": "test-reader",
                "enable.auto.commit": False,
                "log_level": 0,
            }
        )
        metadata = self._consumer.list_topics(timeout=10)
        self._consumer.assign(
            [
                TopicPartition(topic, number, 0)
                for topic in topics
                for number in metadata.topics[topic].partitions
            ]
        )
        self.records: list[Any] = []

    def until(self, enough: int, within: float = 60.0) -> list[Any]:
        """Read until there are so many records, or time is up."""
        deadline = time.monotonic() + within
        while len(self.records) < enough and time.monotonic() < deadline:
            self.records += [record for record in self._consumer.consume(500, 0.2) if not record.error()]
        return self.records

    def quiet(self, seconds: float = 2.0) -> list[Any]:
        """Read until nothing more has come for a while."""
        since = time.monotonic()
        while time.monotonic() - since < seconds:
            found = [record for record in self._consumer.consume(500, 0.2) if not record.error()]
            if found:
                self.records += found
                since = time.monotonic()
        return self.records


def suggestions(records: Sequence[Any]) -> list[dict[str, Any]]:
    return [json.loads(record.value()) for record in records]


def comparable(suggestion: Mapping[str, Any]) -> bytes:
    """A suggestion's bytes without the one field that comes from a clock."""
    return json.dumps({**suggestion, "issued_at": ""}).encode()


def assessed(settings: Settings, lines: Sequence[bytes]) -> dict[str, bytes]:
    """What `dutyline assess` prints for the same lines, by suggestion id."""
    results = assess(lines, Desk(_judge(settings.model), settings.limits), "")
    found = [json.loads(encode(item)) for item in results if isinstance(item, Suggestion)]
    return {item["suggestion_id"]: comparable(item) for item in found}


@cache
def _judge(model: str) -> Judge:
    """The installed judge, loaded once for all tests."""
    return assemble(Settings(model=model))
