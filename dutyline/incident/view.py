"""What the judgement sees of an incident at one moment."""

from dataclasses import dataclass
from datetime import date

from dutyline.incident.state import Earlier, Incident
from dutyline.judgement.types import IncidentText


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident after one of its notes; an immutable snapshot."""

    text: IncidentText
    jurisdiction: str | None = None
    agency: str | None = None
    day: date | None = None
    earlier: Earlier | None = None
    overflowed: bool = False


def view_of(incident: Incident) -> IncidentView:
    """Take a snapshot of an incident as it is now."""
    return IncidentView(
        text=incident.text(),
        jurisdiction=incident.jurisdiction,
        agency=incident.agency,
        day=incident.day,
        earlier=incident.earlier,
        overflowed=incident.overflowed,
    )
