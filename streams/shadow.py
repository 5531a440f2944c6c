"""The challenger's second opinion: published apart, and never in the way.

Views that were judged are judged once more by the challenger, in a thread, after their notes
are done with.  What goes wrong there is said once for each cause and leaves opinions out:
a challenger on trial must not cost a note.  So the shadow topic may have gaps, and after a
restart it may repeat what it said before.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from dutyline.errors import BrokerError
from dutyline.incident.view import IncidentView
from dutyline.judgement.judge import Judge, Judgement
from dutyline.suggestion.build import build_suggestion, changed_fields, substance
from dutyline.suggestion.event import encode
from streams.outbox import Letter, Outbox

log = logging.getLogger(__name__)

BATCH: Final = 64
"""Views judged at once: a worker that ends waits for no more than these."""

WAITING_MOST: Final = 2048
"""Views that may wait for the challenger; what comes while it is this far behind is left out."""

_LAST_WORDS: Final = 2.0
"""Seconds that a worker which is told to stop gives the challenger to catch up."""


@dataclass(slots=True)
class Mark:
    """The last that this worker published of the challenger's on an incident."""

    revision: int = 0
    substance: bytes = b""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A view that was judged, for the challenger to look at."""

    incident_id: str
    view: IncidentView
    issued_at: str
    mark: Mark


class Shadow:
    """Judges what it is shown by the challenger, and publishes that to the shadow topic.

    Args:
        outbox: one of its own, so that trouble with the shadow topic is no trouble of the worker's.
        topic: the shadow topic.
    """

    def __init__(self, outbox: Outbox, topic: str) -> None:
        self.left_out = 0
        """Views that got no second opinion on the topic though there was a challenger."""
        self._outbox = outbox
        self._topic = topic
        self._judge: Judge | None = None
        self._waiting: deque[Glimpse] = deque()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._told: set[str] = set()

    def judge_by(self, judge: Judge | None) -> None:
        """Judge by another challenger from now on; `None` ends the shadow."""
        self._judge = judge
        self._told.clear()

    def show(self, glimpses: Sequence[Glimpse]) -> None:
        """Hand views over; returns at once and never fails."""
        if self._judge is None or not glimpses:
            return
        if len(self._waiting) + len(glimpses) > WAITING_MOST:
            self._leave_out(len(glimpses), "it is too slow for the notes that come")
            return
        self._waiting.extend(glimpses)
        self._idle.clear()
        self._arrived.set()

    async def run(self) -> None:
        """Judge and publish for ever; run it beside the work."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                await self._deal_with(batch)
            self._idle.set()

    async def stop(self) -> None:
        """Let the challenger catch up for a moment, then disconnect."""
        try:
            await asyncio.wait_for(self._idle.wait(), _LAST_WORDS)
        except TimeoutError:
            self._leave_out(len(self._waiting), "the worker was told to stop")
        self._judge = None
        await self._outbox.stop()

    async def _deal_with(self, batch: Sequence[Glimpse]) -> None:
        judge = self._judge
        if judge is None:
            return
        try:
            letters = await asyncio.to_thread(self._letters, judge, batch)
        except Exception as error:  # noqa: BLE001 - whatever a model on trial does, notes go on
            self._leave_out(len(batch), f"it failed to judge ({type(error).__name__})")
            return
        try:
            await self._outbox.start()
            await self._outbox.deliver(letters)
        except Exception as error:  # noqa: BLE001 - likewise
            cause = error.__cause__ if isinstance(error, BrokerError) and error.__cause__ else error
            self._leave_out(len(batch), f"{self._topic} does not take it ({type(cause).__name__})")
            with suppress(Exception):
                await self._outbox.stop()  # the next batch connects anew: some failures are for good

    def _letters(self, judge: Judge, batch: Sequence[Glimpse]) -> list[Letter]:
        judgements = judge.judge([glimpse.view for glimpse in batch])
        opinions = [
            self._opinion(glimpse, judgement) for glimpse, judgement in zip(batch, judgements, strict=True)
        ]
        return [letter for letter in opinions if letter is not None]

    def _opinion(self, glimpse: Glimpse, judgement: Judgement) -> Letter | None:
        """Write what the challenger suggests, if it differs from what it last did."""
        mark = glimpse.mark
        now = substance(judgement)
        before = mark.substance if mark.model == judgement.model_version else b""
        changed = changed_fields(before, now)
        if not changed:
            return None
        mark.revision += 1
        mark.substance, mark.model = now, judgement.model_version
        suggestion = build_suggestion(
            judgement,
            incident_id=glimpse.incident_id,
            revision=mark.revision,
            issued_at=glimpse.issued_at,
            changed=changed,
        )
        return Letter(self._topic, glimpse.incident_id.encode(), encode(suggestion))

    def _leave_out(self, count: int, why: str) -> None:
        self.left_out += count
        if why not in self._told:
            self._told.add(why)
            log.warning("the challenger's opinion is left out where %s; notes are judged as ever", why)
