"""What the champion makes of real notes: `python -m training.real NOTES.jsonl`.

NOTES is the public police log of San Luis Obispo as note events, one line an incident; it is no
part of Dutyline. `training/readings/real` holds what two readers said of 400 of its lines, by
note id and without the words: half drawn at random, half spread over the call types. Where the
two differ a label counts as undecided. Nothing is trained on them and no threshold is chosen
on them.
"""

import argparse
import json
from pathlib import Path

from dutyline.errors import CorpusError
from dutyline.judgement.types import IncidentText, Line
from dutyline.notes.kinds import recognise
from dutyline.vocabulary import LABELS, OUTPUTS
from models.manifest import Metrics
from models.store import load
from training.agreement import READINGS, ReadingOf, agreement, readings, table
from training.corpus import Corpus, LabelledIncident
from training.holdout import Holdout, measure


def settled(first: ReadingOf, second: ReadingOf) -> ReadingOf:
    """What two readers agree on; the rest is undecided."""
    differing = {
        label
        for label in OUTPUTS
        if (label in first.labels) != (label in second.labels)
        or (label in first.undecided) != (label in second.undecided)
    }
    return ReadingOf(
        first.id, (first.labels & second.labels) - differing, (first.undecided & second.undecided) | differing
    )


def labelled(notes: Path, folder: Path = READINGS / "real") -> Corpus:
    """Join a log's notes with what two readers said of them.

    Raises:
        CorpusError: the notes cannot be read, or some that were labelled are not there.
    """
    first, second = (readings(folder, f"{which}.jsonl") for which in ("first", "second"))
    try:
        events = [json.loads(line) for line in notes.read_bytes().splitlines()]
        lines = {event["note_id"]: event for event in events if event["note_id"] in first}
    except (OSError, ValueError, KeyError) as error:
        message = f"{notes}: cannot be read as note events; give the log that was labelled"
        raise CorpusError(message) from error
    if missing := sorted(first.keys() - lines.keys()):
        message = (
            f"{notes}: {len(missing)} labelled notes are not in it, such as {missing[0]}; give the whole log"
        )
        raise CorpusError(message)
    incidents = []
    for name in sorted(first):
        both, event = settled(first[name], second[name]), lines[name]
        line = Line(name, event["text"], recognise(event["text"]))
        text = IncidentText((line,), event.get("call_type") or None)
        incidents.append(
            LabelledIncident(name, text, both.labels, both.undecided, event.get("jurisdiction"), "real")
        )
    return Corpus(tuple(incidents), "", 1)


def figures_table(found: Holdout) -> str:
    """One line for each output."""
    names = ("decided", "true", "AP", "precis", "recall", "ECE", "unsure", "missed")
    head = f"{'':14}" + "".join(f"{name:>8}" for name in names)
    return "\n".join([head, *(_row(name, each) for name, each in found.outputs.items())])


def _row(name: str, each: Metrics) -> str:
    shown = (
        each.average_precision,
        each.precision,
        each.recall,
        each.calibration_error,
        each.unsure,
        each.missed,
    )
    return f"{name:14}{each.incidents:8}{each.positives:8}" + "".join(f"{figure:8.3f}" for figure in shown)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=Path)
    corpus = labelled(parser.parse_args().notes)
    found = measure(load(), corpus)
    print(figures_table(found))  # noqa: T201 - the tables are the output
    together = found.together
    police = f"{together.police_left_out} of {together.police_true} that need police are left without"
    print(f"\ntogether with words, rules and policy: {police}")  # noqa: T201
    agreed = agreement(*(readings(READINGS / "real", f"{which}.jsonl") for which in ("first", "second")))
    print("\nthe two readers:\n" + table({name: agreed[name] for name in LABELS if name in OUTPUTS}))  # noqa: T201


if __name__ == "__main__":
    main()
