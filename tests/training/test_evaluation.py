"""What is known of how well a classifier does."""

import json
from pathlib import Path

import numpy as np
import pytest

from dutyline.errors import CorpusError
from dutyline.vocabulary import OUTPUTS
from models.manifest import Metrics
from training.corpus import read
from training.evaluation import INTERVALS, Evaluation, evaluate, first_lines
from training.export import encode
from training.figures import figures
from training.slices import capitals


def test_all_outputs_are_measured_cross_validated_and_kept_aside(evaluation: Evaluation) -> None:
    assert evaluation.kept_aside
    for measured in (evaluation.cross_validated, evaluation.kept_aside):
        assert tuple(measured.outputs) == OUTPUTS
        assert measured.probabilities.shape == (len(measured.corpus.incidents), len(OUTPUTS))
        assert set(measured.verdicts.ravel()) <= {"yes", "no", "unsure"}


def test_an_interval_is_around_its_figure(evaluation: Evaluation) -> None:
    measured = evaluation.cross_validated
    for output, within in measured.intervals.items():
        assert tuple(within) == INTERVALS
        assert within["recall"].low <= measured.outputs[output].recall <= within["recall"].high
        assert all(0 <= interval.low <= interval.high <= 1 for interval in within.values())


def test_a_slice_has_the_figures_of_its_incidents_alone(evaluation: Evaluation) -> None:
    measured = evaluation.cross_validated
    assert measured.slices["learnt"] == (len(measured.corpus.incidents), measured.outputs)
    count, found = measured.slices["capitals"]
    among = [item for item in measured.corpus.incidents if capitals(item) >= 0.8]
    assert count == len(among) < len(measured.corpus.incidents)
    assert found["weapon"].positives == sum("weapon" in item.labels for item in among)


def test_those_left_without_police_are_counted_and_named(evaluation: Evaluation) -> None:
    measured = evaluation.cross_validated
    needing = {item.id for item in measured.corpus.incidents if "needs_police" in item.labels}
    assert len(measured.left_out) == measured.together.police_left_out
    assert measured.left_out <= needing
    assert measured.together.police_true == len(needing)


def test_shares_of_a_beginning_add_up(evaluation: Evaluation) -> None:
    assert [beginning.lines for beginning in evaluation.beginnings] == [1, 2, 3]
    for beginning in evaluation.beginnings:
        for shares in beginning.shares.values():
            for answers in shares.values():
                assert sum(answers.values()) == pytest.approx(1, abs=0.001)


def test_a_beginning_is_the_first_lines(few: tuple[Path, Path]) -> None:
    text = max((incident.text for incident in read([few[0]]).incidents), key=lambda text: len(text.lines))
    assert first_lines(text, 2).lines == text.lines[:2]
    assert first_lines(text, 2).call_type == text.call_type


def test_an_evaluation_tells_its_progress_up_to_the_end(
    evaluation: Evaluation, evaluation_told: list[tuple[str, float]]
) -> None:
    shares = [share for _, share in evaluation_told]
    assert shares == sorted(shares)
    assert evaluation_told[-1] == ("done", 1.0)


def test_incidents_that_are_learnt_from_and_kept_aside_are_refused(few: tuple[Path, Path]) -> None:
    with pytest.raises(CorpusError, match="is in training and kept aside"):
        evaluate([few[0]], [few[0]])


def test_undecided_incidents_count_for_no_figure() -> None:
    probabilities = np.array([0.9, 0.8, 0.1])
    verdicts = np.array(["yes", "yes", "no"], dtype=object)
    found = figures(probabilities, np.array([1, -1, 0], dtype=np.int8), verdicts)
    assert found == Metrics(
        incidents=2,
        positives=1,
        precision=1.0,
        recall=1.0,
        f1=1.0,
        average_precision=1.0,
        calibration_error=0.1,
        unsure=0.0,
        missed=0.0,
    )


def test_every_figure_is_in_the_json_and_no_note(evaluation: Evaluation, notes: list[str]) -> None:
    data = encode(evaluation)
    found = json.loads(data)
    assert data == encode(evaluation)
    for name, measured in (
        ("cross_validated", evaluation.cross_validated),
        ("kept_aside", evaluation.kept_aside),
    ):
        assert measured
        written = found[name]
        assert written["corpus_sha256"] == measured.corpus.sha256
        assert written["outputs"]["weapon"]["recall"] == measured.outputs["weapon"].recall
        assert written["intervals"]["weapon"]["recall"] == list(measured.intervals["weapon"]["recall"])
        assert set(written["slices"]) == set(measured.slices)
        assert len(written["targets"]) == 5
    assert set(found["thresholds"]) == set(OUTPUTS)
    assert notes
    for note in notes:
        assert json.dumps(note)[1:-1].encode() not in data
