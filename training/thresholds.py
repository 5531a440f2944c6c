"""From probabilities to verdicts: where `no` ends and where `yes` begins.

Thresholds are chosen on predictions for incidents that the predicting model had not seen.
Thin notes have thresholds of their own, since a probability there rests on few words.

The bound on missed danger is conformal risk control (Angelopoulos, Bates, Fisch, Lei and
Schuster, "Conformal Risk Control", ICLR 2024, Theorem 1): for a loss that is at most 1 and
never falls as `lo` rises, the highest `lo` whose mean loss over `n` exchangeable incidents is at
most `bound - (1 - bound) / n`, that is `(losses + 1) / (n + 1) <= bound`, keeps the expected
loss of the next incident within the bound.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dutyline.vocabulary import INDICATORS
from models.manifest import Limits
from models.rounding import PLACES

MISSED_POLICE: Final = 1 / 1000
"""Bound on the expected share of incidents that need police and are left without them.

Half of the 1 in 500 that is to be kept, since words and rules were partly written from incidents
of the corpus, which are then at risk less often than new ones.
"""

CRISIS_FACTOR: Final = 5
"""How many times higher the threshold for leaving police out is where it is surely a crisis."""

MISSED_DANGER: Final = {"needs_ems": 0.02}
"""Bound on the expected share of true ones that get a `no`, where help would be left out."""

MISSED_HAZARD: Final = 0.05
"""The same bound for a hazard, which words and rules find as well."""

DANGER_PRECISION: Final = 0.80
INDICATOR_PRECISION: Final = 0.90
INDICATOR_RECALL: Final = 0.95

_NEVER: Final = 1.0001
"""Above every probability."""

_LEAST_ANSWERS: Final = 10
"""A `yes` needs so many answers above its threshold to vouch for their precision."""

Probabilities = NDArray[np.float64]
Flags = NDArray[np.bool_]


def rule(output: str) -> str:
    """Say how the thresholds of an output are chosen."""
    if output in INDICATORS:
        return (
            f"yes: precision at least {INDICATOR_PRECISION}; no: recall at least {INDICATOR_RECALL} above it"
        )
    yes = f"yes: precision at least {DANGER_PRECISION}"
    if output == "needs_police":
        return (
            f"{yes}; no: conformal bound {MISSED_POLICE} on true ones left without police by the whole system"
        )
    return f"{yes}; no: conformal bound {MISSED_DANGER.get(output, MISSED_HAZARD)} on true ones missed"


def choose(output: str, probabilities: Probabilities, truth: Flags) -> Limits:
    """Choose the thresholds of an output, other than `needs_police`, from out-of-fold probabilities."""
    if output in INDICATORS:
        lo = _recalling(probabilities[truth], INDICATOR_RECALL)
        hi = _precise(probabilities, truth, INDICATOR_PRECISION)
    else:
        lo = bounded(probabilities[truth], int(truth.sum()), MISSED_DANGER.get(output, MISSED_HAZARD))
        hi = precise_danger(probabilities, truth)
    return Limits(lo=min(lo, hi), hi=hi)


def police_limits(
    probabilities: Probabilities, truth: Flags, exposed: Flags, crisis: Flags
) -> tuple[float, float]:
    """Choose below what `needs_police` is a `no`: for most incidents, and in a crisis.

    Where the classifier says that it is a mental-health crisis, somebody else goes in place
    of police, so the bound is spent there: `lo` in a crisis is `CRISIS_FACTOR` times the other.
    The two rise together, so that one number is chosen, as the proof asks.

    Args:
        probabilities: out of fold.
        truth: who needs police.
        exposed: who would be left without police if the classifier said `no`, since neither
            words, rules nor another output call for them.
        crisis: where `mental_health` is a `yes`.
    """
    ranked = np.where(crisis, probabilities, probabilities * CRISIS_FACTOR)
    lo = bounded(ranked[truth & exposed], int(truth.sum()), MISSED_POLICE)
    return round(lo / CRISIS_FACTOR, PLACES + 1), round(lo, PLACES + 1)


def with_pooled(limits: Limits, pooled: Limits) -> Limits:
    """Limits for a group of notes whose own answers are too few to vouch for a `yes`.

    A danger's `yes` only ever adds help, so it then begins where it does for all notes together.
    """
    return limits if limits.hi < _NEVER else Limits(lo=min(limits.lo, pooled.hi), hi=pooled.hi)


def precise_danger(probabilities: Probabilities, truth: Flags) -> float:
    """The lowest probability from which a danger is a `yes`."""
    return _precise(probabilities, truth, DANGER_PRECISION)


def bounded(at_risk: Probabilities, true_ones: int, bound: float) -> float:
    """The highest `lo` that keeps the expected share of missed true ones within a bound.

    With too few true ones to vouch for any threshold it is 0: nothing is a `no`.

    Args:
        at_risk: the probabilities of the true ones that a `no` would miss.
        true_ones: how many true ones there are, those not at risk included.
        bound: of all true ones, the share that may be missed.
    """
    may_miss = int(np.floor(bound * (true_ones + 1) + 1e-9)) - 1
    if may_miss < 0:
        return 0.0
    return float(np.sort(at_risk)[may_miss]) if may_miss < len(at_risk) else 1.0


def _recalling(true_ones: Probabilities, recall: float) -> float:
    if not true_ones.size:
        return 0.0
    may_miss = int(np.floor((1 - recall) * len(true_ones) + 1e-9))
    return float(np.sort(true_ones)[may_miss])


def _precise(probabilities: Probabilities, truth: Flags, precision: float) -> float:
    """The lowest threshold whose answers are precise enough, and enough to say so."""
    order = np.argsort(-probabilities, kind="stable")
    ranked, right = probabilities[order], np.cumsum(truth[order])
    answers = np.arange(1, len(order) + 1)
    last_of_ties = np.append(ranked[1:] != ranked[:-1], True) if ranked.size else np.zeros(0, dtype=bool)
    good = np.flatnonzero((right / answers >= precision) & last_of_ties & (answers >= _LEAST_ANSWERS))
    return round(float(ranked[good[-1]]), PLACES) if good.size else _NEVER
