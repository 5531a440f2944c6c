"""Waiting as long between notes as the people who typed them."""

import math

import pytest

from dutyline.errors import SettingsError
from streams.feed_pace import Pace


class Clock:
    """A clock that goes only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_without_a_speed_nothing_waits() -> None:
    pace = Pace(None, Clock())
    assert [pace.wait_for(at) for at in (0.0, 500.0)] == [0.0, 0.0]


@pytest.mark.parametrize(("speed", "wait"), [(1.0, 30.0), (10.0, 3.0), (0.5, 60.0)])
def test_notes_come_as_far_apart_as_they_were_typed(speed: float, wait: float) -> None:
    pace = Pace(speed, Clock())
    assert [pace.wait_for(at) for at in (1000.0, 1030.0)] == [0.0, wait]


def test_a_note_without_a_time_or_typed_before_the_others_waits_for_nothing() -> None:
    clock = Clock()
    pace = Pace(1.0, clock)
    pace.wait_for(1000.0)
    clock.now += 5
    assert [pace.wait_for(at) for at in (None, 990.0, 1004.0)] == [0.0, 0.0, 0.0]


def test_a_feed_that_fell_behind_catches_up() -> None:
    clock = Clock()
    pace = Pace(1.0, clock)
    pace.wait_for(1000.0)
    clock.now += 8
    assert [pace.wait_for(at) for at in (1002.0, 1010.0)] == [0.0, 2.0]


@pytest.mark.parametrize("speed", [0.0, -1.0, math.inf, math.nan])
def test_a_speed_that_is_none_is_a_wrong_setting(speed: float) -> None:
    with pytest.raises(SettingsError, match="speed"):
        Pace(speed, Clock())
