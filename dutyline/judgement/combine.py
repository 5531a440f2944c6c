"""Putting the words and the classifier together, so that neither hides what the other sees.

For a hazard, from the words' finding (rows) and the classifier's verdict (columns):

| words        | yes | unsure | no     |
|--------------|-----|--------|--------|
| state it     | yes | yes    | yes    |
| hedge at it  | yes | unsure | unsure |
| deny it      | unsure | no  | no     |
| are silent   | yes | unsure | no     |

Words that deny a hazard outweigh a classifier that is only unsure, but not one that is
sure: then a person decides.

Words that state suicidal intent or self-injury make `mental_health` yes, since that is part
of what the indicator means (docs/labels.md); the probability stays the classifier's own.
"""

from collections.abc import Mapping

from dutyline.judgement.types import HazardFinding, Reading, Score
from dutyline.vocabulary import DANGERS, HAZARDS, INDICATORS, Verdict


def combine_verdicts(scores: Mapping[str, Score], reading: Reading) -> dict[str, Verdict]:
    """Give one verdict for each indicator, danger and hazard, by name."""
    verdicts = {name: scores[name].verdict for name in (*INDICATORS, *DANGERS)}
    if reading.cues["crime_in_progress"].state == "present" and verdicts["no_crime"] == "yes":
        verdicts["no_crime"] = "unsure"
    if reading.hazards["self_harm"].verdict == "yes":
        verdicts["mental_health"] = "yes"
    verdicts |= {name: _hazard(reading.hazards[name], scores[name].verdict) for name in HAZARDS}
    return verdicts


def _hazard(words: HazardFinding, classifier: Verdict) -> Verdict:
    if words.verdict == "yes":
        return "yes"
    if words.verdict == "no":
        return "unsure" if classifier == "yes" else "no"
    if words.hedged and classifier == "no":
        return "unsure"
    return classifier
