"""What the parts of a judgement hand to each other.

A judgement is made of one incident at a time, from its lines in the order of arrival.
All of these are immutable values without behaviour of their own; spans index into the
text of the line they name, in characters, end excluded.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from dutyline.vocabulary import CueState, Finding, Kind, Verdict


@dataclass(frozen=True, slots=True)
class Line:
    """One note of an incident as the judgement sees it; `kind` is already recognised."""

    note_id: str
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class IncidentText:
    """Everything that was typed of an incident so far, in order of arrival."""

    lines: Sequence[Line]
    call_type: str | None = None
    units_committed: bool = False
    """The feed's own unit status says that a unit is assigned, en route or on scene."""
    agency: str | None = None
    """Whose abbreviations and codes the lines are typed in."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that something rests on: `text == line.text[start:end]`."""

    note_id: str
    start: int
    end: int
    text: str


class Score(NamedTuple):
    """What the classifier says of one output: a calibrated probability and its verdict."""

    probability: float
    verdict: Verdict


class Classifier(Protocol):
    """A trained text classifier with one score for each of `vocabulary.OUTPUTS`."""

    @property
    def version(self) -> str:
        """Identifies the trained model down to its bytes."""
        ...

    def score(self, incidents: Sequence[IncidentText]) -> list[Mapping[str, Score]]:
        """Score a batch; the answer for an incident does not depend on its neighbours."""
        ...

    def explain(self, incident: IncidentText, names: Collection[str]) -> Mapping[str, tuple[Evidence, ...]]:
        """Point at the words that raised each of the outputs asked about; of a scored incident."""
        ...


@dataclass(frozen=True, slots=True)
class CueFinding:
    """Whether the notes show a duty cue; never `absent` unless a note says so."""

    state: CueState
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class HazardFinding:
    """Whether the notes' words show a hazard.

    `no` needs words that say so (`NEG WPNS`); silence, and words that only hedge, are `unsure`.
    """

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    hedged: bool = False
    """Words hedge at it (`UNK IF ARMED`): asked about or guessed, neither stated nor denied."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the cue language found in an incident."""

    cues: Mapping[str, CueFinding]
    hazards: Mapping[str, HazardFinding]
    requests: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    """Further facts by name that policies may ask for, such as `asks_for_officer`."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A case or statute that a rule rests on; `review` tells who has read it."""

    cite: str
    holding: str
    read_at: str
    review: str


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A duty rule that applies, with its authorities and the words that met it."""

    id: str
    title: str
    outcome: str
    authorities: tuple[Authority, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class DutyOpinion:
    """What a jurisdiction's rules say of an incident; not legal advice."""

    jurisdiction: str
    finding: Finding
    rules: tuple[FiredRule, ...]
    questions: tuple[str, ...] = ()
    """What to ask the caller, since an element of a rule is unknown."""
    floor: tuple[str, ...] = ()
    """Responders that the rules put a floor under."""
    review: tuple[str, ...] = ()
    """Reasons why a supervisor should look before the suggestion is followed."""


class DutyRules(Protocol):
    """A jurisdiction's rules, ready to apply."""

    @property
    def version(self) -> str:
        """Identifies the rules down to their words."""
        ...

    def consider(
        self,
        reading: Reading,
        hazards: Mapping[str, Verdict],
        indicators: Mapping[str, Verdict],
        on: date | None,
    ) -> DutyOpinion:
        """Apply the rules in force on a day; `None` means the newest."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What a routing policy may decide by."""

    verdicts: Mapping[str, Verdict]
    """By name: indicators, hazards and dangers, rules and model already put together."""
    reading: Reading
    opinion: DutyOpinion
    call_type: str | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """Who should go, in the agency's own words."""

    responders: tuple[str, ...]
    response: str
    level: int
    needs_review: bool
    reasons: tuple[str, ...]
    advice: tuple[str, ...] = ()


class Policy(Protocol):
    """An agency's routing policy."""

    @property
    def agency(self) -> str:
        """The agency that the policy is picked by."""
        ...

    @property
    def version(self) -> str:
        """Identifies the policy and the floors above it down to their words."""
        ...

    def route(self, facts: Facts) -> Routing:
        """Choose a response; never empty, and never below the safety floors."""
        ...
