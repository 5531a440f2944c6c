"""Weak labels: what final dispositions say of incidents, kept apart from what people judged.

A weak label says how an incident ended, which is not what the notes say nor what the call
needed.  So it is no label to train on by itself, and stands in a field of its own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dutyline.outcomes.event import OutcomeEvent
from training.dispositions import Dispositions, Meaning, WeakLabel

_SEVERAL: Final = re.compile(r"[;|]")
"""What stands between several dispositions in one field."""

HUMAN_LABELS_MISSING: Final = (
    "`weak_labels` come from dispositions, which say what was done and not what the call needed; "
    "have people judge the notes and write `labels` beside them"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a weak label comes from: what was written at the end, how it was read, and why."""

    disposition: str
    meaning: str
    because: str


@dataclass(frozen=True, slots=True)
class WeakLabels:
    """What an incident's final disposition says; outputs that are not listed stay open.

    Attributes:
        labels: by output.
        sources: where each came from, by output.
        known: whether the table knows the disposition; `None` where there is none.
    """

    labels: Mapping[str, bool] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    known: bool | None = None


def weak_labels(outcomes: Iterable[OutcomeEvent], agency: str | None, table: Dispositions) -> WeakLabels:
    """Read an incident's weak labels off its outcomes.

    The last closing counts, since a disposition is sometimes corrected.  Where it names
    several dispositions that contradict each other about an output, the output stays open.

    Args:
        outcomes: the incident's, in the order in which they were published.
        agency: the one that its notes name.
        table: what dispositions mean.
    """
    closings = [each.disposition for each in outcomes if each.action == "closed" and each.disposition]
    if not closings:
        return WeakLabels()
    meanings = _meanings(closings[-1], agency, table)
    says: dict[str, list[tuple[str, WeakLabel]]] = {}
    for meaning in meanings:
        for output, label in meaning.labels.items():
            says.setdefault(output, []).append((meaning.name, label))
    labels, sources = {}, {}
    for output, found in sorted(says.items()):
        name, first = found[0]
        if all(label.value == first.value for _, label in found):
            labels[output] = first.value
            sources[output] = Source(closings[-1], name, first.because)
    return WeakLabels(labels, sources, known=bool(meanings))


def _meanings(given: str, agency: str | None, table: Dispositions) -> list[Meaning]:
    """Give what the table knows of a disposition, whole or of each of several."""
    if whole := table.meaning_of(given, agency):
        return [whole]
    parts = [table.meaning_of(part, agency) for part in _SEVERAL.split(given)]
    return [meaning for meaning in parts if meaning is not None]
