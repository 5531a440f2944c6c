"""Notes in, suggestions out, through Kafka and a worker process."""

import json
from pathlib import Path

from support.incidents import interleaved_events
from support.running import Everything, assessed, comparable, publish, publish_under, suggestions, workers

from dutyline.settings import Settings

BAD = [
    b"\xff\xfe",
    b"{",
    b'{"incident_id": "X"}',
    b'{"incident_id": "X", "text": ""}',
    b'{"incident_id": 7.5e400, "text": {}}',
]
HUGE = b'{"incident_id": "X", "text": "' + b"x" * 1_000_000 + b'"}'
"""Once only: the embedded broker keeps no more than 5 MB of a partition."""


def _key_of(event: bytes) -> bytes:
    incident_id: str = json.loads(event)["incident_id"]
    return incident_id.encode()


def test_a_worker_publishes_byte_for_byte_what_assess_prints(broker: Settings, tmp_path: Path) -> None:
    events = interleaved_events(60)
    expected = assessed(broker, events)
    with workers(broker, tmp_path) as crew:
        publish(broker, events)
        crew.start().ready()
        reader = Everything(broker, broker.topic_suggestions)
        reader.until(len(expected))
        found = {item["suggestion_id"]: comparable(item) for item in suggestions(reader.quiet())}
    assert found == expected
    assert len(reader.records) == len(expected), "an undisturbed worker repeats nothing"


def test_bad_events_are_put_aside_with_their_bytes_and_lose_no_other_note(
    broker: Settings, tmp_path: Path
) -> None:
    events = interleaved_events(12)
    mixed = [HUGE, *(item for pair in zip(events, BAD * len(events), strict=False) for item in pair)]
    expected = assessed(broker, events)
    with workers(broker, tmp_path) as crew:
        publish_under(broker, [(_key_of(event) if event in events else b"bad", event) for event in mixed])
        crew.start().ready()
        reader = Everything(broker, broker.topic_suggestions)
        reader.until(len(expected))
        found = {item["suggestion_id"]: comparable(item) for item in suggestions(reader.quiet())}
        aside = Everything(broker, broker.topic_rejected).until(len(events) + 1)
    assert found == expected
    assert sorted(record.value() for record in aside) == sorted(
        item for item in mixed if item not in set(events)
    )
    for record in aside:
        headers = dict(record.headers())
        assert headers["reason"]
        assert headers["topic"] == broker.topic_notes.encode()
        assert headers["offset"].isdigit()


def test_a_worker_told_to_stop_ends_well_and_the_next_goes_on_where_it_was(
    broker: Settings, tmp_path: Path
) -> None:
    events = interleaved_events(40)
    half = len(events) // 2
    expected = assessed(broker, events)
    with workers(broker, tmp_path) as crew:
        first = crew.start().ready()
        publish(broker, events[:half])
        reader = Everything(broker, broker.topic_suggestions)
        reader.until(len(assessed(broker, events[:half])))
        reader.quiet()
        assert first.stop() == 0
        publish(broker, events[half:])
        crew.start().ready()
        reader.until(len(expected))
        found = {item["suggestion_id"]: comparable(item) for item in suggestions(reader.quiet())}
    assert found == expected, "revisions go on, so the incidents were there"


def test_notes_under_a_wrong_key_still_meet_their_incident(broker: Settings, tmp_path: Path) -> None:
    events = [
        json.dumps({"incident_id": "I", "note_id": str(number), "text": f"LINE {number}"}).encode()
        for number in range(8)
    ]
    with workers(broker, tmp_path) as crew:
        publish_under(broker, [(f"wrong-{number}".encode(), event) for number, event in enumerate(events)])
        crew.start().ready()
        reader = Everything(broker, broker.topic_incidents)
        reader.until(len(events))
        reader.quiet()
    assert len({record.partition() for record in reader.records}) == 1
    assert len(reader.records) == len(events)


def test_no_word_of_a_note_is_written_to_the_log(broker: Settings, tmp_path: Path) -> None:
    canary = "QXZCANARY"
    events = [
        json.dumps(
            {"incident_id": "I", "text": f"RP {canary} HAS GUN", "at": canary, "kind": canary}
        ).encode(),
        f'{{"incident_id": "I", "text": 7, "x": "{canary}"}}'.encode(),
        f"{canary} is no JSON".encode(),
        canary.encode() + b"\xff",
    ]
    with workers(broker, tmp_path) as crew:
        worker = crew.start().ready()
        publish(broker, events, key=b"I")
        Everything(broker, broker.topic_rejected).until(3)
        worker.stop()
    assert canary not in worker.log.read_text(encoding="utf-8", errors="replace")
