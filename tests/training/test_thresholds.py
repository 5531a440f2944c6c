"""Choosing where `no` ends and `yes` begins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.thresholds import bounded_miss, choose

SHARES = st.lists(st.integers(0, 10_000).map(lambda n: n / 10_000), min_size=1, max_size=300).map(np.array)


@given(SHARES, st.sampled_from([0.02, 0.05, 0.1]))
def test_the_bound_on_missed_danger_holds_with_its_finite_sample_margin(
    true_ones: np.ndarray, bound: float
) -> None:
    lo = bounded_miss(true_ones, bound)
    missed = int(np.sum(true_ones < lo))
    assert lo == 0 or (missed + 1) / (len(true_ones) + 1) <= bound + 1e-12


def test_too_few_true_ones_vouch_for_no_threshold() -> None:
    assert bounded_miss(np.full(48, 0.9), 0.02) == 0
    assert bounded_miss(np.full(49, 0.9), 0.02) == 0.9


def test_an_indicator_is_yes_only_where_it_is_precise() -> None:
    probabilities = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1])
    truths = np.array([True, True, False, True, False, False])
    lo, hi, _ = choose("mental_health", probabilities, truths)
    assert hi == 0.8
    assert lo == 0.6


def test_an_output_that_is_never_precise_is_never_yes() -> None:
    _, hi, _ = choose("weapon", np.array([0.9, 0.8]), np.array([False, False]) | np.array([False, True]))
    assert hi > 1


@pytest.mark.parametrize("output", ["mental_health", "weapon"])
def test_no_never_reaches_past_yes(output: str) -> None:
    probabilities = np.linspace(0, 1, 200)
    lo, hi, _ = choose(output, probabilities, probabilities > 0.5)
    assert lo <= hi
