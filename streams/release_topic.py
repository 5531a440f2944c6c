"""Reading the topic of released models from its beginning, and then as notices come.

Every worker process has to see every notice, so the reader is in no consumer group.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER: Final = 30.0
"""Seconds until a topic that could not be read is tried again."""

_ANSWER_MS: Final = 10_000
_POLL_MS: Final = 1000
_RECORDS_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Announcement:
    """A record of the topic; no value deletes the notice under its key."""

    place: str
    key: bytes | None
    value: bytes | None


class Announcements(Protocol):
    """Where the notices come from."""

    def read(self) -> AsyncIterator[Sequence[Announcement]]:
        """Give all that is there, in one piece that may be empty, then what comes, for ever."""
        ...


class ReleaseTopic:
    """The topic of released models.

    In its one partition notices have the log's order.  Where a topic has several, as those of the
    embedded broker have, the broker's times order what was there at the start.
    """

    def __init__(self, *, bootstrap: str, topic: str) -> None:
        self._bootstrap = bootstrap
        self._topic = topic

    async def read(self) -> AsyncIterator[Sequence[Announcement]]:
        """Give all that is there, in one piece that may be empty, then what comes, for ever.

        While the topic cannot be read, says so once and gives what would be there: nothing.
        """
        told = False
        while True:
            try:
                async for found in self._follow():
                    told = False
                    yield found
            except Exception as error:  # noqa: BLE001 - whatever it is, notes are judged without new models
                if not told:
                    told = True
                    log.warning(
                        "%s on %s cannot be read (%s), so no released model is taken up; "
                        "`dutyline topics` makes it if it is missing; it is tried again",
                        self._topic,
                        self._bootstrap,
                        type(error).__name__,
                    )
                yield ()
            await asyncio.sleep(TRY_AGAIN_AFTER)

    async def _follow(self) -> AsyncIterator[Sequence[Announcement]]:
        consumer = AIOKafkaConsumer(
            self._topic,
            bootstrap_servers=self._bootstrap.split(","),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=_POLL_MS,
            request_timeout_ms=_ANSWER_MS,
        )
        try:
            await consumer.start()
            yield await self._to_the_end(consumer)
            while True:
                batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS_AT_ONCE)
                if found := _records(batches):
                    yield [_announcement(record) for record in found]
        finally:
            await consumer.stop()

    async def _to_the_end(self, consumer: AIOKafkaConsumer) -> Sequence[Announcement]:
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS_AT_ONCE)
            found += _records(batches)
        if len(partitions) > 1:
            found.sort(key=lambda record: record.timestamp)
        return [_announcement(record) for record in found]


def _records(batches: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> list[ConsumerRecord]:
    return [record for records in batches.values() for record in records]


def _announcement(record: ConsumerRecord) -> Announcement:
    return Announcement(f"{record.topic}/{record.partition}/{record.offset}", record.key, record.value)
