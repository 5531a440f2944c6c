"""Which words drove a score: the terms of a linear model's sum, brought back to the notes."""

from collections.abc import Iterable, Sequence
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

    `columns`, `firsts` and `lasts` run alike: the feature's column and the first and last
    word (index into `spans`) that made it.
    """

    spans: tuple[tuple[int, int], ...]
    columns: NDArray[np.intp]
    firsts: NDArray[np.intp]
    lasts: NDArray[np.intp]


def word_weights(
    reads: Sequence[LineRead], columns: NDArray[np.intp], terms: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Share out an incident's terms over its typed words.

    Args:
        reads: the incident's lines.
        columns: the columns that the incident has, ascending.
        terms: what each of them adds to each output, shaped (columns, outputs), already
            divided by how often the incident has it.

    Returns:
        For each line, an array shaped (words, outputs).
    """
    weights = []
    for read in reads:
        halves = terms[np.searchsorted(columns, read.columns)] / 2
        line = np.zeros((len(read.spans), terms.shape[1]))
        np.add.at(line, read.firsts, halves)
        np.add.at(line, read.lasts, halves)
        weights.append(line)
    return weights


def spans(
    lines: Iterable[Line], reads: Iterable[LineRead], weights: Iterable[NDArray[np.float64]]
) -> tuple[Evidence, ...]:
    """The heaviest runs of neighbouring words, heaviest first.

    Args:
        lines: the incident's lines.
        reads: how each was read.
        weights: for each line, what each of its words adds to one output.
    """
    rows = list(zip(lines, reads, weights, strict=True))
    heaviest = max((float(row.max()) for _, _, row in rows if row.size), default=0.0)
    if heaviest <= 0:
        return ()
    found: list[tuple[float, int, Evidence]] = []
    for line, read, row in rows:
        for first, last in _runs(row >= _NOTABLE * heaviest):
            start, end = read.spans[first][0], read.spans[last][1]
            evidence = Evidence(line.note_id, start, end, line.text[start:end])
            found.append((float(row[first : last + 1].sum()), len(found), evidence))
    found.sort(key=lambda item: (-item[0], item[1]))
    return tuple(evidence for _, _, evidence in found[:MOST])


def _runs(notable: NDArray[np.bool_]) -> Iterable[tuple[int, int]]:
    """The first and last index of every run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], notable, [False])).astype(np.int8)))
    return [(int(start), int(stop) - 1) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
