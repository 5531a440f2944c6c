"""Which words drove a score: the terms of a linear model's sum, brought back to the notes."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dutyline.judgement.types import Evidence, Line

MOST: Final = 3
"""How many spans are shown for one output."""

_NOTABLE: Final = 0.25
"""A word is shown if it weighs at least this share of the heaviest word."""


class LineRead(NamedTuple):
    """A line as the model sees it: its typed words, and where each known feature came from.

    `columns`, `firsts` and `lasts` run alike: the feature's column, and the first and last
    word (index into `spans`) that made it.
    """

    spans: tuple[tuple[int, int], ...]
    columns: NDArray[np.intp]
    firsts: NDArray[np.intp]
    lasts: NDArray[np.intp]


class IncidentRead:
    """All lines of an incident laid end to end, an empty place after each.

    Args:
        lines: the lines.
        reads: how each was read.
    """

    def __init__(self, lines: Sequence[Line], reads: Sequence[LineRead]) -> None:
        self._lines, self._reads = lines, reads
        self._offsets = list(accumulate((len(read.spans) + 1 for read in reads), initial=0))
        shifted = list(zip(reads, self._offsets, strict=False))
        self.columns = np.concatenate([read.columns for read in reads])
        """The column of every known feature, once for each time it occurs."""
        self._firsts = np.concatenate([read.firsts + offset for read, offset in shifted])
        self._lasts = np.concatenate([read.lasts + offset for read, offset in shifted])

    def evidence(self, terms: NDArray[np.float64]) -> tuple[Evidence, ...]:
        """The heaviest runs of neighbouring words, heaviest first.

        Args:
            terms: what each of `columns` adds to the score.
        """
        places = self._offsets[-1]
        weights = np.bincount(self._firsts, terms / 2, places) + np.bincount(self._lasts, terms / 2, places)
        heaviest = weights.max()
        if heaviest <= 0:
            return ()
        notable = weights >= _NOTABLE * heaviest
        edges = np.flatnonzero(np.diff(notable, prepend=False, append=False))
        runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        runs.sort(key=lambda run: (-weights[run[0] : run[1]].sum(), run))
        return tuple(self._span(first, stop) for first, stop in runs[:MOST])

    def _span(self, first: int, stop: int) -> Evidence:
        at = bisect_right(self._offsets, first) - 1
        line, spans, offset = self._lines[at], self._reads[at].spans, self._offsets[at]
        start, end = spans[first - offset][0], spans[stop - 1 - offset][1]
        return Evidence(line.note_id, start, end, line.text[start:end])
