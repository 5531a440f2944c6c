"""Who judges in a worker: the champion, and beside it the challenger if settings ask for one."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

from dutyline.assembly import Grounds, load_model, models_folder
from dutyline.errors import DutylineError
from dutyline.judgement.types import Classifier
from dutyline.settings import Settings
from models.announced import load_announced
from models.store import aliases
from streams.keeper import Keeper
from streams.release_topic import ReleaseTopic
from streams.releases import Releases, Seat
from streams.shadow import Shadow

log = logging.getLogger(__name__)

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
"""The names in settings with which a worker follows what is announced."""


@dataclass(frozen=True, slots=True)
class Seats:
    """The worker's seats; no challenger's where settings name none."""

    champion: Seat
    challenger: Seat | None

    @classmethod
    def fill(
        cls,
        settings: Settings,
        grounds: Grounds,
        champion: Classifier,
        *,
        keeper: Keeper,
        shadow: Shadow,
        turn: asyncio.Lock,
    ) -> Self:
        """Make the seats and give them to the models that settings name.

        Args:
            settings: which models, and which seats follow announcements.
            grounds: what judges rest on besides.
            champion: the champion, loaded; the keeper judges by it already.
            keeper: what another champion is given to, between two batches.
            shadow: what a challenger is given to.
            turn: held while a batch is dealt with.
        """

        async def appoint_champion(classifier: Classifier | None) -> None:
            assert classifier is not None, "a champion is never withdrawn without another"
            judge = grounds.judge(classifier)
            async with turn:
                keeper.judge_by(judge)

        async def appoint_challenger(classifier: Classifier | None) -> None:
            shadow.judge_by(grounds.judge(classifier) if classifier else None)

        first = Seat("champion", champion, appoint_champion, follows=settings.model == CHAMPION)
        first.holder = champion.version
        log.info("champion in force: %s", champion.version)
        if settings.challenger is None:
            return cls(first, None)
        own = _challenger(settings)
        second = Seat("challenger", own, appoint_challenger, follows=settings.challenger == CHALLENGER)
        if own is not None:
            shadow.judge_by(grounds.judge(own))
            second.holder = own.version
            log.info("challenger in force: %s", own.version)
        return cls(first, second)


def releases_for(settings: Settings, seats: Seats) -> Releases:
    """Make what fills the seats as releases are announced."""
    return Releases(
        ReleaseTopic(bootstrap=settings.kafka, topic=settings.topic_models),
        partial(load_announced, root=models_folder(settings)),
        [seats.champion, seats.challenger] if seats.challenger else [seats.champion],
    )


def _challenger(settings: Settings) -> Classifier | None:
    """Load the challenger that settings name; without it notes are judged all the same."""
    name = settings.challenger
    assert name is not None
    try:
        if name == CHALLENGER and CHALLENGER not in aliases(models_folder(settings)):
            log.info("no challenger is installed; the first that is announced is taken up")
            return None
        return load_model(name, settings)
    except DutylineError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - a challenger on trial must not keep a worker from starting
        reason = f"it fails to load ({type(error).__name__})"
    log.warning("challenger %s is not in force, and notes are judged without it: %s", name, reason)
    return None
