"""One partition's incidents: the desk, the offset that is due, and what to write down."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from dutyline.desk import Arrival, Desk, Outcome
from dutyline.incident.state import Ending, Incident, Limits
from dutyline.judgement.judge import Judge
from streams.shadow import Mark
from streams.state_log import Held, Summary, encode, note_key, record_of, summary_key

SWEEP_EVERY: Final = 60.0
"""Seconds between two looks for incidents to let go."""

SWEEP_MOST: Final = 500
"""Incidents let go at once, so that a sweep delays no note noticeably."""


@dataclass(frozen=True, slots=True)
class StateWrite:
    """A record for the state topic; no value deletes the key."""

    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Clock:
    """One reading of the worker's clocks, in seconds."""

    wall: float
    """Since the epoch; only written down."""
    steady: float
    """Never set back or forward; decides what is old."""


@dataclass(frozen=True, slots=True)
class Remembering:
    """How long incidents stay on the shelf, in seconds since their newest note was seen."""

    limits: Limits = field(default_factory=Limits)
    ended: float = 7 * 86400.0


@dataclass(slots=True)
class _Trace:
    offsets: list[int]
    seen: float
    """On the steady clock."""
    shadow: Mark = field(default_factory=Mark)


class Shelf:
    """The incidents of one partition as they are when offset `due` is next."""

    def __init__(self, judge: Judge, remembering: Remembering, *, due: int = 0) -> None:
        self.due = due
        self._generation: int | None = None
        self._desk = Desk(judge, remembering.limits)
        self._remembering = remembering
        self._traces: dict[str, _Trace] = {}
        self._swept = 0.0

    @classmethod
    def restored(
        cls, judge: Judge, remembering: Remembering, *, due: int, held: Iterable[Held], clock: Clock
    ) -> "Shelf":
        """Put incidents back that were read from the state topic."""
        shelf = cls(judge, remembering, due=due)
        for item in held:
            incident_id = item.incident.incident_id
            age = max(0.0, clock.wall - item.seen)
            shelf._desk.incidents[incident_id] = item.incident
            shelf._traces[incident_id] = _Trace(item.offsets, clock.steady - age)
        return shelf

    @property
    def incidents(self) -> dict[str, Incident]:
        """The incidents on the shelf, by id."""
        return self._desk.incidents

    def judge_by(self, judge: Judge) -> None:
        """Judge the notes that follow by another judge."""
        self._desk.judge = judge

    def mark_of(self, incident_id: str) -> Mark:
        """Give what the challenger last said of an incident on the shelf."""
        return self._traces[incident_id].shadow

    def fits(self, offset: int, generation: int) -> bool:
        """Tell whether the incidents are as they must be for the note at an offset.

        An offset that was skipped is a gap in the topic only as long as the consumer group's
        generation is the one of the note before: else another worker may have taken notes.
        """
        return offset == self.due or (offset > self.due and generation == self._generation)

    def settle(
        self, arrivals: Sequence[tuple[int, Arrival]], *, issued_at: str, clock: Clock
    ) -> list[tuple[Outcome, StateWrite | None]]:
        """Take notes with their offsets; give each outcome and what to write down of it."""
        outcomes = self._desk.settle([arrival for _, arrival in arrivals], issued_at)
        settled: list[tuple[Outcome, StateWrite | None]] = []
        for (offset, arrival), outcome in zip(arrivals, outcomes, strict=True):
            if outcome.receipt == "duplicate":
                settled.append((outcome, None))
                continue
            trace = self._traces.setdefault(outcome.incident_id, _Trace([], clock.steady))
            trace.offsets.append(offset)
            trace.seen = clock.steady
            record = record_of(outcome, arrival.note, offset=offset, seen=clock.wall)
            settled.append((outcome, StateWrite(note_key(outcome.incident_id, offset), encode(record))))
        return settled

    def passed(self, offset: int, generation: int) -> None:
        """Note that everything up to an offset has been dealt with."""
        self.due = offset + 1
        self._generation = generation

    def sweep(self, clock: Clock) -> list[StateWrite]:
        """Let go of what has been ended or quiet for long; give what to write down of it."""
        if clock.steady - self._swept < SWEEP_EVERY:
            return []
        self._swept = clock.steady
        writes: list[StateWrite] = []
        for incident_id in list(self._overdue(clock))[:SWEEP_MOST]:
            writes += self._let_go(incident_id, clock)
        return writes

    def _overdue(self, clock: Clock) -> Iterator[str]:
        limits = self._remembering.limits
        for incident_id, trace in self._traces.items():
            incident = self._desk.incidents[incident_id]
            if not incident.lines:
                keep = self._remembering.ended
            else:
                keep = limits.closed if incident.closed else limits.quiet
            if clock.steady - trace.seen > keep:
                yield incident_id

    def _let_go(self, incident_id: str, clock: Clock) -> list[StateWrite]:
        incident, trace = self._desk.incidents[incident_id], self._traces[incident_id]
        if not incident.lines:
            del self._desk.incidents[incident_id], self._traces[incident_id]
            return [StateWrite(summary_key(incident_id), None)]
        ending: Ending = "closed" if incident.closed else "quiet"
        incident.forget(ending)
        assert incident.earlier is not None
        summary = Summary(
            offset=trace.offsets[-1],
            first=trace.offsets[0],
            seen=clock.wall,
            earlier=incident.earlier,
            revision=incident.revision,
            substance=incident.substance,
            responders=incident.responders,
        )
        notes = [StateWrite(note_key(incident_id, offset), None) for offset in trace.offsets]
        self._traces[incident_id] = _Trace([], clock.steady)
        return [StateWrite(summary_key(incident_id), encode(summary)), *notes]
