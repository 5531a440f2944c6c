"""`dutyline worker`, `feed`, `topics` and `demo`: everything that speaks Kafka."""

import sys
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dutyline.cli.assessing import open_lines
from dutyline.errors import DutylineError, SettingsError

if TYPE_CHECKING:
    from dutyline.settings import Settings
    from streams.clients import Connection


def worker() -> None:
    """Turn the notes on Kafka into suggestions, until told to stop."""
    from dutyline.assembly import assemble  # noqa: PLC0415 - loading the model takes a moment
    from dutyline.settings import load_settings  # noqa: PLC0415
    from streams.worker import run_worker  # noqa: PLC0415

    settings = load_settings()
    run_worker(settings, assemble(settings))


def feed(
    file: Annotated[str, typer.Argument(help="Note events, one JSON object a line; - for standard input.")],
    speed: Annotated[
        float,
        typer.Option(help="1 keeps the pace at which notes were typed, 10 is ten times faster, 0 no pace."),
    ] = 0.0,
    resume: Annotated[  # noqa: FBT002
        bool, typer.Option("--resume", help="Go on where an interrupted feed of the same file ended.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress bar.")] = False,  # noqa: FBT002
) -> None:
    """Publish note events to Kafka, each line as it is, under its incident's key."""
    from dutyline.settings import load_settings  # noqa: PLC0415 - kept out of start-up
    from streams.feed import feed as publish  # noqa: PLC0415

    settings = load_settings()
    if speed < 0:
        message = "--speed cannot be negative; 0 feeds without a pace"
        raise SettingsError(message)
    if resume and file == "-":
        message = "standard input cannot be resumed, since nothing tells where it ended; name a file"
        raise SettingsError(message)
    size = Path(file).stat().st_size if file != "-" and Path(file).is_file() else None
    with open_lines(file) as lines, _progress_bar(size, shown=not quiet) as advance:
        report = publish(
            _counted(lines, advance),
            connection_of(settings),
            settings.topic_notes,
            speed=speed or None,
            resume=resume,
            feed_id=file,
        )
    typer.echo(str(report))
