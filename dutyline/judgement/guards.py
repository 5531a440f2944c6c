"""Reasons for a person to look before a suggestion is followed, whatever policy says.

Each guard is a function of what is known about the incident; it answers with a plain
sentence or nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from dutyline.incident.view import IncidentView
from dutyline.judgement.types import Reading, Routing
from dutyline.vocabulary import Verdict

REMOTE: Final = frozenset({"crisis_line", "phone_report", "advice"})
"""Responders that do not come to the caller."""


def review_reasons(view: IncidentView, reading: Reading, routing: Routing) -> Iterator[str]:
    """Say why a supervisor should look, one sentence for each reason."""
    if reading.cues["express_assurance"].state == "present" and REMOTE.issuperset(routing.responders):
        yield "Somebody was told that help is coming, and this suggestion sends nobody to them."
    if view.overflowed:
        yield "The incident has more notes than are read; look at the newest ones yourself."
    if earlier := view.earlier:
        ending = "it was closed" if earlier.ending == "closed" else "it had long been quiet"
        before = ", ".join(earlier.responders) or "nothing"
        yield (
            f"The incident goes on after {ending}; its {earlier.notes} earlier notes are no longer read. "
            f"Suggested then: {before}."
        )


def contradictions(scores: Mapping[str, Verdict], reading: Reading) -> Iterator[str]:
    """Name the hazards that a note denies and the classifier sees all the same."""
    for name, finding in reading.hazards.items():
        if finding.verdict == "no" and scores[name] == "yes":
            yield f"A note denies {name.replace('_', ' ')}, but the notes as a whole read like it."
