"""`dutyline train` and `dutyline evaluate`: the offline side."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

Corpus = Annotated[
    list[Path] | None,
    typer.Argument(help="JSONL files of labelled incidents; the shipped corpus when left out."),
]


def train(
    corpus: Corpus = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the release; models/releases/VERSION when left out.")
    ] = None,
    version: Annotated[
        str, typer.Option(help="Name of the release, for example 2026.11.23-1; today's when left out.")
    ] = "",
) -> None:
    """Train a release; the same incidents give the same bytes.

    The release is not taken up by anything: `DUTYLINE_MODEL=FOLDER` tries it, and
    models/aliases.json says which one is the champion.
    """
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up
    from rich.progress import Progress  # noqa: PLC0415

    from models.store import PACKAGE  # noqa: PLC0415 - scikit-learn takes a moment
    from training.corpus import shipped_files  # noqa: PLC0415
    from training.train import train as run  # noqa: PLC0415

    name = version or datetime.now(UTC).strftime("%Y.%m.%d-1")
    folder = out or PACKAGE / "releases" / name
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=1.0)
        manifest = run(
            corpus or shipped_files(),
            folder,
            name,
            progress=lambda doing, share: bar.update(task, description=doing, completed=share),
        )
    typer.echo(f"{folder}: release {manifest.version}, trained on {manifest.incidents} incidents")


def evaluate(corpus: Corpus = None) -> None:
    """Print what the classifier does on incidents that it never saw, beside two baselines."""
    from training.corpus import shipped_files  # noqa: PLC0415 - scikit-learn takes a moment
    from training.evaluate import evaluate as run  # noqa: PLC0415

    typer.echo(run(corpus or shipped_files()))
