"""Which offsets of a topic are asked for: by offset, by time, or all that is there.

A range begins at an offset and ends before one, in each partition.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from kafka import KafkaConsumer, TopicPartition

from dutyline.errors import BrokerError, SettingsError
from dutyline.notes.event import moment_of

EARLIEST: Final = "earliest"
LATEST: Final = "latest"

_PAIR: Final = re.compile(r"\s*(\d{1,9}):(\d{1,18})\s*", re.ASCII)

Bound = Literal["earliest", "latest"] | datetime | Mapping[int, int]
"""Where a range begins or ends: a word, a time by the broker's clock, or an offset for each partition."""


@dataclass(frozen=True, slots=True)
class Range:
    """Offsets of one partition from `begin` to before `end`."""

    partition: int
    begin: int
    end: int

    @property
    def offsets(self) -> int:
        """How many there are; compaction and transactions leave some without a record."""
        return self.end - self.begin


def parse_bound(text: str, option: str) -> Bound:
    """Read `earliest`, `latest`, an ISO 8601 time with an offset, or `PARTITION:OFFSET,...`.

    Args:
        text: what was given.
        option: the option that it was given to, for the message.

    Raises:
        SettingsError: it is none of these.
    """
    if text == EARLIEST:
        return "earliest"
    if text == LATEST:
        return "latest"
    pairs = [_PAIR.fullmatch(part) for part in text.split(",")]
    found = [(int(pair[1]), int(pair[2])) for pair in pairs if pair]
    if len(found) == len(pairs):
        if len(dict(found)) < len(found):
            raise SettingsError(f"{option}: a partition stands twice; give one offset for each")
        return dict(found)
    if moment := moment_of(text):
        return moment
    raise SettingsError(
        f"{option}: give earliest, latest, a time with its offset such as 2026-11-24T00:00:00-08:00, "
        "or an offset for each partition such as 0:120,1:98"
    )


def offsets_text(ranges: Sequence[Range], edge: Literal["begin", "end"]) -> str:
    """Write one edge of ranges as `parse_bound` reads it."""
    return ",".join(f"{each.partition}:{getattr(each, edge)}" for each in ranges)


def resolve(
    reader: KafkaConsumer, topic: str, partitions: int, begin: Bound, end: Bound
) -> tuple[Range, ...]:
    """Turn bounds into offsets, one range for each partition.

    Raises:
        SettingsError: offsets are not one for each partition, or end before they begin.
        BrokerError: offsets are asked for that the topic does not hold, any more or yet.
    """
    numbers = [TopicPartition(topic, number) for number in range(partitions)]
    first, last = reader.beginning_offsets(numbers), reader.end_offsets(numbers)
    begins, ends = (_offsets(reader, numbers, bound, (first, last)) for bound in (begin, end))
    return tuple(
        _held(Range(each.partition, begins[each], ends[each]), topic, first[each], last[each])
        for each in numbers
    )


def _offsets(
    reader: KafkaConsumer,
    partitions: Sequence[TopicPartition],
    bound: Bound,
    held: tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]],
) -> Mapping[TopicPartition, int]:
    first, last = held
    if bound == EARLIEST:
        return first
    if bound == LATEST:
        return last
    if isinstance(bound, datetime):
        moment = int(bound.timestamp() * 1000)
        found = reader.offsets_for_times(dict.fromkeys(partitions, moment))
        return {each: found[each].offset if found.get(each) else last[each] for each in partitions}
    if sorted(bound) != [each.partition for each in partitions]:
        raise SettingsError(
            f"{partitions[0].topic} has the partitions 0 to {len(partitions) - 1}; give one offset for each"
        )
    return {each: bound[each.partition] for each in partitions}


def _held(asked: Range, topic: str, first: int, last: int) -> Range:
    where = f"{topic}/{asked.partition}"
    if asked.end < asked.begin:
        raise SettingsError(f"{where}: the range ends at {asked.end}, before it begins at {asked.begin}")
    if asked.begin == asked.end:
        return asked
    if asked.begin < first:
        raise BrokerError(
            f"{where} begins at offset {first} by now, {asked.begin} is gone; ask from earliest or {first} on"
        )
    if asked.end > last:
        raise BrokerError(f"{where} ends at offset {last}, {asked.end} is not there; ask to latest or {last}")
    return asked
