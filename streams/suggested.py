"""Reading published suggestions back: all that is on a topic when the reading begins."""

import time
from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition

from dutyline.errors import BrokerError
from streams.clients import ANSWER_SECONDS, Connection, broker_errors, consumer, count_partitions

_POLL_MS = 500


def read_values(connection: Connection, topic: str) -> Iterator[bytes | None]:
    """Give the value of every record, those of one key in order, up to the ends as they are now.

    Raises:
        BrokerError: no broker answers, the topic is not there, or it stops answering.
        SettingsError: the connection's settings cannot be used.
    """
    partitions = [TopicPartition(topic, number) for number in range(count_partitions(connection, topic))]
    reader = consumer(connection)
    try:
        with broker_errors(connection, f"read {topic}"):
            yield from _read(reader, partitions)
    finally:
        reader.close(autocommit=False)


def _read(reader: KafkaConsumer, partitions: list[TopicPartition]) -> Iterator[bytes | None]:
    ends = reader.end_offsets(partitions)
    reader.assign(partitions)
    reader.seek_to_beginning()
    unfinished = {partition for partition in partitions if ends[partition] > 0}
    deadline = time.monotonic() + ANSWER_SECONDS
    while unfinished:
        reached = {partition: reader.position(partition) for partition in unfinished}
        for partition, records in reader.poll(timeout_ms=_POLL_MS).items():
            yield from (record.value for record in records if record.offset < ends[partition])
        positions = {partition: reader.position(partition) for partition in unfinished}
        if positions != reached:
            deadline = time.monotonic() + ANSWER_SECONDS
        elif time.monotonic() > deadline:
            raise BrokerError(
                f"{partitions[0].topic} stopped answering before its end; check the broker and try again"
            )
        unfinished = {partition for partition in unfinished if positions[partition] < ends[partition]}
