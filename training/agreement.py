"""How far the two readers of each incident agree: `python -m training.agreement`.

`training/readings/first` and `second` hold what each reader decided alone, by incident id;
`training/readings/settled` what was decided where they differed. The second reader saw the
notes and docs/labels.md, and not the first one's labels.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from dutyline.errors import CorpusError
from dutyline.vocabulary import LABELS

READINGS: Final = Path(__file__).with_name("readings")


class ReadingOf(msgspec.Struct, frozen=True):
    """What one reader decided of an incident; labels in neither list are false."""

    id: str
    labels: frozenset[str]
    undecided: frozenset[str] = frozenset()


class Agreement(NamedTuple):
    """How far two readers agree on one label, over the incidents that both decided."""

    incidents: int
    first_true: int
    second_true: int
    same: float
    """The share of incidents on which both say the same."""
    kappa: float
    """Cohen's kappa: that share, less what chance alone would give, over the most it could be."""


def readings(folder: Path, files: str = "*.jsonl") -> dict[str, ReadingOf]:
    """Read what one reader decided, by incident.

    Args:
        folder: where the reader's files are.
        files: which of them.

    Raises:
        CorpusError: a line is not a reading, or an incident was read twice.
    """
    decoder = msgspec.json.Decoder(ReadingOf)
    found: dict[str, ReadingOf] = {}
    for path in sorted(folder.glob(files)):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                one = decoder.decode(line)
            except msgspec.MsgspecError as error:
                message = f"{path.name} line {number}: not a reader's labels ({error}); mend the JSON"
                raise CorpusError(message) from error
            if one.id in found:
                message = f"{path.name} line {number}: {one.id!r} was read twice; keep one of them"
                raise CorpusError(message)
            found[one.id] = one
    return found


def agreement(first: Mapping[str, ReadingOf], second: Mapping[str, ReadingOf]) -> dict[str, Agreement]:
    """Compare two readers, label by label, on the incidents that both have read."""
    both = sorted(first.keys() & second.keys())
    found = {}
    for label in LABELS:
        decided = [
            name
            for name in both
            if label not in first[name].undecided and label not in second[name].undecided
        ]
        one = np.array([label in first[name].labels for name in decided], dtype=bool)
        other = np.array([label in second[name].labels for name in decided], dtype=bool)
        found[label] = Agreement(
            len(decided),
            int(one.sum()),
            int(other.sum()),
            round(float(np.mean(one == other)), 3),
            _kappa(one, other),
        )
    return found


def _kappa(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    if bool(np.all(one == other)):
        return 1.0  # also where neither says yes to any, and kappa has no value of its own
    return round(float(cohen_kappa_score(one, other)), 3)


def table(found: Mapping[str, Agreement]) -> str:
    """The agreement as plain text."""
    rows = [f"{'':22}{'incidents':>10}{'first':>8}{'second':>8}{'same':>8}{'kappa':>8}"]
    rows += [
        f"{label:22}{each.incidents:10}{each.first_true:8}{each.second_true:8}{each.same:8.3f}{each.kappa:8.3f}"
        for label, each in found.items()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(agreement(readings(READINGS / "first"), readings(READINGS / "second"))))  # noqa: T201 - the output
