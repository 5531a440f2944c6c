"""The same judgement without Kafka: note events in, suggestions out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from dutyline.desk import Arrival, Desk
from dutyline.notes.reading import Rejection, read_note
from dutyline.suggestion.event import Suggestion

BATCH: Final = 256
"""Lines judged together; the answers do not depend on it."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that was not taken, by its number from 1."""

    line: int
    rejection: Rejection


def assess(lines: Iterable[bytes], desk: Desk, issued_at: str) -> Iterator[Suggestion | Unread]:
    """Judge the note events on lines, in order; blank lines are passed over."""
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while batch := list(islice(numbered, BATCH)):
        yield from _assess_batch(batch, desk, issued_at)


def _assess_batch(
    batch: list[tuple[int, bytes]], desk: Desk, issued_at: str
) -> Iterator[Suggestion | Unread]:
    read = [(number, read_note(line.rstrip(b"\r\n"))) for number, line in batch]
    notes = [(number, note) for number, note in read if not isinstance(note, Rejection)]
    outcomes = desk.settle([Arrival(note) for _, note in notes], issued_at)
    results: dict[int, list[Suggestion | Unread]] = {
        number: [Unread(number, note)] for number, note in read if isinstance(note, Rejection)
    }
    for (number, _), outcome in zip(notes, outcomes, strict=True):
        items: list[Suggestion | Unread] = [outcome.suggestion] if outcome.suggestion else []
        if outcome.receipt == "full":
            items.append(Unread(number, Rejection("incident_full")))
        results[number] = items
    for number, _ in batch:
        yield from results[number]
