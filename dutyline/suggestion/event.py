"""The suggestion event, field by field as the contract names them.

The JSON Schema of the event is generated from these (`dutyline.schema`), and the order of
the fields here is their order in the published bytes.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from dutyline.vocabulary import CueState, Finding, Verdict

Responder = Literal[
    "police", "clinician", "ems", "fire", "community", "crisis_line", "phone_report", "advice"
]
Changed = Literal[
    "responders", "response", "level", "needs_review", "indicators", "hazards", "duty", "advice"
]


class Span(Struct, frozen=True):
    """Words of a note: `text` stands at `start` to `end` (characters, end excluded) of its text."""

    note_id: str
    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=0)]
    text: str


class Through(Struct, frozen=True):
    """The notes that the suggestion has read: how many, and the id of the newest."""

    note_id: str | None
    notes: Annotated[int, Meta(ge=0)]


class Indicator(Struct, frozen=True):
    """An indicator's verdict, with the classifier's calibrated probability."""

    verdict: Verdict
    probability: Annotated[float, Meta(ge=0, le=1)]
    evidence: list[Span]


class Indicators(Struct, frozen=True):
    """The two indicators that the classifier is trained for."""

    mental_health: Indicator
    no_crime: Indicator


class Hazard(Struct, frozen=True):
    """A hazard's verdict, from the words and the classifier together."""

    verdict: Verdict
    evidence: list[Span]


class Hazards(Struct, frozen=True):
    """The six hazards."""

    weapon: Hazard
    violence: Hazard
    self_harm: Hazard
    medical: Hazard
    vulnerable: Hazard
    fire_traffic: Hazard


class Cue(Struct, frozen=True):
    """A duty cue: `unknown` unless the notes show it or say that it is not so."""

    state: CueState
    evidence: list[Span]


class Authority(Struct, frozen=True):
    """What a rule rests on, and whether counsel has reviewed it."""

    cite: str
    holding: str
    read_at: str
    review: str


class Rule(Struct, frozen=True):
    """A duty rule that applies."""

    id: str
    title: str
    outcome: str
    authorities: list[Authority]
    evidence: list[Span]


class Duty(Struct, frozen=True):
    """What the jurisdiction's rules say; never legal advice."""

    jurisdiction: str
    finding: Finding
    cues: dict[str, Cue]
    rules: list[Rule]


class Versions(Struct, frozen=True):
    """Everything that the suggestion depends on besides the notes."""

    software: str
    model: str
    duty: str
    policy: str


class Suggestion(Struct, frozen=True):
    """Who should go, why, and how sure we are.  It suggests; a person decides."""

    suggestion_id: Annotated[
        str, Meta(description="incident_id:revision. The same id is always the same suggestion.")
    ]
    incident_id: str
    revision: Annotated[int, Meta(ge=1, description="Counts the suggestions of the incident.")]
    issued_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    through: Through
    responders: Annotated[
        list[Responder],
        Meta(min_length=1, description="In order, the lead first; never empty."),
    ]
    response: Annotated[str, Meta(description="The agency's own name for that combination.")]
    level: Annotated[int, Meta(ge=1, le=4, description="1 routine, 2 moderate, 3 urgent, 4 emergent.")]
    needs_review: Annotated[bool, Meta(description="A supervisor should look before this is followed.")]
    indicators: Indicators
    hazards: Hazards
    duty: Duty
    reasons: list[str]
    advice: Annotated[list[str], Meta(description="What to do or to ask next.")]
    changed: Annotated[
        list[Changed], Meta(description="What differs from the revision before; all of it at first.")
    ]
    versions: Versions


encode: Final = msgspec.json.Encoder().encode
"""Encode an event to the bytes that are published."""
