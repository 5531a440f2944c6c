"""`dutyline collect` on a broker: every note and outcome, and the same bytes again."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.incidents import interleaved_events

from dutyline.settings import Settings
from streams.clients import connection_of, producer
from streams.collect_dataset import ABOUT, read_dataset

CANARY = "QXZCANARY"


def publish(settings: Settings, topic: str, records: list[tuple[bytes | None, bytes]]) -> datetime:
    """Publish records, every one confirmed; give the broker's time of the last."""
    writing = producer(connection_of(settings))
    sent = [writing.send(topic, key=key, value=value) for key, value in records]
    last = max(each.get(30).timestamp for each in sent)  # Kafka stamps records as they come
    writing.close()
    return datetime.fromtimestamp(last / 1000, UTC)


def keyed(events: list[bytes]) -> list[tuple[bytes | None, bytes]]:
    return [(json.loads(event)["incident_id"].encode(), event) for event in events]


def closings(events: list[bytes]) -> list[bytes]:
    names = dict.fromkeys(json.loads(event)["incident_id"] for event in events)
    return [
        json.dumps(
            {"incident_id": name, "at": "2026-11-24T10:00:00Z", "action": "closed", "disposition": said}
        ).encode()
        for name, said in zip(names, ["ARREST", "UNFOUNDED", "GOA", "5150", "X"] * 1000, strict=False)
    ]


def collect(settings: Settings, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "dutyline", "collect", "--quiet", *arguments],
        capture_output=True,
        env=os.environ | settings.environment(),
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's bytes; of dataset.json all but the time of making."""
    found = {file.name: file.read_bytes() for file in folder.iterdir()}
    about = json.loads(found[ABOUT])
    del about["created_at"]
    return found | {ABOUT: json.dumps(about).encode()}


def test_all_that_was_published_is_collected_and_the_same_bytes_again(
    broker: Settings, tmp_path: Path
) -> None:
    events = interleaved_events(300)[:500]
    assert len(events) == 500
    canary = json.dumps({"incident_id": "C", "text": CANARY}).encode()
    broken = json.dumps({"text": CANARY}).encode()
    publish(broker, broker.topic_notes, [*keyed(events), (b"WRONG", canary), (b"C", broken)])
    publish(broker, broker.topic_outcomes, keyed(closings(events)))
    first = collect(broker, str(tmp_path / "1"))
    assert first.returncode == 0, first.stderr
    dataset = read_dataset(tmp_path / "1")
    counts = dataset.counts
    incidents = {json.loads(event)["incident_id"] for event in events} | {"C"}
    assert (counts.note_records, counts.notes, counts.incidents) == (502, 501, len(incidents))
    assert (counts.outcomes, counts.incidents_closed) == (len(incidents) - 1, len(incidents) - 1)
    assert (counts.notes_rejected, counts.notes_under_wrong_key) == ({"missing_incident_id": 1}, 1)
    lines = (tmp_path / "1" / "notes.jsonl").read_bytes().splitlines()
    assert sorted(lines) == sorted([*events, canary])
    for name in incidents - {"C"}:
        mine = [line for line in lines if json.loads(line)["incident_id"] == name]
        assert mine == [event for event in events if json.loads(event)["incident_id"] == name]
    assert b"missing_incident_id" in first.stderr
    assert CANARY.encode() not in first.stdout + first.stderr
    publish(broker, broker.topic_notes, keyed(events))
    again = collect(broker, *dataset.again, str(tmp_path / "2"))
    assert again.returncode == 0, again.stderr
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    everything = collect(broker, str(tmp_path / "3"))
    assert everything.returncode == 0
    assert read_dataset(tmp_path / "3").counts.notes_repeated == 500


def test_offsets_that_are_not_there_leave_nothing_behind(broker: Settings, tmp_path: Path) -> None:
    done = collect(broker, "--to", "0:9,1:9,2:9,3:9", str(tmp_path / "1"))
    assert done.returncode == 1
    assert b"ends at offset 0, 9 is not there" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "1").exists()


@pytest.mark.kafka
def test_times_are_turned_into_offsets_by_the_broker(real_kafka: Settings, tmp_path: Path) -> None:
    events = interleaved_events(20)
    last = publish(real_kafka, real_kafka.topic_notes, keyed(events[:30]))
    between = last + timedelta(milliseconds=1)
    publish(real_kafka, real_kafka.topic_notes, keyed(events[30:50]))
    before = collect(real_kafka, "--to", between.isoformat(), str(tmp_path / "1"))
    after = collect(real_kafka, "--from", between.isoformat(), str(tmp_path / "2"))
    assert (before.returncode, after.returncode) == (0, 0), before.stderr + after.stderr
    assert read_dataset(tmp_path / "1").counts.notes == 30
    assert read_dataset(tmp_path / "2").counts.notes == 20


def test_an_empty_topic_gives_an_empty_data_set(broker: Settings, tmp_path: Path) -> None:
    assert collect(broker, str(tmp_path / "1")).returncode == 0
    assert read_dataset(tmp_path / "1").counts.notes == 0
