"""Reading incidents to compare: note events as the worker reads them, or lines of a corpus."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import Struct

from dutyline.errors import DataError
from dutyline.incident.state import Incident, Limits
from dutyline.judgement.types import IncidentText, Line
from dutyline.notes.kinds import recognise
from dutyline.notes.reading import Rejection, read_note


class _Row(Struct, frozen=True):
    """A line in the corpus form; labels are not looked at."""

    id: str
    notes: list[str]
    call_type: str | None = None
    agency: str | None = None

    def text(self) -> IncidentText:
        lines = (Line(f"{self.id}-{at}", note, recognise(note)) for at, note in enumerate(self.notes, 1))
        return IncidentText(tuple(lines), self.call_type, agency=self.agency)


@dataclass(frozen=True, slots=True)
class Incidents:
    """Incidents by id, and how many lines were neither notes nor incidents, by reason."""

    texts: dict[str, IncidentText] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)


def read_incidents(paths: Iterable[Path], limits: Limits) -> Incidents:
    """Read files of note events, or of incidents in the corpus form.

    Args:
        paths: JSONL files.
        limits: how long and how large an incident may be.

    Raises:
        DataError: a file cannot be read.
    """
    found = Incidents()
    open_incidents: dict[str, Incident] = {}
    for path in paths:
        try:
            with path.open("rb") as file:
                for line in file:
                    if line.strip():
                        _read(line.strip(), found, open_incidents, limits)
        except OSError as error:
            raise DataError(
                f"{path}: {(error.strerror or 'unreadable').lower()}; give a JSONL file of note events"
            ) from error
    found.texts.update((name, incident.text()) for name, incident in open_incidents.items())
    return found


def is_labelled(path: Path) -> bool:
    """Tell whether a file's first line is a labelled incident, whatever it holds further on.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            first = next((line for line in file if line.strip()), b"")
    except OSError as error:
        raise DataError(f"{path}: {(error.strerror or 'unreadable').lower()}; give a JSONL file") from error
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and "labels" in row and "notes" in row


def _read(line: bytes, found: Incidents, open_incidents: dict[str, Incident], limits: Limits) -> None:
    note = read_note(line)
    if not isinstance(note, Rejection):
        incident = open_incidents.setdefault(note.incident_id, Incident(note.incident_id))
        incident.take(note, limits)
        return
    try:
        row = msgspec.json.decode(line, type=_Row)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found.unread[note.reason] += 1
        return
    found.texts[row.id] = row.text()
