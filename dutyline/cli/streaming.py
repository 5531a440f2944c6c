"""`dutyline worker`, `feed`, `topics` and `demo`: everything that speaks Kafka."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from dutyline.errors import SettingsError


def worker() -> None:
    """Turn the notes on Kafka into suggestions, until told to stop."""
    from dutyline.assembly import load_model, prepare  # noqa: PLC0415 - loading the model takes a moment
    from dutyline.settings import load_settings  # noqa: PLC0415
    from streams.worker import run_worker  # noqa: PLC0415

    settings = load_settings()
    run_worker(settings, prepare(settings), load_model(settings.model, settings))


def feed(
    file: Annotated[Path, typer.Argument(help="Note events, one JSON object a line; - for standard input.")],
    speed: Annotated[
        float,
        typer.Option(
            help="1 keeps the pace at which notes were typed, 10 is ten times faster, 0 keeps no pace."
        ),
    ] = 0.0,
    resume: Annotated[  # noqa: FBT002
        bool, typer.Option("--resume", help="Go on where an interrupted feed of the same file ended.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress bar.")] = False,  # noqa: FBT002
) -> None:
    """Publish note events to Kafka, each line as it is, under its incident's key.

    Nothing is judged here: a line that cannot be read is published too, and the worker puts
    it aside with its reason.  A line that Kafka does not take makes the exit status 1.
    """
    from dutyline.settings import load_settings  # noqa: PLC0415 - kept out of start-up
    from streams.clients import connection_of  # noqa: PLC0415
    from streams.feed import feed as publish  # noqa: PLC0415
    from streams.feed_source import open_source  # noqa: PLC0415

    if speed < 0:
        message = "--speed cannot be negative; 0 keeps no pace"
        raise SettingsError(message)
    settings = load_settings()
    with open_source(file) as source, _progress(source.size, shown=not quiet) as advance:
        report = publish(
            source.lines,
            connection_of(settings),
            settings.topic_notes,
            speed=speed or None,
            resume=resume,
            feed_id=source.feed_id,
            on_progress=lambda so_far: advance(so_far.bytes_read),
        )
    typer.echo(
        f"{report.read} lines read, {report.published} published to {settings.topic_notes} and confirmed, "
        f"{report.skipped} there already, {report.unreadable} that the worker will reject, "
        f"{len(report.too_large)} too large"
    )
    for number in report.too_large:
        typer.echo(f"line {number}: larger than Kafka takes; split its text into several notes", err=True)
    if report.too_large:
        raise typer.Exit(1)


def topics() -> None:
    """Create the topics that are missing, and say how existing ones differ from what is planned."""
    from dutyline.settings import load_settings  # noqa: PLC0415 - kept out of start-up
    from streams.clients import connection_of  # noqa: PLC0415
    from streams.topics import ensure_topics  # noqa: PLC0415
    from streams.topics_plan import planned_topics, topic_names  # noqa: PLC0415

    settings = load_settings()
    plan = planned_topics(
        topic_names(settings), partitions=settings.partitions, replication=settings.replication
    )
    report = ensure_topics(connection_of(settings), plan)
    for name in report.created:
        typer.echo(f"created {name}")
    for name in report.right:
        typer.echo(f"as planned: {name}")
    for difference in report.differences:
        typer.echo(str(difference), err=True)


def demo(
    seconds: Annotated[
        float, typer.Option(help="About how long the feed should take; 0 for no pace.")
    ] = 30.0,
) -> None:
    """Show everything on this machine: an embedded broker, a worker, sample incidents, suggestions."""
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up

    from console.lines import suggestion_lines  # noqa: PLC0415
    from dutyline.settings import load_settings  # noqa: PLC0415
    from streams.demo import run_demo  # noqa: PLC0415

    terminal = Console(highlight=False)
    with as_file(files("dutyline") / "samples" / "demo.jsonl") as samples:
        report = run_demo(
            load_settings(),
            samples,
            seconds=seconds,
            show=lambda suggestion: terminal.print(suggestion_lines(suggestion)),
            say=lambda text: terminal.print(text, style="bold"),
        )
    terminal.print(
        f"{report.notes} notes fed, {report.suggestions} suggestions, {report.rejected} rejected. "
        "Incidents ended with:",
        style="bold",
    )
    for response, count in sorted(report.responses.items(), key=lambda item: (-item[1], item[0])):
        terminal.print(f"  {count:3} {response}")


@contextmanager
def _progress(size: int | None, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show how many of a file's bytes have been read; gives the function to tell it."""
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up
    from rich.progress import (  # noqa: PLC0415 - kept out of start-up
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
    )

    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bar:
        task = bar.add_task("feeding", total=size)
        yield lambda done: bar.update(task, completed=done)
