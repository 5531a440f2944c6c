"""What the shipped classifier promises of its scores."""

import io
from collections import Counter
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
from models.counting import ColumnReader
from models.manifest import Limits, Metrics, Output
from training import corpus

INCIDENTS = [incident.text for incident in corpus.read(corpus.shipped_files()).incidents]
NOTES = st.lists(
    st.sampled_from([line.text for text in INCIDENTS[::7] for line in text.lines])
    | st.text(min_size=1, max_size=60),
    max_size=5,
)
CLASSIFIER = store.load()
PIPELINE = joblib.load(io.BytesIO((store.locate("champion") / "model.joblib").read_bytes()))


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
    theirs = np.column_stack([column[:, 1] for column in PIPELINE.predict_proba(INCIDENTS[:200])])
    ours = [[scores[name].probability for name in OUTPUTS] for scores in CLASSIFIER.score(INCIDENTS[:200])]
    assert np.abs(theirs - np.array(ours)).max() <= 0.000051


@settings(max_examples=60, deadline=None)
@given(NOTES)
def test_evidence_is_the_very_text_of_the_note_that_it_names(notes: list[str]) -> None:
    text = incident(*notes)
    typed = {line.note_id: line.text for line in text.lines}
    for found in CLASSIFIER.explain(text, OUTPUTS).values():
        assert len(found) <= 3
        for evidence in found:
            assert evidence.text == typed[evidence.note_id][evidence.start : evidence.end] != ""


def test_taking_the_evidence_away_lowers_the_probability(classifier: NotesClassifier) -> None:
    checked = lowered = 0
    for text in INCIDENTS[:250]:
        (scores,) = classifier.score([text])
        for name, score in scores.items():
            if score.verdict != "yes":
                continue
            evidence = classifier.explain(text, [name])[name]
            if not evidence:
                continue
            (without,) = classifier.score([without_evidence(text, evidence)])
            assert without[name].probability <= score.probability
            lowered += without[name].probability < score.probability
            checked += 1
    assert lowered / checked > 0.99
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


def test_a_call_type_alone_decides_nothing(classifier: NotesClassifier) -> None:
    (scores,) = classifier.score([incident(call_type="NOISE COMPLAINT")])
    assert {score.verdict for score in scores.values()} == {"unsure"}


@pytest.mark.parametrize("kind", ["system", "premise_history"])
def test_lines_that_only_inform_do_not_count(classifier: NotesClassifier, kind: Kind) -> None:
    line = Line("x", "MALE WITH KNIFE STABBED HIS BROTHER", kind)
    text = INCIDENTS[0]
    assert classifier.score([text]) == classifier.score([replace(text, lines=(*text.lines, line))])


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


def output(full: tuple[float, float], thin: tuple[float, float]) -> Output:
    none = Metrics(
        incidents=0,
        positives=0,
        precision=0,
        recall=0,
        f1=0,
        average_precision=0,
        calibration_error=0,
        unsure=0,
        missed=0,
    )
    limits = [Limits(lo=lo, hi=hi) for lo, hi in (full, thin)]
    return Output(full=limits[0], thin=limits[1], prior=0.5, rule="", metrics=none)


def test_verdicts_are_no_below_lo_and_yes_from_hi_on() -> None:
    limits = output((0.2, 0.8), (0.0, 1.0))
    found = [verdict(p, limits, thin=False) for p in (0.1999, 0.2, 0.7999, 0.8)]
    assert found == ["no", "unsure", "unsure", "yes"]


def test_thin_notes_are_read_by_thresholds_of_their_own() -> None:
    limits = output((0.2, 0.8), (0.0, 0.9))
    assert [verdict(p, limits, thin=True) for p in (0.0, 0.85, 0.9)] == ["unsure", "unsure", "yes"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.sampled_from([line.text for text in INCIDENTS for line in text.lines]))
def test_the_quick_reader_counts_what_the_named_features_say(line: str) -> None:
    names = PIPELINE["count"].analyzer.common
    columns = PIPELINE["count"].vocabulary_
    found, more = ColumnReader(names, columns).columns(line)
    for last, columns_read in ((False, found), (True, found + more)):
        named = [feature.name for feature in names.features(line, last=last)[1]]
        assert Counter(columns_read) == Counter(columns[name] for name in named if name in columns)


def test_a_hostile_line_is_read_in_linear_time_and_space() -> None:
    for line in ("/" * 65_536, " " * 65_536, "A" * 65_536, "A'" * 32_768, "no " * 20_000, "-a" * 30_000):
        CLASSIFIER.score([incident(line)])
