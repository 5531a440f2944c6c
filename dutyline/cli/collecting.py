"""`dutyline collect`: notes and outcomes from Kafka into a data set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.collect_dataset import Dataset

_BOUNDS = "earliest, latest, a time with its offset, or PARTITION:OFFSET,... for every partition"


def collect(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Where to write; new or empty. collected/TIME when left out."),
    ] = None,
    *,
    begin: Annotated[str, typer.Option("--from", help=f"First note: {_BOUNDS}.")] = "earliest",
    end: Annotated[str, typer.Option("--to", help="Up to, not including, this note: likewise.")] = "latest",
    outcomes_begin: Annotated[
        str, typer.Option("--outcomes-from", help="First outcome: likewise.")
    ] = "earliest",
    outcomes_end: Annotated[
        str, typer.Option("--outcomes-to", help="Up to, not including, this outcome: likewise.")
    ] = "latest",
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress bar.")] = False,
) -> None:
    """Read notes and outcomes from Kafka into a folder, with weak labels from dispositions.

    The same offsets give the same bytes, the time of making aside; dataset.json names them.
    The files can be read by their owner alone.  Nothing is written unless everything asked
    for was read; records that are no notes or outcomes are counted by their reason.
    """
    from dutyline.settings import load_settings  # noqa: PLC0415 - kept out of start-up
    from streams.clients import connection_of  # noqa: PLC0415
    from streams.collect import Asked  # noqa: PLC0415
    from streams.collect import collect as run  # noqa: PLC0415
    from streams.collect_range import parse_bound  # noqa: PLC0415
    from training.dispositions import dispositions  # noqa: PLC0415

    settings = load_settings()
    place = folder or Path("collected") / datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    notes = Asked(settings.topic_notes, parse_bound(begin, "--from"), parse_bound(end, "--to"))
    outcomes = Asked(
        settings.topic_outcomes,
        parse_bound(outcomes_begin, "--outcomes-from"),
        parse_bound(outcomes_end, "--outcomes-to"),
    )
    with _progress(shown=not quiet) as (begin_bar, advance):
        dataset = run(
            connection_of(settings),
            notes,
            outcomes,
            place,
            dispositions(),
            on_start=begin_bar,
            advance=advance,
        )
    _tell(place, dataset)


def _tell(place: Path, dataset: "Dataset") -> None:
    """Say what was collected, in counts."""
    counts = dataset.counts
    typer.echo(
        f"{place}: {counts.notes} notes of {counts.incidents} incidents and {counts.outcomes} outcomes, "
        f"sha256 {dataset.sha256}"
    )
    typer.echo(
        f"{counts.incidents_closed} incidents have a disposition, of which the table knows "
        f"{counts.incidents_closed - counts.dispositions_unknown}; they give "
        f"{sum(counts.weak_labels.values())} weak labels"
    )
    for what, repeated, rejected in (
        ("note", counts.notes_repeated, counts.notes_rejected),
        ("outcome", counts.outcomes_repeated, counts.outcomes_rejected),
    ):
        if repeated:
            typer.echo(f"{repeated} {what}s came more than once and count once")
        for reason, count in rejected.items():
            typer.echo(f"{count} records are no {what}s: {reason}", err=True)
    if counts.notes_under_wrong_key:
        typer.echo(
            f"{counts.notes_under_wrong_key} notes lay under a wrong key, {counts.notes_not_sent_home} of "
            "them with no copy under the right one, and were taken from where they lay"
        )
    typer.echo("These are notes about people: the folder is 0700 and its files 0600; keep them so.")


@contextmanager
def _progress(*, shown: bool) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Show how many offsets have been read; gives what to tell the whole, and each step."""
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn  # noqa: PLC0415

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown, transient=True) as bar:
        task = bar.add_task("collecting", total=None)
        yield (
            lambda whole: bar.update(task, total=whole),
            lambda more: bar.advance(task, more),
        )
