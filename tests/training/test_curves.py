"""Precision over recall, and said against seen shares."""

import numpy as np
import pytest

from models.manifest import Metrics
from training.curves import bins, point, precision_recall, recall_at, share_interval, telling

SAID = np.array([0.9, 0.8, 0.7, 0.6, 0.2])
TRUE = np.array([True, True, False, True, False])


def test_recall_at_a_precision_is_the_highest_of_any_threshold() -> None:
    curve = precision_recall(SAID, TRUE)
    assert recall_at(curve, 1.0) == pytest.approx(2 / 3)
    assert recall_at(curve, 0.75) == 1.0


def test_recall_at_a_precision_that_no_threshold_gives_is_0() -> None:
    assert recall_at(precision_recall(SAID, np.array([False, False, False, False, True])), 0.9) == 0.0


def test_without_true_ones_there_is_no_curve_and_no_point() -> None:
    nothing = np.zeros(5, dtype=bool)
    assert recall_at(precision_recall(SAID, nothing), 0.5) == 0.0
    assert point(SAID, nothing, 0.5) is None


def test_a_threshold_is_a_point_of_the_curve() -> None:
    assert point(SAID, TRUE, 0.7) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_a_threshold_that_nothing_reaches_is_no_point() -> None:
    assert point(SAID, TRUE, 1.0001) is None


def test_a_bin_has_what_was_said_and_what_is_seen() -> None:
    found = bins(np.array([0.05, 0.07, 0.95, 1.0]), np.array([False, True, True, True]))
    assert [(each.incidents, each.seen) for each in found] == [(2, 0.5), (2, 1.0)]
    assert found[0].said == pytest.approx(0.06)
    assert found[0].low < 0.5 < found[0].high


def test_none_of_many_can_still_be_some() -> None:
    low, high = share_interval(0, 500)
    assert low == 0.0
    assert 0.005 < high < 0.01


@pytest.mark.parametrize("positives", [5, 15])
def test_enough_true_and_false_ones_tell_something(positives: int) -> None:
    assert telling(some(positives))


@pytest.mark.parametrize("positives", [4, 16])
def test_few_true_or_few_false_ones_tell_nothing(positives: int) -> None:
    assert not telling(some(positives))


def some(positives: int) -> Metrics:
    """Of twenty incidents."""
    shares = ("precision", "recall", "f1", "average_precision", "calibration_error", "unsure", "missed")
    return Metrics(incidents=20, positives=positives, **dict.fromkeys(shares, 0.0))
