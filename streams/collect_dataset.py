"""A collected data set on disk: `dataset.json`, which vouches for the files beside it.

The notes are about people in crisis, so the folder is 0700 and every file 0600.
`dataset.json` is written last: a folder without it is not finished.
"""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from dutyline.errors import DataError

NOTES: Final = "notes.jsonl"
OUTCOMES: Final = "outcomes.jsonl"
INCIDENTS: Final = "incidents.jsonl"
ABOUT: Final = "dataset.json"

_IGNORE: Final = ".gitignore"
"""Keeps a folder that lies in a repository out of it."""

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600


class PartitionRead(Struct, frozen=True):
    """What was read of a partition: `begin` to before `end`; its first and last record, if any."""

    partition: int
    begin: int
    end: int
    first: int | None
    last: int | None
    records: int


class TopicRead(Struct, frozen=True):
    """What was read of a topic."""

    topic: str
    partitions: list[PartitionRead]


class Counts(Struct, frozen=True):
    """What the records were."""

    note_records: int
    notes: int
    incidents: int
    notes_repeated: int
    notes_under_wrong_key: int
    notes_not_sent_home: int
    notes_rejected: dict[str, int]
    outcome_records: int
    outcomes: int
    outcomes_repeated: int
    outcomes_of_other_incidents: int
    outcomes_rejected: dict[str, int]
    incidents_closed: int
    dispositions_unknown: int
    weak_labels: dict[str, int]


class FileOf(Struct, frozen=True):
    """A file of the data set."""

    bytes: int
    sha256: str


class Dataset(Struct, frozen=True, kw_only=True):
    """What a data set holds, where it came from, and the hashes of its files.

    `sha256` is over everything here but itself and `created_at`: equal for equal data.
    """

    format: int = 1
    created_at: str
    sha256: str = ""
    software: str
    dispositions: str
    notes: TopicRead
    outcomes: TopicRead
    again: list[str]
    """The options that collect the same data again."""
    counts: Counts
    files: dict[str, FileOf]

    def sealed(self) -> "Dataset":
        """The same with its hash."""
        return msgspec.structs.replace(self, sha256=self._digest())

    def holds(self) -> bool:
        """Tell whether its hash is its own."""
        return self.sha256 == self._digest()

    def _digest(self) -> str:
        bare = msgspec.structs.replace(self, created_at="", sha256="")
        return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()


class Folder:
    """A data set's folder while it is written; what was begun and not finished is removed.

    Args:
        path: a folder that is new or empty.

    Raises:
        DataError: the folder holds something, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written: list[str] = []
        try:
            path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise DataError(f"{path} is not empty; collect into a folder of its own")
            path.chmod(_FOLDER_MODE)
        except OSError as error:
            raise _unwritable(path, error) from error
        self.write(_IGNORE, [b"*"])

    def write(self, name: str, lines: Iterable[bytes]) -> FileOf:
        """Write a file of lines, which only its owner can read.

        Raises:
            DataError: it cannot be written.
        """
        digest, size = hashlib.sha256(), 0
        try:
            descriptor = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
            self._written.append(name)
            with os.fdopen(descriptor, "wb") as file:
                for line in lines:
                    digest.update(line + b"\n")
                    size += file.write(line + b"\n")
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            raise _unwritable(self.path / name, error) from error
        return FileOf(size, digest.hexdigest())

    def finish(self, dataset: Dataset) -> Dataset:
        """Write `dataset.json`, sealed; gives it.

        Raises:
            DataError: it cannot be written.
        """
        sealed = dataset.sealed()
        text = msgspec.json.format(msgspec.json.encode(sealed), indent=2)
        self.write(ABOUT, text.splitlines())
        return sealed

    def discard(self) -> None:
        """Remove what was written, and the folder if nothing else is in it."""
        with suppress(OSError):
            for name in self._written:
                (self.path / name).unlink(missing_ok=True)
            self.path.rmdir()


def read_dataset(path: Path) -> Dataset:
    """Read a folder's `dataset.json`, and hold every file to its hash.

    Raises:
        DataError: the folder is no finished data set, or a file is not what it vouches for.
    """
    try:
        dataset = msgspec.json.decode((path / ABOUT).read_bytes(), type=Dataset)
    except OSError as error:
        raise DataError(f"{path} holds no finished data set; `dutyline collect` makes one") from error
    except msgspec.MsgspecError as error:
        raise DataError(f"{path / ABOUT} is damaged or of other software; collect the data again") from error
    for name, file in dataset.files.items():
        if not dataset.holds() or _sha256(path / name) != file.sha256:
            raise DataError(
                f"{path / name} is not what was collected (sha256 differs); collect the data again"
            )
    return dataset


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(f"{path}: {(error.strerror or 'cannot be written').lower()}; give a folder to write to")
