"""The two-sample test by a classifier: can a simple model tell today's notes from the reference?

It learns on four fifths of both which are which, and sorts the last fifth.  If both are of
one kind it can only guess, and the area under its curve is about a half.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

from dutyline.judgement.types import IncidentText
from models.features import IncidentReader
from models.pipeline import listed
from training.drift import CONFIDENCE, DRAWS, SEED, Measure

FOLDS: Final = 5

LEAST_AREA: Final = 0.6
"""The least area under the curve that counts as drift; guessing gives 0.5."""

NAME: Final = "told apart by their words, area under the curve"


def telling_apart(
    today: Sequence[IncidentText],
    reference: Sequence[IncidentText],
    reader: IncidentReader,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Measure:
    """Measure how well today's incidents can be told from the reference by their notes.

    Args:
        today: at least `FOLDS` incidents.
        reference: likewise.
        reader: reads their words; call types are left out, as they have a measure of their own.
        draws: how often truth is shuffled to find the band.
        seed: decides folds and shuffling.
    """
    words = [reader(replace(incident, call_type=None)) for incident in (*today, *reference)]
    truth = np.arange(len(words)) < len(today)
    parts: list[tuple[NDArray[np.float64], NDArray[np.bool_]]] = []
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(words, truth):
        model = make_pipeline(
            CountVectorizer(analyzer=listed, min_df=2, binary=True),
            TfidfTransformer(),
            LogisticRegression(class_weight="balanced", solver="liblinear"),
        )
        model.fit([words[at] for at in train], truth[train])
        parts.append((rankdata(model.decision_function([words[at] for at in test])), truth[test]))
    area = float(np.mean([_area(ranks, mine[None, :])[0] for ranks, mine in parts]))
    generator = np.random.default_rng(seed)
    shuffled = [_area(ranks, generator.permuted(np.tile(mine, (draws, 1)), axis=1)) for ranks, mine in parts]
    high = max(float(np.quantile(np.mean(shuffled, axis=0), CONFIDENCE)), LEAST_AREA)
    return Measure(NAME, round(area, 4), 0.5, 0.0, round(high, 4), area > high)


def _area(ranks: NDArray[np.float64], mine: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The area under the curve for each row of truth."""
    ones = mine.sum(axis=1)
    above = mine @ ranks - ones * (ones + 1) / 2
    area: NDArray[np.float64] = above / (ones * (mine.shape[1] - ones))
    return area
