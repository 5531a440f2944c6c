"""`dutyline release` and `dutyline releases`: which trained model is in use, since when and why."""

import os
import sys
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dutyline.errors import CorpusError, ModelError, SettingsError
from models.notice import Notice, Role, encode, key_of

if TYPE_CHECKING:
    from dutyline.settings import Settings
    from models.manifest import Manifest
    from models.register import Entry, Release

ModelsDir = Annotated[
    Path | None,
    typer.Option(help="Folder with aliases.json and releases; DUTYLINE_MODELS_DIR when left out."),
]


def release(  # noqa: PLR0917 - typer passes them by name
    candidate: Annotated[
        str, typer.Argument(help="Folder of a trained model, or a version that is in the models folder.")
    ],
    role: Annotated[
        Role, typer.Option("--as", help="champion, which decides, or challenger, which only runs beside it.")
    ] = "challenger",
    because: Annotated[
        str, typer.Option(help="Release it whatever speaks against it, for this reason.")
    ] = "",
    by: Annotated[str, typer.Option(help="Who releases it; who is logged in when left out.")] = "",
    announce: Annotated[  # noqa: FBT002
        bool, typer.Option("--announce/--no-announce", help="Tell the workers on Kafka, who then take it up.")
    ] = False,
    aside: Annotated[
        list[Path] | None,
        typer.Option(
            help="A JSONL file of labelled incidents kept aside, the same as given to train; may be given "
            "again. The shipped ones when left out."
        ),
    ] = None,
    models_dir: ModelsDir = None,
) -> None:
    """Release a trained model: measure it beside the champion, and keep it for good.

    A model that is worse where it matters is refused, each reason with both figures; with
    --because it is released all the same, and the reason stands on its card and in the
    register.  To go back, release the older version as the champion.
    """
    from dutyline.assembly import models_folder  # noqa: PLC0415 - scikit-learn takes a moment
    from dutyline.settings import load_settings  # noqa: PLC0415
    from models.card import figures, together  # noqa: PLC0415
    from models.registry import publish  # noqa: PLC0415
    from training.corpus import aside_files, read, shipped_files  # noqa: PLC0415
    from training.decision import decide  # noqa: PLC0415

    who = _one_line(by) or _user()
    settings = load_settings()
    root = models_dir or models_folder(settings)
    folder = _folder(candidate, root)
    if announce:
        _check_topic(settings)
    kept_aside = aside or aside_files()
    if not kept_aside:
        message = "no incidents are kept aside, so nothing can be measured; restore training/corpus/aside"
        raise CorpusError(message)
    decision = decide(
        folder,
        root,
        aside=read(kept_aside),
        shipped=read(shipped_files()),
        because=_one_line(because) or None,
    )
    typer.echo(figures(decision) + "\n\n" + together(decision))
    for remark in decision.remarks:
        typer.echo(remark)
    if decision.outcome == "refused":
        for finding in decision.findings:
            typer.echo(f"Against it: {finding}")
        version = decision.candidate.manifest.version
        message = (
            f"{version} is not released, for {len(decision.findings)} reasons above, the first: "
            f"{decision.findings[0]} To release it all the same, say why with --because"
        )
        raise ModelError(message)
    for finding in decision.findings:
        typer.echo(f"Overridden: {finding}")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    place, entry = publish(folder, root, role, decision, by=who, at=at)
    typer.echo(f"{place}: released as {entry.role}, in place of {entry.previous or 'nothing'}")
    if announce:
        _announce(settings, entry)
        typer.echo(f"Announced on {settings.topic_models}, and confirmed")
    else:
        typer.echo(
            f"Workers were not told: those that follow {settings.topic_models} stay with what was announced "
            "last, also when they start again; the same command with --announce tells them"
        )


