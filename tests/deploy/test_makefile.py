"""The Makefile as its user meets it."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_help_lists_every_command() -> None:
    told = subprocess.run(
        ["make", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert commands
    assert [line.split()[1] for line in told.splitlines() if line.startswith("make ")] == commands
