"""The worker: a Faust agent that turns notes into suggestions and loses none.

Faust delivers raw bytes in batches and acknowledges nothing by itself.  For each batch the
worker reads, judges, publishes what came of it, waits until the broker has confirmed every
record, and only then acknowledges, in order.  Anything that fails on the way ends the
process with the notes uncommitted, and they are delivered again.
docs/architecture.md says why each of these is needed.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dutyline.desk import Arrival, Outcome
from dutyline.notes.reading import Rejection
from dutyline.suggestion.event import encode
from streams.intake import Source, rejected, sort_record
from streams.keeper import Keeper
from streams.lease import Lease
from streams.outbox import Letter, Outbox
from streams.shadow import Glimpse, Shadow
from streams.shelf import Clock, Shelf, StateWrite

log = logging.getLogger(__name__)


def read_clock() -> Clock:
    """Read the machine's clocks."""
    return Clock(wall=time.time(), steady=time.monotonic())


def _issued_at() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A record with the consumer group's generation in which it was fetched."""

    source: Source
    generation: int


@dataclass(frozen=True, slots=True)
class Topics:
    """Where the worker publishes."""

    suggestions: str
    rejected: str
    incidents: str


@dataclass(slots=True)
class Tally:
    """Counts since the start, without a word of any note."""

    notes: int = 0
    duplicates: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    sent_home: int = 0
    suggestions: int = 0

    def reject(self, reason: str) -> None:
        """Count a rejection by its reason."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1


class Router:
    """Deals with batches of records: what the agent does, without Faust."""

    def __init__(
        self,
        *,
        keeper: Keeper,
        outbox: Outbox,
        topics: Topics,
        lease: Lease | None = None,
        shadow: Shadow | None = None,
        clock: Callable[[], Clock] = read_clock,
        issued_at: Callable[[], str] = _issued_at,
    ) -> None:
        self.tally = Tally()
        self._keeper = keeper
        self._outbox = outbox
        self._topics = topics
        self._lease = lease or Lease(float("inf"), time.monotonic)
        self._shadow = shadow
        self._clock = clock
        self._issued_at = issued_at

    async def deal_with(self, deliveries: Sequence[Delivery]) -> AsyncIterator[int]:
        """Deal with a batch; yields how many more, from the front, are done and confirmed."""
        for run in _runs(deliveries):
            letters: list[Letter] = []
            glimpses: list[Glimpse] = []
            for partition, records in _by_partition(run).items():
                first = records[0]
                shelf = await self._keeper.shelf_for(partition, first.source.offset, first.generation)
                letters += self._deal_with_partition(shelf, records, glimpses)
                letters += self._state_letters(partition, shelf.sweep(self._clock()))
                shelf.passed(records[-1].source.offset, records[-1].generation)
            self._lease.check()
            await self._outbox.deliver(letters)
            if self._shadow is not None:
                self._shadow.show(glimpses)
            yield len(run)

    def _deal_with_partition(
        self, shelf: Shelf, records: Sequence[Delivery], glimpses: list[Glimpse]
    ) -> list[Letter]:
        letters: list[Letter] = []
        arrivals: list[tuple[Source, Arrival]] = []
        for record in records:
            match sort_record(record.source):
                case Rejection() as rejection:
                    letters.append(self._reject(record.source, rejection))
                case Letter() as home:
                    self.tally.sent_home += 1
                    letters.append(home)
                case Arrival() as arrival:
                    arrivals.append((record.source, arrival))
        issued_at = self._issued_at()
        settled = shelf.settle(
            [(source.offset, arrival) for source, arrival in arrivals],
            issued_at=issued_at,
            clock=self._clock(),
        )
        for (source, _), (outcome, write) in zip(arrivals, settled, strict=True):
            letters += self._letters(source, outcome, write)
            if outcome.view is not None:
                mark = shelf.mark_of(outcome.incident_id)
                glimpses.append(Glimpse(outcome.incident_id, outcome.view, issued_at, mark))
        return letters

    def _letters(self, source: Source, outcome: Outcome, write: StateWrite | None) -> Iterator[Letter]:
        match outcome.receipt:
            case "taken":
                self.tally.notes += 1
            case "duplicate":
                self.tally.duplicates += 1
            case "full":
                yield self._reject(source, Rejection("incident_full"))
        if write is not None:
            yield from self._state_letters(source.partition, [write])
        if outcome.suggestion is not None:
            self.tally.suggestions += 1
            yield Letter(self._topics.suggestions, outcome.incident_id.encode(), encode(outcome.suggestion))

    def _reject(self, source: Source, rejection: Rejection) -> Letter:
        self.tally.reject(rejection.reason)
        log.warning("rejected %s: %s", source.place, rejection.reason)
        return rejected(source, rejection, self._topics.rejected)

    def _state_letters(self, partition: int, writes: Sequence[StateWrite]) -> Iterator[Letter]:
        for write in writes:
            yield Letter(self._topics.incidents, write.key, write.value, partition=partition)


def _runs(deliveries: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    """Cut a batch where a partition's offsets step back or its generation changes.

    A rebalance can leave notes of before it in the same batch as the same notes delivered
    again; each run is finished, confirmed, before the next is looked at.
    """
    start = 0
    latest: dict[int, Delivery] = {}
    for place, delivery in enumerate(deliveries):
        before = latest.get(delivery.source.partition)
        if before is not None and (
            delivery.source.offset <= before.source.offset or delivery.generation != before.generation
        ):
            yield deliveries[start:place]
            start, latest = place, {}
        latest[delivery.source.partition] = delivery
    if start < len(deliveries):
        yield deliveries[start:]


def _by_partition(run: Sequence[Delivery]) -> dict[int, list[Delivery]]:
    groups: dict[int, list[Delivery]] = {}
    for delivery in run:
        groups.setdefault(delivery.source.partition, []).append(delivery)
    return groups
