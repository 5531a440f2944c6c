"""What a worker survives on real Kafka; each of these fails on the obvious code."""

import json
import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from support.incidents import interleaved_events
from support.running import Everything, assessed, comparable, publish, suggestions, workers

from dutyline.settings import Settings

pytestmark = pytest.mark.kafka


def accounted(settings: Settings) -> set[str]:
    """Ids of the notes that were taken, from the state topic."""
    records = Everything(settings, settings.topic_incidents).quiet()
    return {json.loads(record.value())["name"] for record in records if record.value()}


def by_id(records: list[Any]) -> dict[str, set[bytes]]:
    """The different suggestions published under each id."""
    found: dict[str, set[bytes]] = defaultdict(set)
    for item in suggestions(records):
        found[item["suggestion_id"]].add(comparable(item))
    return dict(found)


def in_log_order(records: list[Any]) -> list[Any]:
    return sorted(records, key=lambda record: (record.partition(), record.offset()))


def test_killed_workers_lose_nothing_and_repeat_only_the_same(real_kafka: Settings, tmp_path: Path) -> None:
    events = interleaved_events(250)
    expected = assessed(real_kafka, events)
    chance = random.Random(911)
    with workers(real_kafka, tmp_path) as crew:
        victims = [crew.start(), crew.start()]
        for worker in victims:
            worker.ready()
        reader = Everything(real_kafka, real_kafka.topic_suggestions)
        pieces = 4
        for number in range(pieces):
            publish(real_kafka, _piece(events, number, pieces))
            time.sleep(chance.uniform(0.05, 0.6))
            victim = victims.pop(0)
            victim.kill()
            victims.append(crew.start())
        reader.until(len(expected), within=120)
        found = by_id(reader.quiet(8.0))
    assert {key: {value} for key, value in expected.items()} == found
    assert accounted(real_kafka) == {json.loads(event)["note_id"] for event in events}


def _piece(events: list[bytes], number: int, pieces: int) -> list[bytes]:
    size = -(-len(events) // pieces)
    return events[number * size : (number + 1) * size]


def test_workers_that_come_and_go_keep_every_incident_whole(real_kafka: Settings, tmp_path: Path) -> None:
    events = interleaved_events(120)
    expected = assessed(real_kafka, events)
    with workers(real_kafka, tmp_path) as crew:
        first = crew.start().ready()
        publish(real_kafka, _piece(events, 0, 3))
        second = crew.start().ready()
        publish(real_kafka, _piece(events, 1, 3))
        time.sleep(1)
        assert first.stop() == 0
        publish(real_kafka, _piece(events, 2, 3))
        reader = Everything(real_kafka, real_kafka.topic_suggestions)
        reader.until(len(expected))
        found = by_id(reader.quiet(4.0))
        assert second.stop() == 0
    assert {key: {value} for key, value in expected.items()} == found


def test_a_worker_frozen_past_its_session_does_no_harm_when_it_wakes(
    real_kafka: Settings, tmp_path: Path
) -> None:
    events = interleaved_events(80)
    expected = assessed(real_kafka, events)
    with workers(real_kafka, tmp_path) as crew:
        frozen = crew.start().ready()
        publish(real_kafka, _piece(events, 0, 2))
        time.sleep(0.2)
        frozen.freeze()
        crew.start().ready()
        publish(real_kafka, _piece(events, 1, 2))
        reader = Everything(real_kafka, real_kafka.topic_suggestions)
        reader.until(len(expected))
        frozen.thaw()
        found = by_id(reader.quiet(8.0))
    last = {item["incident_id"]: item["revision"] for item in suggestions(in_log_order(reader.records))}
    highest = {item["incident_id"]: item["revision"] for item in map(json.loads, expected.values())}
    assert last == highest, "the newest suggestion is the last on the topic"
    assert {key: {value} for key, value in expected.items()} == found
