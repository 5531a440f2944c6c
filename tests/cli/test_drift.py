"""`dutyline drift` as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from support.incidents import interleaved_events

from streams.collect_dataset import NOTES, Counts, Dataset, Folder, TopicRead

CANARY = "QXZCANARY"


def drift(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "dutyline", "drift", *arguments],
        capture_output=True,
        env=os.environ | {"COLUMNS": "140"},
        check=False,
    )


def thin_notes() -> list[bytes]:
    return [
        json.dumps({"incident_id": f"N{at}", "text": f"AREA CHECK {CANARY}"}).encode() for at in range(50)
    ]


def every_fifth() -> list[bytes]:
    """The notes of a fifth of the shipped incidents, of each kind as many as all have."""
    events = interleaved_events(10_000)
    fifth = set(sorted({json.loads(event)["incident_id"] for event in events})[::5])
    return [event for event in events if json.loads(event)["incident_id"] in fifth]


def collected(folder: Path, notes: list[bytes]) -> Path:
    place = Folder(folder)
    nothing = TopicRead("t", [])
    place.finish(
        Dataset(
            created_at="2026-11-24T10:00:00+00:00",
            software="0",
            dispositions="0",
            notes=nothing,
            outcomes=nothing,
            again=[],
            counts=Counts(0, 0, 0, 0, 0, 0, {}, 0, 0, 0, 0, {}, 0, 0, {}),
            files={NOTES: place.write(NOTES, notes)},
        )
    )
    return folder


def test_thin_notes_have_drifted_and_no_word_of_them_is_shown(tmp_path: Path) -> None:
    folder = collected(tmp_path / "set", thin_notes())
    shown = drift(str(folder), "--fail-on-drift")
    assert shown.returncode == 3
    assert shown.stdout.splitlines()[-1].startswith(b"drifted: ")
    assert CANARY.encode() not in shown.stdout + shown.stderr
    assert b"AREA" not in shown.stdout + shown.stderr


def test_notes_of_the_training_set_are_the_same(tmp_path: Path) -> None:
    notes = tmp_path / "notes.jsonl"
    notes.write_bytes(b"\n".join([*every_fifth(), b"{"]))
    done = drift(str(notes), "--fail-on-drift", "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert (found["verdict"], found["unread"]) == ("same", {"invalid_json": 1})
    assert found["in_both"] == found["incidents"] > 100
    assert len(found["measures"]) == 26
    assert b"1 lines could not be read: invalid_json" in done.stderr


def test_a_reference_of_ones_own_is_read_by_the_model_in_use(tmp_path: Path) -> None:
    earlier, today = (tmp_path / name for name in ("earlier.jsonl", "today.jsonl"))
    events = interleaved_events(600)
    names = sorted({json.loads(event)["incident_id"] for event in events})
    for file, mine in ((earlier, set(names[::2])), (today, set(names[1::2]))):
        file.write_bytes(b"\n".join(event for event in events if json.loads(event)["incident_id"] in mine))
    done = drift(str(today), "--reference", str(earlier), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["verdict"], found["held_out"]) == ("same", False)
    assert (found["incidents"], found["reference_incidents"]) == (300, 300)


def test_a_folder_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder = collected(tmp_path / "set", thin_notes())
    with (folder / NOTES).open("ab") as file:
        file.write(b'{"incident_id": "X", "text": "X"}\n')
    done = drift(str(folder))
    assert done.returncode == 1
    assert b"is not what was collected" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_file_that_is_not_there_is_told_in_one_plain_line(tmp_path: Path) -> None:
    done = drift(str(tmp_path / "none.jsonl"))
    assert done.returncode == 1
    assert done.stderr.startswith(b"dutyline: ")
    assert done.stderr.count(b"\n") == 1
