"""Logistic regression on features weighted by what naive Bayes thinks of them.

After Wang and Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic
Classification" (ACL 2012): each feature is scaled by how differently often it occurs in true
and in false incidents, so that regularisation presses on the features that tell nothing. Here
the scale is the square root of the log ratio's size. The result is still one linear model.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression


class NaiveBayesLogistic(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # no types are published
    """A linear classifier of two classes.

    Args:
        strength: inverse regularisation (scikit-learn's `C`).
        smoothing: how many incidents of each class every feature is taken to have had beforehand.
    """

    def __init__(self, strength: float = 30.0, smoothing: float = 0.3) -> None:
        self.strength = strength
        self.smoothing = smoothing

    def fit(self, rows: sparse.csr_matrix, truth: NDArray[Any]) -> Self:
        """Learn `coef_` (one row) and `intercept_`."""
        self.classes_, truth = np.unique(truth, return_inverse=True)
        scale = np.sqrt(np.abs(self._log_ratio(rows.sign(), truth)))
        model = LogisticRegression(C=self.strength, solver="liblinear").fit(rows @ sparse.diags(scale), truth)
        self.coef_ = model.coef_ * scale
        self.intercept_ = model.intercept_
        return self

    def decision_function(self, rows: sparse.csr_matrix) -> NDArray[np.float64]:
        """The log odds of the second class, before calibration."""
        decisions: NDArray[np.float64] = rows @ self.coef_[0] + self.intercept_[0]
        return decisions

    def predict(self, rows: sparse.csr_matrix) -> NDArray[Any]:
        """The likelier class."""
        chosen: NDArray[Any] = self.classes_[(self.decision_function(rows) > 0).astype(int)]
        return chosen

    def _log_ratio(self, present: sparse.csr_matrix, truth: NDArray[np.intp]) -> NDArray[np.float64]:
        seen = [
            (np.asarray(present[truth == at].sum(axis=0)).ravel() + self.smoothing) / np.sum(truth == at)
            for at in (1, 0)
        ]
        ratio: NDArray[np.float64] = np.log(seen[0] / seen[1])
        return ratio
