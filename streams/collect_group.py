"""From records to a data set: notes by incident, outcomes, and incidents with weak labels.

Notes are read by the function that the worker reads them by, and what the worker does with a
repeated note id or a wrong key is done here too.  Pure: the same records give the same data.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from dutyline.notes.event import Note
from dutyline.notes.kinds import recognise
from dutyline.notes.reading import Rejection, read_note
from dutyline.outcomes.event import OutcomeEvent
from dutyline.outcomes.reading import OutcomeRejection, read_outcome
from streams.intake import Source, sort_record
from streams.outbox import Letter
from training.dispositions import Dispositions
from training.weak import WeakLabels, weak_labels

_STRING_OR_BREAK: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\r\n]', re.DOTALL)
_BOM: Final = b"\xef\xbb\xbf"


class WeakSource(Struct, frozen=True):
    """Where a weak label comes from."""

    disposition: str
    meaning: str
    because: str


class CollectedIncident(Struct, frozen=True):
    """A line of `incidents.jsonl`: the corpus form without labels, which people have yet to give."""

    id: str
    call_type: str | None
    region: str | None
    agency: str | None
    notes: list[str]
    kinds: list[str]
    """Of each note, as its feed said or as it was recognised."""
    weak_labels: dict[str, bool]
    weak_labels_from: dict[str, WeakSource]


@dataclass(slots=True)
class GatheredNotes:
    """Notes by incident, and what became of all others.

    Attributes:
        lines: by incident, in the order of their first notes: each note's event, as read, in a line.
        records: how many records were looked at.
        notes: how many notes are in `lines`.
        repeated: notes whose id the incident had already.
        wrong_key: notes that did not lie under their incident's key.
        not_sent_home: those of them that no worker had put back; they come last in their incident.
        rejected: records that are no notes, by reason.
    """

    lines: dict[str, list[bytes]] = field(default_factory=dict)
    records: int = 0
    notes: int = 0
    repeated: int = 0
    wrong_key: int = 0
    not_sent_home: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class GatheredOutcomes:
    """Outcomes in the order in which they were read, and what became of all other records."""

    lines: list[bytes] = field(default_factory=list)
    by_incident: dict[str, list[OutcomeEvent]] = field(default_factory=dict)
    records: int = 0
    repeated: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


def gather_notes(records: Iterable[Source]) -> GatheredNotes:
    """Group the records of the notes' topic by incident; each record counts in one place."""
    found = GatheredNotes()
    names: dict[str, set[str]] = {}
    strays: list[Source] = []
    came_home: set[str] = set()
    for source in records:
        found.records += 1
        match sort_record(source):
            case Rejection() as rejection:
                found.rejected[rejection.reason] += 1
            case Letter():
                found.wrong_key += 1
                strays.append(source)
            case arrival:
                if arrival.origin is not None:
                    came_home.add(arrival.origin)
                _take(found, names, source, arrival.note, arrival.origin)
    for source in strays:
        note = read_note(source.value)
        if source.place not in came_home and isinstance(note, Note):
            found.not_sent_home += 1
            _take(found, names, source, note, source.place)
    return found


def _take(
    found: GatheredNotes, names: dict[str, set[str]], source: Source, note: Note, origin: str | None
) -> None:
    if name := note.note_id or origin:
        known = names.setdefault(note.incident_id, set())
        if name in known:
            found.repeated += 1
            return
        known.add(name)
    found.notes += 1
    found.lines.setdefault(note.incident_id, []).append(in_one_line(source.value or b""))


def in_one_line(event: bytes) -> bytes:
    """Give an event's bytes without line breaks; it reads as it did, and is untouched if it has none.

    A feed may send JSON over several lines, and even raw line breaks within a text, which
    are read all the same.
    """
    event = event.removeprefix(_BOM)
    if b"\n" not in event and b"\r" not in event:
        return event
    return _STRING_OR_BREAK.sub(_without_breaks, event)


def _without_breaks(piece: re.Match[bytes]) -> bytes:
    text = piece[0]
    if text in {b"\n", b"\r"}:
        return b" "
    return text.replace(b"\n", b"\\n").replace(b"\r", b"\\r")


def gather_outcomes(records: Iterable[Source]) -> GatheredOutcomes:
    """Read the records of the outcomes' topic; the same event again counts once."""
    found = GatheredOutcomes()
    seen: set[OutcomeKey] = set()
    for source in records:
        found.records += 1
        outcome = read_outcome(source.value)
        if isinstance(outcome, OutcomeRejection):
            found.rejected[outcome.reason] += 1
            continue
        key = _key_of(outcome)
        if key in seen:
            found.repeated += 1
            continue
        seen.add(key)
        found.lines.append(in_one_line(source.value or b""))
        found.by_incident.setdefault(outcome.incident_id, []).append(outcome)
    return found


OutcomeKey = tuple[str | None, ...]
"""All that an outcome says, to tell a repeated one."""


def _key_of(outcome: OutcomeEvent) -> OutcomeKey:
    responders = None if outcome.responders is None else " ".join(outcome.responders)
    return (
        outcome.incident_id,
        outcome.suggestion_id,
        outcome.at,
        outcome.action,
        responders,
        outcome.reason,
        outcome.disposition,
        outcome.by,
    )


@dataclass(slots=True)
class Labelled:
    """How far the dispositions of collected incidents told anything."""

    closed: int = 0
    """Incidents with a disposition."""
    unknown: int = 0
    """Those of them whose disposition the table does not know."""
    labels: Counter[str] = field(default_factory=Counter)
    """Weak labels, as `OUTPUT true` or `OUTPUT false`."""

    def count(self, found: WeakLabels) -> None:
        """Count an incident in."""
        self.closed += found.known is not None
        self.unknown += found.known is False
        self.labels.update(f"{name} {str(value).lower()}" for name, value in found.labels.items())


def incidents(
    notes: GatheredNotes,
    outcomes: Mapping[str, list[OutcomeEvent]],
    table: Dispositions,
    labelled: Labelled,
) -> Iterator[CollectedIncident]:
    """Give each incident with what its disposition says, in the order of the notes.

    Args:
        notes: the notes by incident.
        outcomes: by incident, in the order in which they were published.
        table: what dispositions mean.
        labelled: counts what was told.
    """
    for incident_id, lines in notes.lines.items():
        read = [note for note in map(read_note, lines) if isinstance(note, Note)]
        agency = _latest(note.agency for note in read)
        weak = weak_labels(outcomes.get(incident_id, ()), agency, table)
        labelled.count(weak)
        yield CollectedIncident(
            id=incident_id,
            call_type=_latest(note.call_type for note in read),
            region=_latest(note.jurisdiction for note in read),
            agency=agency,
            notes=[note.text for note in read],
            kinds=[note.kind or recognise(note.text) for note in read],
            weak_labels=dict(weak.labels),
            weak_labels_from={
                name: WeakSource(source.disposition, source.meaning, source.because)
                for name, source in weak.sources.items()
            },
        )


def _latest(values: Iterable[str | None]) -> str | None:
    """Give the newest of values that a note may leave out."""
    latest = None
    for value in values:
        latest = value or latest
    return latest
