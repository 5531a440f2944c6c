"""Publishing note events from lines of JSON, byte for byte, each one confirmed.

The feeder judges nothing: a line that cannot be read is published too, and the worker
rejects it with its bytes kept.  The topic itself is the record of what was fed, so a feed
that was broken off goes on where it stopped and nothing is fed twice.  That holds for one
feeder at a time on one file.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from dutyline.errors import BrokerError, SettingsError
from streams.clients import ANSWER_SECONDS, Connection, count_partitions, producer, stop_at_once
from streams.feed_flight import Flight
from streams.feed_line import FedLine, partition_of, read_line
from streams.feed_pace import Pace
from streams.feed_resume import FEED_HEADER, LINE_HEADER, AlreadyFed, read_already_fed

_LINGER_MS: Final = 5
_BATCH_BYTES: Final = 64 * 1024
"""A batch of lines; a longer line goes alone, since the broker may refuse it."""

_DELIVERY_SECONDS: Final = ANSWER_SECONDS + 15
"""How long a record may take with all its retries: a broker that restarts is waited for."""

_PROGRESS_EVERY: Final = 100

_Headers = list[tuple[str, bytes]]


@dataclass(slots=True)
class FeedReport:
    """What became of a feed's lines; blank ones are not counted.

    Attributes:
        read: lines read so far.
        bytes_read: their bytes and those of blank lines, line ends included.
        published: lines that the broker has confirmed.
        unreadable: lines sent as they are that the worker will reject.
        skipped: lines that were on the topic already.
        too_large: numbers of the lines that Kafka does not take, counted from 1.
    """

    read: int = 0
    bytes_read: int = 0
    published: int = 0
    unreadable: int = 0
    skipped: int = 0
    too_large: list[int] = field(default_factory=list)


def feed(
    lines: Iterable[bytes],
    connection: Connection,
    topic: str,
    *,
    speed: float | None = None,
    resume: bool = False,
    feed_id: str | None = None,
    on_progress: Callable[[FeedReport], None] = lambda _report: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> FeedReport:
    """Publish lines in order; return when every one is confirmed.

    Args:
        lines: with or without their line ends, as `feed_source.open_source` gives them.
        connection: how to reach Kafka.
        topic: where to publish.
        speed: 1.0 to keep the distances in time of the notes, 10 to go ten times as fast,
            `None` to go as fast as possible.
        resume: send only what of this feed is not on the topic yet.
        feed_id: what the feed is known by when it goes on; `None` when it never will.
        on_progress: called now and then, before each wait, and at the end.
        sleep: waits for a number of seconds.
        clock: a steady clock, in seconds.

    Raises:
        SettingsError: the speed is not above zero, the feed has no id to resume by, or what was
            fed under its id is something else.
        BrokerError: the broker or topic is not there, or a line was not confirmed; says which
            line and how many were.
    """
    pace = Pace(speed, clock)
    if resume and feed_id is None:
        raise SettingsError("standard input cannot be resumed; feed a file, or leave out --resume")
    partitions = count_partitions(connection, topic)
    done = read_already_fed(connection, topic, partitions, feed_id) if resume and feed_id else AlreadyFed()
    headers = [(FEED_HEADER, feed_id.encode())] if feed_id else []
    report = FeedReport()
    with _Feeder(connection, topic, partitions, headers, report) as feeder:
        for number, line in enumerate(lines, start=1):
            report.bytes_read += len(line)
            fed = read_line(line)
            if fed is None:
                continue
            report.read += 1
            if report.read % _PROGRESS_EVERY == 0:
                on_progress(report)
            if done.has(number, fed.value):
                report.skipped += 1
                continue
            if (wait := pace.wait_for(fed.at)) > 0:
                feeder.land()
                on_progress(report)
                sleep(wait)
            feeder.send(number, fed)
        feeder.land()
    on_progress(report)
    return report


class _Feeder:
    """A producer and its lines under way, with the report kept up to date."""

    def __init__(
        self, connection: Connection, topic: str, partitions: int, headers: _Headers, report: FeedReport
    ) -> None:
        self._connection = connection
        self._topic = topic
        self._partitions = partitions
        self._headers = headers
        self._report = report
        self._flight = Flight(patience=_DELIVERY_SECONDS + 5)

    def __enter__(self) -> Self:
        self._producer = self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        stop_at_once(self._producer)  # all has landed; or else what has not is for --resume to send

    def send(self, number: int, fed: FedLine) -> None:
        """Send a line as soon as there is room for it."""
        if len(fed.value) > _BATCH_BYTES:
            taken = self._send_alone(number, fed)
        else:
            self._flight.make_room(number)
            taken = self._enqueue(number, fed)
        if taken:
            self._report.unreadable += not fed.readable
        else:
            self._report.too_large.append(number)
        self._report.published = self._flight.confirmed

    def land(self) -> None:
        """Wait until every line that was sent is confirmed."""
        self._flight.land()
        self._report.published = self._flight.confirmed

    def _send_alone(self, number: int, fed: FedLine) -> bool:
        """Send a line with nothing else under way; tell whether the broker took one so large.

        kafka-python's idempotent producer is of no use after such a refusal: every later record
        fails with the same error.  So it is replaced.
        """
        self._flight.land()
        try:
            taken = self._enqueue(number, fed)
            self._flight.land()
        except BrokerError as error:
            if not isinstance(error.__cause__, MessageSizeTooLargeError | RecordListTooLargeError):
                raise
            stop_at_once(self._producer)
            self._producer = self._connect()
            return False
        return taken

    def _enqueue(self, number: int, fed: FedLine) -> bool:
        headers = [*self._headers, (LINE_HEADER, b"%d" % number)]
        partition = partition_of(fed.key, self._partitions)
        try:
            delivery = self._producer.send(
                self._topic, value=fed.value, key=fed.key, partition=partition, headers=headers
            )
        except MessageSizeTooLargeError:
            return False
        except KafkaError as error:
            self._flight.land()
            raise BrokerError(
                f"line {number} could not be sent to {self._connection.bootstrap} ({type(error).__name__}); "
                f"{self._flight.confirmed} lines were confirmed; check the broker, then go on with --resume"
            ) from error
        self._flight.add(number, len(fed.value), delivery)
        return True

    def _connect(self) -> Any:  # noqa: ANN401 - kafka-python publishes no types
        return producer(
            self._connection,
            linger_ms=_LINGER_MS,
            batch_size=_BATCH_BYTES,
            delivery_timeout_ms=int(_DELIVERY_SECONDS * 1000),
        )
