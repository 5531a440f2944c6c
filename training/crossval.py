"""Cross-validation by incident: every incident is scored by a model that never saw it."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from dutyline.judgement.types import IncidentText
from dutyline.vocabulary import OUTPUTS
from models.classifier import PLACES
from models.manifest import Metrics, Output
from training.corpus import Corpus
from training.thresholds import choose

FOLDS: Final = 5
BINS: Final = 10

_STRATA: Final = ("mental_health", "needs_police", "weapon", "self_harm")
"""Folds hold alike shares of these together; with all ten, most groups would be of one."""

Truths = NDArray[np.bool_]
Probabilities = NDArray[np.float64]


def truths(corpus: Corpus) -> Truths:
    """What is true of each incident, one column for each of `vocabulary.OUTPUTS`."""
    return np.array([[output in incident.labels for output in OUTPUTS] for incident in corpus.incidents])


def folds(truth: Truths, seed: int) -> NDArray[np.intp]:
    """The fold that each incident is held out in."""
    columns = [OUTPUTS.index(output) for output in _STRATA]
    strata = truth[:, columns] @ (2 ** np.arange(len(columns)))
    sizes = np.bincount(strata)
    strata = np.where(sizes[strata] < FOLDS, -1, strata)
    held_out = np.zeros(len(truth), dtype=np.intp)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for fold, (_, test) in enumerate(splitter.split(strata, strata)):
        held_out[test] = fold
    return held_out


def fit_folds(
    texts: Sequence[IncidentText],
    truth: Truths,
    held_out: NDArray[np.intp],
    make: Callable[[], Pipeline],
    progress: Callable[[int], None] = lambda _: None,
) -> list[Pipeline]:
    """For each fold a pipeline fitted on the others.

    Args:
        texts: the incidents.
        truth: what is true of them.
        held_out: the fold of each.
        make: gives an unfitted pipeline.
        progress: told each fold that is done.
    """
    pipelines = []
    for fold in range(FOLDS):
        train = np.flatnonzero(held_out != fold)
        pipelines.append(make().fit([texts[int(at)] for at in train], truth[train]))
        progress(fold)
    return pipelines


def out_of_fold(
    pipelines: Sequence[Pipeline], texts: Sequence[IncidentText], held_out: NDArray[np.intp]
) -> Probabilities:
    """Each incident's probabilities by the pipeline that never saw it."""
    probabilities = np.zeros((len(texts), len(OUTPUTS)))
    for fold, pipeline in enumerate(pipelines):
        test = np.flatnonzero(held_out == fold)
        found = pipeline.predict_proba([texts[int(at)] for at in test])
        probabilities[test] = np.column_stack([column[:, 1] for column in found])
    return np.round(probabilities, PLACES)


def measure(output: str, probabilities: Probabilities, truth: Truths, held_out: NDArray[np.intp]) -> Metrics:
    """The figures of one output, each fold judged by thresholds chosen on the others."""
    lo, hi = np.zeros(len(truth)), np.zeros(len(truth))
    for fold in range(FOLDS):
        mine = held_out == fold
        lo[mine], hi[mine], _ = choose(output, probabilities[~mine], truth[~mine])
    yes, no = probabilities >= hi, probabilities < lo
    right = int(np.sum(yes & truth))
    precision, recall = _share(right, int(yes.sum())), _share(right, int(truth.sum()))
    return Metrics(
        positives=int(truth.sum()),
        precision=precision,
        recall=recall,
        f1=round(2 * precision * recall / (precision + recall), PLACES) if right else 0.0,
        average_precision=round(float(average_precision_score(truth, probabilities)), PLACES),
        calibration_error=calibration_error(probabilities, truth),
        unsure=_share(int(np.sum(~yes & ~no)), len(truth)),
        missed=_share(int(np.sum(no & truth)), int(truth.sum())),
    )


def calibration_error(probabilities: Probabilities, truth: Truths) -> float:
    """Expected calibration error: mean distance of said and seen shares over ten equal bins."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = [abs(float(probabilities[bins == at].sum()) - int(truth[bins == at].sum())) for at in range(BINS)]
    return round(sum(gaps) / len(truth), PLACES)


def outputs(probabilities: Probabilities, truth: Truths, held_out: NDArray[np.intp]) -> dict[str, Output]:
    """How each output is to be read, and how well that does."""
    found = {}
    for at, name in enumerate(OUTPUTS):
        lo, hi, rule = choose(name, probabilities[:, at], truth[:, at])
        found[name] = Output(
            lo=lo,
            hi=hi,
            prior=round(float(truth[:, at].mean()), PLACES),
            rule=rule,
            metrics=measure(name, probabilities[:, at], truth[:, at], held_out),
        )
    return found


def _share(part: int, whole: int) -> float:
    return round(part / whole, PLACES) if whole else 0.0
