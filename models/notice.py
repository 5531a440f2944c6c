"""The notice that a model was released, and which of several notices stands.

A notice on `models.released` names a release and the SHA-256 of its two files.  It never
carries the model: unpickling runs what is in a file, and a topic is a place that many can
write to.  The files come from the models folder on the reader's own disk.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from dutyline.errors import ModelError

Role = Literal["champion", "challenger"]

NOTICE_BYTES_MAX: Final = 4096
"""A notice has about 300 bytes; what is far larger is something else."""

_NAME: Final = r"^[0-9A-Za-z][0-9A-Za-z.+_-]{0,127}$"
_SHA256: Final = r"^[0-9a-f]{64}$"
_IDENTITY_DIGITS: Final = 12
_WRONG_MAX: Final = 120
"""Characters of what is said of a bad notice, since that can repeat a value of it."""


class Notice(Struct, frozen=True, kw_only=True):
    """That a release is to be taken up.  Fields not listed here are kept out of the way."""

    version: Annotated[str, Meta(pattern=_NAME)]
    role: Role
    manifest_sha256: Annotated[str, Meta(pattern=_SHA256)]
    model_sha256: Annotated[str, Meta(pattern=_SHA256)]
    released_at: Annotated[str, Meta(max_length=40)]
    """ISO 8601 with an offset."""

    @property
    def identity(self) -> str:
        """The `version` of a classifier that is loaded from these very files."""
        return f"{self.version}+{self.manifest_sha256[:_IDENTITY_DIGITS]}"


encode: Final = msgspec.json.Encoder().encode
"""Encode a notice to the bytes that are published, under `key_of` it."""

_decode: Final = msgspec.json.Decoder(Notice).decode


def key_of(notice: Notice) -> bytes:
    """The key of a notice's record."""
    return notice.version.encode()


def decode(value: bytes, key: bytes | None) -> Notice:
    """Read a notice from its record.

    Raises:
        ModelError: it is none; says what is wrong with it.
    """
    if len(value) > NOTICE_BYTES_MAX:
        raise ModelError(f"{len(value)} bytes are too many for a notice; {NOTICE_BYTES_MAX} are allowed")
    try:
        notice = _decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        wrong = " ".join(str(error).split())[:_WRONG_MAX]
        raise ModelError(f"this is no notice of a release ({wrong}); publish it again") from error
    if not re.fullmatch(_NAME, notice.version):  # a pattern's `$` lets a line's end pass
        raise ModelError("the version is no model's version; give letters, digits, dots and dashes")
    if key != key_of(notice):
        raise ModelError("its key is not its version; publish it under its version")
    if not _has_offset(notice.released_at):
        raise ModelError("released_at is not ISO 8601 with an offset; for example 2026-11-23T14:03:05+00:00")
    return notice


def named_by(key: bytes | None) -> str | None:
    """The version that a record's key names, where it may be shown."""
    text = (key or b"").decode("utf-8", "replace")
    return text if re.fullmatch(_NAME, text) else None


def _has_offset(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False


class Notices:
    """The notices that stand: the newest of each version, as compaction leaves them.

    So a process that followed the topic and one that reads it afterwards agree.
    """

    def __init__(self) -> None:
        self._newest: dict[str, Notice] = {}

    def put(self, notice: Notice) -> None:
        """Take the newest notice of a version."""
        self.withdraw(notice.version)
        self._newest[notice.version] = notice

    def withdraw(self, version: str) -> None:
        """Forget a version: its record was deleted."""
        self._newest.pop(version, None)

    def standing(self, role: Role) -> Iterator[Notice]:
        """Give the notices for a role, the newest first.

        A challenger stands only until the next champion: it was to be compared with the one before.
        """
        for notice in reversed(self._newest.values()):
            if notice.role == role:
                yield notice
            elif role == "challenger":
                return
