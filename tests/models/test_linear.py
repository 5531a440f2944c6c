"""The linear model under each output."""

import numpy as np
from scipy import sparse

from models.linear import NaiveBayesLogistic


def test_its_decision_is_one_linear_sum() -> None:
    random = np.random.default_rng(3)
    rows = sparse.csr_matrix(random.random((60, 8)) * (random.random((60, 8)) < 0.5))
    truth = (rows.toarray()[:, 0] > 0.2).astype(int)
    model = NaiveBayesLogistic().fit(rows, truth)
    assert np.allclose(model.decision_function(rows), rows.toarray() @ model.coef_[0] + model.intercept_[0])
    assert np.mean(model.predict(rows) == truth) > 0.9


def test_a_feature_as_common_in_both_classes_weighs_nothing() -> None:
    rows = sparse.csr_matrix(np.array([[1, 1], [1, 0], [1, 1], [1, 0]] * 10))
    model = NaiveBayesLogistic().fit(rows, np.array([1, 0, 1, 0] * 10))
    assert abs(model.coef_[0][0]) < abs(model.coef_[0][1]) / 100
