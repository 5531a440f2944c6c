"""What the shipped classifier promises of its scores."""

import io
from dataclasses import replace

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutyline.judgement.types import Evidence, IncidentText, Line
from dutyline.vocabulary import OUTPUTS, Kind
from models import store
from models.classifier import NotesClassifier, verdict
from models.manifest import Metrics, Output
from training import corpus

INCIDENTS = [incident.text for incident in corpus.read(corpus.shipped_files()).incidents]
NOTES = st.lists(
    st.sampled_from([line.text for text in INCIDENTS[::7] for line in text.lines])
    | st.text(min_size=1, max_size=60),
    max_size=5,
)
CLASSIFIER = store.load()


def incident(*notes: str, call_type: str | None = None, kind: Kind = "call_taker") -> IncidentText:
    return IncidentText(tuple(Line(f"n{at}", note, kind) for at, note in enumerate(notes)), call_type)


def test_every_output_is_scored(classifier: NotesClassifier) -> None:
    (scores,) = classifier.score([INCIDENTS[0]])
    assert tuple(scores) == OUTPUTS


def test_a_batch_of_none_has_no_scores(classifier: NotesClassifier) -> None:
    assert classifier.score([]) == []


def test_an_incident_scores_the_same_alone_and_in_any_batch(classifier: NotesClassifier) -> None:
    together = classifier.score(INCIDENTS[:200])
    assert together == [classifier.score([text])[0] for text in INCIDENTS[:200]]
    assert together[::-1] == classifier.score(INCIDENTS[:200][::-1])


def test_scores_are_those_of_the_pipeline_that_was_trained() -> None:
    pipeline = joblib.load(io.BytesIO((store.locate("champion") / "model.joblib").read_bytes()))
    theirs = np.column_stack([column[:, 1] for column in pipeline.predict_proba(INCIDENTS[:200])])
    ours = [[scores[name].probability for name in OUTPUTS] for scores in CLASSIFIER.score(INCIDENTS[:200])]
    assert np.abs(theirs - np.array(ours)).max() <= 0.000051


@settings(max_examples=60, deadline=None)
@given(NOTES)
def test_evidence_is_the_very_text_of_the_note_that_it_names(notes: list[str]) -> None:
    text = incident(*notes)
    typed = {line.note_id: line.text for line in text.lines}
    for score in CLASSIFIER.score([text])[0].values():
        assert len(score.evidence) <= 3
        for evidence in score.evidence:
            assert evidence.text == typed[evidence.note_id][evidence.start : evidence.end] != ""


def test_taking_the_evidence_away_lowers_the_probability(classifier: NotesClassifier) -> None:
    checked = 0
    for text in INCIDENTS[:250]:
        (scores,) = classifier.score([text])
        for name, score in scores.items():
            if score.verdict != "yes":
                continue
            (without,) = classifier.score([without_evidence(text, score.evidence)])
            assert without[name].probability < score.probability or without[name].verdict == "unsure"
            assert without[name].probability <= score.probability
            checked += 1
    assert checked > 250


def without_evidence(text: IncidentText, evidence: tuple[Evidence, ...]) -> IncidentText:
    lines = []
    for line in text.lines:
        typed = line.text
        for span in sorted((e for e in evidence if e.note_id == line.note_id), key=lambda e: -e.start):
            typed = f"{typed[: span.start]} {typed[span.end :]}"
        lines.append(replace(line, text=typed))
    return replace(text, lines=tuple(lines))


@pytest.mark.parametrize("text", [incident(), incident("..."), incident("RP HAS A GUN", kind="system")])
def test_without_present_words_everything_is_unsure_at_the_prior(
    classifier: NotesClassifier, text: IncidentText
) -> None:
    manifest = store.describe()
    for name, score in classifier.score([text])[0].items():
        assert score.verdict == "unsure"
        assert score.probability == manifest.outputs[name].prior
        assert score.evidence == ()


def test_a_call_type_alone_decides_nothing(classifier: NotesClassifier) -> None:
    (scores,) = classifier.score([incident(call_type="NOISE COMPLAINT")])
    assert {score.verdict for score in scores.values()} == {"unsure"}


@pytest.mark.parametrize("kind", ["system", "premise_history"])
def test_lines_that_only_inform_do_not_count(classifier: NotesClassifier, kind: Kind) -> None:
    line = Line("x", "MALE WITH KNIFE STABBED HIS BROTHER", kind)
    text = INCIDENTS[0]
    assert classifier.score([text]) == classifier.score([replace(text, lines=(*text.lines, line))])


@pytest.mark.parametrize("line", ["RP CALLING", "MALE IN PARKING LOT", "CAR PARKED ON STREET", "NEG WPNS"])
def test_a_short_first_line_rules_nothing_out(classifier: NotesClassifier, line: str) -> None:
    (scores,) = classifier.score([incident(line)])
    assert "no" not in {score.verdict for score in scores.values()}
    assert scores["no_crime"].verdict == "unsure"


def test_a_knife_in_hand_raises_the_weapon_and_a_denied_one_does_not(classifier: NotesClassifier) -> None:
    before = ("SON 24 YOA OFF MEDS PACING IN YARD TALKING TO SELF",)
    plain, armed, denied = classifier.score(
        [
            incident(*before),
            incident(*before, "NOW HAS A KNFE IN HIS HAND"),
            incident(*before, "NEG WPNS SEEN"),
        ]
    )
    assert armed["weapon"].probability > plain["weapon"].probability
    assert denied["weapon"].probability < armed["weapon"].probability


def output(lo: float, hi: float) -> Output:
    none = Metrics(
        positives=0, precision=0, recall=0, f1=0, average_precision=0, calibration_error=0, unsure=0, missed=0
    )
    return Output(lo=lo, hi=hi, prior=0.5, rule="", metrics=none)


def test_verdicts_are_no_below_lo_and_yes_from_hi_on() -> None:
    found = [verdict("weapon", p, output(0.2, 0.8), thin=False) for p in (0.1999, 0.2, 0.7999, 0.8)]
    assert found == ["no", "unsure", "unsure", "yes"]


def test_thin_notes_can_raise_a_danger_but_rule_nothing_out() -> None:
    assert verdict("weapon", 0.9, output(0.2, 0.8), thin=True) == "yes"
    assert verdict("weapon", 0.1, output(0.2, 0.8), thin=True) == "unsure"
    assert verdict("no_crime", 0.9, output(0.2, 0.8), thin=True) == "unsure"
