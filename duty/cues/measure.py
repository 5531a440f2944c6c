"""Measures the cue language against labelled incidents: `python -m duty.cues.measure FILE...`.

For each cue, a reading of `present` is compared with the label; for each hazard, `yes`. The
incidents are told apart by a hash of their id into those that phrases may be written from and
those kept aside, and both are told.
"""

import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from duty.cues.combine import combine_with
from duty.cues.lexicon import Lexicon
from duty.cues.loading import load_lexicon
from dutyline.errors import CorpusError
from dutyline.judgement.types import Line, Reading
from dutyline.notes.kinds import recognise
from dutyline.vocabulary import CUES, HAZARDS

_TIMED_LINE = Line(
    "1",
    "RP ADV SON 24 YOA HX SCHIZ OFF MEDS.. PACING IN YARD TALKING TO SELF, NEG WPNS SEEN // NO VIOL HX "
    "PER RP. UNK IF ETOH, RP ADVSD OFCRS ENRT,, RP STAYING INSIDE W/ DOOR LOCKED. NOW SAYS SUBJ HAS "
    "KITCHEN KNFE IN HAND, UNK INTENT, WIFE AND TWO KIDS STILL IN THE HOUSE, HE HIT HER LAST YEAR, "
    "ORDER ON FILE",
    "call_taker",
)
_TIMINGS = 400


@dataclass(slots=True)
class Tally:
    """How often a target was read rightly (`hit`), wrongly (`false`) and not at all (`missed`)."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, *, read: bool, labelled: bool) -> None:
        """Count one incident."""
        if read or labelled:
            self.counts["hit" if read and labelled else "false" if read else "missed"] += 1

    def precision(self) -> str:
        """Of those read, the share that is labelled so."""
        return _share(self.counts["hit"], self.counts["false"])

    def recall(self) -> str:
        """Of those labelled, the share that is read so."""
        return _share(self.counts["hit"], self.counts["missed"])


def _share(hits: int, others: int) -> str:
    return f"{hits / (hits + others):.2f}" if hits + others else "-"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled incident."""

    id: str
    lines: Sequence[Line]
    labels: frozenset[str]


def kept_aside(incident_id: str) -> bool:
    """Tell whether an incident is kept aside: no phrase is written from it."""
    return hashlib.sha256(incident_id.encode()).digest()[-1] % 2 == 1


def labelled_incidents(paths: Iterable[Path]) -> Iterator[Labelled]:
    """Read labelled incidents from JSONL files.

    Raises:
        CorpusError: A line is not a labelled incident.
    """
    for path in paths:
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                raw = json.loads(text)
                notes, labels, name = list(raw["notes"]), frozenset(raw["labels"]), str(raw["id"])
            except (ValueError, KeyError, TypeError) as error:
                msg = f"{path.name}, line {number}: not a labelled incident; it needs id, notes and labels"
                raise CorpusError(msg) from error
            lines = [Line(str(i), note, recognise(note)) for i, note in enumerate(notes, start=1)]
            yield Labelled(name, lines, labels)


def read_incident(lexicon: Lexicon, lines: Sequence[Line]) -> Reading:
    """Read a whole incident."""
    return combine_with(lexicon, lines, [lexicon.read_line(line) for line in lines], units_committed=False)


def found(reading: Reading) -> frozenset[str]:
    """Return the cues that are present and the hazards that are there."""
    cues = {name for name, finding in reading.cues.items() if finding.state == "present"}
    return frozenset(cues | {name for name, finding in reading.hazards.items() if finding.verdict == "yes"})


def measure(lexicon: Lexicon, incidents: Iterable[Labelled]) -> Mapping[bool, Mapping[str, Tally]]:
    """Tally every cue and hazard, by whether the incident is kept aside."""
    tallies = {aside: {name: Tally() for name in (*CUES, *HAZARDS)} for aside in (False, True)}
    for incident in incidents:
        read = found(read_incident(lexicon, incident.lines))
        for name, tally in tallies[kept_aside(incident.id)].items():
            tally.add(read=name in read, labelled=name in incident.labels)
    return tallies


def microseconds_per_line(lexicon: Lexicon) -> float:
    """Return the median time that reading a line of 60 words takes."""
    times = []
    for _ in range(_TIMINGS):
        start = time.perf_counter_ns()
        lexicon.read_line(_TIMED_LINE)
        times.append(time.perf_counter_ns() - start)
    return sorted(times)[_TIMINGS // 2] / 1000


def main(arguments: Sequence[str]) -> int:
    """Print the table; the exit status is 2 when no file is named."""
    console = Console(width=110)
    if not arguments:
        console.print("usage: python -m duty.cues.measure CORPUS.jsonl...")
        return 2
    lexicon = load_lexicon()
    tallies = measure(lexicon, labelled_incidents(Path(name) for name in arguments))
    table = Table(title=f"cue language {lexicon.version}")
    for heading in (
        "",
        "precision",
        "recall",
        "labelled",
        "precision, kept aside",
        "recall, kept aside",
        "labelled",
    ):
        table.add_column(heading, justify="right" if heading else "left")
    for name in (*CUES, *HAZARDS):
        cells = [name]
        for aside in (False, True):
            tally = tallies[aside][name]
            cells += [tally.precision(), tally.recall(), str(tally.counts["hit"] + tally.counts["missed"])]
        table.add_row(*cells)
    console.print(table)
    console.print(f"{microseconds_per_line(lexicon):.0f} microseconds for a line of 60 words")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
