"""How near an evaluation comes to what is wanted."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from models.manifest import Together
from training.evaluation import Evaluation, Measured
from training.targets import TARGETS, Target, reading, shown, verdict

HEALTH, CRIME, POLICE, DIVERTED, CALIBRATION = TARGETS


@pytest.fixture
def measured(evaluation: Evaluation) -> Measured:
    return evaluation.cross_validated


def together(**counts: int) -> Together:
    nothing = {"police_true": 0, "police_left_out": 0, "divertible": 0, "diverted": 0}
    return Together(**(nothing | counts))


@pytest.mark.parametrize(
    ("target", "counts", "figure", "by"),
    [
        (POLICE, together(police_true=1000, police_left_out=2), "0.0020", "reached, by <0.0001"),
        (POLICE, together(police_true=1000, police_left_out=3), "0.0030", "not reached, by 0.0010"),
        (DIVERTED, together(divertible=100, diverted=71), "0.710", "reached, by 0.110"),
        (DIVERTED, together(divertible=100, diverted=59), "0.590", "not reached, by 0.010"),
        (POLICE, together(), "-", "not measured"),
        (DIVERTED, together(), "-", "not measured"),
    ],
)
def test_a_target_of_the_whole_system_is_held_against_counts(
    measured: Measured, target: Target, counts: Together, figure: str, by: str
) -> None:
    found = reading(target, replace(measured, together=counts))
    assert shown(target, found) == figure
    assert verdict(target, found) == by


def test_how_many_may_be_left_out_is_said(measured: Measured) -> None:
    found = reading(POLICE, replace(measured, together=together(police_true=1000, police_left_out=3)))
    assert found.detail.startswith("3 of 1000 (1 of 500 allows 2), interval ")


def test_the_worst_output_stands_for_calibration(measured: Measured) -> None:
    outputs = {name: changed(each, calibration_error=0.01) for name, each in measured.outputs.items()}
    outputs["violence"] = changed(outputs["violence"], calibration_error=0.05)
    found = reading(CALIBRATION, replace(measured, outputs=outputs))
    assert (found.value, found.reached) == (0.05, False)
    assert found.detail == "violence; 9 of 10 outputs are within"


def test_crime_is_held_against_the_figure_at_the_threshold(measured: Measured) -> None:
    outputs = {**measured.outputs, "no_crime": changed(measured.outputs["no_crime"], f1=0.95)}
    assert reading(CRIME, replace(measured, outputs=outputs)).reached


def test_mental_health_is_read_off_the_curve_and_its_own_threshold_is_said(measured: Measured) -> None:
    found = reading(HEALTH, measured)
    own = measured.outputs["mental_health"]
    assert found.value is not None
    assert found.detail == (
        f"at the release's threshold: recall {own.recall:.3f}, precision {own.precision:.3f}"
    )
    certain = replace(measured, probabilities=(measured.truth == 1).astype(float))
    assert reading(HEALTH, certain).value == 1.0
