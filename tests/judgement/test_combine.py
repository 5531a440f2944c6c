"""Neither the words nor the classifier hides a danger that the other sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutyline.judgement.combine import combine_verdicts
from dutyline.judgement.types import CueFinding, HazardFinding, Reading, Score
from dutyline.vocabulary import CUES, HAZARDS, OUTPUTS, Verdict

verdicts = st.sampled_from(["yes", "no", "unsure"])


def reading(hazard: HazardFinding, name: str = "weapon", crime: str = "unknown") -> Reading:
    cues = {cue: CueFinding("unknown") for cue in CUES}
    cues["crime_in_progress"] = CueFinding(crime)  # type: ignore[arg-type] # one of the three states
    hazards = {other: HazardFinding("unsure") for other in HAZARDS}
    return Reading(cues, hazards | {name: hazard})


def scores(verdict: Verdict) -> dict[str, Score]:
    return {name: Score(0.5, verdict) for name in OUTPUTS}


@pytest.mark.parametrize(
    ("words", "classifier", "together"),
    [
        (HazardFinding("yes"), "no", "yes"),
        (HazardFinding("unsure", hedged=True), "no", "unsure"),
        (HazardFinding("unsure", hedged=True), "yes", "yes"),
        (HazardFinding("no"), "yes", "unsure"),
        (HazardFinding("no"), "unsure", "no"),
        (HazardFinding("unsure"), "yes", "yes"),
        (HazardFinding("unsure"), "unsure", "unsure"),
        (HazardFinding("unsure"), "no", "no"),
    ],
)
def test_a_hazard_is_put_together_as_the_table_says(
    words: HazardFinding, classifier: Verdict, together: Verdict
) -> None:
    assert combine_verdicts(scores(classifier), reading(words))["weapon"] == together


@given(words=verdicts, model=verdicts, hedged=st.booleans())
def test_what_either_states_is_never_put_down_as_absent(
    words: Verdict, model: Verdict, *, hedged: bool
) -> None:
    finding = HazardFinding(words, hedged=hedged and words == "unsure")
    together = combine_verdicts(scores(model), reading(finding))["weapon"]
    if "yes" in (words, model):
        assert together != "no"


def test_suicidal_words_are_a_mental_health_call_whatever_the_classifier_says() -> None:
    found = combine_verdicts(scores("no"), reading(HazardFinding("yes"), "self_harm"))
    assert found["mental_health"] == "yes"


def test_a_crime_in_progress_puts_no_crime_in_doubt() -> None:
    found = combine_verdicts(scores("yes"), reading(HazardFinding("unsure"), crime="present"))
    assert found["no_crime"] == "unsure"
