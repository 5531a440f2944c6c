"""Our own changelog: what a partition's state is made of, and how it is read back exactly."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition

Kept = dict[int, int]
"""The notes of an incident: source offset -> note number."""


@dataclass(slots=True)
class PartitionState:
    """The open incidents of a partition as they are before the note at `expected`."""

    expected: int
    generation: int | None
    incidents: dict[str, Kept] = field(default_factory=dict)

    def continues_at(self, offset: int, generation: int | None) -> bool:
        """Tell whether the next note follows this state, so that nothing need be read back.

        Within an assignment offsets may skip (transaction markers, compaction) but not turn
        back. After a rebalance somebody else may have gone on from here, so only the very next
        offset will do.
        """
        if offset == self.expected:
            return True
        return generation == self.generation and offset > self.expected


class Changelog:
    """Reads partitions of the changelog; one consumer without a group, made when first needed."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        """Read `topic` from the broker at `bootstrap`."""
        self._bootstrap = bootstrap
        self._topic = topic
        self._consumer: AIOKafkaConsumer | None = None

    async def state_before(self, partition: int, offset: int, generation: int | None) -> PartitionState:
        """Read back a partition's state as it was before the note at `offset`.

        Every record of a committed note was confirmed before its commit, so reading to the end
        that the log has now is enough; records at or past `offset` are of notes that are about
        to be delivered again, and are left out.
        """
        consumer = await self._started()
        place = TopicPartition(self._topic, partition)
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        consumer.seek(place, (await consumer.beginning_offsets([place]))[place])
        state = PartitionState(offset, generation)
        while await consumer.position(place) < end:
            batches = await consumer.getmany(timeout_ms=500, max_records=5_000)
            for records in batches.values():
                restore(state.incidents, ((r.key, r.value) for r in records), before=offset)
        for incident, kept in state.incidents.items():
            state.incidents[incident] = dict(sorted(kept.items()))
        return state

    async def close(self) -> None:
        """Leave the broker."""
        if self._consumer is not None:
            await self._consumer.stop()

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            self._consumer = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap,
                enable_auto_commit=False,
                auto_offset_reset="earliest",  # with "latest" a fresh assignment may end up at the end
                max_partition_fetch_bytes=8 * 1024 * 1024,
                fetch_max_wait_ms=100,
            )
            await self._consumer.start()
        return self._consumer


def restore(
    incidents: dict[str, Kept], records: Iterable[tuple[bytes, bytes | None]], *, before: int
) -> None:
    """Apply changelog records to incidents, later ones over earlier ones of the same note."""
    for _, value in records:
        if value is None:
            continue
        body = json.loads(value)
        if "all" in body:
            incidents[body["incident_id"]] = {o: n for o, n, _ in body["all"] if o < before}
        elif body["offset"] < before:
            incidents.setdefault(body["incident_id"], {})[body["offset"]] = body["n"]


def record_of_a_note(
    incident: str, offset: int, revision: int, note: dict[str, object]
) -> tuple[bytes, bytes]:
    """Make the bounded record of one note: key and value."""
    body = {"incident_id": incident, "offset": offset, "revision": revision, "n": note["n"], "note": note}
    return f"{incident}@{offset}".encode(), json.dumps(body).encode()


def record_of_all(incident: str, kept: Kept, text: str) -> tuple[bytes, bytes]:
    """Make the record that repeats all notes of an incident: key and value."""
    body = {"incident_id": incident, "all": [[o, n, text] for o, n in kept.items()]}
    return incident.encode(), json.dumps(body).encode()
