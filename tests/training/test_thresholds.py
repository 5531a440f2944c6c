"""Choosing where `no` ends and `yes` begins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.manifest import Limits
from training.thresholds import MISSED_POLICE, bounded, choose, police_limits, with_pooled

SHARES = st.lists(st.integers(0, 10_000).map(lambda n: n / 10_000), min_size=1, max_size=300).map(np.array)


@given(SHARES, st.integers(0, 2000), st.sampled_from([0.002, 0.02, 0.05, 0.1]))
def test_the_bound_on_missed_danger_holds_with_its_finite_sample_margin(
    at_risk: np.ndarray, safe: int, bound: float
) -> None:
    true_ones = len(at_risk) + safe
    lo = bounded(at_risk, true_ones, bound)
    missed = int(np.sum(at_risk < lo))
    assert lo == 0 or (missed + 1) / (true_ones + 1) <= bound + 1e-9


def test_fresh_incidents_are_missed_within_the_bound_on_average() -> None:
    random = np.random.default_rng(911)
    fresh = random.beta(2, 5, 20_000)
    missed = [np.mean(fresh < bounded(random.beta(2, 5, 99), 99, 0.1)) for _ in range(1000)]
    assert np.mean(missed) == pytest.approx(0.1, abs=0.005)


def test_too_few_true_ones_vouch_for_no_threshold() -> None:
    assert bounded(np.full(48, 0.9), 48, 0.02) == 0
    assert bounded(np.full(49, 0.9), 49, 0.02) == 0.9


def test_an_indicator_is_yes_only_where_it_is_precise() -> None:
    probabilities = np.concatenate([np.full(10, 0.9), np.full(10, 0.6), np.full(10, 0.2)])
    truth = np.arange(30) < 15
    limits = choose("mental_health", probabilities, truth)
    assert (limits.lo, limits.hi) == (0.6, 0.9)


def test_a_handful_of_answers_vouches_for_no_yes() -> None:
    assert choose("weapon", np.array([0.9, 0.8, 0.1]), np.array([True, True, False])).hi > 1


@pytest.mark.parametrize("output", ["mental_health", "weapon"])
def test_no_never_reaches_past_yes(output: str) -> None:
    probabilities = np.linspace(0, 1, 200)
    limits = choose(output, probabilities, probabilities > 0.5)
    assert limits.lo <= limits.hi


MANY = 16_000
NOBODY = np.zeros(MANY, dtype=bool)
RISING = np.round(np.linspace(0, 0.19, MANY), 4)
EVERY_FOURTH = np.arange(MANY) % 4 == 0


def test_incidents_that_rules_send_police_to_do_not_hold_the_threshold_down() -> None:
    all_exposed, _ = police_limits(RISING, EVERY_FOURTH, EVERY_FOURTH, NOBODY)
    half_exposed, _ = police_limits(RISING, EVERY_FOURTH, np.arange(MANY) % 8 == 0, NOBODY)
    assert all_exposed < half_exposed


@pytest.mark.parametrize("crisis", [NOBODY, ~NOBODY, np.arange(MANY) % 3 == 0])
def test_police_are_left_out_within_the_bound_in_a_crisis_and_elsewhere_together(crisis: np.ndarray) -> None:
    plain, in_crisis = police_limits(RISING, EVERY_FOURTH, EVERY_FOURTH, crisis)
    missed = np.sum(EVERY_FOURTH & (np.where(crisis, in_crisis, plain) > RISING))
    assert (missed + 1) / (EVERY_FOURTH.sum() + 1) <= MISSED_POLICE
    assert plain < in_crisis


def test_a_group_too_small_to_vouch_for_a_yes_says_it_where_all_notes_do() -> None:
    few = choose("weapon", np.array([0.9, 0.8, 0.1]), np.array([True, True, False]))
    assert with_pooled(few, Limits(lo=0.1, hi=0.6)).hi == 0.6
    assert with_pooled(Limits(lo=0.2, hi=0.7), Limits(lo=0.1, hi=0.6)).hi == 0.7


def test_an_output_without_a_single_incident_is_never_decided() -> None:
    nothing = np.zeros(0)
    limits = choose("weapon", nothing, nothing.astype(bool))
    assert limits.lo == 0
    assert limits.hi > 1
