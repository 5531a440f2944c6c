"""The note event: one line of a call-taker's notes, as the contract defines it.

`NoteEvent` is the contract's own form, and its JSON Schema is generated from it
(`dutyline.schema`).  `Note` is what the rest of Dutyline works with.
"""

from datetime import date, datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from dutyline.vocabulary import Kind

INCIDENT_ID_MAX: Final = 128
"""Characters in an incident id, at most."""

TEXT_MAX: Final = 65_536
"""Characters in a note's text, at most."""


class NoteEvent(Struct, kw_only=True, frozen=True):
    """One note line of an incident, sent as it is typed.

    Fields that are not listed here are kept out of the way and are never an error.
    """

    incident_id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=INCIDENT_ID_MAX,
            description="The CAD's own number of the incident; also the key of the Kafka record.",
        ),
    ]
    text: Annotated[
        str, Meta(min_length=1, max_length=TEXT_MAX, description="The note as it was typed, unchanged.")
    ]
    note_id: Annotated[
        str | None,
        Meta(description="Makes the event idempotent: the same id again changes nothing."),
    ] = None
    at: Annotated[
        str | None,
        Meta(
            description="When the note was typed: ISO 8601 with an offset.",
            extra_json_schema={"format": "date-time"},
        ),
    ] = None
    kind: Annotated[
        Literal["call_taker", "dispatcher", "caller", "system", "premise_history"] | None,
        Meta(description="Who speaks. Without it, lines that plainly are a machine's are recognised."),
    ] = None
    author: Annotated[str | None, Meta(description="Who typed it. Not kept, not published.")] = None
    call_type: Annotated[str | None, Meta(description="The agency's own call type.")] = None
    priority: Annotated[str | None, Meta(description="The agency's own priority.")] = None
    agency: Annotated[str | None, Meta(description="Picks the routing policy.")] = None
    jurisdiction: Annotated[
        str | None, Meta(description="ISO 3166-2, for example US-WA: picks the duty rules.")
    ] = None
    units: Annotated[
        list[str] | None,
        Meta(description="Status of the units on the incident: assigned, enroute, onscene, cleared."),
    ] = None
    status: Annotated[str | None, Meta(description="'closed' ends the incident.")] = None


class Note(Struct, frozen=True, omit_defaults=True):
    """A note that could be read; `at` is in seconds since the epoch."""

    incident_id: str
    text: str
    note_id: str | None = None
    at: float | None = None
    day: date | None = None
    """The day on the clock of the place, which picks the rules in force."""
    kind: Kind | None = None
    call_type: str | None = None
    priority: str | None = None
    agency: str | None = None
    jurisdiction: str | None = None
    units: tuple[str, ...] | None = None
    closed: bool = False


def note_of(event: NoteEvent) -> Note:
    """Turn a contract event into a note; a time that cannot be read is left out."""
    moment = moment_of(event.at)
    return Note(
        incident_id=event.incident_id,
        text=event.text,
        note_id=event.note_id or None,
        at=moment.timestamp() if moment else None,
        day=moment.date() if moment else None,
        kind=event.kind,
        call_type=event.call_type or None,
        priority=event.priority or None,
        agency=event.agency or None,
        jurisdiction=event.jurisdiction or None,
        units=None if event.units is None else tuple(event.units),
        closed=(event.status or "").strip().lower() == "closed",
    )


def moment_of(text: str | None) -> datetime | None:
    """Read an ISO 8601 time with an offset; `None` when it is missing, naive or unreadable."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return None
        moment.timestamp()
    except (ValueError, OverflowError):
        return None
    return moment
