"""`dutyline drift`: whether today's notes still look like those that the model was trained on."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dutyline.judgement.types import IncidentText
    from dutyline.settings import Settings
    from training.corpus import Corpus
    from training.drift import Measure
    from training.drift_notes import Incidents
    from training.drift_report import Drift

DRIFTED: Final = 3
"""The exit status of --fail-on-drift when notes have drifted."""


def drift(
    notes: Annotated[
        Path, typer.Argument(help="A folder of `dutyline collect`, or a JSONL file of note events.")
    ],
    reference: Annotated[
        list[Path] | None,
        typer.Option(
            help="What to compare with: labelled incidents that the model was trained on, or notes that it "
            "was not, in a file or collected folder; may be given several times. The shipped corpus "
            "when left out."
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    fail_on_drift: Annotated[
        bool, typer.Option("--fail-on-drift", help=f"Exit with status {DRIFTED} if notes have drifted.")
    ] = False,
) -> None:
    """Say whether notes still look like the training set, measure by measure.

    Each measure is held against a band within which incidents like the reference stay.  No
    word of any note is shown.  Exit status 0 whatever the verdict, or 3 with --fail-on-drift.
    """
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up

    from dutyline.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    with Console(stderr=True).status("comparing"):
        found = _compared(notes, reference, settings)
    if as_json:
        import msgspec  # noqa: PLC0415 - kept out of start-up

        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        sys.stdout.buffer.flush()
    else:
        _print(found)
    for reason, count in found.unread.items():
        typer.echo(f"{count} lines could not be read: {reason}", err=True)
    if fail_on_drift and found.verdict == "drifted":
        raise typer.Exit(DRIFTED)


def _compared(notes: Path, reference: list[Path] | None, settings: "Settings") -> "Drift":
    from dutyline.assembly import load_model, models_folder  # noqa: PLC0415 - loading takes a moment
    from models.classifier import NotesClassifier  # noqa: PLC0415
    from models.store import describe  # noqa: PLC0415
    from training.corpus import shipped_files  # noqa: PLC0415
    from training.drift_report import drift as run  # noqa: PLC0415

    today = _incidents([notes], settings)
    against = _reference(reference or shipped_files(), settings)
    classifier = load_model(settings.model, settings)
    assert isinstance(classifier, NotesClassifier)
    name = Path(settings.model) if "/" in settings.model else settings.model
    manifest = describe(name, root=models_folder(settings))
    return run(today.texts, against, classifier, manifest, unread=today.unread)


def _incidents(paths: list[Path], settings: "Settings") -> "Incidents":
    """Read files and collected folders; a folder's files are held to their hashes."""
    from streams.collect_dataset import NOTES, read_dataset  # noqa: PLC0415 - kept out of start-up
    from training.drift_notes import read_incidents  # noqa: PLC0415

    files = []
    for path in paths:
        if path.is_dir():
            read_dataset(path)
        files.append(path / NOTES if path.is_dir() else path)
    return read_incidents(files, settings.limits)


def _reference(paths: list[Path], settings: "Settings") -> "Corpus | dict[str, IncidentText]":
    from training.corpus import read  # noqa: PLC0415 - kept out of start-up
    from training.drift_notes import is_labelled  # noqa: PLC0415

    if all(not path.is_dir() and is_labelled(path) for path in paths):
        return read(paths)
    return _incidents(paths, settings).texts


def _print(found: "Drift") -> None:
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up

    terminal = Console(highlight=False, markup=False)
    terminal.print(
        f"{found.incidents} incidents against {found.reference_incidents} of the reference, "
        f"model {found.model}",
        soft_wrap=True,
    )
    if found.in_both:
        terminal.print(f"{found.in_both} of them are in the reference too, and were left out of it")
    if found.held_out and not found.is_training_set:
        terminal.print(
            "the reference is not the corpus that this model was trained on: both were read by models "
            "trained on the reference, so this is about the reference and not about the model",
            soft_wrap=True,
        )
    terminal.print(_table(found.measures))
    outside = len(found.drifted)
    if outside:
        terminal.print(
            f"drifted: {outside} of {len(found.measures)} measures are outside of their bands; the model's "
            "figures do not hold for these notes (docs/data.md says what to do)",
            style="bold",
            soft_wrap=True,
        )
    else:
        terminal.print(f"same: all {len(found.measures)} measures are within their bands", style="bold")


def _table(measures: "list[Measure]") -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415 - kept out of start-up

    table = Table("measure")
    for name in ("today", "reference", "band", ""):
        table.add_column(name, justify="right")
    for each in measures:
        reference = "" if each.reference is None else f"{each.reference:.3f}"
        table.add_row(
            each.name,
            f"{each.today:.3f}",
            reference,
            f"{each.low:.3f} to {each.high:.3f}",
            "drifted" if each.drifted else "same",
            style="bold" if each.drifted else None,
        )
    return table
