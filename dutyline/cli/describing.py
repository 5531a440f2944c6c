"""`dutyline schema` and `dutyline settings`: what the code says of itself."""

from pathlib import Path
from typing import Annotated

import typer

from dutyline.errors import DutylineError


def schema(
    event: Annotated[str, typer.Argument(help="note, suggestion or outcome; all when left out.")] = "",
    write: Annotated[bool, typer.Option("--write", help="Write the schema files.")] = False,  # noqa: FBT002
    check: Annotated[  # noqa: FBT002
        bool, typer.Option("--check", help="Fail unless the schema files are the current ones.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the files NAME.schema.json are.")] = Path(
        "docs/schemas"
    ),
) -> None:
    """Print the JSON Schema of the events, or write or check their files."""
    from dutyline.schema import EVENTS, schema_text  # noqa: PLC0415 - kept out of start-up

    if event and event not in EVENTS:
        message = f"no event is called {event!r}; choose from {', '.join(EVENTS)}"
        raise DutylineError(message)
    for name in [event] if event else list(EVENTS):
        file = folder / f"{name}.schema.json"
        text = schema_text(name)
        if write:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif check:
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                message = f"{file} is out of date; run `dutyline schema --write`"
                raise DutylineError(message)
        else:
            typer.echo(text, nl=False)


def settings(
    markdown: Annotated[  # noqa: FBT002
        bool, typer.Option("--markdown", help="Write docs/settings.md to standard output.")
    ] = False,
) -> None:
    """Show every setting: its variable, the value in force and what it does."""
    from dutyline.settings import load_settings, settings_page  # noqa: PLC0415 - kept out of start-up

    if markdown:
        typer.echo(settings_page(), nl=False)
        return
    for name, value in load_settings():
        typer.echo(f"DUTYLINE_{name.upper()}={'' if value is None else value}")
