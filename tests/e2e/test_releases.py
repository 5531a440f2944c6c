"""Workers take up a release while notes flow, and a challenger judges beside them."""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from confluent_kafka import Producer
from support.incidents import interleaved_events
from support.releases import add_release, models_folder, notice_of, tamper
from support.running import Everything, Worker, assessed, comparable, publish, suggestions, workers

from dutyline.settings import Settings
from models.notice import Notice, encode, key_of

PIECES = 4


def announce(settings: Settings, notice: Notice, value: bytes | None = None) -> None:
    """Publish a notice, or something else in its place; it is confirmed."""
    producer = Producer({"bootstrap.servers": settings.kafka, "log_level": 0})
    producer.produce(settings.topic_models, value or encode(notice), key=key_of(notice), partition=0)
    assert producer.flush(30) == 0


def state(worker: Worker) -> dict[str, Any]:
    with urlopen(f"http://{worker.settings.web_host}:{worker.settings.web_port}/readyz", timeout=5) as page:
        found: dict[str, Any] = json.loads(page.read())
        return found


def until_in_force(worker: Worker, identity: str | None, seat: str = "model") -> None:
    deadline = time.monotonic() + 30
    while state(worker)[seat] != identity:
        assert time.monotonic() < deadline, f"{identity} did not come in force"
        time.sleep(0.05)


def until_logged(worker: Worker, words: str) -> str:
    """Wait for a line of a worker's log."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for line in worker.log.read_text(encoding="utf-8").splitlines():
            if words in line:
                return line
        time.sleep(0.05)
    raise AssertionError(words)


def without_model(suggestion: dict[str, Any]) -> bytes:
    return comparable({**suggestion, "versions": {**suggestion["versions"], "model": ""}})


def in_order(found: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """An incident's suggestions by revision."""
    incidents: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in found:
        incidents[item["incident_id"]].append(item)
    for items in incidents.values():
        items.sort(key=lambda item: item["revision"])
    return incidents


def size_of_crew(settings: Settings) -> int:
    """Several workers on real Kafka; the embedded broker's groups take one reliably."""
    return 1 if settings.kafka_api_version else 2


def crew_with(settings: Settings, root: Path, **values: object) -> Settings:
    return settings.model_copy(update={"models_dir": root, **values})


