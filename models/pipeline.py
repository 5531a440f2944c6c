"""The scikit-learn pipeline that is trained: counts, weights, and a calibrated line per output.

    incidents -> counts of features -> tf-idf -> damped to unit length -> ten linear models

What is pickled refers to the functions and classes here by name, so these names stay.
"""

from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from models.abbreviations import Abbreviations
from models.concepts import concepts
from models.features import IncidentReader, LineReader
from models.linear import NaiveBayesLogistic
from models.words import WordReader

DAMPING: Final = 30.0
"""The length that every incident has before its first word; a usual whole one has about 50 of its own."""

STRENGTH: Final = 30.0
"""Inverse regularisation of the linear models (scikit-learn's `C`)."""

SMOOTHING: Final = 0.3
"""Incidents of each class in which every feature is taken to have been seen beforehand."""

CALIBRATION_FOLDS: Final = 5

LEAST_INCIDENTS: Final = 2
"""A feature of fewer incidents is left out: the model keeps no one-off words, such as names."""

UNDECIDED: Final = -1
"""The truth of a label that nobody could tell from the notes; such a row teaches the output nothing."""

Truths = NDArray[np.int8]
"""One column for each output: 1 true, 0 false, `UNDECIDED`."""


class DecidedOutputs(BaseEstimator):  # type: ignore[misc] # scikit-learn publishes no types
    """One classifier for each column of truths, each taught by the rows decided for it.

    Args:
        estimator: what is cloned for each column.
    """

    def __init__(self, estimator: Any) -> None:  # noqa: ANN401 - scikit-learn publishes no types
        self.estimator = estimator

    def fit(self, rows: sparse.csr_matrix, truths: Truths) -> Self:
        """Teach each classifier."""
        from sklearn.base import clone  # noqa: PLC0415 - not needed to score

        self.estimators_ = []
        for column in np.asarray(truths).T:
            decided = np.flatnonzero(column != UNDECIDED)
            self.estimators_.append(clone(self.estimator).fit(rows[decided], column[decided]))
        return self

    def predict_proba(self, rows: sparse.csr_matrix) -> list[NDArray[np.float64]]:
        """For each column the probabilities of false and true."""
        return [estimator.predict_proba(rows) for estimator in self.estimators_]


def listed(features: list[str]) -> list[str]:
    """An analyzer for incidents whose features were read beforehand."""
    return features


def damped(counts: sparse.csr_matrix, damping: float) -> sparse.csr_matrix:
    """Scale each row by its length and a constant, so that few words stay a weak signal."""
    squares = np.asarray(counts.multiply(counts).sum(axis=1)).ravel()
    scaled = counts.copy()
    scaled.data /= np.repeat(np.sqrt(squares + damping**2), np.diff(counts.indptr))
    return scaled


def incident_reader(abbreviations: Abbreviations) -> IncidentReader:
    """Read incidents with the tables of abbreviations and the shipped table of concepts."""
    kinds = concepts(abbreviations.common)
    return IncidentReader(
        LineReader(WordReader(abbreviations.common), kinds),
        {agency: LineReader(WordReader(own), kinds) for agency, own in abbreviations.agencies.items()},
    )


def untrained(abbreviations: Abbreviations, seed: int) -> Pipeline:
    """The pipeline before training.

    Its `fit` takes incidents and a table of truths, one column for each of
    `vocabulary.OUTPUTS`; its `predict_proba` gives one array of two columns for each.
    """
    calibrated: Any = CalibratedClassifierCV(
        NaiveBayesLogistic(STRENGTH, SMOOTHING),
        method="sigmoid",
        cv=StratifiedKFold(CALIBRATION_FOLDS, shuffle=True, random_state=seed),
        ensemble=False,  # one linear model an output, so that a score is a sum over words
    )
    return Pipeline(
        [
            ("count", CountVectorizer(analyzer=incident_reader(abbreviations), min_df=LEAST_INCIDENTS)),
            ("tfidf", TfidfTransformer(norm=None, sublinear_tf=True)),
            ("damp", FunctionTransformer(damped, accept_sparse=True, kw_args={"damping": DAMPING})),
            ("outputs", DecidedOutputs(calibrated)),
        ]
    )
