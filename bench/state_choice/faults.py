"""The drills: workers are killed, stopped or frozen under load, and the suggestions are judged."""

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from bench.state_choice.broker import Broker
from bench.state_choice.contenders import Contender, Names
from bench.state_choice.notes import interleaved, judge, lengths_adding_to
from bench.state_choice.processes import Slot

Fault = Literal["kill", "rebalance", "freeze"]

PACE: dict[Fault, float] = {"kill": 6.0, "rebalance": 10.0, "freeze": 15.0}
"""Seconds of load for each time that something happens."""

HOPELESS = 10
"""So many workers that ended by themselves show that the contender cannot run."""

STALLED_AFTER = 45.0
"""Seconds without any new suggestion, while notes wait, after which a worker counts as stuck."""


async def drill(
    broker: Broker,
    contender: Contender,
    fault: Fault,
    *,
    times: int,
    a_second: float,
    place: Path,
    seed: int,
) -> dict[str, object]:
    """Run two workers under load, let something happen to them `times` times, and judge.

    Returns:
        A row of the results: what `notes.Verdict` counts, `stuck` (how often no suggestion
        came for `STALLED_AFTER` seconds though notes waited) and `died` (workers that ended
        by themselves).
    """
    names = Names(f"{fault}-{contender.name}-{seed}-{int(time.time())}")
    await broker.create(contender, names)
    slots = [Slot(contender, names, broker.bootstrap, place / names.run / str(n)) for n in range(2)]
    total = int(a_second * times * PACE[fault])
    notes = list(interleaved(seed, lengths_adding_to(total, seed=seed)))
    truth = Counter(note.incident for note in notes)
    dice = random.Random(seed)  # noqa: S311 - repeatable moments, not a secret
    for slot in slots:
        slot.start()
    try:
        feeding = asyncio.create_task(broker.feed(names.notes, notes, a_second=a_second))
        await asyncio.sleep(5)
        for _ in range(times):
            await asyncio.sleep(dice.uniform(1, 7))
            await _happen(fault, dice.choice(slots), dice)
            for slot in slots:
                slot.keep_alive()
        await feeding
        stuck = await _until_answered(broker, names, len(notes), slots)
    finally:
        for slot in slots:
            await asyncio.to_thread(slot.stop)
    published = [r.value for r in await broker.read_all(names.suggestions)]
    verdict = judge(truth, published)
    await broker.drop(names)
    return {
        "contender": contender.name,
        "fault": fault,
        "times": times,
        **asdict(verdict),
        "stuck": stuck,
        "died": sum(slot.died for slot in slots),
    }


async def _happen(fault: Fault, slot: Slot, dice: random.Random) -> None:
    if fault == "kill":
        slot.kill()
        await asyncio.sleep(dice.uniform(0, 1.5))
        slot.start()
    elif fault == "rebalance":
        await asyncio.to_thread(slot.stop)
        await asyncio.sleep(dice.uniform(0, 4))
        slot.start()
    else:
        slot.pause()
        await asyncio.sleep(dice.uniform(8, 12))
        slot.resume()


async def _until_answered(broker: Broker, names: Names, notes: int, slots: list[Slot]) -> int:
    """Wait until every note has a suggestion, helping stuck workers twice; give how often."""
    answered: set[tuple[str, int]] = set()
    stuck, moved = 0, time.monotonic()
    async for records in broker.follow(names.suggestions):
        before = len(answered)
        for record in records:
            body = json.loads(record.value)
            answered.add((body["incident_id"], body["through"]))
        if len(answered) >= notes:
            break
        if len(answered) > before:
            moved = time.monotonic()
        elif time.monotonic() - moved > STALLED_AFTER:
            stuck += 1
            if stuck > 2:  # noqa: PLR2004 - helped twice
                break
            for slot in slots:
                slot.kill()
                slot.start()
            moved = time.monotonic()
        for slot in slots:
            slot.keep_alive()
        if sum(slot.died for slot in slots) > HOPELESS:
            break
    return stuck
