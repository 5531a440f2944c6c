"""How well probabilities and verdicts fit what is true."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from models.manifest import Metrics
from models.pipeline import UNDECIDED
from models.rounding import PLACES

BINS: Final = 10

Probabilities = NDArray[np.float64]
Flags = NDArray[np.bool_]
Verdicts = NDArray[Any]
"""Of `yes`, `no` and `unsure`."""


def figures(probabilities: Probabilities, truth: NDArray[np.int8], verdicts: Verdicts) -> Metrics:
    """The figures of one output, over the incidents decided for it."""
    decided = truth != UNDECIDED
    probabilities, verdicts, true = probabilities[decided], verdicts[decided], truth[decided] == 1
    yes, no = verdicts == "yes", verdicts == "no"
    right = int(np.sum(yes & true))
    precision, recall = _share(right, int(yes.sum())), _share(right, int(true.sum()))
    return Metrics(
        incidents=len(true),
        positives=int(true.sum()),
        precision=precision,
        recall=recall,
        f1=round(2 * precision * recall / (precision + recall), PLACES) if right else 0.0,
        average_precision=average_precision(probabilities, true),
        calibration_error=calibration_error(probabilities, true),
        unsure=_share(int(np.sum(~yes & ~no)), len(true)),
        missed=_share(int(np.sum(no & true)), int(true.sum())),
    )


def average_precision(probabilities: Probabilities, true: Flags) -> float:
    """The area under precision over recall; 0 without true ones."""
    return round(float(average_precision_score(true, probabilities)), PLACES) if true.any() else 0.0


def calibration_error(probabilities: Probabilities, true: Flags) -> float:
    """Expected calibration error: mean distance of said and seen shares over ten equal bins."""
    if not true.size:
        return 0.0
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = [abs(float(probabilities[bins == at].sum()) - int(true[bins == at].sum())) for at in range(BINS)]
    return round(sum(gaps) / len(true), PLACES)


def _share(part: int, whole: int) -> float:
    return round(part / whole, PLACES) if whole else 0.0
