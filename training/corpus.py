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
from training.weak import HUMAN_LABELS_MISSING

CORPUS: Final = Path(__file__).with_name("corpus")
"""The incidents that ship with Dutyline, all written for it: nobody's real call."""

ASIDE: Final = CORPUS / "aside"
"""Those of them that are kept aside: no model learns from them and no threshold is chosen on them."""

STRESS: Final = CORPUS / "stress"
"""Incidents in which the usual words of a crisis and a crisis come apart on purpose: measured on, never
learnt from, since they would teach that a diagnosis speaks against a crisis."""

_ASIDE_SHARE: Final = 5
"""One incident in so many is kept aside."""


class Entry(msgspec.Struct, frozen=True):
    """A line of a corpus file; fields beyond these are not read."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    notes: Annotated[list[Annotated[str, msgspec.Meta(min_length=1)]], msgspec.Meta(min_length=1)]
    labels: list[str]
    undecided: list[str] = []
    """Outputs that nobody could tell from the notes; all others not in `labels` are false."""
    call_type: str | None = None
    region: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledIncident:
    """An incident and what is true of it, judged on all its notes."""

    id: str
    text: IncidentText
    labels: frozenset[str]
    undecided: frozenset[str] = frozenset()
    region: str | None = None
    source: str = ""
    """The file that it was read from, without its ending."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled incidents in order of their ids, and the hash of all that was read of them."""

    incidents: tuple[LabelledIncident, ...]
    sha256: str
    files: int


def shipped_files() -> list[Path]:
    """The corpus files that ship with Dutyline to train on, in order."""
    return sorted(CORPUS.glob("*.jsonl"))


def aside_files() -> list[Path]:
    """The corpus files that are kept aside, in order."""
    return sorted(ASIDE.glob("*.jsonl"))


def stress_files() -> list[Path]:
    """The corpus files that are there to measure on only, in order."""
    return sorted(STRESS.glob("*.jsonl"))


def belongs_aside(incident_id: str) -> bool:
    """Whether an incident is to be kept aside; decided by its id alone, before anyone reads it."""
    digest = hashlib.sha256(incident_id.encode()).digest()
    return digest[-1] % 2 == 1 and digest[-2] % _ASIDE_SHARE < 2  # noqa: PLR2004 - two fifths of a half


def check_apart(corpus: Corpus, aside: Corpus) -> None:
    """Refuse a corpus that shares incidents with the one kept aside.

    Raises:
        CorpusError: an id, or all the words of an incident, are in both.
    """
    ids = {incident.id for incident in aside.incidents}
    words = {_words(incident): incident.id for incident in aside.incidents}
    for incident in corpus.incidents:
        if incident.id in ids:
            message = (
                f"the incident {incident.id!r} is in training and kept aside; take it out of one of them"
            )
            raise CorpusError(message)
        if twin := words.get(_words(incident)):
            message = (
                f"the incident {incident.id!r} has the same notes as {twin!r}, which is kept aside; "
                "take one out"
            )
            raise CorpusError(message)


def _words(incident: LabelledIncident) -> str:
    return " ".join(" ".join(line.text for line in incident.text.lines).lower().split())


def read(paths: Iterable[Path]) -> Corpus:
    """Read labelled incidents from JSONL files.

    The hash is over the content, so it is the same however the files are ordered or split.

    Raises:
        CorpusError: a file cannot be read, a line is not a labelled incident, a label or id
            is wrong, or there are no incidents.
    """
    entries: dict[str, Entry] = {}
    sources: dict[str, str] = {}
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
            sources[entry.id] = path.stem
    if not entries:
        names = ", ".join(path.name for path in paths) or "no files given"
        message = f"the corpus is empty ({names}); give at least one file with labelled incidents"
        raise CorpusError(message)
    ordered = [entries[key] for key in sorted(entries)]
    return Corpus(
        tuple(_incident(entry, sources[entry.id]) for entry in ordered), _sha256(ordered), len(paths)
    )


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
        open_ = sum(output in incident.undecided for incident in corpus.incidents)
        for answer, have in (("true", true), ("false", len(corpus.incidents) - true - open_)):
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
            unjudged = b'"weak_labels"' in line and b'"labels"' not in line
            mend = HUMAN_LABELS_MISSING if unjudged else "mend the JSON"
            message = f"{where}: not a labelled incident ({error}); {mend}"
            raise CorpusError(message) from error
        _check_labels(where, entry)
        yield where, entry


def _check_labels(where: str, entry: Entry) -> None:
    for given, allowed in ((entry.labels, LABELS), (entry.undecided, OUTPUTS)):
        unknown = sorted(set(given) - set(allowed))
        if unknown:
            message = f"{where}: unknown label {unknown[0]!r}; the labels are {', '.join(allowed)}"
            raise CorpusError(message)
    both = sorted(set(entry.labels) & set(entry.undecided))
    if both:
        message = f"{where}: {both[0]!r} is both in `labels` and in `undecided`; take it out of one"
        raise CorpusError(message)


def _incident(entry: Entry, source: str) -> LabelledIncident:
    lines = tuple(
        Line(f"{entry.id}-{number}", note, recognise(note)) for number, note in enumerate(entry.notes, 1)
    )
    text = IncidentText(lines, entry.call_type, agency=entry.agency)
    labels, undecided = frozenset(entry.labels), frozenset(entry.undecided)
    return LabelledIncident(entry.id, text, labels, undecided, entry.region, source)


def _sha256(entries: list[Entry]) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        content = [
            entry.id,
            entry.call_type,
            entry.notes,
            sorted(set(entry.labels)),
            sorted(set(entry.undecided)),
        ]
        digest.update(msgspec.json.encode(content) + b"\n")
    return digest.hexdigest()
