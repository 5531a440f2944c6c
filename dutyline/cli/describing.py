"""`dutyline schema` and `dutyline settings`: what the code says of itself."""

from pathlib import Path
from typing import Annotated

import typer

from dutyline.errors import DutylineError


def schema(
    event: Annotated[str, typer.Argument(help="note or suggestion; both when left out.")] = "",
    write: Annotated[
        Path | None, typer.Option("--write", help="Write NAME.schema.json files into this folder.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", help="Fail unless this folder holds the current schemas.")
    ] = None,
) -> None:
    """Print the JSON Schema of the events, or write or check their files."""
    from dutyline.schema import EVENTS, schema_text  # noqa: PLC0415 - kept out of start-up

    if event and event not in EVENTS:
        message = f"no event is called {event!r}; choose from {', '.join(EVENTS)}"
        raise DutylineError(message)
    for name in [event] if event else list(EVENTS):
        text = schema_text(name)
        if write is not None:
            write.mkdir(parents=True, exist_ok=True)
            (write / f"{name}.schema.json").write_text(text, encoding="utf-8")
        elif check is not None:
            file = check / f"{name}.schema.json"
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                message = f"{file} is out of date; run `dutyline schema --write {check}`"
                raise DutylineError(message)
        else:
            typer.echo(text, nl=False)


def settings(
    markdown: Annotated[  # noqa: FBT002
        bool, typer.Option("--markdown", help="As the table of docs/settings.md, with defaults.")
    ] = False,
) -> None:
    """Show every setting: its variable, the value in force and what it does."""
    from dutyline.settings import Settings, load_settings  # noqa: PLC0415 - kept out of start-up

    current = load_settings()
    for name, field in Settings.model_fields.items():
        variable = f"DUTYLINE_{name.upper()}"
        if markdown:
            default = "(unset)" if field.default is None else field.default
            typer.echo(f"| `{variable}` | `{default}` | {field.description} |")
        else:
            typer.echo(f"{variable}={getattr(current, name)}  # {field.description}")
