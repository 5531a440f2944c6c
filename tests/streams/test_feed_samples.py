"""The sample incidents that `dutyline demo` feeds."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from dutyline.notes.event import Note
from dutyline.notes.reading import read_note

SAMPLES = sorted((Path(__file__).parents[2] / "dutyline" / "samples").glob("*.jsonl"))
DEMO = next(path for path in SAMPLES if path.name == "demo.jsonl")


def _notes(path: Path) -> list[Note]:
    notes = [read_note(line) for line in path.read_bytes().splitlines()]
    assert all(isinstance(note, Note) for note in notes)
    return [note for note in notes if isinstance(note, Note)]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_line_can_be_read_and_has_a_time(path: Path) -> None:
    assert all(note.at is not None and note.note_id for note in _notes(path))


def test_the_demo_shows_incidents_side_by_side_in_many_places() -> None:
    notes = _notes(DEMO)
    incidents = [note.incident_id for note in notes]
    changes = sum(before != after for before, after in pairwise(incidents))
    assert len(set(incidents)) == 25
    assert changes > len(notes) / 2
    assert {note.jurisdiction for note in notes} == {"US-WA", "US-NY", "US-CA", "US-DC", "US-IL"}


def test_the_demo_says_a_note_twice_and_says_one_after_the_end() -> None:
    notes = _notes(DEMO)
    repeated = [note_id for note_id, times in Counter(note.note_id for note in notes).items() if times > 1]
    ended: set[str] = set()
    late = []
    for note in notes:
        if note.incident_id in ended:
            late.append(note.note_id)
        if note.closed:
            ended.add(note.incident_id)
    assert (len(repeated), len(late)) == (2, 1)
    assert len(ended) >= 5
    assert {"caller", "system", "premise_history", "dispatcher"} <= {note.kind for note in notes}
