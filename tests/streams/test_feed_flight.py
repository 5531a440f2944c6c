"""Every line that was sent is accounted for."""

from dataclasses import dataclass, field

import pytest
from kafka.errors import KafkaError, KafkaTimeoutError

from dutyline.errors import BrokerError
from streams.feed_flight import LINES_IN_FLIGHT_MAX, Flight


@dataclass
class Sent:
    """A record's future; `waited` notes that it was waited for."""

    error: KafkaError | None = None
    is_done: bool = False
    waited: list[float | None] = field(default_factory=list)

    def get(self, timeout: float | None = None) -> object:
        self.waited.append(timeout)
        self.is_done = True
        if self.error:
            raise self.error
        return None


def test_landing_waits_for_every_line() -> None:
    flight, sent = Flight(patience=7), [Sent(), Sent(), Sent()]
    for number, each in enumerate(sent, start=1):
        flight.add(number, 10, each)
    flight.land()
    assert (flight.confirmed, [each.waited for each in sent]) == (3, [[7], [7], [7]])


def test_no_line_goes_out_while_one_far_before_it_is_unconfirmed() -> None:
    flight, first = Flight(patience=7), Sent()
    flight.add(1, 10, first)
    flight.make_room(LINES_IN_FLIGHT_MAX)
    assert first.waited == []
    flight.make_room(LINES_IN_FLIGHT_MAX + 1)
    assert first.waited == [7]


def test_long_lines_make_each_other_wait() -> None:
    flight, first = Flight(patience=7), Sent()
    flight.add(1, 40 * 1024 * 1024, first)
    flight.make_room(2)
    assert first.waited == [7]


def test_a_line_that_is_not_delivered_is_named_with_how_many_were() -> None:
    flight = Flight(patience=7)
    flight.add(4, 1, Sent(is_done=True))
    flight.add(6, 1, Sent(KafkaTimeoutError("secret text")))
    flight.add(7, 1, Sent(is_done=True))
    flight.add(8, 1, Sent())
    with pytest.raises(BrokerError, match=r"line 6 .*2 lines were; .*--resume") as caught:
        flight.land()
    assert "secret" not in str(caught.value)
