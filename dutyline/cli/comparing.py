"""`dutyline compare`: the champion's answers beside the challenger's."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dutyline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from dutyline.comparing import Answer, Comparison, Difference
    from dutyline.settings import Settings


def compare(
    file: Annotated[
        str,
        typer.Argument(
            help="Note events, one JSON object a line, to judge by both; - for standard input. "
            "When left out, what workers published on Kafka is compared."
        ),
    ] = "",
    challenger: Annotated[
        str,
        typer.Option(
            help="The challenger: an alias, a version or a folder; DUTYLINE_CHALLENGER if left out."
        ),
    ] = "",
    champion: Annotated[
        str, typer.Option(help="The champion, named likewise; DUTYLINE_MODEL if left out.")
    ] = "",
    show: Annotated[int, typer.Option(min=0, help="Name so many of the incidents that differ.")] = 20,
    as_json: Annotated[  # noqa: FBT002
        bool, typer.Option("--json", help="Print everything, all incidents that differ too, as JSON.")
    ] = False,
) -> None:
    """Show in what two models' last suggestions for the same incidents differ.

    With Kafka, --champion and --challenger narrow the comparison to the answers of these
    versions.  No note's text is shown.
    """
    from dutyline.comparing import compare as put_together  # noqa: PLC0415 - kept out of start-up
    from dutyline.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    if file:
        champions, challengers = _judged(file, settings, champion, challenger)
    else:
        champions, challengers = _published(settings, champion, challenger)
    comparison = put_together(champions, challengers)
    if as_json:
        import msgspec  # noqa: PLC0415 - kept out of start-up

        sys.stdout.buffer.write(msgspec.json.encode(comparison) + b"\n")
        sys.stdout.buffer.flush()
    else:
        _print(comparison, show)


def _judged(
    file: str, settings: "Settings", champion: str, challenger: str
) -> "tuple[dict[str, Answer], dict[str, Answer]]":
    """Judge a file by both models; give each one's last answers by incident."""
    from dutyline.assembly import load_model, prepare  # noqa: PLC0415 - loading models takes a moment
    from dutyline.assess import Unread, assess  # noqa: PLC0415
    from dutyline.cli.assessing import open_lines  # noqa: PLC0415
    from dutyline.comparing import latest_revisions, read_answer  # noqa: PLC0415
    from dutyline.desk import Desk  # noqa: PLC0415
    from dutyline.suggestion.event import encode  # noqa: PLC0415

    name = challenger or settings.challenger
    if not name:
        message = "there is no challenger to judge the file by; name one with --challenger"
        raise SettingsError(message)
    grounds = prepare(settings)
    models = [load_model(each, settings) for each in (champion or settings.model, name)]
    with open_lines(file) as source:
        lines = list(source)
    found = []
    for model in models:
        judged = list(assess(lines, Desk(grounds.judge(model), settings.limits), ""))
        answers = [read_answer(encode(item)) for item in judged if not isinstance(item, Unread)]
        found.append(latest_revisions(answer for answer in answers if answer is not None))
    unread = sum(isinstance(item, Unread) for item in judged)
    if unread:
        typer.echo(f"{unread} lines could not be read; `dutyline assess` tells which and why", err=True)
    return found[0], found[1]


def _published(
    settings: "Settings", champion: str, challenger: str
) -> "tuple[dict[str, Answer], dict[str, Answer]]":
    """Read both topics; give each model's last answers by incident."""
    from dutyline.comparing import furthest_through, latest_revisions  # noqa: PLC0415 - kept out of start-up
    from streams.clients import connection_of  # noqa: PLC0415
    from streams.suggested import read_values  # noqa: PLC0415

    connection = connection_of(settings)
    ours = _answers(read_values(connection, settings.topic_suggestions), settings.topic_suggestions, champion)
    theirs = _answers(read_values(connection, settings.topic_shadow), settings.topic_shadow, challenger)
    return latest_revisions(ours), furthest_through(theirs)


def _answers(values: "Iterable[bytes | None]", topic: str, version: str) -> "Iterator[Answer]":
    """Read suggestions, those of one version where one is named."""
    from dutyline.comparing import read_answer  # noqa: PLC0415 - kept out of start-up

    unread = 0
    for value in values:
        answer = read_answer(value)
        if answer is None:
            unread += 1
        elif version in {"", answer.versions.model, answer.versions.model.partition("+")[0]}:
            yield answer
    if unread:
        typer.echo(f"{unread} records of {topic} are no suggestions and were left out", err=True)


def _print(comparison: "Comparison", show: int) -> None:
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up

    terminal = Console(highlight=False, markup=False)
    terminal.print(
        f"{comparison.incidents} incidents that both answered, "
        f"{comparison.champion_only} that only the champion did, "
        f"{comparison.challenger_only} only the challenger"
    )
    for role, models in (
        ("champion", comparison.champion_models),
        ("challenger", comparison.challenger_models),
    ):
        named = ", ".join(f"{model} ({count})" for model, count in models.items())
        terminal.print(f"{role}: {named or 'none'}", soft_wrap=True)
    if not comparison.incidents:
        return
    terminal.print(_differing_table(comparison))
    terminal.print(_responses_table(comparison))
    terminal.print(
        f"Police would no longer go to {len(comparison.loses_police)} incidents, "
        f"and would newly go to {len(comparison.gains_police)}",
        style="bold",
    )
    for difference in _gravest_first(comparison)[:show]:
        terminal.print(_line(difference), soft_wrap=True)
    if (more := len(comparison.differences) - show) > 0:
        terminal.print(f"... and {more} more that differ; --show {len(comparison.differences)} or --json")


def _differing_table(comparison: "Comparison") -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415 - kept out of start-up

    table = Table("differs in", title="Incidents that differ")
    table.add_column("incidents", justify="right")
    table.add_column("share", justify="right")
    table.add_row("anything", *_share(len(comparison.differences), comparison.incidents), style="bold")
    for aspect, count in comparison.differing.items():
        table.add_row(aspect, *_share(count, comparison.incidents))
    return table


def _share(count: int, whole: int) -> tuple[str, str]:
    return str(count), f"{count / whole:.1%}"


def _responses_table(comparison: "Comparison") -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415 - kept out of start-up

    counts = {(one, other): count for one, other, count in comparison.responses}
    names = sorted({name for pair in counts for name in pair})
    table = Table("champion \\ challenger", title="Responses (a column is the challenger's of that number)")
    for number in range(1, len(names) + 1):
        table.add_column(str(number), justify="right")
    for number, row in enumerate(names, start=1):
        table.add_row(f"{number} {row}", *(str(counts.get((row, column), "")) for column in names))
    return table


def _gravest_first(comparison: "Comparison") -> "list[Difference]":
    """Put those that would lose police before all others."""
    return sorted(
        comparison.differences,
        key=lambda each: (not each.loses_police, not each.gains_police, each.incident_id),
    )


def _line(difference: "Difference") -> str:
    aspects = "; ".join(
        f"{name}: {_plain(champion)} -> {_plain(challenger)}"
        for name, (champion, challenger) in difference.aspects.items()
    )
    return f"{difference.incident_id}  {aspects}"


def _plain(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
