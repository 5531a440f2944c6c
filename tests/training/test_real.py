"""Measuring on a real log whose words are no part of Dutyline."""

import json
from pathlib import Path

import pytest

from dutyline.errors import CorpusError
from training.agreement import ReadingOf
from training.real import labelled, settled


def write(path: Path, *lines: object) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
def readers(tmp_path: Path) -> Path:
    """Two readers of one note who differ on whether it is a crime."""
    write(tmp_path / "first.jsonl", {"id": "n1", "labels": ["weapon", "no_crime"]})
    write(tmp_path / "second.jsonl", {"id": "n1", "labels": ["weapon"]})
    return tmp_path


def test_what_two_readers_see_differently_is_undecided() -> None:
    first = ReadingOf("a", frozenset({"weapon", "violence"}), frozenset({"medical"}))
    second = ReadingOf("a", frozenset({"weapon"}), frozenset({"medical", "no_crime"}))
    both = settled(first, second)
    assert both.labels == {"weapon"}
    assert both.undecided == {"medical", "no_crime", "violence"}


def test_labels_are_joined_with_the_notes_of_the_log(readers: Path, tmp_path: Path) -> None:
    write(tmp_path / "log", {"note_id": "n1", "text": "MALE W/ GUN"}, {"note_id": "n2", "text": "NOISE"})
    (found,) = labelled(tmp_path / "log", readers).incidents
    assert found.text.lines[0].text == "MALE W/ GUN"
    assert (found.labels, found.undecided) == ({"weapon"}, {"no_crime"})


def test_a_log_without_the_labelled_notes_is_refused(readers: Path, tmp_path: Path) -> None:
    write(tmp_path / "log", {"note_id": "n2", "text": "NOISE"})
    with pytest.raises(CorpusError, match="1 labelled notes are not in it, such as n1"):
        labelled(tmp_path / "log", readers)
