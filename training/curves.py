"""What a report draws of one output's probabilities: precision over recall, and said against seen shares."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_curve

from models.manifest import Metrics
from models.pipeline import UNDECIDED
from training.figures import BINS, Flags, Probabilities

CONFIDENCE: Final = 0.95

LEAST_EACH: Final = 5
"""Average precision says little of fewer true ones, or of fewer false ones."""


class Curve(NamedTuple):
    """Precision and recall at every threshold, recall falling; empty without true ones."""

    precision: Probabilities
    recall: Probabilities


class Point(NamedTuple):
    """Precision and recall of saying `yes` from one threshold on."""

    precision: float
    recall: float


class Bin(NamedTuple):
    """Incidents of alike probability: how likely they were said to be, and how many are true."""

    incidents: int
    said: float
    seen: float
    low: float
    high: float
    """Between `low` and `high` lies the share of true ones, by the exact binomial interval."""


def telling(found: Metrics) -> bool:
    """Whether there are enough true and false incidents for an average precision."""
    return LEAST_EACH <= found.positives <= found.incidents - LEAST_EACH


def decided(probabilities: Probabilities, truth: NDArray[np.int8]) -> tuple[Probabilities, Flags]:
    """The probabilities of the incidents decided for an output, and which of these are true."""
    known = truth != UNDECIDED
    return probabilities[known], truth[known] == 1


def precision_recall(probabilities: Probabilities, true: Flags) -> Curve:
    """The curve of precision over recall, without the point of no `yes` at all."""
    if not true.any():
        return Curve(np.zeros(0), np.zeros(0))
    precision, recall, _ = precision_recall_curve(true, probabilities)
    return Curve(precision[:-1], recall[:-1])


def recall_at(curve: Curve, precision: float) -> float:
    """The highest recall at any threshold whose precision is at least the given; 0 at none."""
    return float(curve.recall[curve.precision >= precision].max(initial=0.0))


def point(probabilities: Probabilities, true: Flags, threshold: float) -> Point | None:
    """Where a threshold lies on the curve; `None` where nothing reaches it, or nothing is true."""
    yes = probabilities >= threshold
    if not yes.any() or not true.any():
        return None
    right = float(np.sum(yes & true))
    return Point(right / float(yes.sum()), right / float(true.sum()))


def bins(probabilities: Probabilities, true: Flags) -> list[Bin]:
    """The bins of the calibration error that have incidents, by rising probability."""
    at = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    found = []
    for number in range(BINS):
        mine = at == number
        if count := int(mine.sum()):
            positives = int(true[mine].sum())
            low, high = share_interval(positives, count)
            found.append(Bin(count, float(probabilities[mine].mean()), positives / count, low, high))
    return found


def share_interval(part: int, whole: int) -> tuple[float, float]:
    """The exact binomial (Clopper-Pearson) 95 % interval of a share."""
    interval = binomtest(part, whole).proportion_ci(CONFIDENCE, method="exact")
    return float(interval.low), float(interval.high)
