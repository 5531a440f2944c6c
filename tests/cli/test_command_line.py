"""The command as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, given: bytes = b"", **environment: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "dutyline", *arguments],
        input=given,
        capture_output=True,
        env=os.environ | environment,
        check=False,
    )


def test_assess_prints_a_suggestion_a_line_and_tells_unreadable_lines_apart() -> None:
    lines = (
        b'{"incident_id": "A", "text": "RP ADV MALE HAS GUN"}\nnot json\n\n'
        b'{"incident_id": "B", "text": "NOISE"}\n'
    )
    done = run("assess", "-", given=lines)
    assert done.returncode == 1
    assert [json.loads(line)["incident_id"] for line in done.stdout.splitlines()] == ["A", "B"]
    assert done.stderr.startswith(b"line 2: invalid_json:")
    assert done.stderr.count(b"\n") == 1


def test_assess_final_prints_the_last_suggestion_of_each_incident(tmp_path: Path) -> None:
    file = tmp_path / "notes.jsonl"
    events = [
        {"incident_id": name, "text": text} for name in "AB" for text in ("RP ADV", "MALE HAS GUN IN HAND")
    ]
    file.write_text("\n".join(map(json.dumps, events)), encoding="utf-8")
    done = run("assess", "--final", str(file))
    assert done.returncode == 0
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["incident_id"] for item in found] == ["A", "B"]
    assert all("police" in item["responders"] for item in found)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("nonsense",), 2),
        (("assess",), 2),
        (("assess", "no-such-file.jsonl"), 1),
        (("feed", "no-such-file.jsonl"), 1),
        (("schema", "nonsense"), 1),
    ],
)
def test_a_wrong_call_is_told_in_one_plain_line(arguments: tuple[str, ...], status: int) -> None:
    done = run(*arguments)
    assert done.returncode == status
    assert done.stderr.startswith(b"dutyline: ")
    assert done.stderr.count(b"\n") == 1


def test_a_wrong_setting_is_named() -> None:
    done = run("settings", DUTYLINE_PARTITIONS="none")
    assert done.returncode == 1
    assert b"DUTYLINE_PARTITIONS" in done.stderr


def test_no_broker_is_told_in_one_plain_line(tmp_path: Path) -> None:
    file = tmp_path / "notes.jsonl"
    file.write_bytes(b'{"incident_id": "A", "text": "X"}\n')
    done = run("feed", "--quiet", str(file), DUTYLINE_KAFKA="127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.startswith(b"dutyline: no Kafka broker answers at 127.0.0.1:1")


@pytest.mark.parametrize(
    "command",
    [
        "assess",
        "worker",
        "feed",
        "demo",
        "topics",
        "collect",
        "train",
        "evaluate",
        "release",
        "releases",
        "compare",
        "drift",
        "schema",
        "settings",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert b"Usage: dutyline" in done.stdout
