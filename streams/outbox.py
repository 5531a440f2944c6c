"""Publishing with every delivery confirmed before anything is called done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from dutyline.errors import BrokerError

REQUEST_BYTES_MAX: Final = 3 * 1024 * 1024
"""The largest record sent: a rejected event of the largest size, with its headers."""

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A record to publish; Kafka refuses one that has neither key nor value."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None
    headers: Headers = ()


class Outbox:
    """Sends letters in order and waits until the broker has them all.

    Faust's own producer neither confirms what it sends nor keeps order across retries unless
    each send is awaited alone, so the worker sends through an idempotent producer of its own.
    """

    def __init__(self, *, bootstrap: str, timeout: float) -> None:
        self._timeout = timeout
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect; called on the loop that will send."""
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap.split(","),
                acks="all",
                enable_idempotence=True,
                max_request_size=REQUEST_BYTES_MAX,
                request_timeout_ms=int(self._timeout * 1000),
            )
            await producer.start()
            self._producer = producer

    async def stop(self) -> None:
        """Disconnect, once everything that was sent is confirmed or given up."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def deliver(self, letters: Sequence[Letter]) -> None:
        """Publish letters in order and wait until each is confirmed.

        Raises:
            BrokerError: one of them could not be delivered; any of them may have been.
        """
        if not letters:
            return
        assert self._producer is not None, "start() comes first"
        try:
            async with asyncio.timeout(self._timeout):
                sent = [await self._send(self._producer, letter) for letter in letters]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError) as error:
            raise BrokerError(
                f"{len(letters)} records could not be confirmed by {self._bootstrap} "
                f"({type(error).__name__}); their notes stay uncommitted and will be delivered again"
            ) from error

    async def _send(self, producer: AIOKafkaProducer, letter: Letter) -> "asyncio.Future[object]":
        try:
            return await self._enqueue(producer, letter)
        except MessageSizeTooLargeError:
            return await self._enqueue(producer, _without_value(letter))

    async def _enqueue(self, producer: AIOKafkaProducer, letter: Letter) -> "asyncio.Future[object]":
        future: asyncio.Future[object] = await producer.send(
            letter.topic,
            value=letter.value,
            key=letter.key,
            partition=letter.partition,
            headers=list(letter.headers),
        )
        return future


def _without_value(letter: Letter) -> Letter:
    """Stand in for a record that no request can carry: its headers still say where it lies."""
    return Letter(
        letter.topic, letter.key, b"", letter.partition, (*letter.headers, ("value", b"too large to repeat"))
    )