def releases(models_dir: ModelsDir = None) -> None:
    """List every release: its aliases, when and how it was released, its key figures, its files.

    The figures are those on the kept-aside incidents, from when it was trained: how many of the
    true ones are missed (need police, weapon), and how many mental-health crises get a yes.
    """
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up
    from rich.table import Table  # noqa: PLC0415

    from dutyline.assembly import models_folder  # noqa: PLC0415
    from dutyline.settings import load_settings  # noqa: PLC0415
    from models.register import read_register  # noqa: PLC0415
    from models.register import releases as all_releases  # noqa: PLC0415

    root = models_dir or models_folder(load_settings())
    if not root.is_dir():
        message = f"{root}: there is no such folder; give the one with aliases.json and releases"
        raise ModelError(message)
    table = Table(box=None, pad_edge=False)
    for heading in (
        "version",
        "aliases",
        "released",
        "by",
        "decision",
        "incidents",
        "police missed",
        "crisis found",
        "files",
    ):
        table.add_column(heading, overflow="fold", no_wrap=heading in {"version", "aliases", "released"})
    found = all_releases(root)
    for item in found:
        table.add_row(*_row(item))
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    Console(highlight=False, markup=False, width=width).print(table)
    for number in read_register(root).unreadable:
        typer.echo(f"{root / 'register.jsonl'} line {number}: cannot be read; it was cut short", err=True)
    wrong = [item.version for item in found if _is_wrong(item)]
    if wrong:
        message = (
            f"{', '.join(wrong)}: in use or registered, and the files are not those of the register; install "
            "them again from where releases are kept"
        )
        raise ModelError(message)


_PIPED_WIDTH: Final = 120
_DAY: Final = len("2026-11-24")


def _row(item: "Release") -> tuple[str, ...]:
    last = item.history[-1] if item.history else None
    return (
        item.version,
        ", ".join(item.aliases) or "-",
        last.at[:_DAY] if last else "-",
        last.by if last else "-",
        last.decision if last else "-",
        str(item.manifest.incidents) if item.manifest else "-",
        _figure(item.manifest, "needs_police", "missed"),
        _figure(item.manifest, "mental_health", "recall"),
        item.files,
    )


def _figure(manifest: "Manifest | None", output: str, name: str) -> str:
    if manifest is None or not manifest.kept_aside or output not in manifest.kept_aside:
        return "-"
    return f"{getattr(manifest.kept_aside[output], name):.3f}"


def _is_wrong(item: "Release") -> bool:
    return item.files == "changed" or (item.files == "missing" and bool(item.aliases))


def _folder(candidate: str, root: Path) -> Path:
    """The candidate's folder, as `DUTYLINE_MODEL` names one, or without a slash where it is one."""
    from models.store import locate  # noqa: PLC0415 - scikit-learn takes a moment

    if os.sep in candidate:
        return Path(candidate)
    under_root = locate(candidate, root=root)
    return Path(candidate) if Path(candidate).is_dir() and not under_root.exists() else under_root


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError, ImportError):
        message = "nobody is logged in by name here; say who releases it with --by"
        raise SettingsError(message) from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _check_topic(settings: "Settings") -> None:
    """See that an announcement could be made, before anything is released."""
    from streams.clients import connection_of, count_partitions  # noqa: PLC0415 - kept out of start-up

    count_partitions(connection_of(settings), settings.topic_models)


def _announce(settings: "Settings", entry: "Entry") -> None:
    """Publish the notice of a release, and wait until Kafka has it.

    Raises:
        BrokerError: Kafka did not take it, or did not say so.
    """
    from streams.clients import broker_errors, connection_of, producer  # noqa: PLC0415 - kept out of start-up

    notice = Notice(
        version=entry.version,
        role=entry.role,
        manifest_sha256=entry.manifest_sha256,
        model_sha256=entry.model_sha256,
        released_at=entry.at,
    )
    connection = connection_of(settings)
    doing = f"announce {entry.version}, which is released (run the same again to announce it),"
    with broker_errors(connection, doing):
        sender = producer(connection)
        try:
            sent = sender.send(settings.topic_models, value=encode(notice), key=key_of(notice))
            sent.get(settings.send_timeout)
        finally:
            sender.close(timeout=settings.send_timeout)
