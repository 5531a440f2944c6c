"""`dutyline assess`: the judgement without Kafka."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer

from dutyline.errors import DutylineError


def assess(
    file: Annotated[str, typer.Argument(help="Note events, one JSON object a line; - for standard input.")],
    final: Annotated[  # noqa: FBT002
        bool, typer.Option("--final", help="Print only the last suggestion of each incident.")
    ] = False,
) -> None:
    """Print one suggestion a line, exactly what the worker would publish for the same notes.

    A line that cannot be read goes to standard error with its number and reason; the rest
    goes on, and the exit status is 1.
    """
    from dutyline.assembly import assemble  # noqa: PLC0415 - loading the model takes a moment
    from dutyline.assess import Unread  # noqa: PLC0415
    from dutyline.assess import assess as judge_lines  # noqa: PLC0415
    from dutyline.desk import Desk  # noqa: PLC0415
    from dutyline.settings import load_settings  # noqa: PLC0415
    from dutyline.suggestion.event import Suggestion, encode  # noqa: PLC0415

    settings = load_settings()
    desk = Desk(assemble(settings), settings.limits)
    issued_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    latest: dict[str, Suggestion] = {}
    unread = 0
    with open_lines(file) as lines:
        for item in judge_lines(lines, desk, issued_at):
            if isinstance(item, Unread):
                unread += 1
                typer.echo(
                    f"line {item.line}: {item.rejection.reason}: {item.rejection.explanation}", err=True
                )
            elif final:
                latest.pop(item.incident_id, None)
                latest[item.incident_id] = item
            else:
                sys.stdout.buffer.write(encode(item) + b"\n")
    for suggestion in latest.values():
        sys.stdout.buffer.write(encode(suggestion) + b"\n")
    sys.stdout.buffer.flush()
    if unread:
        raise typer.Exit(1)


@contextmanager
def open_lines(file: str) -> Iterator[Iterable[bytes]]:
    """Open a file of lines, or standard input for `-`.

    Raises:
        DutylineError: the file cannot be opened.
    """
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        source: IO[bytes] = Path(file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        message = f"cannot open {file}: {error.strerror}"
        raise DutylineError(message) from None
    with source:
        yield source
