"""Which words drove a score: the terms of a linear model's sum, brought back to the notes."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dutyline.judgement.types import Evidence, IncidentText, Line
from models.features import LineReader, placed

MOST: Final = 3
"""How many spans are shown for one output."""

_NOTABLE: Final = 0.25
"""A word is shown if it weighs at least this share of the heaviest word."""


class IncidentRead:
    """All present lines of an incident laid end to end, an empty place after each.

    Args:
        incident: the incident.
        lines: the reader that the model was trained with.
        columns: the column of each feature that the model knows, by name.
    """

    def __init__(self, incident: IncidentText, lines: LineReader, columns: Mapping[str, int]) -> None:
        self._lines: list[Line] = []
        self._spans: list[list[tuple[int, int]]] = []
        found: list[tuple[int, int, int]] = []
        offset = 0
        for line, last in placed(incident):
            words, features = lines.features(line.text, last=last)
            spans = list(dict.fromkeys((word.start, word.end) for word in words))
            place = {span: offset + at for at, span in enumerate(spans)}
            owner = [place[word.start, word.end] for word in words]
            found.extend(
                (column, owner[feature.first], owner[feature.last - 1])
                for feature in features
                if (column := columns.get(feature.name)) is not None
            )
            self._lines.append(line)
            self._spans.append(spans)
            offset += len(spans) + 1
        self._offsets = list(accumulate((len(spans) + 1 for spans in self._spans), initial=0))
        table = np.array(found, dtype=np.intp).reshape(-1, 3)
        self.columns: NDArray[np.intp] = table[:, 0]
        """The column of every known feature of a note, once for each time it occurs."""
        self._firsts, self._lasts = table[:, 1], table[:, 2]

    def evidence(self, terms: NDArray[np.float64]) -> tuple[Evidence, ...]:
        """The heaviest runs of neighbouring words, heaviest first.

        Args:
            terms: what each of `columns` adds to the score.
        """
        places = self._offsets[-1]
        weights = np.bincount(self._firsts, terms / 2, places) + np.bincount(self._lasts, terms / 2, places)
        heaviest = weights.max(initial=0.0)
        if heaviest <= 0:
            return ()
        notable = weights >= _NOTABLE * heaviest
        edges = np.flatnonzero(np.diff(notable, prepend=False, append=False))
        runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        runs.sort(key=lambda run: (-weights[run[0] : run[1]].sum(), run))
        return tuple(self._span(first, stop) for first, stop in runs[:MOST])

    def _span(self, first: int, stop: int) -> Evidence:
        at = bisect_right(self._offsets, first) - 1
        line, spans, offset = self._lines[at], self._spans[at], self._offsets[at]
        start, end = spans[first - offset][0], spans[stop - 1 - offset][1]
        return Evidence(line.note_id, start, end, line.text[start:end])


def telling_columns(columns: Mapping[str, int], idf: NDArray[np.float64], least: float) -> Sequence[int]:
    """The columns of single words that are rare enough to tell something."""
    return [column for name, column in columns.items() if _is_word(name) and idf[column] >= least]


def _is_word(name: str) -> bool:
    """Whether a feature is a single word of a note."""
    return (
        "_" not in name
        and "@" not in name
        and not name.endswith("~")
        and not name.startswith(("type ", "type:", "last ", "<"))
    )
