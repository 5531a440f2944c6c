"""The worker: a Faust app around the router, and its way to start and stop.

Faust delivers raw bytes in batches and acknowledges nothing by itself.  A batch is
acknowledged, in order, only after the router has every record of it confirmed.  Anything
that fails ends the process with the notes uncommitted, and they are delivered again.
docs/architecture.md says why each setting below is what it is.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import faust
from faust import streams as faust_streams
from faust.web import Request, Response, View
from mode import CrashingSupervisor

from dutyline.assembly import Grounds
from dutyline.errors import SettingsError
from dutyline.judgement.types import Classifier
from dutyline.settings import Settings
from streams.intake import Source
from streams.keeper import Keeper
from streams.lease import Lease
from streams.outbox import Outbox
from streams.releases import Releases
from streams.restore import StateReader
from streams.router import Delivery, Router, Topics, read_clock
from streams.seats import Seats, releases_for
from streams.shadow import Shadow
from streams.shelf import Remembering

log = logging.getLogger(__name__)

STUCK_AFTER: Final = 60.0
"""Seconds that one batch may take before the worker counts as stuck."""

LEASE_SHARE: Final = 0.8
"""Share of the session timeout that a worker may stand still: others take over after the whole."""

_QUIET_LOGGERS: Final = ("faust", "mode", "aiokafka", "asyncio", "aiohttp")


@dataclass(slots=True)
class Progress:
    """Since when a batch is being dealt with, on the steady clock; `None` between batches."""

    busy_since: float | None = None

    @property
    def stuck(self) -> bool:
        """Whether the batch in hand takes longer than any batch should."""
        return self.busy_since is not None and time.monotonic() - self.busy_since > STUCK_AFTER


@dataclass(frozen=True, slots=True)
class Work:
    """What the agent does its work with; `turn` is held during a batch."""

    router: Router
    outbox: Outbox
    releases: Releases
    turn: asyncio.Lock
    progress: Progress


def build_app(settings: Settings, grounds: Grounds, champion: Classifier) -> faust.App:
    """Make the Faust app of one worker process, which begins with a champion."""
    app = _new_app(settings)
    outbox = Outbox(bootstrap=settings.kafka, timeout=settings.send_timeout)
    shadow = Shadow(Outbox(bootstrap=settings.kafka, timeout=settings.send_timeout), settings.topic_shadow)
    keeper = Keeper(
        grounds.judge(champion),
        StateReader(
            bootstrap=settings.kafka,
            group=settings.group,
            notes_topic=settings.topic_notes,
            state_topic=settings.topic_incidents,
        ),
        Remembering(settings.limits, ended=settings.incident_remembered),
        read_clock,
    )
    lease = Lease(settings.session_timeout * LEASE_SHARE, time.monotonic)
    router = Router(
        keeper=keeper,
        outbox=outbox,
        lease=lease,
        topics=Topics(settings.topic_suggestions, settings.topic_rejected, settings.topic_incidents),
        shadow=shadow,
    )
    turn = asyncio.Lock()
    seats = Seats.fill(settings, grounds, champion, keeper=keeper, shadow=shadow, turn=turn)
    releases = releases_for(settings, seats)
    progress = Progress()
    _add_agent(app, settings, Work(router, outbox, releases, turn, progress))
    _add_signals(app, settings, keeper, outbox, shadow)
    app.task(lease.keep)
    app.task(shadow.run)
    _add_pages(app, keeper, seats, releases=releases, shadow=shadow, progress=progress)
    return app


def run_worker(settings: Settings, grounds: Grounds, champion: Classifier) -> NoReturn:
    """Run a worker until it is told to stop; never returns.

    Raises:
        SettingsError: the installed Faust would lose notes.
    """
    if getattr(faust_streams, "_CStreamIterator", None) is None:
        message = (
            "this Faust has no compiled extension, and its pure-Python stand-in acknowledges notes that it "
            "skips; install faust-streaming from a wheel and leave NO_CYTHON unset"
        )
        raise SettingsError(message)
    logging.basicConfig(
        level=settings.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name in _QUIET_LOGGERS:  # at DEBUG these print the records themselves
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLogger().level))
    worker = faust.Worker(
        build_app(settings, grounds, champion),
        quiet=True,
        loglevel=None,
        override_logging=False,
        redirect_stdouts=False,
    )
    worker.execute_from_commandline()
    raise SystemExit(0)


def _new_app(settings: Settings) -> faust.App:
    return faust.App(
        settings.group,
        broker=[f"kafka://{address.strip()}" for address in settings.kafka.split(",")],
        env_prefix="DUTYLINE_FAUST_",
        datadir=settings.data_dir,
        store="memory://",
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        broker_commit_interval=settings.commit_interval,
        broker_commit_every=1000,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=settings.session_timeout / 4,
        broker_rebalance_timeout=settings.session_timeout * 2,
        broker_max_poll_records=settings.batch_notes * 4,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=3 * 1024 * 1024,
        producer_request_timeout=settings.send_timeout,
        stream_buffer_maxsize=settings.batch_notes,
        stream_wait_empty=True,
        processing_guarantee="at_least_once",
        web_enabled=settings.web_port != 0,
        web_bind=settings.web_host,
        web_host=settings.web_host,
        web_port=settings.web_port or 6066,
        web_tables_enabled=False,
        web_router_enabled=False,
    )


def _add_agent(app: faust.App, settings: Settings, work: Work) -> None:
    notes = app.topic(
        settings.topic_notes, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )

    @app.agent(notes, name="router", supervisor_strategy=CrashingSupervisor)
    async def route(stream: Any) -> None:  # noqa: ANN401 - Faust publishes no types
        await work.outbox.start()
        app.add_future(work.releases.follow())  # a task of the app's would wait for partitions first
        await work.releases.wait_settled()
        async for events in stream.noack_take(settings.batch_notes, within=settings.batch_wait):
            async with work.turn:
                work.progress.busy_since = time.monotonic()
                async for finished in _finished(work.router, events):
                    for event in finished:
                        await stream.ack(event)
                work.progress.busy_since = None


async def _finished(router: Router, events: Sequence[Any]) -> AsyncIterator[Sequence[Any]]:
    """Deal with a batch of Faust's events; yields those that may be acknowledged, in order."""
    done = 0
    async for count in router.deal_with([_delivery(event.message) for event in events]):
        yield events[done : done + count]
        done += count


