"""What the measurement itself does on the broker: topics, the feed, reading back."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.state_choice.contenders import PARTITIONS, Contender, Names
from bench.state_choice.notes import TEXT, Note


class Broker:
    """Real Kafka at an address."""

    def __init__(self, bootstrap: str) -> None:
        """Use the broker at `bootstrap`, HOST:PORT."""
        self.bootstrap = bootstrap

    async def create(self, contender: Contender, names: Names) -> None:
        """Create the topics of a run; a Faust table creates its changelog itself."""
        kept_short = {"message.timestamp.type": "LogAppendTime"}
        topics = [
            NewTopic(name, PARTITIONS, 1, topic_configs=kept_short)
            for name in (names.notes, names.suggestions)
        ]
        if contender.keeper == "log":
            compacted = {"cleanup.policy": "compact"}
            topics.append(NewTopic(names.changelog, PARTITIONS, 1, topic_configs=compacted))
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.create_topics(topics)
        finally:
            await admin.close()

    async def drop(self, names: Names) -> None:
        """Delete the topics of a run."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            existing = set(await admin.list_topics())
            await admin.delete_topics(
                [t for t in (names.notes, names.suggestions, names.changelog) if t in existing]
            )
        finally:
            await admin.close()

    async def feed(
        self, topic: str, notes: Iterable[Note], *, a_second: float | None = None, text: str = TEXT
    ) -> int:
        """Publish notes, confirmed, as fast as allowed; give how many."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, enable_idempotence=True, linger_ms=5)
        await producer.start()
        count = 0
        started = time.monotonic()
        try:
            for note in notes:
                await producer.send(topic, note.value(text), key=note.key())
                count += 1
                if a_second is not None:
                    ahead = count / a_second - (time.monotonic() - started)
                    if ahead > 0:
                        await asyncio.sleep(ahead)
            await producer.flush()
        finally:
            await producer.stop()
        return count

    async def follow(self, topic: str) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """Read a topic from its beginning on, for as long as the caller wants; may yield nothing new."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            consumer.assign(places)
            while True:
                batches = await consumer.getmany(timeout_ms=200)
                yield [record for records in batches.values() for record in records]
        finally:
            await consumer.stop()

    async def read_all(self, topic: str) -> list[ConsumerRecord]:
        """Read a topic up to the end it has now, each partition in order."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        records: list[ConsumerRecord] = []
        try:
            places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            while [p for p in places if await consumer.position(p) < ends[p]]:
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    records += batch
        finally:
            await consumer.stop()
        return records
