"""Lines that were sent and are not yet confirmed; bounded, and each one accounted for."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from kafka.errors import KafkaError

from dutyline.errors import BrokerError

LINES_IN_FLIGHT_MAX: Final = 5000
"""No line is sent while one this many lines before it is unconfirmed.

So wherever a line has arrived, every line more than this before it has arrived too: going on
after a break rests on it.
"""

_BYTES_IN_FLIGHT_MAX: Final = 32 * 1024 * 1024


class Delivery(Protocol):
    """The future of a record, as kafka-python gives it."""

    is_done: bool

    def get(self, timeout: float | None = None) -> object:
        """Wait for the broker's confirmation; raises what went wrong."""
        ...


@dataclass(slots=True)
class Flight:
    """The lines under way, oldest first.

    Attributes:
        patience: seconds to wait for one confirmation.
        confirmed: how many lines the broker has confirmed.
    """

    patience: float
    confirmed: int = 0
    _under_way: deque[tuple[int, int, Delivery]] = field(default_factory=deque)
    _bytes: int = 0

    def make_room(self, number: int) -> None:
        """Wait until line `number` may be sent.

        Raises:
            BrokerError: a line was not delivered.
        """
        under_way = self._under_way
        while under_way and (
            under_way[0][2].is_done
            or under_way[0][0] <= number - LINES_IN_FLIGHT_MAX
            or self._bytes > _BYTES_IN_FLIGHT_MAX
        ):
            self._settle_oldest()

    def add(self, number: int, size: int, delivery: Delivery) -> None:
        """Take up a line that was sent."""
        self._under_way.append((number, size, delivery))
        self._bytes += size

    def land(self) -> None:
        """Wait until every line is confirmed.

        Raises:
            BrokerError: a line was not delivered.
        """
        while self._under_way:
            self._settle_oldest()

    def _settle_oldest(self) -> None:
        number, size, delivery = self._under_way.popleft()
        self._bytes -= size
        try:
            delivery.get(self.patience)
        except KafkaError as error:
            self._count_the_rest()
            raise BrokerError(
                f"line {number} could not be confirmed ({type(error).__name__}); {self.confirmed} lines "
                "were; check the broker, then go on with --resume"
            ) from error
        else:
            self.confirmed += 1

    def _count_the_rest(self) -> None:
        """Count what was confirmed after a line that was not."""
        for _, _, delivery in self._under_way:
            if delivery.is_done:
                with suppress(KafkaError):
                    delivery.get(0)
                    self.confirmed += 1
        self._under_way.clear()
        self._bytes = 0
