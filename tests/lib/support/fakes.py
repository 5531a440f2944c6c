"""A judge made of plain stand-ins, quick and easy to foresee."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dutyline.judgement.judge import Defaults, Judge
from dutyline.judgement.types import (
    CueFinding,
    DutyOpinion,
    DutyRules,
    Evidence,
    Facts,
    HazardFinding,
    IncidentText,
    Reading,
    Routing,
    Score,
)
from dutyline.vocabulary import CUES, HAZARDS, OUTPUTS, Verdict


@dataclass
class WordClassifier:
    """Says yes to an output when its name is in the text, and no otherwise."""

    version: str = "words-1"
    batches: list[int] = field(default_factory=list)

    def score(self, incidents: Sequence[IncidentText]) -> list[Mapping[str, Score]]:
        self.batches.append(len(incidents))
        return [self._score(incident) for incident in incidents]

    def explain(self, incident: IncidentText, names: Collection[str]) -> Mapping[str, tuple[Evidence, ...]]:
        return {name: _find(incident, name) for name in names}

    def _score(self, incident: IncidentText) -> Mapping[str, Score]:
        typed = " ".join(line.text for line in incident.lines)
        return {name: Score(0.9, "yes") if name in typed else Score(0.1, "no") for name in OUTPUTS}


def read_words(text: IncidentText) -> Reading:
    """Find a cue as `cue:NAME`, its denial as `no cue:NAME`, a hazard as `hazard:NAME` and so on."""
    cues = {}
    for name in CUES:
        found = _find(text, f"cue:{name}")
        denied = _find(text, f"no cue:{name}")
        cues[name] = CueFinding("absent" if denied else "present" if found else "unknown", found)
    hazards = {}
    for name in HAZARDS:
        found = _find(text, f"hazard:{name}")
        denied = _find(text, f"no hazard:{name}")
        hazards[name] = HazardFinding(
            "no" if denied else "yes" if found else "unsure", found, hedged=bool(_find(text, f"unk {name}"))
        )
    return Reading(cues, hazards)


def _find(text: IncidentText, words: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(line.note_id, line.text.index(words), line.text.index(words) + len(words), words)
        for line in text.lines
        if words in line.text
    )


@dataclass
class PlainRules:
    """Finds a special relationship where somebody was promised help."""

    jurisdiction: str
    version: str = "plain 1"

    def consider(
        self,
        reading: Reading,
        hazards: Mapping[str, Verdict],
        indicators: Mapping[str, Verdict],
        on: date | None,
    ) -> DutyOpinion:
        promised = reading.cues["express_assurance"].state == "present"
        return DutyOpinion(self.jurisdiction, "special_relationship" if promised else "undetermined", ())


class PlainRuleBook:
    """Has rules of its own for Washington only."""

    def for_jurisdiction(self, code: str | None) -> DutyRules:
        return PlainRules(code or "US")

    def covers(self, code: str) -> bool:
        return code == "US-WA"


@dataclass
class PlainPolicy:
    """Police wherever the classifier or a hazard asks for them, a clinician otherwise."""

    agency: str = "reference"
    version: str = "plain-policy-1"

    def route(self, facts: Facts) -> Routing:
        if "yes" in (facts.verdicts["needs_police"], facts.verdicts["weapon"], facts.verdicts["violence"]):
            return Routing(("police",), "police", 4, needs_review=False, reasons=("Danger.",))
        return Routing(("clinician",), "mobile_crisis", 2, needs_review=False, reasons=("No danger.",))


def plain_judge(classifier: WordClassifier | None = None) -> Judge:
    """Make a judge of stand-ins."""
    return Judge(
        classifier=classifier or WordClassifier(),
        read=read_words,
        rules=PlainRuleBook(),
        policies={"reference": PlainPolicy()},
        defaults=Defaults("US-WA", "reference"),
        cues_version="plain-cues-1",
    )
