"""What a line of a feed becomes on Kafka: its own bytes, under its incident's key."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kafka.partitioner import murmur2

from dutyline.notes.event import INCIDENT_ID_MAX
from dutyline.notes.reading import EVENT_BYTES_MAX, Rejection, read_note

UNKEYED_PARTITION: Final = 0
"""Where lines go that name no incident, so that they keep their order among themselves."""


@dataclass(frozen=True, slots=True)
class FedLine:
    """A line, ready to publish.

    Attributes:
        value: its bytes, without the line end.
        key: its incident, if it names one.
        at: when the note was typed, in seconds since the epoch, if it says.
        readable: whether the worker will take it as a note; it is published either way, since
            the worker alone judges, and keeps what it rejects.
    """

    value: bytes
    key: bytes | None
    at: float | None
    readable: bool


def read_line(line: bytes) -> FedLine | None:
    """Read a line with its end; `None` for a blank one."""
    value = line.removesuffix(b"\n").removesuffix(b"\r")
    if not value.strip():
        return None
    note = read_note(value)
    if isinstance(note, Rejection):
        return FedLine(value, _incident_named(value), None, readable=False)
    return FedLine(value, note.incident_id.encode(), note.at, readable=True)


@lru_cache(maxsize=4096)
def partition_of(key: bytes | None, partitions: int) -> int:
    """Give the partition of a key as Kafka's own clients choose it (murmur2, sign bit off)."""
    if key is None:
        return UNKEYED_PARTITION
    hashed: int = murmur2(key)
    return (hashed & 0x7FFFFFFF) % partitions


def _incident_named(value: bytes) -> bytes | None:
    """Find the incident that an unreadable event still names, so that it is rejected under its key."""
    if len(value) > EVENT_BYTES_MAX:
        return None
    try:
        event = json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None
    name = event.get("incident_id") if isinstance(event, dict) else None
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not 1 <= len(name) <= INCIDENT_ID_MAX:
        return None
    return name.encode("utf-8", "replace")
