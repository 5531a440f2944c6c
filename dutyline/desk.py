"""The desk: where notes meet their incidents and leave as suggestions.

One desk holds the incidents of one stream of notes (a partition, a file).  It has no clock
and knows of no broker; what it answers depends on the notes and their order alone, never
on how they were cut into batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dutyline.incident.state import Incident, Limits, Receipt
from dutyline.incident.view import IncidentView, view_of
from dutyline.judgement.judge import Judge, Judgement
from dutyline.notes.event import Note
from dutyline.suggestion.build import build_suggestion, changed_fields, substance
from dutyline.suggestion.event import Suggestion


@dataclass(frozen=True, slots=True)
class Arrival:
    """A note, and where it was read when it may have no id of its own."""

    note: Note
    origin: str | None = None


@dataclass(slots=True)
class Outcome:
    """What became of one arrival; the incident's fields are as they were right after it."""

    incident_id: str
    receipt: Receipt
    name: str | None = None
    """The id that the note has within its incident."""
    suggestion: Suggestion | None = None
    view: IncidentView | None = None
    """What was judged; `None` where the note gave nothing to judge."""
    revision: int = 0
    substance: bytes = b""
    responders: tuple[str, ...] = ()


@dataclass(slots=True)
class _Pending:
    outcome: Outcome
    view: IncidentView


@dataclass(slots=True)
class Desk:
    """Takes notes in batches and answers each with what became of it."""

    judge: Judge
    limits: Limits = field(default_factory=Limits)
    incidents: dict[str, Incident] = field(default_factory=dict)

    def settle(self, arrivals: Sequence[Arrival], issued_at: str) -> list[Outcome]:
        """Take a batch of notes in order; suggestions are stamped `issued_at`."""
        outcomes: list[Outcome] = []
        pending: dict[str, list[_Pending]] = {}
        for arrival in arrivals:
            incident = self.incidents.setdefault(arrival.note.incident_id, Incident(arrival.note.incident_id))
            if incident.ends_before(arrival.note, self.limits) and incident.incident_id in pending:
                self._judge(pending, issued_at)
            outcomes.append(self._take(incident, arrival, pending))
        self._judge(pending, issued_at)
        return outcomes

    def _take(self, incident: Incident, arrival: Arrival, pending: dict[str, list[_Pending]]) -> Outcome:
        was_overflowed = incident.overflowed
        receipt = incident.take(arrival.note, self.limits, arrival.origin)
        outcome = Outcome(
            incident.incident_id,
            receipt,
            revision=incident.revision,
            substance=incident.substance,
            responders=incident.responders,
        )
        if receipt == "taken":
            outcome.name = next(reversed(incident.lines))
        if receipt == "taken" or incident.overflowed != was_overflowed:
            outcome.view = view_of(incident)
            pending.setdefault(incident.incident_id, []).append(_Pending(outcome, outcome.view))
        return outcome

    def _judge(self, pending: dict[str, list[_Pending]], issued_at: str) -> None:
        waiting = [item for items in pending.values() for item in items]
        pending.clear()
        judgements = self.judge.judge([item.view for item in waiting])
        for item, judgement in zip(waiting, judgements, strict=True):
            self._suggest(item.outcome, judgement, issued_at)

    def _suggest(self, outcome: Outcome, judgement: Judgement, issued_at: str) -> None:
        incident = self.incidents[outcome.incident_id]
        now = substance(judgement)
        if changed := changed_fields(incident.substance, now):
            incident.revision += 1
            incident.substance = now
            incident.responders = judgement.routing.responders
            outcome.suggestion = build_suggestion(
                judgement,
                incident_id=incident.incident_id,
                revision=incident.revision,
                issued_at=issued_at,
                changed=changed,
            )
        outcome.revision = incident.revision
        outcome.substance = incident.substance
        outcome.responders = incident.responders
