"""Run the comparison and write its tables: `python -m bench.state_choice --bootstrap HOST:PORT`."""

import argparse
import asyncio
import importlib.util
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.state_choice import faults, report, speed
from bench.state_choice.broker import Broker
from bench.state_choice.contenders import CONTENDERS, Contender

Part = tuple[str, Callable[[], Awaitable[str]]]
"""A measurement's title and what runs it and lays out its table."""

LENGTHS = (1, 20, 200)
TIMES: dict[faults.Fault, int] = {"kill": 8, "rebalance": 8, "freeze": 4}
LOAD = 200.0
ROUNDS = 3


class Comparison:
    """All measurements on one broker."""

    def __init__(
        self, broker: Broker, place: Path, *, notes: int, incidents: int, at_once: int, seed: int
    ) -> None:
        """Measure on `broker`, leaving logs in `place`.

        Args:
            broker: Real Kafka.
            place: Where workers keep data and logs.
            notes: How many notes a throughput run has.
            incidents: How many incidents of five notes are open when a worker is started.
            at_once: How many drills run side by side.
            seed: Where the repeatable moments and loads of the drills begin.
        """
        self.broker, self.place = broker, place
        self.notes, self.incidents, self.at_once, self.seed = notes, incidents, at_once, seed

    async def drills(self) -> str:
        """Kill, stop and freeze workers under load."""
        side_by_side = asyncio.Semaphore(self.at_once)

        async def one(contender: Contender, fault: faults.Fault, seed: int) -> dict[str, object]:
            async with side_by_side:
                return await faults.drill(
                    self.broker,
                    contender,
                    fault,
                    times=TIMES[fault],
                    a_second=LOAD,
                    place=self.place,
                    seed=seed,
                )

        rows = await asyncio.gather(
            *(
                one(contender, fault, seed)
                for seed, fault in enumerate(TIMES, start=self.seed)
                for contender in chosen("table-event", "table-guarded", "table-rocksdb", "log", "log-event")
            )
        )
        return report.drills(rows)

    async def rates(self) -> str:
        """Compare throughput, taking turns."""
        measured: dict[str, list[float]] = defaultdict(list)
        contenders = chosen(
            "table-event", "table-guarded", "table-rocksdb", "log", "log-topic-send", "log-whole"
        )
        for turn in range(ROUNDS):
            for contender in contenders:
                found = await speed.rate(
                    self.broker, contender, notes=self.notes, seed=turn, place=self.place
                )
                measured[contender.name].append(found)
        return report.rates(measured, against="log")

    async def starts(self) -> str:
        """Compare the time from start until every partition is served, taking turns."""
        contenders = chosen("table-guarded", "table-rocksdb", "log")
        empty = await speed.until_answered(
            self.broker, contenders, incidents=0, rounds=ROUNDS, place=self.place
        )
        full = await speed.until_answered(
            self.broker, contenders, incidents=self.incidents, rounds=ROUNDS, place=self.place
        )
        return report.starts(empty, full, against="log")

    async def sizes(self) -> str:
        """Compare the bytes written for each note."""
        return report.sizes(
            {
                contender.name: await speed.bytes_a_note(self.broker, contender, LENGTHS, self.place)
                for contender in chosen("table-guarded", "log", "log-whole")
            },
            LENGTHS,
        )

    async def longest(self) -> str:
        """Compare what becomes of an incident of the largest notes that are allowed."""
        return report.drills(
            [
                await speed.longest_incident(self.broker, contender, notes=30, place=self.place)
                for contender in chosen("table-guarded", "log", "log-whole")
            ]
        )


def chosen(*names: str) -> list[Contender]:
    """Give the contenders of these names that can run here."""
    rocksdb = importlib.util.find_spec("rocksdict") is not None
    return [CONTENDERS[name] for name in names if rocksdb or CONTENDERS[name].store != "rocksdb://"]


async def measure(comparison: Comparison, parts: list[str], out: Path) -> None:
    """Run the parts asked for and write each table as soon as it is there."""
    all_parts: dict[str, Part] = {
        "drills": ("Faults under load", comparison.drills),
        "longest": ("One incident of 31 notes of 65,536 characters, and a kill", comparison.longest),
        "sizes": ("Bytes written to the state's topic for each note", comparison.sizes),
        "rates": (f"Throughput of one worker, {comparison.notes:,} notes waiting", comparison.rates),
        "starts": (
            f"From start until every partition is served, {comparison.incidents:,} open incidents",
            comparison.starts,
        ),
    }
    for part in parts or all_parts:
        title, run = all_parts[part]
        text = f"### {title}\n\n{await run()}\n\n"
        print(text, flush=True)
        with out.open("a") as file:
            file.write(text)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.state_choice", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", help="drills, longest, sizes, rates, starts; all if none is named"
    )
    parser.add_argument("--bootstrap", required=True, help="HOST:PORT of real Apache Kafka")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file that the tables are added to")
    parser.add_argument("--notes", type=int, default=20_000, help="notes of a throughput run")
    parser.add_argument("--incidents", type=int, default=10_000, help="open incidents at a start")
    parser.add_argument("--at-once", type=int, default=2, help="drills run side by side")
    parser.add_argument("--seed", type=int, default=1, help="where the drills' moments and loads begin")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        comparison = Comparison(
            Broker(given.bootstrap),
            Path(place),
            notes=given.notes,
            incidents=given.incidents,
            at_once=given.at_once,
            seed=given.seed,
        )
        asyncio.run(measure(comparison, given.parts, given.out))


if __name__ == "__main__":
    main()
