"""The table of abbreviations that a model is trained with."""

from pathlib import Path
from typing import Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dutyline.errors import DataError

TABLE: Final = Path(__file__).with_name("abbreviations.yaml")


Meanings = dict[str, str]
"""The full words for each lower-case token."""


class Abbreviations(NamedTuple):
    """What abbreviations stand for: everywhere, and at each agency that has meanings of its own."""

    common: Meanings
    agencies: dict[str, Meanings]
    """By agency, the common meanings with its own in their place."""


def abbreviations(table: Path = TABLE) -> Abbreviations:
    """Read what abbreviations stand for.

    Args:
        table: the YAML file, with `common` and `agencies`.

    Raises:
        DataError: the file cannot be read, or is not such a table.
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
    common, agencies = content.get("common") or {}, content.get("agencies") or {}
    if not isinstance(common, dict) or not isinstance(agencies, dict):
        message = f"{table.name}: `common` and `agencies` are to be tables"
        raise DataError(message)
    return Abbreviations(
        _checked(common, table),
        {agency: _checked({**common, **own}, table) for agency, own in sorted(agencies.items())},
    )


def _checked(meanings: dict[str, str], table: Path) -> Meanings:
    for token, words in meanings.items():
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
    return dict(sorted(meanings.items()))
