"""The state topic: what a worker writes down of each note, so that another can go on.

One bounded record for each note that was taken, keyed by incident and source offset, on
the partition of the same number as the note's.  Records are written, and confirmed, before
the note's offset moves.  Folding the records below an offset in order gives the incidents
exactly as they were when that offset was next; records at or above it belong to notes
that will be delivered again and will be written again under the same keys.

When an incident's notes are let go, a summary takes their place and each is deleted, so
that compaction keeps the topic as small as the open incidents.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from dutyline.desk import Outcome
from dutyline.incident.state import Earlier, Incident, Limits
from dutyline.notes.event import Note

_SEPARATOR: Final = b"\x00"
_SUMMARY: Final = b"summary"


class NoteTaken(Struct, frozen=True, tag="note", omit_defaults=True):
    """A note and what its incident was right after it."""

    offset: int
    seen: float
    """Seconds since the epoch, by the worker's clock."""
    note: Note | None
    """`None` for a note that found its incident full."""
    name: str | None = None
    revision: int = 0
    substance: bytes = b""
    responders: tuple[str, ...] = ()


class Summary(Struct, frozen=True, tag="summary", omit_defaults=True):
    """What stays known of an incident whose notes were let go."""

    offset: int
    """Of its newest note that was let go."""
    first: int
    """Of its oldest."""
    seen: float
    earlier: Earlier
    revision: int
    substance: bytes
    responders: tuple[str, ...]


Record = NoteTaken | Summary
encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Record).decode


def note_key(incident_id: str, offset: int) -> bytes:
    """Key of the record of a note."""
    return b"%s%s%d" % (incident_id.encode(), _SEPARATOR, offset)


def summary_key(incident_id: str) -> bytes:
    """Key of the record that takes the place of an ended incident's notes."""
    return incident_id.encode() + _SEPARATOR + _SUMMARY


def incident_of(key: bytes) -> str:
    """Read the incident id back from either kind of key."""
    return key.rpartition(_SEPARATOR)[0].decode()


def record_of(outcome: Outcome, note: Note, *, offset: int, seen: float) -> NoteTaken:
    """Write down what a note did."""
    return NoteTaken(
        offset=offset,
        seen=seen,
        note=note if outcome.receipt == "taken" else None,
        name=outcome.name,
        revision=outcome.revision,
        substance=outcome.substance,
        responders=outcome.responders,
    )


class Held(Struct):
    """An incident with the offsets of its notes, and when the newest was seen."""

    incident: Incident
    offsets: list[int]
    seen: float


def fold(latest: Iterable[tuple[bytes, bytes]], below: int, limits: Limits) -> Iterator[Held]:
    """Rebuild the incidents from the newest record of each key.

    Args:
        latest: key and value of each record that was not deleted.
        below: the source offset that is delivered next; later records do not count.
        limits: the limits under which the notes were taken.
    """
    by_incident: dict[str, list[Record]] = {}
    for key, value in latest:
        record = _decode(value)
        if _counts(record, below):
            by_incident.setdefault(incident_of(key), []).append(record)
    for incident_id, records in by_incident.items():
        yield _fold_incident(incident_id, records, limits)


def _counts(record: Record, below: int) -> bool:
    """Leave out what will be delivered again; a summary of partly older notes still counts."""
    return (record.first if isinstance(record, Summary) else record.offset) < below


def _fold_incident(incident_id: str, records: list[Record], limits: Limits) -> Held:
    records.sort(key=lambda record: (record.offset, isinstance(record, NoteTaken)))
    held = Held(Incident(incident_id), [], 0.0)
    summary = next((record for record in records if isinstance(record, Summary)), None)
    for record in records:
        if isinstance(record, NoteTaken):
            if summary is not None and record.offset <= summary.offset:
                held.offsets.append(record.offset)
                continue
            _apply_note(held, record, limits)
        else:
            held.incident.earlier = record.earlier
        held.incident.revision = record.revision
        held.incident.substance = record.substance
        held.incident.responders = record.responders
        held.seen = max(held.seen, record.seen)
    return held


def _apply_note(held: Held, record: NoteTaken, limits: Limits) -> None:
    held.offsets.append(record.offset)
    if record.note is None or record.name is None:
        held.incident.overflowed = True
    else:
        held.incident.put_back(record.note, record.name, limits)
