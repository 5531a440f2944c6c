"""What a routing policy holds once it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from duty.conditions import Condition
from dutyline.vocabulary import CUES, DANGERS, HAZARDS, INDICATORS

_VERDICTS: Final = ("yes", "no", "unsure")
FINDINGS: Final = ("special_relationship", "statutory_duty", "public_duty_only", "undetermined")
VERDICT_NAMES: Final = (*INDICATORS, *DANGERS, *HAZARDS)


def askable(requests: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Return the names that a policy may ask for, with their states."""
    return {
        **dict.fromkeys(VERDICT_NAMES, _VERDICTS),
        **dict.fromkeys(CUES, ("present", "absent", "unknown")),
        **requests,
        "finding": FINDINGS,
        "any_hazard": ("yes", "no"),
        "notes": ("thin", "telling"),
    }


@dataclass(frozen=True, slots=True)
class Route:
    """One answer of a policy; `when` is None for the last, which takes all that is left."""

    id: str
    when: Condition | None
    call_types: tuple[str, ...]
    """Call types that it is for, in capitals; empty for all."""
    response: str
    responders: tuple[str, ...]
    level: int
    needs_review: bool
    reasons: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Floor:
    """What no policy may go below when its condition holds."""

    id: str
    when: Condition
    any_of: tuple[str, ...]
    """One of these must go; if none does, `add` is added."""
    add: tuple[str, ...]
    lead: bool
    """What is added goes first."""
    least_level: int
    review: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Guard:
    """A second look that is needed when only certain responders would answer."""

    id: str
    when: Condition
    only: tuple[str, ...]
    reason: str
