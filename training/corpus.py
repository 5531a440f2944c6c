"""The labelled corpus: one incident a line, with its notes in the order they were typed."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from dutyline.errors import CorpusError
from dutyline.judgement.types import IncidentText, Line
from dutyline.notes.kinds import recognise
from dutyline.vocabulary import LABELS, OUTPUTS

CORPUS: Final = Path(__file__).with_name("corpus")
"""The incidents that ship with Dutyline, all written for it: nobody's real call."""


class Entry(msgspec.Struct, frozen=True):
    """A line of a corpus file; fields beyond these are not read."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    notes: Annotated[list[Annotated[str, msgspec.Meta(min_length=1)]], msgspec.Meta(min_length=1)]
    labels: list[str]
    call_type: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledIncident:
    """An incident and what is true of it, judged on all its notes."""

    id: str
    text: IncidentText
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled incidents in order of their ids, and the hash of all that was read of them."""

    incidents: tuple[LabelledIncident, ...]
    sha256: str
    files: int


def shipped_files() -> list[Path]:
    """The corpus files that ship with Dutyline, in order."""
    return sorted(CORPUS.glob("*.jsonl"))


def read(paths: Iterable[Path]) -> Corpus:
    """Read labelled incidents from JSONL files.

    The hash is over the content, so it is the same however the files are ordered or split.

    Raises:
        CorpusError: a file cannot be read, a line is not a labelled incident, a label or id
            is wrong, or there are no incidents.
    """
    entries: dict[str, Entry] = {}
    seen: dict[str, str] = {}
    paths = list(paths)
    for path in paths:
        for where, entry in _entries(path):
            if entry.id in seen:
                message = (
                    f"{where}: the id {entry.id!r} is already at {seen[entry.id]}; give each incident its own"
                )
                raise CorpusError(message)
            seen[entry.id] = where
            entries[entry.id] = entry
    if not entries:
        names = ", ".join(path.name for path in paths) or "no files given"
        message = f"the corpus is empty ({names}); give at least one file with labelled incidents"
        raise CorpusError(message)
    ordered = [entries[key] for key in sorted(entries)]
    return Corpus(tuple(_incident(entry) for entry in ordered), _sha256(ordered), len(paths))


def check_trainable(corpus: Corpus, least: int) -> None:
    """Refuse a corpus that cannot teach an output both of its answers.

    Args:
        corpus: what was read.
        least: how many true and how many false incidents every output needs.

    Raises:
        CorpusError: an output has too few of either.
    """
    counts = Counter(label for incident in corpus.incidents for label in incident.labels)
    for output in OUTPUTS:
        true = counts[output]
        for answer, have in (("true", true), ("false", len(corpus.incidents) - true)):
            if have < least:
                message = (
                    f"{output}: {have} of {len(corpus.incidents)} incidents are {answer}, training needs at "
                    f"least {least}; add labelled incidents"
                )
                raise CorpusError(message)


def _entries(path: Path) -> Iterator[tuple[str, Entry]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        message = (
            f"{path}: {(error.strerror or 'unreadable').lower()}; give a JSONL file of labelled incidents"
        )
        raise CorpusError(message) from error
    decoder = msgspec.json.Decoder(Entry)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        try:
            entry = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            message = f"{where}: not a labelled incident ({error}); mend the JSON"
            raise CorpusError(message) from error
        unknown = sorted(set(entry.labels) - set(LABELS))
        if unknown:
            message = f"{where}: unknown label {unknown[0]!r}; the labels are {', '.join(LABELS)}"
            raise CorpusError(message)
        yield where, entry


def _incident(entry: Entry) -> LabelledIncident:
    lines = tuple(
        Line(f"{entry.id}-{number}", note, recognise(note)) for number, note in enumerate(entry.notes, 1)
    )
    text = IncidentText(lines, entry.call_type)
    return LabelledIncident(entry.id, text, frozenset(entry.labels))


def _sha256(entries: list[Entry]) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        content = [entry.id, entry.call_type, entry.notes, sorted(set(entry.labels))]
        digest.update(msgspec.json.encode(content) + b"\n")
    return digest.hexdigest()
