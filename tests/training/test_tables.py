"""An evaluation as plain tables."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from dutyline.vocabulary import OUTPUTS
from models.manifest import Limits
from training.evaluation import Beginning, Evaluation, Interval
from training.tables import (
    WIDTH,
    beginning_table,
    output_table,
    slice_precision,
    tables,
    threshold_table,
    together_lines,
    with_interval,
)


@pytest.fixture(scope="session")
def shown(evaluation: Evaluation) -> str:
    return tables(evaluation)


def test_tables_fit_a_terminal(shown: str) -> None:
    assert max(map(len, shown.splitlines())) <= WIDTH == 110


def test_tables_fit_with_many_incidents_and_certain_figures(evaluation: Evaluation) -> None:
    measured = evaluation.cross_validated
    certain = Interval(1.0, 1.0)
    large = replace(
        measured,
        outputs={name: changed(each, positives=12345) for name, each in measured.outputs.items()},
        intervals={name: dict.fromkeys(each, certain) for name, each in measured.intervals.items()},
        left_out=frozenset(f"incident-{number}" for number in range(50)),
    )
    wide = tables(replace(evaluation, cross_validated=large))
    assert max(map(len, wide.splitlines())) <= WIDTH


def test_both_sets_of_incidents_have_tables(shown: str) -> None:
    for name in ("cross-validated", "kept aside"):
        assert f"Outputs, {name}" in shown
        assert f"With words, rules and policy, {name}" in shown
        assert f"Average precision by slice, {name}" in shown


def test_nothing_kept_aside_is_said(evaluation: Evaluation) -> None:
    shown = tables(replace(evaluation, kept_aside=None))
    assert "Kept aside: no incidents" in shown
    assert "Outputs, kept aside" not in shown


def test_every_output_has_its_row(evaluation: Evaluation) -> None:
    measured = evaluation.cross_validated
    rows = output_table(measured).splitlines()[1:]
    assert [row.split()[0] for row in rows] == list(OUTPUTS)
    assert rows[0].split()[1] == str(measured.outputs["mental_health"].positives)
    assert with_interval(measured.outputs["weapon"], measured.intervals["weapon"], "recall") in rows[4]


def test_a_figure_stands_with_its_interval(evaluation: Evaluation) -> None:
    found = changed(evaluation.cross_validated.outputs["weapon"], recall=0.896)
    assert with_interval(found, {"recall": Interval(0.856, 0.93)}, "recall") == "0.896 .86-.93"
    assert with_interval(found, {"recall": Interval(0.856, 0.9999)}, "recall") == "0.896 .86-1.0"


def test_a_threshold_that_no_probability_reaches_is_never(evaluation: Evaluation) -> None:
    weapon = changed(evaluation.thresholds["weapon"], full=Limits(lo=0.1, hi=1.0001))
    row = threshold_table({"weapon": weapon}).splitlines()[-1]
    assert row.split()[2:4] == ["0.1000", "never"]


def test_those_left_without_police_are_named(evaluation: Evaluation) -> None:
    measured = evaluation.cross_validated
    assert "left without police" not in together_lines(replace(measured, left_out=frozenset()))
    shown = together_lines(replace(measured, left_out=frozenset({"b-2", "a-1"})))
    assert "left without police: a-1, b-2" in shown


def test_average_precision_of_a_few_is_not_shown(evaluation: Evaluation) -> None:
    found = changed(evaluation.cross_validated.outputs["weapon"], incidents=100, average_precision=0.5)
    assert slice_precision(changed(found, positives=4)) == "-"
    assert slice_precision(changed(found, positives=40)) == "0.500"


def test_a_share_of_no_incidents_is_not_shown() -> None:
    answers = {"yes": float("nan"), "unsure": float("nan"), "no": float("nan")}
    shown = beginning_table(Beginning(1, {"weapon": {True: answers, False: answers}}))
    assert shown.splitlines()[-1].split() == ["weapon", *"------"]


def test_tables_hold_no_note(shown: str, notes: list[str]) -> None:
    assert notes
    for note in notes:
        assert note not in shown
