"""`dutyline compare FILE`: the same notes judged by two models."""

import json
import os
import subprocess
import sys
from pathlib import Path

from support.incidents import interleaved_events
from support.releases import add_release, models_folder, notice_of

CANARY = "QXZCANARY"


def compare(*arguments: str, models: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "dutyline", "compare", *arguments],
        capture_output=True,
        env=os.environ | {"DUTYLINE_MODELS_DIR": str(models), "COLUMNS": "120"},
        check=False,
    )


def test_a_file_is_judged_by_both_and_no_word_of_it_is_shown(tmp_path: Path) -> None:
    root = models_folder(tmp_path)
    challenger = notice_of(add_release(root, "test-2", unsure=True))
    notes = tmp_path / "notes.jsonl"
    canary = json.dumps({"incident_id": "C", "text": f"{CANARY} MALE HAS GUN"}).encode()
    notes.write_bytes(b"\n".join([*interleaved_events(12), canary]) + b"\n")
    done = compare("--challenger", "test-2", "--json", str(notes), models=root)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["incidents"] == 13
    assert list(found["challenger_models"]) == [challenger.identity]
    assert found["differing"]["mental_health"] > 0
    shown = compare("--challenger", "test-2", "--show", "1", str(notes), models=root)
    assert shown.returncode == 0
    assert b"13 incidents that both answered" in shown.stdout
    assert f"and {len(found['differences']) - 1} more that differ".encode() in shown.stdout
    assert CANARY.encode() not in done.stdout + done.stderr + shown.stdout + shown.stderr


def test_a_release_differs_from_its_own_copy_in_nothing(tmp_path: Path) -> None:
    root = models_folder(tmp_path)
    add_release(root, "test-2")
    notes = tmp_path / "notes.jsonl"
    notes.write_bytes(b"\n".join(interleaved_events(12)))
    done = compare("--challenger", "test-2", "--json", str(notes), models=root)
    assert json.loads(done.stdout)["differences"] == []


def test_without_a_challenger_it_says_which_to_name(tmp_path: Path) -> None:
    notes = tmp_path / "notes.jsonl"
    notes.write_bytes(b"")
    done = compare(str(notes), models=models_folder(tmp_path))
    assert done.returncode == 1
    assert b"--challenger" in done.stderr
    assert done.stderr.count(b"\n") == 1
