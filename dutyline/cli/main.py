"""The command line's entry: finds the command, and turns errors into one plain line."""

import sys
import traceback
from typing import Annotated

import typer
from typer.exceptions import TyperException

from dutyline import __version__
from dutyline.cli import assessing, collecting, comparing, describing, drifting, offline, releasing, streaming
from dutyline.errors import DutylineError

app = typer.Typer(
    name="dutyline",
    help="Suggests who should go while a 911 call-taker is still typing. It suggests; a person decides.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("assess")(assessing.assess)
app.command("worker")(streaming.worker)
app.command("feed")(streaming.feed)
app.command("demo")(streaming.demo)
app.command("topics")(streaming.topics)
app.command("collect")(collecting.collect)
app.command("drift")(drifting.drift)
app.command("train")(offline.train)
app.command("evaluate")(offline.evaluate)
app.command("release")(releasing.release)
app.command("releases")(releasing.releases)
app.command("compare")(comparing.compare)
app.command("schema")(describing.schema)
app.command("settings")(describing.settings)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"dutyline {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: FBT002
    version: Annotated[  # noqa: FBT002
        bool, typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options of every command."""
    del debug, version


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exits with 0 on success, 1 on failure, 2 on a wrong call, 3 on drift."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        status = app(given, prog_name="dutyline", standalone_mode=False)
    except TyperException as error:
        _fail(error.format_message(), error.exit_code)
    except DutylineError as error:
        if "--debug" in given:
            traceback.print_exc()
        _fail(str(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        _fail("stopped", 130)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except Exception as error:  # noqa: BLE001 - the last resort before a traceback
        if "--debug" in given:
            traceback.print_exc()
        _fail(
            f"{type(error).__name__}: this is a fault in Dutyline; run `dutyline --debug ...` to see where", 1
        )
    raise SystemExit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int) -> None:
    typer.echo(f"dutyline: {' '.join(message.split())}", err=True)
    raise SystemExit(status)
