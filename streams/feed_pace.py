"""Feeding in the time in which the notes were typed."""

import math
from collections.abc import Callable

from dutyline.errors import SettingsError


class Pace:
    """Says how long to wait before a note, so that notes come as far apart as they were typed.

    The first note with a time sets the clock.  A note typed before an earlier line's, or
    without a time, waits for nothing; a feed that has fallen behind catches up.
    """

    def __init__(self, speed: float | None, clock: Callable[[], float]) -> None:
        """Set the pace.

        Args:
            speed: 1.0 is real time, 10 is ten times as fast, `None` is without waiting.
            clock: a steady clock, in seconds.

        Raises:
            SettingsError: the speed is not above zero.
        """
        if speed is not None and not (speed > 0 and math.isfinite(speed)):
            raise SettingsError(f"the speed is {speed:g}; give a number above 0, or none to feed at once")
        self._speed = speed
        self._clock = clock
        self._began: tuple[float, float] | None = None

    def wait_for(self, at: float | None) -> float:
        """Give the seconds to wait before a note that was typed at `at`."""
        if self._speed is None or at is None:
            return 0.0
        now = self._clock()
        if self._began is None:
            self._began = (now, at)
        began, first = self._began
        return max(0.0, began + (at - first) / self._speed - now)
