"""What becomes of the records of `cad.notes`: a note to judge, a stray to send home, or a rejection."""

from dataclasses import dataclass
from typing import Final

from dutyline.desk import Arrival
from dutyline.notes.reading import Rejection, read_note
from streams.outbox import Headers, Letter

CAME_FROM: Final = "dutyline-came-from"
"""Header of a note that was put back under its right key: topic, partition and offset of the first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A record as it was received."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def place(self) -> str:
        """Where it lies, as `topic/partition/offset`."""
        return f"{self.topic}/{self.partition}/{self.offset}"


def sort_record(source: Source) -> Arrival | Rejection | Letter:
    """Decide what a record is.

    A note that does not lie under its incident's key is answered with a letter that puts it
    there: on another partition it would meet a second, half-blind copy of its incident.
    """
    note = read_note(source.value)
    if isinstance(note, Rejection):
        return note
    key = note.incident_id.encode()
    if source.key == key:
        return Arrival(note, origin=_came_from(source))
    return Letter(
        source.topic, key, source.value, headers=(*source.headers, (CAME_FROM, source.place.encode()))
    )


def rejected(source: Source, rejection: Rejection, topic: str) -> Letter:
    """Put a record aside: its key and bytes untouched, why and from where in headers."""
    headers = (
        ("reason", rejection.reason.encode()),
        ("explanation", rejection.explanation.encode()),
        ("topic", source.topic.encode()),
        ("partition", str(source.partition).encode()),
        ("offset", str(source.offset).encode()),
    )
    value = b"" if source.key is None and source.value is None else source.value
    return Letter(topic, source.key, value, headers=headers)


def _came_from(source: Source) -> str | None:
    """Anyone can write headers, so what is in one may not stop the stream."""
    found = (value for name, value in source.headers if name == CAME_FROM and value is not None)
    return next((value.decode(errors="replace") for value in found), None)
