"""Reading a topic between offsets: every record of the ranges, or an error."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import OffsetOutOfRangeError

from dutyline.errors import BrokerError
from streams.clients import ANSWER_SECONDS
from streams.collect_range import Range
from streams.intake import Source

_POLL_MS: Final = 500

Advance = Callable[[int], None]
"""Told how many offsets more have been passed."""


def read_range(
    reader: KafkaConsumer,
    topic: str,
    ranges: Sequence[Range],
    advance: Advance = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Source]:
    """Give every record of the ranges, partition by partition, in the order of their offsets.

    Args:
        reader: a consumer that does not jump where an offset is gone (`auto_offset_reset="none"`).
        topic: where to read.
        ranges: what to read.
        advance: told the progress.
        clock: seconds that never go back.

    Raises:
        BrokerError: an offset is gone meanwhile, or the broker stops answering.
    """
    for asked in ranges:
        if asked.offsets:
            yield from _read(reader, TopicPartition(topic, asked.partition), asked, advance, clock)


def _read(
    reader: KafkaConsumer,
    partition: TopicPartition,
    asked: Range,
    advance: Advance,
    clock: Callable[[], float],
) -> Iterator[Source]:
    reader.assign([partition])
    reader.seek(partition, asked.begin)
    position, deadline = asked.begin, clock() + ANSWER_SECONDS
    while position < asked.end:
        try:
            records = reader.poll(timeout_ms=_POLL_MS).get(partition, [])
        except OffsetOutOfRangeError as error:
            raise BrokerError(
                f"{partition.topic}/{partition.partition}: offset {position} went while it was read; "
                "collect again, before the topic drops its records"
            ) from error
        for record in records:
            if position <= record.offset < asked.end:
                yield Source(
                    record.topic,
                    record.partition,
                    record.offset,
                    record.key,
                    record.value,
                    tuple(record.headers or ()),
                )
        reached = min(reader.position(partition), asked.end)
        if reached > position:
            advance(reached - position)
            position, deadline = reached, clock() + ANSWER_SECONDS
        elif clock() > deadline:
            raise BrokerError(
                f"{partition.topic}/{partition.partition} cannot be read from offset {position} on; "
                "check the broker and try again"
            )
