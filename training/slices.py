"""Kinds of incidents that a classifier may do worse on than on all."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from models.features import present
from training.corpus import LabelledIncident
from training.figures import Flags

_NEGATION: Final = re.compile(
    r"\b(neg|no|not|denies|denied|denying|none|nobody|never|without)\b", re.IGNORECASE
)
_CORRECTION: Final = re.compile(
    r"\b(corr|correction|disreg|disregard|turns out|wrong call|cancel)", re.IGNORECASE
)
_ESCALATING, _LONG = 4, 8
_SHARE: Final = 0.8
"""A text is in capitals, or in small letters, if this share of its letters is."""

_REGIONS: Final = {
    "Northeast": "CT ME MA NH RI VT NJ NY PA",
    "Midwest": "IL IN MI OH WI IA KS MN MO NE ND SD",
    "South": "DE FL GA MD NC SC VA DC WV AL KY MS TN AR LA OK TX",
    "West": "AZ CO ID MT NV NM UT WY AK CA HI OR WA",
}

Belongs = Callable[[LabelledIncident], bool]


def slices(incidents: Sequence[LabelledIncident]) -> dict[str, Flags]:
    """For each slice, in order, which incidents are in it."""
    return {
        name: np.array([belongs(incident) for incident in incidents], dtype=bool)
        for name, belongs in (*_FORMS.items(), *_regions(), *_sources(incidents))
    }


def typed(incident: LabelledIncident) -> str:
    """The present lines as one text."""
    return " / ".join(line.text for line in present(incident.text))


def capitals(incident: LabelledIncident) -> float:
    """The share of capitals among the letters of the present lines."""
    letters = [letter for letter in typed(incident) if letter.isalpha()]
    return sum(letter.isupper() for letter in letters) / len(letters) if letters else 0.0


def late_escalation(incident: LabelledIncident) -> bool:
    """Whether police come to be needed in an incident of which half was typed as something else.

    The first half of its lines has no word that commonly goes with danger.
    """
    lines = present(incident.text)
    if len(lines) < _ESCALATING or "needs_police" not in incident.labels:
        return False
    beginning = " ".join(line.text for line in lines[: len(lines) // 2])
    return not _DANGER.search(beginning)


_DANGER: Final = re.compile(
    r"gun|knife|knfe|weapon|wpn|armed|shot|stab|hit|punch|fight|assault|attack|threat|chok|kill|hurt|"
    r"break|burglar|robb|suicid|order",
    re.IGNORECASE,
)

_FORMS: Final[dict[str, Belongs]] = {
    "one line": lambda incident: len(present(incident.text)) <= 1,
    "eight lines or more": lambda incident: len(present(incident.text)) >= _LONG,
    "negation": lambda incident: bool(_NEGATION.search(typed(incident))),
    "correction": lambda incident: bool(_CORRECTION.search(typed(incident))),
    "late escalation": late_escalation,
    "machine lines or premise history": lambda incident: (
        len(present(incident.text)) < len(incident.text.lines)
    ),
    "no call type": lambda incident: not incident.text.call_type,
    "capitals": lambda incident: capitals(incident) >= _SHARE,
    "small letters": lambda incident: capitals(incident) <= 1 - _SHARE,
    "mixed letters": lambda incident: 1 - _SHARE < capitals(incident) < _SHARE,
}


def _regions() -> list[tuple[str, Belongs]]:
    return [(name, _within(frozenset(states.split()))) for name, states in _REGIONS.items()]


def _within(states: frozenset[str]) -> Belongs:
    return lambda incident: (incident.region or "").removeprefix("US-") in states


def _sources(incidents: Sequence[LabelledIncident]) -> list[tuple[str, Belongs]]:
    return [(source, _from(source)) for source in sorted({incident.source for incident in incidents})]


def _from(source: str) -> Belongs:
    return lambda incident: incident.source == source
