"""`dutyline train` and `dutyline evaluate`: the offline side."""

from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dutyline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Corpus = Annotated[
    list[Path] | None,
    typer.Argument(help="JSONL files of labelled incidents; the shipped corpus when left out."),
]
Aside = Annotated[
    list[Path] | None,
    typer.Option(
        "--aside",
        help="A JSONL file of labelled incidents kept aside; may be given again. The shipped ones "
        "when left out.",
    ),
]
NoAside = Annotated[
    bool, typer.Option("--no-aside", help="Measure on no incidents kept aside, the shipped ones neither.")
]
Seed = Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Decides the folds; 911 when left out.")]

_REPORT_NEEDS: Final = ("jinja2", "matplotlib")


def train(
    corpus: Corpus = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the release; models/releases/VERSION when left out.")
    ] = None,
    version: Annotated[
        str, typer.Option(help="Name of the release, for example 2026.11.23-1; today's when left out.")
    ] = "",
    aside: Aside = None,
    no_aside: NoAside = False,  # noqa: FBT002
) -> None:
    """Train a release; the same incidents give the same bytes.

    Nothing is learnt from what is kept aside: only the finished release is measured on it. The
    release is not taken up by anything: `DUTYLINE_MODEL=FOLDER` tries it, and `dutyline release`
    makes it the challenger or the champion. A version that was released is never trained again.
    """
    kept_aside = _aside(aside, no_aside)
    from models.store import PACKAGE  # noqa: PLC0415 - scikit-learn takes a moment
    from training.corpus import shipped_files  # noqa: PLC0415
    from training.train import train as run  # noqa: PLC0415

    name = version or datetime.now(UTC).strftime("%Y.%m.%d-1")
    folder = out or PACKAGE / "releases" / name
    with _progress("training") as told:
        manifest = run(corpus or shipped_files(), folder, name, aside=kept_aside, progress=told)
    typer.echo(f"{folder}: release {manifest.version}, trained on {manifest.incidents} incidents")


def evaluate(  # noqa: PLR0917 - typer passes them by name
    corpus: Corpus = None,
    aside: Aside = None,
    no_aside: NoAside = False,  # noqa: FBT002
    html: Annotated[Path | None, typer.Option(help="Write a report with plots into this HTML file.")] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write every figure into this JSON file.")
    ] = None,
    seed: Seed = None,
) -> None:
    """Print what the classifier does on incidents that it never saw.

    It is cross-validated on the corpus, and a model of the whole corpus is measured on what is
    kept aside. Tables and files show figures and ids of incidents, and no note's text.
    """
    kept_aside = _aside(aside, no_aside)
    for path in (html, as_json):
        _check_folder(path)
    if html:
        _check_report()
    from training.corpus import shipped_files  # noqa: PLC0415 - scikit-learn takes a moment
    from training.evaluation import evaluate as run  # noqa: PLC0415
    from training.export import encode  # noqa: PLC0415
    from training.tables import tables  # noqa: PLC0415
    from training.train import SEED  # noqa: PLC0415

    with _progress("evaluating") as told:
        found = run(corpus or shipped_files(), kept_aside, SEED if seed is None else seed, told)
        if html:
            from training.report import report  # noqa: PLC0415 - only with the extra `offline`

            told("drawing the report", 1.0)
            page = report(found)
    if html:
        _write(html, page.encode())
    if as_json:
        _write(as_json, encode(found))
    typer.echo(tables(found))


@contextmanager
def _progress(doing: str) -> "Iterator[Callable[[str, float], None]]":
    """Show a bar on standard error, where that is a terminal; give what tells it the step and the share."""
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(doing, total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


def _aside(given: list[Path] | None, none: bool) -> list[Path]:  # noqa: FBT001 - a command's flag
    if none and given:
        message = "--aside and --no-aside exclude each other; give one of them"
        raise typer.BadParameter(message)
    if none or given:
        return given or []
    from training.corpus import aside_files  # noqa: PLC0415 - numpy takes a moment

    return aside_files()


def _check_report() -> None:
    missing = [name for name in _REPORT_NEEDS if find_spec(name) is None]
    if missing:
        message = (
            f"--html needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not "
            "installed; install them with: pip install 'dutyline[offline]' (or, in a checkout, make install)"
        )
        raise SettingsError(message)


def _check_folder(path: Path | None) -> None:
    """See that a file can be written, before anything takes minutes."""
    if path and (path.is_dir() or not path.absolute().parent.is_dir()):
        message = f"{path}: cannot be written; give a file in a folder that is there"
        raise SettingsError(message)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        message = f"{path}: {reason}; give a file that can be written"
        raise SettingsError(message) from error
    typer.echo(f"{path}: written", err=True)
