"""Which partitions are ours, and their shelves made ready before any note is taken."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from dutyline.judgement.judge import Judge
from streams.shelf import Clock, Remembering, Shelf
from streams.state_log import fold

log = logging.getLogger(__name__)

Partitions = Mapping[int, tuple[int | None, dict[bytes, bytes]]]
"""By partition: the committed notes offset, and the newest state record of each key."""


class Reader(Protocol):
    """Reads the state topic back."""

    async def read(self, partitions: Collection[int]) -> Partitions:
        """Read partitions to their ends."""
        ...


class Keeper:
    """Holds a shelf for each assigned partition.

    Held incidents are used for a partition's next note only while nobody else can have
    taken notes in between.  Whenever that is in doubt the shelf is rebuilt from the state
    topic as it was at the very offset that is delivered next, so a note that comes again
    meets the same incident and gives the same suggestion under the same id.
    """

    def __init__(
        self, judge: Judge, reader: Reader, remembering: Remembering, clock: Callable[[], Clock]
    ) -> None:
        self._judge = judge
        self._reader = reader
        self._remembering = remembering
        self._clock = clock
        self._shelves: dict[int, Shelf] = {}
        self._lock = asyncio.Lock()
        self.assigned: frozenset[int] = frozenset()

    @property
    def shelves(self) -> Mapping[int, Shelf]:
        """The shelves that are ready, by partition."""
        return self._shelves

    @property
    def ready(self) -> bool:
        """Whether every assigned partition's incidents are here."""
        return bool(self.assigned) and self.assigned <= self._shelves.keys()

    def judge_by(self, judge: Judge) -> None:
        """Judge the notes that follow by another judge; call it between two batches."""
        self._judge = judge
        for shelf in self._shelves.values():
            shelf.judge_by(judge)

    def keep_only(self, partitions: Collection[int]) -> None:
        """Let go of the shelves of partitions that are no longer ours."""
        self.assigned = frozenset(partitions)
        for partition in self._shelves.keys() - self.assigned:
            del self._shelves[partition]

    async def warm(self) -> None:
        """Make the shelves of all assigned partitions ready, before their first notes come."""
        async with self._lock:
            missing = self.assigned - self._shelves.keys()
            if missing:
                await self._restore(missing, {})

    async def shelf_for(self, partition: int, offset: int, generation: int) -> Shelf:
        """Give the shelf of a partition, as it must be for the note at an offset."""
        async with self._lock:
            shelf = self._shelves.get(partition)
            if shelf is None or not shelf.fits(offset, generation):
                await self._restore({partition}, {partition: offset})
            return self._shelves[partition]

    async def _restore(self, partitions: Collection[int], due: Mapping[int, int]) -> None:
        found = await self._reader.read(partitions)
        for partition, (committed, records) in found.items():
            below = due.get(partition, committed or 0)
            held = fold(records.items(), below, self._remembering.limits)
            shelf = Shelf.restored(self._judge, self._remembering, due=below, held=held, clock=self._clock())
            self._shelves[partition] = shelf
            log.info("partition %d: %d incidents at offset %d", partition, len(shelf.incidents), below)
