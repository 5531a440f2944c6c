"""How fast the contenders are, how soon after a start, and how much they write."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.state_choice.broker import Broker
from bench.state_choice.contenders import Contender, Names
from bench.state_choice.notes import Note, interleaved, judge, lengths_adding_to
from bench.state_choice.processes import Slot

PATIENCE = 400.0
"""Seconds after which a run that has not answered everything is given up."""


class Run:
    """One contender with topics of its own and one worker."""

    def __init__(self, broker: Broker, contender: Contender, kind: str, place: Path) -> None:
        """Name the run after its `kind`; the worker's data and log go to `place`."""
        self.names = Names(f"{kind}-{contender.name}-{time.time_ns()}")
        self.contender = contender
        self.broker = broker
        self.slot = Slot(contender, self.names, broker.bootstrap, place / self.names.run)

    async def created(self) -> "Run":
        """Create the topics and give the run itself."""
        await self.broker.create(self.contender, self.names)
        return self

    async def stop(self) -> None:
        """Stop the worker."""
        await asyncio.to_thread(self.slot.stop)

    async def dropped(self) -> None:
        """Stop the worker and delete the topics."""
        await self.stop()
        await self.broker.drop(self.names)

    async def answered(self, count: int) -> list[tuple[float, bytes]]:
        """Wait for `count` suggestions and give them with the broker's time of each, in seconds."""
        found: list[tuple[float, bytes]] = []
        deadline = time.monotonic() + PATIENCE
        async for records in self.broker.follow(self.names.suggestions):
            found += [(record.timestamp / 1000, record.value) for record in records]
            if len(found) >= count or time.monotonic() > deadline:
                break
        return found

    async def answered_all(self, notes: Sequence[Note]) -> float:
        """Wait until each of some incidents has a suggestion; give the broker's time of the last one's."""
        waiting = {note.incident for note in notes}
        deadline = time.monotonic() + PATIENCE
        async for records in self.broker.follow(self.names.suggestions):
            for record in records:
                waiting.discard(json.loads(record.value)["incident_id"])
                if not waiting:
                    return float(record.timestamp / 1000)
            if time.monotonic() > deadline:
                break
        return float("nan")


async def rate(broker: Broker, contender: Contender, *, notes: int, seed: int, place: Path) -> float:
    """Measure notes a second of one worker, from the first suggestion to the last, notes all waiting."""
    run = await Run(broker, contender, "rate", place).created()
    await broker.feed(run.names.notes, interleaved(seed, lengths_adding_to(notes, seed=seed)))
    run.slot.start()
    moments = sorted(moment for moment, _ in await run.answered(notes))
    await run.dropped()
    return (len(moments) - 1) / (moments[-1] - moments[0]) if len(moments) >= notes else float("nan")


async def until_answered(
    broker: Broker, contenders: Sequence[Contender], *, incidents: int, rounds: int, place: Path
) -> dict[str, list[float]]:
    """Measure the seconds from a worker's start until new notes of all partitions are answered.

    Each contender's worker first takes in `incidents` of five notes and is stopped; then, in
    turns, it is started again with a few new notes waiting in every partition.
    """
    runs = [await Run(broker, contender, "start", place).created() for contender in contenders]
    for run in runs if incidents else []:
        count = await broker.feed(run.names.notes, interleaved(1, [5] * incidents, open_at_once=incidents))
        run.slot.start()
        await run.answered(count)
        await asyncio.sleep(2)
        await run.stop()
    seconds: dict[str, list[float]] = defaultdict(list)
    for turn in range(rounds):
        new = [Note(f"new-{turn}-{number}", 1) for number in range(40)]
        for run in runs:
            await broker.feed(run.names.notes, new)
            begun = time.time()
            run.slot.start()
            seconds[run.contender.name].append(await run.answered_all(new) - begun)
            await asyncio.sleep(2)
            await run.stop()
    for run in runs:
        await run.dropped()
    return seconds


async def bytes_a_note(
    broker: Broker, contender: Contender, lengths: Sequence[int], place: Path
) -> dict[int, float]:
    """Measure bytes of keys and values in the state's topic for each note, by incident length."""
    run = await Run(broker, contender, "bytes", place).created()
    notes: list[Note] = []
    for length in lengths:
        notes += interleaved(length, [length] * max(2, 400 // length))
    await broker.feed(run.names.notes, notes)
    run.slot.start()
    await run.answered(len(notes))
    await asyncio.sleep(2)
    await run.stop()
    written: Counter[int] = Counter()
    for record in await broker.read_all(run.names.changelog):
        length = int(record.key.split(b"-")[0])
        written[length] += len(record.key) + len(record.value or b"")
    given = Counter(int(note.incident.split("-")[0]) for note in notes)
    await run.dropped()
    return {length: written[length] / given[length] for length in lengths}


async def longest_incident(
    broker: Broker, contender: Contender, *, notes: int, place: Path
) -> dict[str, object]:
    """Give a worker one incident of the largest notes allowed, kill it, start it, give it one more."""
    run = await Run(broker, contender, "longest", place).created()
    text = "X" * 65_536
    incident = [Note("the-long-one", number) for number in range(1, notes + 2)]
    await broker.feed(run.names.notes, incident[:-1], text=text)
    run.slot.start()
    await _let_run(run, notes, until=asyncio.get_running_loop().time() + 40)
    await asyncio.sleep(4)  # for the offsets to be committed
    run.slot.kill()
    await broker.feed(run.names.notes, incident[-1:], text=text)
    run.slot.start()
    await _let_run(run, notes + 1, until=asyncio.get_running_loop().time() + 40)
    await run.stop()
    published = [record.value for record in await broker.read_all(run.names.suggestions)]
    verdict = judge({"the-long-one": notes + 1}, published)
    await run.dropped()
    return {"contender": contender.name, **asdict(verdict), "died": run.slot.died}


async def _let_run(run: Run, count: int, *, until: float) -> None:
    seen: set[int] = set()
    async for records in run.broker.follow(run.names.suggestions):
        seen.update(json.loads(record.value)["through"] for record in records)
        if len(seen) >= count or asyncio.get_running_loop().time() > until:
            return
        run.slot.keep_alive()
