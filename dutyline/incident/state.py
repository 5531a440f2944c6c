"""The state of one incident, changed only by its notes.

An incident begins with its first note.  It ends when a note closes it or when it has been
quiet for long, by the times on its own notes and not by any clock, so that the same notes
always give the same state.  Notes that come after the end begin it again under the same
id, with the revision counting on and a word of what was suggested before.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from dutyline.judgement.types import IncidentText, Line
from dutyline.notes.event import Note
from dutyline.notes.kinds import recognise

Receipt = Literal["taken", "duplicate", "full"]
Ending = Literal["closed", "quiet"]

_COMMITTED: Final = frozenset(
    {
        "assigned",
        "dispatched",
        "enroute",
        "en route",
        "en_route",
        "onscene",
        "on scene",
        "on_scene",
        "arrived",
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large an incident may be.  Times are in seconds of note time."""

    quiet: float = 12 * 3600.0
    """An open incident ends after this long without a note."""
    closed: float = 3600.0
    """A closed incident still takes late notes for this long."""
    notes: int = 2000
    characters: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is still known of an incident's notes that are no longer held."""

    notes: int
    ending: Ending
    responders: tuple[str, ...]


@dataclass(slots=True)
class Incident:
    """One incident; `lines` is keyed by note id, in order of arrival."""

    incident_id: str
    lines: dict[str, Line] = field(default_factory=dict)
    characters: int = 0
    call_type: str | None = None
    priority: str | None = None
    agency: str | None = None
    jurisdiction: str | None = None
    units_committed: bool = False
    last_at: float | None = None
    day: date | None = None
    closed: bool = False
    overflowed: bool = False
    earlier: Earlier | None = None
    revision: int = 0
    substance: bytes = b""
    """A digest of what was last suggested (`dutyline.suggestion.substance`)."""
    responders: tuple[str, ...] = ()
    """Who was last suggested."""

    def take(self, note: Note, limits: Limits, origin: str | None = None) -> Receipt:
        """Add a note; say whether it was taken, was known already, or found the incident full.

        `origin` names a note that came without an id, when the feed's transport can tell it
        apart from others by where it was read.
        """
        if (name := note.note_id or origin) and name in self.lines:
            return "duplicate"
        self._begin_again_if_over(note, limits)
        if len(self.lines) >= limits.notes or self.characters + len(note.text) > limits.characters:
            self.overflowed = True
            return "full"
        self._add(note, name or self._unused_name())
        return "taken"

    def put_back(self, note: Note, name: str, limits: Limits) -> None:
        """Add a note that was taken before, under the name that it had."""
        self._begin_again_if_over(note, limits)
        self._add(note, name)

    def forget(self, ending: Ending) -> None:
        """Let go of the notes of an ended incident; what was suggested stays known."""
        held = self.earlier.notes if self.earlier else 0
        self.earlier = Earlier(held + len(self.lines), ending, self.responders)
        self.lines = {}
        self.characters = 0
        self.closed = self.overflowed = self.units_committed = False
        self.last_at = None

    def text(self) -> IncidentText:
        """Everything typed so far, as the judgement reads it."""
        return IncidentText(tuple(self.lines.values()), self.call_type, self.units_committed, self.agency)

    def ends_before(self, note: Note, limits: Limits) -> bool:
        """Tell whether the incident had ended before a note was typed."""
        if not self.lines or note.at is None or self.last_at is None:
            return False
        return note.at - self.last_at > (limits.closed if self.closed else limits.quiet)

    def _begin_again_if_over(self, note: Note, limits: Limits) -> None:
        if self.ends_before(note, limits):
            self.forget("closed" if self.closed else "quiet")

    def _add(self, note: Note, name: str) -> None:
        self.lines[name] = Line(name, note.text, note.kind or recognise(note.text))
        self.characters += len(note.text)
        self.call_type = note.call_type or self.call_type
        self.priority = note.priority or self.priority
        self.agency = note.agency or self.agency
        self.jurisdiction = note.jurisdiction or self.jurisdiction
        self.day = note.day or self.day
        if note.at is not None:
            self.last_at = note.at if self.last_at is None else max(self.last_at, note.at)
        if note.units is not None and any(unit.strip().lower() in _COMMITTED for unit in note.units):
            self.units_committed = True
        self.closed = note.closed or self.closed

    def _unused_name(self) -> str:
        held = self.earlier.notes if self.earlier else 0
        name = f"{self.incident_id}~{held + len(self.lines) + 1}"
        while name in self.lines:
            name += "~"
        return name
