"""The scikit-learn pipeline that is trained: counts, weights, and a calibrated line per output.

    incidents -> counts of features -> tf-idf -> damped to unit length -> ten linear models

What is pickled refers to the functions and classes here by name, so these names stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from dutyline.judgement.types import IncidentText, Line
from dutyline.vocabulary import PRESENT_KINDS
from models.text import LineReader

DAMPING: Final = 30.0
"""The length that every incident has before its first word; a usual whole one has about 40 of its own."""

STRENGTH: Final = 10.0
"""Inverse regularisation of the linear models (scikit-learn's `C`)."""

CALIBRATION_FOLDS: Final = 5

LEAST_INCIDENTS: Final = 2
"""A feature of fewer incidents is left out: the model keeps no one-off words, such as names."""


@dataclass(frozen=True, slots=True)
class IncidentReader:
    """Lists the features of an incident: those of each present line, and of its call type."""

    lines: LineReader

    def __call__(self, incident: IncidentText) -> list[str]:
        """The names of all features, one for each time it occurs."""
        names = self.lines.call_type_features(incident.call_type)
        for line in present(incident):
            names.extend(feature.name for feature in self.lines.features(line.text)[1])
        return names


def present(incident: IncidentText) -> list[Line]:
    """The lines that tell what is happening now: not a machine's, not premise history."""
    return [line for line in incident.lines if line.kind in PRESENT_KINDS]


def damped(counts: sparse.csr_matrix, damping: float) -> sparse.csr_matrix:
    """Scale each row by its length and a constant, so that few words stay a weak signal."""
    squares = np.asarray(counts.multiply(counts).sum(axis=1)).ravel()
    scaled = counts.copy()
    scaled.data /= np.repeat(np.sqrt(squares + damping**2), np.diff(counts.indptr))
    return scaled


def untrained(abbreviations: Mapping[str, str], seed: int) -> Pipeline:
    """The pipeline before training.

    Its `fit` takes incidents and a table of truths, one column for each of
    `vocabulary.OUTPUTS`; its `predict_proba` gives one array of two columns for each.
    """
    reader = IncidentReader(LineReader(dict(abbreviations)))
    calibrated: Any = CalibratedClassifierCV(
        LogisticRegression(C=STRENGTH, solver="liblinear"),
        method="sigmoid",
        cv=StratifiedKFold(CALIBRATION_FOLDS, shuffle=True, random_state=seed),
        ensemble=False,  # one linear model an output, so that a score is a sum over words
    )
    return Pipeline(
        [
            ("count", CountVectorizer(analyzer=reader, min_df=LEAST_INCIDENTS)),
            ("tfidf", TfidfTransformer(norm=None, sublinear_tf=True)),
            ("damp", FunctionTransformer(damped, accept_sparse=True, kw_args={"damping": DAMPING})),
            ("outputs", MultiOutputClassifier(calibrated)),
        ]
    )
