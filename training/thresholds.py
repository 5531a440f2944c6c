"""From probabilities to verdicts: where `no` ends and where `yes` begins.

Thresholds are chosen on predictions for incidents that the predicting model had not seen.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dutyline.vocabulary import INDICATORS
from models.classifier import PLACES

MISSED_DANGER: Final = {"needs_police": 0.02, "needs_ems": 0.02}
"""Bound on the expected share of true ones that get a `no`, where help would be left out."""

MISSED_HAZARD: Final = 0.05
"""The same bound for a hazard, which words and rules find as well."""

DANGER_PRECISION: Final = 0.80
INDICATOR_PRECISION: Final = 0.90
INDICATOR_RECALL: Final = 0.95

_NEVER: Final = 1.0001
"""Above every probability."""

Probabilities = NDArray[np.float64]
Truths = NDArray[np.bool_]


class Thresholds(NamedTuple):
    """`yes` from `hi` on, `no` below `lo`, `unsure` between; and how they were chosen."""

    lo: float
    hi: float
    rule: str


def choose(output: str, probabilities: Probabilities, truths: Truths) -> Thresholds:
    """Choose the thresholds of an output from out-of-fold probabilities."""
    if output in INDICATORS:
        lo = _recalling(probabilities[truths], INDICATOR_RECALL)
        hi = _precise(probabilities, truths, INDICATOR_PRECISION)
        rule = (
            f"yes: precision at least {INDICATOR_PRECISION}; no: recall at least {INDICATOR_RECALL} above it"
        )
    else:
        bound = MISSED_DANGER.get(output, MISSED_HAZARD)
        lo = bounded_miss(probabilities[truths], bound)
        hi = _precise(probabilities, truths, DANGER_PRECISION)
        rule = f"yes: precision at least {DANGER_PRECISION}; no: conformal bound {bound} on true ones missed"
    return Thresholds(min(lo, hi), hi, rule)


def bounded_miss(true_ones: Probabilities, bound: float) -> float:
    """The highest `lo` that keeps the expected share of missed true ones within a bound.

    This is conformal risk control for the loss "a true one is below `lo`": with `n` true
    ones of which `m` are missed, `(m + 1) / (n + 1)` must be within the bound. With too few
    true ones to vouch for any threshold it is 0: nothing is a `no`.
    """
    may_miss = int(np.floor(bound * (len(true_ones) + 1) + 1e-9)) - 1
    return 0.0 if may_miss < 0 else float(np.sort(true_ones)[may_miss])


def _recalling(true_ones: Probabilities, recall: float) -> float:
    may_miss = int(np.floor((1 - recall) * len(true_ones) + 1e-9))
    return float(np.sort(true_ones)[may_miss])


def _precise(probabilities: Probabilities, truths: Truths, precision: float) -> float:
    """The lowest threshold from which every higher one with as many answers is as precise."""
    order = np.argsort(-probabilities, kind="stable")
    ranked, right = probabilities[order], np.cumsum(truths[order])
    shares = right / np.arange(1, len(order) + 1)
    last_of_ties = np.append(ranked[1:] != ranked[:-1], True)
    good = np.flatnonzero((shares >= precision) & last_of_ties)
    return round(float(ranked[good[-1]]), PLACES) if good.size else _NEVER
