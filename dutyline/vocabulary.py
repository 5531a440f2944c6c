"""The names that every part of Dutyline shares; their meanings are in docs/labels.md."""

from typing import Final, Literal

Verdict = Literal["yes", "no", "unsure"]
CueState = Literal["present", "absent", "unknown"]
Kind = Literal["call_taker", "dispatcher", "caller", "system", "premise_history"]
Finding = Literal["special_relationship", "statutory_duty", "public_duty_only", "undetermined"]

INDICATORS: Final = ("mental_health", "no_crime")
DANGERS: Final = ("needs_police", "needs_ems")
HAZARDS: Final = ("weapon", "violence", "self_harm", "medical", "vulnerable", "fire_traffic")
CUES: Final = (
    "express_assurance",
    "reliance",
    "direct_contact",
    "knowledge_of_harm",
    "response_undertaken",
    "protective_order",
    "custody",
    "state_created_danger",
    "mandatory_statute",
    "crime_in_progress",
)
LABELS: Final = (*INDICATORS, *HAZARDS, *DANGERS, *CUES)

OUTPUTS: Final = (*INDICATORS, *DANGERS, *HAZARDS)
"""What the classifier gives a probability of."""

RESPONDERS: Final = (
    "police",
    "clinician",
    "ems",
    "fire",
    "community",
    "crisis_line",
    "phone_report",
    "advice",
)

PRESENT_KINDS: Final[frozenset[Kind]] = frozenset({"call_taker", "dispatcher", "caller"})
"""The kinds of line that count as what is happening now; the others only inform."""
