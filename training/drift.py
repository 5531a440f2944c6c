"""Whether notes still look like those that a model was trained on.

Each measure compares today's incidents with the reference, and is held against a band that is
found by permutation: the incidents of both are shuffled together, divided again at random, and
measured again, many times.  So the fewer incidents, the wider the band.  The bands are joint:
of a hundred samples that are like the reference, about one leaves any of them.  And no band is
narrower than what matters in practice, since with many incidents the least difference shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dutyline.vocabulary import OUTPUTS
from training.drift_traits import VERDICTS, Traits

SEED: Final = 911

DRAWS: Final = 1000
"""How often the incidents are divided at random."""

CONFIDENCE: Final = 0.99
"""How sure the bands are together."""

LEAST_SHARE: Final = 0.05
"""The least difference of a share that counts as drift."""

LEAST_LENGTH: Final = 0.2
"""The least difference of a length, as a part of the reference's."""

LEAST_INDEX: Final = 0.1
"""The least population stability index that counts; from 0.1 on it is commonly taken for a shift."""

LEAST_DISTANCE: Final = 0.1
"""The least Jensen-Shannon distance that counts."""

_BINS: Final = 10
_CHUNK: Final = 100
"""Divisions that are measured at once."""

Floats = NDArray[np.float64]


class Measure(Struct, frozen=True):
    """One comparison.

    Attributes:
        name: what is compared.
        today: the figure of today's incidents, or their distance from the reference.
        reference: the reference's figure; `None` for a distance.
        low: where the band begins.
        high: where it ends.
        drifted: whether `today` is outside.
    """

    name: str
    today: float
    reference: float | None
    low: float
    high: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class _Ratio:
    """A sum over a sum; both by incident, today's first."""

    name: str
    above: Floats
    below: Floats
    least: float
    relative: bool = False
    """Whether `least` is a part of the reference's figure."""


@dataclass(frozen=True, slots=True)
class _Histogram:
    """How incidents spread over classes; one of them for each incident, today's first."""

    name: str
    classes: NDArray[np.intp]
    count: int
    is_index: bool
    """Whether it is measured by the population stability index, or by the Jensen-Shannon distance."""


def compare(today: Traits, reference: Traits, *, draws: int = DRAWS, seed: int = SEED) -> list[Measure]:
    """Measure today's incidents against the reference.

    Args:
        today: traits of at least one incident.
        reference: traits of at least one incident, by models that were not trained on it.
        draws: how often to divide at random; more give steadier bands.
        seed: decides the divisions.
    """
    ratios = _ratios(today, reference)
    histograms = _histograms(today, reference)
    count, whole = len(today), len(today) + len(reference)
    observed = _measured(ratios, histograms, (np.arange(whole) < count)[None, :])[0]
    generator = np.random.default_rng(seed)
    null = np.concatenate(
        [_measured(ratios, histograms, _divisions(generator, size, count, whole)) for size in _chunks(draws)]
    )
    limits = _joint_limits(null)
    found = [
        _of_ratio(each, count, float(limit))
        for each, limit in zip(ratios, limits[: len(ratios)], strict=True)
    ]
    return found + [
        _of_distance(each, float(value), float(limit))
        for each, value, limit in zip(histograms, observed[len(ratios) :], limits[len(ratios) :], strict=True)
    ]


def distance_band(name: str, today: float, limit: float, least: float) -> Measure:
    """Give the measure of a distance, whose band begins at nothing."""
    high = max(limit, least)
    return Measure(name, round(today, 4), None, 0.0, round(high, 4), today > high)


def _ratios(today: Traits, reference: Traits) -> list[_Ratio]:
    both = today.beside(reference)
    each = np.ones(len(both))
    typed = (both.call_types != "").astype(float)
    unseen = _unseen(today.call_types, reference.call_types)
    words = both.words.astype(float)
    return [
        _Ratio("words that the model does not know, share", both.unknown.astype(float), words, LEAST_SHARE),
        _Ratio("thin incidents, share", both.thin.astype(float), each, LEAST_SHARE),
        _Ratio("words of an incident", words, each, LEAST_LENGTH, relative=True),
        _Ratio("lines of an incident", both.lines.astype(float), each, LEAST_LENGTH, relative=True),
        _Ratio("call types never seen, share", unseen * typed, typed, LEAST_SHARE),
    ]


def _unseen(today: NDArray[np.str_], reference: NDArray[np.str_]) -> Floats:
    """Which call types no other incident of the reference has."""
    names, counts = np.unique(reference, return_counts=True)
    held = dict(zip(names.tolist(), counts.tolist(), strict=True))
    new = [name not in held for name in today.tolist()]
    alone = [held[name] == 1 for name in reference.tolist()]
    return np.array(new + alone, dtype=float)


def _histograms(today: Traits, reference: Traits) -> list[_Histogram]:
    both = today.beside(reference)
    found = []
    for at, name in enumerate(OUTPUTS):
        edges = np.unique(np.quantile(reference.probabilities[:, at], np.arange(1, _BINS) / _BINS))
        bins = np.searchsorted(edges, both.probabilities[:, at], side="right")
        found.append(_Histogram(f"{name}: probability", bins, len(edges) + 1, is_index=True))
    for at, name in enumerate(OUTPUTS):
        verdicts = both.verdicts[:, at]
        found.append(_Histogram(f"{name}: verdict", verdicts, len(VERDICTS), is_index=False))
    return found


def _chunks(draws: int) -> list[int]:
    return [_CHUNK] * (draws // _CHUNK) + [draws % _CHUNK] * (draws % _CHUNK > 0)


def _divisions(generator: np.random.Generator, draws: int, count: int, whole: int) -> NDArray[np.bool_]:
    """Choose `count` of all incidents at random, one row for each draw."""
    rows = np.zeros((draws, whole), dtype=bool)
    chosen = np.argpartition(generator.random((draws, whole)), count - 1, axis=1)[:, :count]
    np.put_along_axis(rows, chosen, values=True, axis=1)
    return rows


def _measured(
    ratios: Sequence[_Ratio], histograms: Sequence[_Histogram], chosen: NDArray[np.bool_]
) -> Floats:
    """Measure divisions, one a row: what is chosen against the rest, one column for each measure."""
    inside = chosen.astype(np.float64)
    columns = []
    for ratio in ratios:
        above, below = inside @ ratio.above, inside @ ratio.below
        rest = _divided(ratio.above.sum() - above, ratio.below.sum() - below)
        columns.append(np.abs(_divided(above, below) - rest))
    for each in histograms:
        table = np.eye(each.count)[each.classes]
        counts = inside @ table
        one, other = _shares(counts), _shares(table.sum(axis=0) - counts)
        columns.append(stability_index(one, other) if each.is_index else js_distance(one, other))
    return np.column_stack(columns)


def _divided(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _shares(counts: Floats) -> Floats:
    """Shares of classes, half an incident added to each, so that an empty one is not infinitely far."""
    smoothed = counts + 0.5
    shares: Floats = smoothed / smoothed.sum(axis=-1, keepdims=True)
    return shares


def stability_index(one: Floats, other: Floats) -> Floats:
    """The population stability index of shares along the last axis, none of them nothing."""
    index: Floats = np.sum((one - other) * np.log(one / other), axis=-1)
    return index


def js_distance(one: Floats, other: Floats) -> Floats:
    """The Jensen-Shannon distance of shares along the last axis, from 0 to 1, none of them nothing."""
    middle = (one + other) / 2
    divergence = np.sum(one * np.log2(one / middle) + other * np.log2(other / middle), axis=-1) / 2
    distance: Floats = np.sqrt(np.maximum(divergence, 0.0))
    return distance


def _joint_limits(null: Floats) -> Floats:
    """Give each measure a limit, such that a division at random seldom leaves any of them."""
    middle, spread = null.mean(axis=0), null.std(axis=0)
    distances = np.divide(null - middle, spread, out=np.zeros_like(null), where=spread > 0)
    limits: Floats = middle + np.quantile(distances.max(axis=1), CONFIDENCE) * spread
    return limits


def _of_ratio(ratio: _Ratio, count: int, limit: float) -> Measure:
    today, reference = (
        float(_divided(ratio.above[part].sum(keepdims=True), ratio.below[part].sum(keepdims=True))[0])
        for part in (slice(None, count), slice(count, None))
    )
    width = max(limit, ratio.least * (reference if ratio.relative else 1.0))
    low, high = max(0.0, reference - width), reference + width
    return Measure(
        ratio.name,
        round(today, 4),
        round(reference, 4),
        round(low, 4),
        round(high if ratio.relative else min(high, 1.0), 4),
        abs(today - reference) > width,
    )


def _of_distance(each: _Histogram, value: float, limit: float) -> Measure:
    name = f"{each.name}, {'stability index' if each.is_index else 'Jensen-Shannon'}"
    return distance_band(name, value, limit, LEAST_INDEX if each.is_index else LEAST_DISTANCE)