def test_workers_take_up_a_release_under_load_and_answer_every_note_once(
    broker: Settings, tmp_path: Path
) -> None:
    root = models_folder(tmp_path)
    release = notice_of(add_release(root, "test-2"))
    events = interleaved_events(120)
    late = [
        json.dumps({"incident_id": f"late-{number}", "note_id": f"late-{number}", "text": "RP ADV"}).encode()
        for number in range(8)
    ]
    expected = {
        key: without_model(json.loads(value)) for key, value in assessed(broker, [*events, *late]).items()
    }
    size = -(-len(events) // PIECES)
    with workers(crew_with(broker, root), tmp_path) as crew:
        members = [crew.start().ready() for _ in range(size_of_crew(broker))]
        old = state(members[0])["model"]
        reader = Everything(broker, broker.topic_suggestions)
        for number in range(PIECES):
            publish(broker, events[number * size : (number + 1) * size])
            if number == 0:
                reader.until(1)
                announce(broker, release)
        for worker in members:
            until_in_force(worker, release.identity)
        publish(broker, late)
        reader.until(len(expected))
        found = suggestions(reader.quiet())
        taken = Everything(broker, broker.topic_incidents).quiet()
        assert {worker.stop() for worker in members} == {0}, "nobody had to restart"
    assert {item["suggestion_id"]: without_model(item) for item in found} == expected
    assert len(found) == len(expected), "no suggestion was made twice"
    notes = sorted(json.loads(record.value())["name"] for record in taken)
    assert notes == sorted(json.loads(event)["note_id"] for event in [*events, *late]), (
        "every note was taken once"
    )
    seen = set()
    for items in in_order(found).values():
        models = [item["versions"]["model"] for item in items]
        assert models == sorted(models, key=[old, release.identity].index), "from the old to the new, once"
        seen |= set(models)
    assert seen == {old, release.identity}


def test_a_bad_release_changes_nothing_and_a_later_good_one_is_taken_up(
    broker: Settings, tmp_path: Path
) -> None:
    root = models_folder(tmp_path)
    bad, good = add_release(root, "test-bad"), add_release(root, "test-good")
    tampered, unknown = notice_of(bad), notice_of(bad)
    tamper(bad)
    with workers(crew_with(broker, root), tmp_path) as crew:
        worker = crew.start().ready()
        old = state(worker)["model"]
        announce(broker, tampered)
        line = until_logged(worker, "champion test-bad is not taken up")
        assert "sha256 differs" in line
        announce(broker, unknown, value=b'{"version": "test-bad"')
        until_logged(worker, "notice of test-bad")
        assert state(worker)["model"] == old
        publish(broker, interleaved_events(5))
        reader = Everything(broker, broker.topic_suggestions)
        reader.until(5)
        assert {item["versions"]["model"] for item in suggestions(reader.quiet())} == {old}
        announce(broker, notice_of(good))
        until_in_force(worker, notice_of(good).identity)
        assert worker.stop() == 0


def test_a_worker_that_starts_after_a_release_judges_its_first_note_by_it(
    broker: Settings, tmp_path: Path
) -> None:
    root = models_folder(tmp_path)
    release = notice_of(add_release(root, "test-2"))
    announce(broker, release)
    publish(broker, interleaved_events(10))
    with workers(crew_with(broker, root), tmp_path) as crew:
        crew.start().ready()
        reader = Everything(broker, broker.topic_suggestions)
        reader.until(10)
        found = suggestions(reader.quiet())
    assert {item["versions"]["model"] for item in found} == {release.identity}


def test_a_pinned_worker_says_so_and_ignores_what_is_released(broker: Settings, tmp_path: Path) -> None:
    root = models_folder(tmp_path)
    pinned = notice_of(add_release(root, "test-1"))
    announce(broker, notice_of(add_release(root, "test-2")))
    with workers(crew_with(broker, root, model="test-1"), tmp_path) as crew:
        worker = crew.start().ready()
        until_logged(worker, f"pinned to {pinned.identity}")
        publish(broker, interleaved_events(5))
        Everything(broker, broker.topic_suggestions).until(5)
        assert state(worker)["model"] == pinned.identity


@pytest.mark.kafka
def test_a_worker_without_the_models_topic_judges_by_the_installed_model(
    real_kafka: Settings, tmp_path: Path
) -> None:
    settings = real_kafka.model_copy(update={"topic_models": f"{real_kafka.topic_models}-missing"})
    with workers(settings, tmp_path) as crew:
        worker = crew.start().ready()
        publish(settings, interleaved_events(5))
        Everything(settings, settings.topic_suggestions).until(5)
        assert "dutyline topics" in until_logged(worker, f"{settings.topic_models} on")
        assert worker.stop() == 0


def test_a_challenger_is_published_apart_and_changes_no_suggestion(broker: Settings, tmp_path: Path) -> None:
    root = models_folder(tmp_path)
    challenger = notice_of(add_release(root, "test-2", unsure=True), "challenger")
    events = interleaved_events(40)
    half = len(events) // 2
    expected = assessed(broker, events)
    with workers(crew_with(broker, root, challenger="challenger"), tmp_path) as crew:
        worker = crew.start().ready()
        publish(broker, events[:half])
        reader = Everything(broker, broker.topic_suggestions)
        reader.until(len(assessed(broker, events[:half])))
        reader.quiet()
        announce(broker, challenger)
        until_in_force(worker, challenger.identity, "challenger")
        publish(broker, events[half:])
        reader.until(len(expected))
        found = {item["suggestion_id"]: comparable(item) for item in suggestions(reader.quiet())}
        shadow = suggestions(Everything(broker, broker.topic_shadow).quiet())
        assert worker.stop() == 0
    compared = compare(broker)
    assert found == expected, "byte for byte what they are without a challenger"
    assert {item["versions"]["model"] for item in shadow} == {challenger.identity}
    assert {item["incident_id"] for item in shadow} == {
        json.loads(event)["incident_id"] for event in events[half:]
    }
    assert compared["incidents"] == len({item["incident_id"] for item in shadow})
    assert compared["champion_only"] == len(in_order(suggestions(reader.records))) - compared["incidents"]
    assert list(compared["challenger_models"]) == [challenger.identity]
    last = {item["incident_id"]: item for item in shadow}
    for difference in compared["differences"]:
        item = last[difference["incident_id"]]
        for name, (_, theirs) in difference["aspects"].items():
            found_there = item["indicators"].get(name) or item["hazards"].get(name)
            assert theirs == (found_there["verdict"] if found_there else item[name])


def compare(settings: Settings) -> dict[str, Any]:
    """What `dutyline compare --json` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "dutyline", "compare", "--json"],
        capture_output=True,
        env=os.environ | settings.environment(),
        check=True,
    )
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed
