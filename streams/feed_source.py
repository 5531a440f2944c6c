"""Where a feed's lines come from, and how the same file is recognised again."""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from dutyline.errors import SettingsError
from streams.clients import REQUEST_BYTES_MAX

LINE_BYTES_MAX: Final = REQUEST_BYTES_MAX + 1
"""No more than this of a line is held: one byte more than any record can carry."""


@dataclass(frozen=True, slots=True)
class FeedSource:
    """Lines to feed.

    Attributes:
        lines: with their line ends, as `lines_of` gives them.
        feed_id: what `feed` knows the file by when it goes on; `None` for standard input.
        size: bytes in all when the file was opened, if that is known.
    """

    lines: Iterable[bytes]
    feed_id: str | None
    size: int | None


@contextmanager
def open_source(path: Path | None) -> Iterator[FeedSource]:
    """Open a JSONL file, or standard input for `None` or `-`.

    Raises:
        SettingsError: the file cannot be read.
    """
    if path is None or str(path) == "-":
        yield FeedSource(lines_of(sys.stdin.buffer), None, None)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}; give a file of note events") from error
    with file:
        feed_id = _identify(path, file)
        file.seek(0, 2)
        size = file.tell()
        file.seek(0)
        yield FeedSource(lines_of(file), feed_id, size)


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Give each line with its end; of a longer one only the first `LINE_BYTES_MAX` bytes."""
    while line := file.readline(LINE_BYTES_MAX):
        yield line
        rest = line
        while len(rest) == LINE_BYTES_MAX and not rest.endswith(b"\n"):
            rest = file.readline(LINE_BYTES_MAX)


def _identify(path: Path, file: BinaryIO) -> str:
    """Name a file by its name and first line: both stay when lines are added to it.

    Two files may share both, so what was fed is compared with the file before anything is skipped.
    """
    first = file.readline(LINE_BYTES_MAX).rstrip(b"\r\n")
    return hashlib.sha256(path.name.encode("utf-8", "surrogateescape") + b"\x00" + first).hexdigest()[:32]
