"""Whether this process may still speak for its partitions.

A process that was frozen (suspended, swapped out, starved) for longer than the group's session
timeout has lost its partitions without knowing.  What it still holds it must not publish:
others have published newer suggestions by then, and its own would be the last on the topic.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from dutyline.errors import BrokerError

BEAT: Final = 0.5
"""Seconds between two beats."""


class Lease:
    """Held for as long as the event loop never stood still for longer than allowed.

    Args:
        allowed: seconds; below the consumer group's session timeout.
        clock: a steady clock, in seconds, that goes on while the process is frozen.
    """

    def __init__(self, allowed: float, clock: Callable[[], float]) -> None:
        self._allowed = allowed
        self._clock = clock
        self._beat: float | None = None
        self._lost = False

    async def keep(self) -> None:
        """Beat for ever; run it beside the work."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT)

    def beat(self) -> None:
        """Note that the process is awake, unless it slept for too long before."""
        now = self._clock()
        if self._beat is not None and now - self._beat > self._allowed:
            self._lost = True
        self._beat = now

    def check(self) -> None:
        """Make sure that the lease is held.

        Raises:
            BrokerError: it is lost, for good; end the process.
        """
        self.beat()
        if self._lost:
            raise BrokerError(
                f"this process stood still for over {self._allowed:.0f} seconds and others may have its "
                "partitions by now; it ends without publishing, and its notes are delivered again"
            )
