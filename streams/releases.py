"""Taking up released models while notes flow: who is announced, vouched for, and put in force.

A release is loaded and verified in a thread, and takes its seat between two batches.  One that
cannot be taken up is named in one line of the log, and whoever has the seat keeps it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dutyline.errors import ModelError
from dutyline.judgement.types import Classifier
from models.notice import Notice, Notices, Role, decode, named_by
from streams.release_topic import Announcement, Announcements

log = logging.getLogger(__name__)

FIRST_READING: Final = 15.0
"""Seconds that a starting worker waits for the releases that were announced before its first note."""


@dataclass(slots=True)
class Seat:
    """A role that one classifier has at a time.

    Attributes:
        role: which notices are for it.
        own: the classifier that it has while no notice stands: the one settings name.
        appoint: puts a classifier in force between two batches, or leaves the seat empty.
        follows: whether notices change it at all; else it is pinned to its own.
    """

    role: Role
    own: Classifier | None
    appoint: Callable[[Classifier | None], Awaitable[None]]
    follows: bool = True
    holder: str | None = None
    """The version of the classifier in force."""

    async def give_to(self, classifier: Classifier | None) -> None:
        """Put a classifier in force."""
        await self.appoint(classifier)
        before, self.holder = self.holder, classifier.version if classifier else None
        if before != self.holder:
            log.info("%s in force: %s", self.role, self.holder or "none")


class Releases:
    """Follows the notices and fills the seats.

    Args:
        announcements: where the notices come from.
        load: loads and verifies the release of a notice; runs in a thread.
        seats: what notices may change.
    """

    def __init__(
        self, announcements: Announcements, load: Callable[[Notice], Classifier], seats: Sequence[Seat]
    ) -> None:
        self._announcements = announcements
        self._load = load
        self._seats = [seat for seat in seats if seat.follows]
        self._notices = Notices()
        self._refused: set[Notice] = set()
        self._first = asyncio.Event()
        for seat in seats:
            if not seat.follows and seat.own is not None:
                log.info(
                    "the %s is pinned to %s; released models are not taken up", seat.role, seat.own.version
                )

    @property
    def settled(self) -> bool:
        """Whether what was announced before the start has been looked at."""
        return self._first.is_set() or not self._seats

    async def follow(self) -> None:
        """Take up what is announced, for ever; run it beside the work."""
        if not self._seats:
            return
        async for found in self._announcements.read():
            for announcement in found:
                self._note(announcement)
            for seat in self._seats:
                await self._fill(seat)
            self._first.set()

    async def wait_settled(self) -> None:
        """Wait until what was announced before the start is in force, but not for ever."""
        if self.settled:
            return
        try:
            await asyncio.wait_for(self._first.wait(), FIRST_READING)
        except TimeoutError:
            log.warning(
                "released models could not be looked up within %.0f seconds; notes are judged by the "
                "installed model until they are",
                FIRST_READING,
            )

    def _note(self, announcement: Announcement) -> None:
        version = named_by(announcement.key)
        if announcement.value is None:
            if version is not None:
                self._notices.withdraw(version)
            return
        try:
            notice = decode(announcement.value, announcement.key)
        except ModelError as error:
            log.warning(
                "notice of %s at %s not followed: %s", version or "no version", announcement.place, error
            )
            return
        self._refused.discard(notice)  # announced again: its files may be mended
        self._notices.put(notice)

    async def _fill(self, seat: Seat) -> None:
        """Give a seat to the newest release for it that can be taken up."""
        for notice in self._notices.standing(seat.role):
            if seat.holder == notice.identity:
                return
            if notice in self._refused:
                continue
            classifier = await self._loaded(notice)
            if classifier is not None:
                await seat.give_to(classifier)
                return
        if seat.holder != (seat.own.version if seat.own else None):
            await seat.give_to(seat.own)

    async def _loaded(self, notice: Notice) -> Classifier | None:
        try:
            return await asyncio.to_thread(self._load, notice)
        except ModelError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - whatever a release does, the worker goes on
            reason = f"it fails to load ({type(error).__name__})"
        self._refused.add(notice)
        log.warning(
            "%s %s is not taken up, and the model in force stays: %s", notice.role, notice.version, reason
        )
        return None
