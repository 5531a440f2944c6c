"""The table of concepts: kinds of words that tell the same kind of thing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dutyline.errors import DataError
from models.words import WordReader, stem

TABLE: Final = Path(__file__).with_name("concepts.yaml")

_PAIR: Final = 2


class Concepts(NamedTuple):
    """The concepts that words stand for, by the stem of a word or of two words near each other."""

    single: Mapping[str, tuple[str, ...]]
    double: Mapping[tuple[str, str], tuple[str, ...]]


def concepts(abbreviations: Mapping[str, str], table: Path = TABLE) -> Concepts:
    """Read the table, each word as a note's words are read.

    Args:
        abbreviations: what abbreviations stand for; an entry such as `od` counts as what it
            stands for, as it does in a note.
        table: the YAML file: for each concept its words and pairs of words.

    Raises:
        DataError: the file cannot be read, is not such a table, or an entry has more than
            two words.
    """
    try:
        content = YAML(typ="safe").load(table)
    except (OSError, YAMLError) as error:
        message = f"{table.name}: the concepts cannot be read; mend the YAML"
        raise DataError(message) from error
    if not isinstance(content, dict) or not all(isinstance(words, str) for words in content.values()):
        message = f"{table.name}: not a table of concepts; give each concept a text of words"
        raise DataError(message)
    reader = WordReader(abbreviations)
    found: dict[tuple[str, ...], set[str]] = {}
    for concept, listed in content.items():
        for entry in listed.split():
            stems = tuple(stem(word.text) for word in reader.words(entry.replace("_", " ")))
            if not 1 <= len(stems) <= _PAIR:
                message = (
                    f"{table.name}: {concept}: {entry!r} reads as {len(stems)} words; give one word, or "
                    "two joined by `_`"
                )
                raise DataError(message)
            found.setdefault(stems, set()).add(concept)
    single = {stems[0]: tuple(sorted(names)) for stems, names in sorted(found.items()) if len(stems) == 1}
    double = {
        (stems[0], stems[1]): tuple(sorted(names))
        for stems, names in sorted(found.items())
        if len(stems) == _PAIR
    }
    return Concepts(single, double)
