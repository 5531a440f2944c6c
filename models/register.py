"""The register of releases, as it is read: what was released, when, by whom and why.

Under a root, beside what `models.store` reads:

    releases/VERSION/manifest.json, model.joblib   never change once VERSION is registered
    releases/VERSION/MODEL_CARD.md                 written anew at each release of VERSION
    register.jsonl                                 one line for each release, only ever added to
    aliases.json                                   what `champion` and `challenger` stand for

The card tells how a version fared, so it has to grow when the version is released in another
role.  It is therefore no part of the bytes that the manifest vouches for: its sha256 stands in
the register, in the newest line of its version.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from dutyline.errors import ModelError
from models import store
from models.manifest import MANIFEST, MODEL, Manifest
from models.notice import Role

REGISTER: Final = "register.jsonl"
CARD: Final = "MODEL_CARD.md"

FilesState = Literal["as registered", "not registered", "changed", "missing"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the register: one version was released in one role."""

    at: str
    """ISO 8601, with an offset."""
    by: str
    version: str
    role: Role
    decision: Literal["passed", "overridden"]
    findings: tuple[str, ...]
    """What spoke against it, when it was released all the same."""
    because: str | None
    previous: str | None
    """The version that had the role before."""
    manifest_sha256: str
    model_sha256: str
    card_sha256: str


@dataclass(frozen=True, slots=True)
class Register:
    """The lines of the register in order, and the numbers of those that cannot be read."""

    entries: tuple[Entry, ...]
    unreadable: tuple[int, ...]

    def of(self, version: str) -> tuple[Entry, ...]:
        """The lines of one version."""
        return tuple(entry for entry in self.entries if entry.version == version)


@dataclass(frozen=True, slots=True)
class Release:
    """A version under the root, as its files, the register and the aliases have it."""

    version: str
    aliases: tuple[str, ...]
    history: tuple[Entry, ...]
    files: FilesState
    manifest: Manifest | None
    """`None` when there is none that can be read."""


def read_register(root: Path) -> Register:
    """Read the register; empty when there is none.

    A line that cannot be read, as one that a failing disk cut short, stops nobody from going
    back to an older release: it is only told.

    Raises:
        ModelError: the file is there and cannot be read.
    """
    path = root / REGISTER
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return Register((), ())
    except OSError as error:
        message = (
            f"{path}: {(error.strerror or 'unreadable').lower()}; it holds what was released, restore it"
        )
        raise ModelError(message) from error
    decoder = msgspec.json.Decoder(Entry)
    entries, unreadable = [], []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            entries.append(decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            unreadable.append(number)
    return Register(tuple(entries), tuple(unreadable))


def refuse_if_released(folder: Path) -> None:
    """Refuse to write into the folder of a release.

    Raises:
        ModelError: the register of the root that the folder is in has its version.
    """
    folder = folder.absolute()
    if folder.parent.name == "releases" and read_register(folder.parent.parent).of(folder.name):
        message = f"{folder}: {folder.name} was released and never changes; train under another version"
        raise ModelError(message)


def releases(root: Path) -> list[Release]:
    """Every version under the root, by name, with its files compared to the register.

    Raises:
        ModelError: the register or the table of aliases cannot be read.
    """
    register, table = read_register(root), store.aliases(root)
    folder = root / "releases"
    there = {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()
    there = {name for name in there if not name.startswith(".")}
    versions = there | {entry.version for entry in register.entries} | set(table.values())
    return [
        Release(
            version=version,
            aliases=tuple(sorted(alias for alias, stands_for in table.items() if stands_for == version)),
            history=register.of(version),
            files=_files_state(folder / version, register.of(version)),
            manifest=_manifest_or_none(version, root),
        )
        for version in sorted(versions)
    ]


def _files_state(folder: Path, history: tuple[Entry, ...]) -> FilesState:
    try:
        found = tuple(sha256(folder / name) for name in (MANIFEST, MODEL))
        with_card = (*found, sha256(folder / CARD)) if history else found
    except OSError:
        return "missing"
    if not history:
        return "not registered"
    last = history[-1]
    right = with_card == (last.manifest_sha256, last.model_sha256, last.card_sha256)
    return "as registered" if right else "changed"


def _manifest_or_none(version: str, root: Path) -> Manifest | None:
    try:
        return store.describe(version, root=root)
    except ModelError:
        return None


def sha256(path: Path) -> str:
    """A file's sha256, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()
