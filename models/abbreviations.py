"""The table of abbreviations that a model is trained with."""

from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dutyline.errors import DataError

TABLE: Final = Path(__file__).with_name("abbreviations.yaml")


def abbreviations(agency: str | None = None, table: Path = TABLE) -> dict[str, str]:
    """Read what abbreviations stand for.

    Args:
        agency: also take this agency's own meanings, which replace the common ones.
        table: the YAML file, with `common` and `agencies`.

    Returns:
        The full words for each lower-case token.

    Raises:
        DataError: the file cannot be read, is not such a table, or does not know the agency.
    """
    try:
        content = YAML(typ="safe").load(table)
    except (OSError, YAMLError) as error:
        where = getattr(getattr(error, "problem_mark", None), "line", None)
        line = "" if where is None else f", line {where + 1}"
        message = f"{table.name}{line}: the abbreviations cannot be read; mend the YAML"
        raise DataError(message) from error
    if not isinstance(content, dict):
        message = f"{table.name}: not a table of abbreviations; give it the keys `common` and `agencies`"
        raise DataError(message)
    agencies = content.get("agencies") or {}
    if agency is not None and agency not in agencies:
        message = f"{table.name}: no agency {agency!r}; add it under `agencies`, or train without one"
        raise DataError(message)
    merged = {**(content.get("common") or {}), **(agencies[agency] if agency else {})}
    for token, words in merged.items():
        if (
            not isinstance(token, str)
            or not isinstance(words, str)
            or token != token.lower()
            or not words.split()
        ):
            message = (
                f"{table.name}: {token!r} needs a lower-case token in quotes and the words it stands for"
            )
            raise DataError(message)
    return dict(sorted(merged.items()))
