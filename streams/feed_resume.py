"""What of a feed is on its topic already, read from the topic itself.

Each fed record carries its feed and its line number in headers.  The lines are not all in
one partition, and when a feeder is killed some of the last lines have arrived and some before
them have not.  But no line is sent while one `LINES_IN_FLIGHT_MAX` before it is unconfirmed.
So of the newest line found, everything further back than that is there, and of the lines in
between the topic is asked one by one.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from dutyline.errors import BrokerError, SettingsError
from streams.clients import ANSWER_SECONDS, Connection, broker_errors, consumer
from streams.feed_flight import LINES_IN_FLIGHT_MAX

FEED_HEADER: Final = "dutyline-feed"
LINE_HEADER: Final = "dutyline-line"

_FIRST_WINDOW: Final = 1000
_WINDOW_GROWTH: Final = 4
"""Records read back at first in each partition, and how much further at each next reading."""

_POLL_MS: Final = 500
_DIGITS_MAX: Final = 18
"""Of a line number; anyone can write headers."""


@dataclass(frozen=True, slots=True)
class AlreadyFed:
    """The lines that need not be sent again.

    Attributes:
        through: every line up to this number was dealt with.
        beyond: digests of the later lines that were found, by number.
    """

    through: int = 0
    beyond: Mapping[int, bytes] = field(default_factory=dict)

    def has(self, number: int, value: bytes) -> bool:
        """Tell whether a line is there.

        Raises:
            SettingsError: another line of this number is there, so this is not the file that was fed.
        """
        if number <= self.through:
            return True
        found = self.beyond.get(number)
        if found is None:
            return False
        if found != digest(value):
            raise SettingsError(
                f"line {number} is not what was fed before, so this is not the same file; "
                "feed it without --resume, or under another name"
            )
        return True


def digest(value: bytes) -> bytes:
    """Give what a line is compared by."""
    return hashlib.sha256(value).digest()


def read_already_fed(connection: Connection, topic: str, partitions: int, feed_id: str) -> AlreadyFed:
    """Look a feed up on its topic, from the end of each partition back.

    The search of a partition ends at a line that is certainly old, so it costs little in the
    midst of a feed, and reads all of a partition that holds nothing of it.

    Raises:
        BrokerError: the topic cannot be read.
    """
    reader = consumer(connection)
    try:
        with broker_errors(connection, f"read back {topic}"):
            return _search(reader, [TopicPartition(topic, number) for number in range(partitions)], feed_id)
    finally:
        reader.close(autocommit=False)


def _search(reader: KafkaConsumer, partitions: list[TopicPartition], feed_id: str) -> AlreadyFed:
    starts, ends = reader.beginning_offsets(partitions), reader.end_offsets(partitions)
    unread = dict(ends)
    found: dict[int, bytes] = {}
    oldest: dict[TopicPartition, int] = {}
    newest, window = 0, _FIRST_WINDOW
    while pending := [
        partition
        for partition in partitions
        if unread[partition] > starts[partition] and not _old_enough(oldest.get(partition), newest)
    ]:
        for partition in pending:
            begin = max(starts[partition], unread[partition] - window)
            lines = _read(reader, partition, begin, unread[partition], feed_id)
            unread[partition] = begin
            if lines:
                oldest[partition] = min(*lines, oldest.get(partition, min(lines)))
                newest = max(newest, *lines)
                found |= lines
        found = {number: value for number, value in found.items() if number > newest - LINES_IN_FLIGHT_MAX}
        window *= _WINDOW_GROWTH
    return AlreadyFed(max(0, newest - LINES_IN_FLIGHT_MAX), found)


def _old_enough(oldest: int | None, newest: int) -> bool:
    """Tell whether nothing further back in a partition can matter.

    Twice the lines in flight, since lines that an earlier break had left out were sent late,
    after up to that many later ones.
    """
    return oldest is not None and oldest <= newest - 2 * LINES_IN_FLIGHT_MAX


def _read(
    reader: KafkaConsumer, partition: TopicPartition, begin: int, end: int, feed_id: str
) -> dict[int, bytes]:
    """Read offsets `begin` to `end` of a partition; give the digests of this feed's lines by number."""
    lines = {}
    reader.assign([partition])
    reader.seek(partition, begin)
    deadline = time.monotonic() + ANSWER_SECONDS
    position = begin
    while position < end:
        records = reader.poll(timeout_ms=_POLL_MS).get(partition, [])
        for record in records:
            number = _line_number(record, feed_id)
            if record.offset < end and number is not None:
                lines[number] = digest(record.value or b"")
        reached = reader.position(partition)
        if reached > position:
            position, deadline = reached, time.monotonic() + ANSWER_SECONDS
        elif time.monotonic() > deadline:
            raise BrokerError(
                f"{partition.topic}/{partition.partition} cannot be read back from offset {position}; "
                "check the broker and try again"
            )
    return lines


def _line_number(record: ConsumerRecord, feed_id: str) -> int | None:
    headers = dict(record.headers or ())
    if headers.get(FEED_HEADER) != feed_id.encode():
        return None
    text = headers.get(LINE_HEADER) or b""
    return int(text) if text.isdigit() and len(text) <= _DIGITS_MAX else None