def _delivery(message: Any) -> Delivery:  # noqa: ANN401 - Faust publishes no types
    source = Source(
        message.topic,
        message.partition,
        message.offset,
        message.key,
        message.value,
        tuple(message.headers or ()),
    )
    return Delivery(source, message.generation_id)


def _add_signals(app: faust.App, settings: Settings, keeper: Keeper, outbox: Outbox, shadow: Shadow) -> None:
    @app.on_partitions_assigned.connect
    async def take_up(_app: faust.App, assigned: Any, **_kwargs: object) -> None:  # noqa: ANN401
        keeper.keep_only({tp.partition for tp in assigned if tp.topic == settings.topic_notes})
        app.add_future(keeper.warm())

    @app.on_before_shutdown.connect
    async def close(_app: faust.App, **_kwargs: object) -> None:
        await outbox.stop()
        await shadow.stop()


def _add_pages(
    app: faust.App,
    keeper: Keeper,
    seats: Seats,
    *,
    releases: Releases,
    shadow: Shadow,
    progress: Progress,
) -> None:
    @app.page("/livez")
    async def live(view: View, _request: Request) -> Response:
        return view.json({"live": not progress.stuck}, status=503 if progress.stuck else 200)

    @app.page("/readyz")
    async def ready(view: View, _request: Request) -> Response:
        incidents = sum(len(shelf.incidents) for shelf in keeper.shelves.values())
        ready = keeper.ready and releases.settled
        state = {
            "ready": ready,
            "partitions": sorted(keeper.assigned),
            "incidents": incidents,
            "model": seats.champion.holder,
            "challenger": seats.challenger.holder if seats.challenger else None,
            "challenger_left_out": shadow.left_out,
        }
        return view.json(state, status=200 if ready else 503)
