"""Reading the state topic back after a start or a rebalance."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from dutyline.errors import BrokerError

log = logging.getLogger(__name__)

_POLL_MS = 1000
_STALLED_AFTER = 30
"""Empty polls in a row after which the state topic counts as unreadable."""


class StateReader:
    """Reads partitions of the state topic to their ends."""

    def __init__(self, *, bootstrap: str, group: str, notes_topic: str, state_topic: str) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._notes_topic = notes_topic
        self._state_topic = state_topic

    async def read(self, partitions: Collection[int]) -> Mapping[int, tuple[int | None, dict[bytes, bytes]]]:
        """Give each partition's committed notes offset and its newest records by key.

        Raises:
            BrokerError: the broker does not answer, or the topics do not fit together.
        """
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap.split(","),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 * 1024 * 1024,
            fetch_max_wait_ms=100,
        )
        try:
            await consumer.start()
            return await self._read(consumer, partitions)
        except KafkaError as error:
            raise BrokerError(
                f"cannot read {self._state_topic} from {self._bootstrap}: {error!s}; "
                "check the broker, and that `dutyline topics` has been run"
            ) from error
        finally:
            await consumer.stop()

    async def _read(
        self, consumer: AIOKafkaConsumer, partitions: Collection[int]
    ) -> Mapping[int, tuple[int | None, dict[bytes, bytes]]]:
        sources = [TopicPartition(self._state_topic, number) for number in partitions]
        consumer.assign(sources)
        await consumer.seek_to_beginning(*sources)
        ends = await consumer.end_offsets(sources)
        found: dict[int, tuple[int | None, dict[bytes, bytes]]] = {}
        for number in partitions:
            committed = await consumer.committed(TopicPartition(self._notes_topic, number))
            found[number] = (committed, {})
        waiting = {source for source in sources if ends[source] > 0}
        stalled = 0
        while waiting:
            batches = await consumer.getmany(*waiting, timeout_ms=_POLL_MS)
            for source, records in batches.items():
                _keep_newest(found[source.partition][1], records)
            for source in list(waiting):
                if await consumer.position(source) >= ends[source]:
                    waiting.remove(source)
            stalled = 0 if batches else stalled + 1
            if stalled > _STALLED_AFTER:
                raise BrokerError(
                    f"{self._state_topic} stopped answering before its end; check the broker's log"
                )
            await asyncio.sleep(0)
        return found


def _keep_newest(newest: dict[bytes, bytes], records: Iterable[ConsumerRecord]) -> None:
    for record in records:
        if record.value is None:
            newest.pop(record.key, None)
        else:
            newest[record.key] = record.value
