"""Measuring the cue language against labelled incidents."""

import json
from pathlib import Path

import pytest

from duty.cues import load_lexicon
from duty.cues.measure import Tally, kept_aside, labelled_incidents, main, measure
from dutyline.errors import CorpusError


def corpus(tmp_path: Path, *rows: dict[str, object]) -> Path:
    file = tmp_path / "corpus.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def test_hits_misses_and_false_alarms_are_counted_apart(tmp_path: Path) -> None:
    file = corpus(
        tmp_path,
        {"id": "a", "notes": ["HAS A GUN IN HAND"], "labels": ["weapon"]},
        {"id": "b", "notes": ["HAS A GUN IN HAND"], "labels": []},
        {"id": "c", "notes": ["QUIET"], "labels": ["weapon"]},
    )

    tallies = measure(load_lexicon(), labelled_incidents([file]))
    counts = tallies[False]["weapon"].counts + tallies[True]["weapon"].counts

    assert counts == {"hit": 1, "false": 1, "missed": 1}


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert Tally().precision() == "-"


def test_whether_an_incident_is_kept_aside_depends_on_its_id_alone() -> None:
    ids = [str(i) for i in range(200)]

    assert 60 < sum(kept_aside(one) for one in ids) < 140
    assert [kept_aside(one) for one in ids] == [kept_aside(one) for one in ids]


def test_a_line_that_is_not_a_labelled_incident_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"corpus\.jsonl, line 1"):
        list(labelled_incidents([corpus(tmp_path, {"id": "a"})]))


def test_the_command_prints_a_table_and_needs_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = corpus(tmp_path, {"id": "a", "notes": ["HAS A GUN IN HAND"], "labels": ["weapon"]})

    assert main([str(file)]) == 0
    assert "weapon" in capsys.readouterr().out
    assert main([]) == 2
