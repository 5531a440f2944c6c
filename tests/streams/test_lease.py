"""A process that stood still does not speak for its partitions any more."""

import pytest

from dutyline.errors import BrokerError
from streams.lease import Lease


class Steady:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_worker_that_keeps_beating_keeps_its_lease() -> None:
    clock = Steady()
    lease = Lease(8.0, clock)
    for second in range(100):
        clock.now = float(second)
        lease.beat()
        lease.check()


def test_a_worker_that_was_frozen_publishes_nothing_when_it_wakes() -> None:
    clock = Steady()
    lease = Lease(8.0, clock)
    lease.beat()
    clock.now = 9.0
    with pytest.raises(BrokerError, match="stood still"):
        lease.check()


def test_waking_and_beating_again_does_not_bring_the_lease_back() -> None:
    clock = Steady()
    lease = Lease(8.0, clock)
    lease.beat()
    clock.now = 9.0
    lease.beat()
    clock.now = 9.1
    with pytest.raises(BrokerError):
        lease.check()


def test_time_before_the_first_beat_does_not_count() -> None:
    clock = Steady()
    lease = Lease(8.0, clock)
    clock.now = 60.0
    lease.check()
