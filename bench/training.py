"""How long training takes on 10,000 incidents: `python -m bench.training`.

The corpus is repeated under other ids, each time with its words in another order within a
line, since there are not so many incidents. Everything that `dutyline train` does is timed:
reading, cross-validation, thresholds with words, rules and policy, and the release's files.
"""

import json
import os
import random
import tempfile
import time
from itertools import count, islice
from pathlib import Path
from typing import Final

from training.corpus import shipped_files
from training.train import train

_INCIDENTS: Final = 10_000


def main() -> None:
    """Train once, and say how long each step took."""
    entries = [json.loads(line) for path in shipped_files() for line in path.read_text().splitlines()]
    random_ = random.Random(911)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.jsonl"
        many = ({**entry, "id": f"{entry['id']}-{turn}"} for turn in count() for entry in entries)
        with path.open("w") as file:
            for entry in islice(many, _INCIDENTS):
                notes = [note.split() for note in entry["notes"]]
                for words in notes:
                    random_.shuffle(words)
                file.write(json.dumps({**entry, "notes": [" ".join(words) for words in notes]}) + "\n")
        begun = time.perf_counter()
        train(
            [path],
            Path(folder) / "release",
            "2026.01.01-1",
            progress=lambda step, _: print(f"{time.perf_counter() - begun:6.1f} s  {step}"),
        )
    print(f"{_INCIDENTS} incidents, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
