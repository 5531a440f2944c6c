"""Collecting notes and outcomes from Kafka into a data set to learn and measure from."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

import dutyline
from streams.clients import Connection, broker_errors, consumer, count_partitions
from streams.collect_dataset import (
    INCIDENTS,
    NOTES,
    OUTCOMES,
    Counts,
    Dataset,
    Folder,
    PartitionRead,
    TopicRead,
)
from streams.collect_group import (
    GatheredNotes,
    GatheredOutcomes,
    Labelled,
    gather_notes,
    gather_outcomes,
    incidents,
)
from streams.collect_range import Bound, Range, offsets_text, resolve
from streams.collect_read import Advance, read_range
from streams.intake import Source
from training.dispositions import Dispositions


@dataclass(frozen=True, slots=True)
class Asked:
    """What to read of a topic."""

    topic: str
    begin: Bound = "earliest"
    end: Bound = "latest"


@dataclass(slots=True)
class _Seen:
    """The records met in one partition."""

    first: int | None = None
    last: int | None = None
    records: int = 0


class _Reading:
    """A topic's records as they pass, and which they were."""

    def __init__(self, topic: str, ranges: tuple[Range, ...]) -> None:
        self.topic = topic
        self.ranges = ranges
        self._seen = {each.partition: _Seen() for each in ranges}

    def watch(self, records: Iterable[Source]) -> Iterator[Source]:
        for record in records:
            seen = self._seen[record.partition]
            seen.first = record.offset if seen.first is None else seen.first
            seen.last = record.offset
            seen.records += 1
            yield record

    def read(self) -> TopicRead:
        parts = [
            PartitionRead(each.partition, each.begin, each.end, seen.first, seen.last, seen.records)
            for each, seen in zip(self.ranges, self._seen.values(), strict=True)
        ]
        return TopicRead(self.topic, parts)


def collect(
    connection: Connection,
    notes: Asked,
    outcomes: Asked,
    folder: Path,
    table: Dispositions,
    *,
    on_start: Callable[[int], None] = lambda _: None,
    advance: Advance = lambda _: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Dataset:
    """Read both topics and write the data set; the same offsets give the same bytes.

    Nothing is left in the folder unless everything asked for was read.

    Args:
        connection: how to reach Kafka.
        notes: what to read of the notes' topic.
        outcomes: what to read of the outcomes' topic.
        folder: where to write; new or empty.
        table: what dispositions mean.
        on_start: told how many offsets are to be read.
        advance: told how many more have been read.
        now: the time of making.

    Raises:
        BrokerError: something asked for is not on the broker, or it stops answering.
        SettingsError: what is asked for contradicts itself.
        DataError: the folder cannot be written.
    """
    created_at = now().isoformat(timespec="seconds")
    counts = [count_partitions(connection, asked.topic) for asked in (notes, outcomes)]
    reader = consumer(connection, auto_offset_reset="none")
    try:
        with broker_errors(connection, f"read {notes.topic} and {outcomes.topic}"):
            readings = [
                _Reading(asked.topic, resolve(reader, asked.topic, count, asked.begin, asked.end))
                for asked, count in zip((notes, outcomes), counts, strict=True)
            ]
            place = Folder(folder)
            try:
                on_start(sum(each.offsets for reading in readings for each in reading.ranges))
                streams = [
                    reading.watch(read_range(reader, reading.topic, reading.ranges, advance))
                    for reading in readings
                ]
                found, ended = gather_notes(streams[0]), gather_outcomes(streams[1])
                return _write(place, readings, found, ended, table=table, created_at=created_at)
            except BaseException:
                place.discard()
                raise
    finally:
        with suppress(Exception):
            reader.close(autocommit=False)


def _write(
    place: Folder,
    readings: list[_Reading],
    notes: GatheredNotes,
    outcomes: GatheredOutcomes,
    *,
    table: Dispositions,
    created_at: str,
) -> Dataset:
    labelled = Labelled()
    rows = (msgspec.json.encode(row) for row in incidents(notes, outcomes.by_incident, table, labelled))
    files = {
        NOTES: place.write(NOTES, (line for lines in notes.lines.values() for line in lines)),
        OUTCOMES: place.write(OUTCOMES, outcomes.lines),
        INCIDENTS: place.write(INCIDENTS, rows),
    }
    return place.finish(
        Dataset(
            created_at=created_at,
            software=dutyline.__version__,
            dispositions=table.version,
            notes=readings[0].read(),
            outcomes=readings[1].read(),
            again=_again(readings),
            counts=_counts(notes, outcomes, labelled),
            files=files,
        )
    )


def _again(readings: list[_Reading]) -> list[str]:
    options: list[str] = []
    for prefix, reading in zip(("--", "--outcomes-"), readings, strict=True):
        options += [f"{prefix}from", offsets_text(reading.ranges, "begin")]
        options += [f"{prefix}to", offsets_text(reading.ranges, "end")]
    return options


def _counts(notes: GatheredNotes, outcomes: GatheredOutcomes, labelled: Labelled) -> Counts:
    elsewhere = sum(len(events) for name, events in outcomes.by_incident.items() if name not in notes.lines)
    return Counts(
        note_records=notes.records,
        notes=notes.notes,
        incidents=len(notes.lines),
        notes_repeated=notes.repeated,
        notes_under_wrong_key=notes.wrong_key,
        notes_not_sent_home=notes.not_sent_home,
        notes_rejected=dict(sorted(notes.rejected.items())),
        outcome_records=outcomes.records,
        outcomes=len(outcomes.lines),
        outcomes_repeated=outcomes.repeated,
        outcomes_of_other_incidents=elsewhere,
        outcomes_rejected=dict(sorted(outcomes.rejected.items())),
        incidents_closed=labelled.closed,
        dispositions_unknown=labelled.unknown,
        weak_labels=dict(sorted(labelled.labels.items())),
    )
