"""Releasing: keeps a version's files for good, adds to the register, sets the alias.

`models.register` tells what is where.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import msgspec

from dutyline.errors import ModelError
from models import store
from models.card import card
from models.manifest import MANIFEST, MODEL, Manifest
from models.notice import Role
from models.register import CARD, REGISTER, Entry, read_register, sha256

if TYPE_CHECKING:
    from training.decision import Decision

ALIASES: Final = "aliases.json"

_READ_ONLY: Final = 0o444
_EVERYONE_READS: Final = 0o644
_FOLDER: Final = 0o755


def publish(
    candidate: Path, root: Path, role: Role, decision: "Decision", *, by: str, at: str
) -> tuple[Path, Entry]:
    """Release a candidate: keep its files for good, enter it in the register, set the alias.

    The alias is set last and at once, so whatever fails before leaves the models in use as
    they were; releasing again then finishes what was begun.

    Args:
        candidate: its folder; may be its place under the root already.
        root: where `aliases.json` and `releases/` are; made if it is missing.
        role: the alias that it gets.
        decision: that it may be released, with the figures for its card.
        by: who releases it.
        at: when, ISO 8601 with an offset.

    Returns:
        The release's folder and its line of the register.

    Raises:
        ModelError: the decision is a refusal, or was about other files or another champion, the
            files are not what the manifest vouches for, the version is taken by others, another
            release is under way, or the root cannot be written.
    """
    if decision.outcome == "refused":
        message = (
            f"{decision.candidate.version}: a refused model cannot be released; give the reason to override"
        )
        raise ModelError(message)
    with _locked(root) as register_file:
        known = read_register(root)
        _refuse_if_moved(decision, root)
        _refuse_beside_itself(decision, root, role)
        previous = store.aliases(root).get(role)
        with _writing(root):
            folder = _kept(candidate, root, decision)
            manifest, manifest_sha256 = _described(folder)
            _refuse_other_bytes(known.of(manifest.version), manifest_sha256, folder)
            entry = Entry(
                at=at,
                by=by,
                version=manifest.version,
                role=role,
                decision=decision.outcome,
                findings=decision.findings,
                because=decision.because,
                previous=previous,
                manifest_sha256=manifest_sha256,
                model_sha256=manifest.model_sha256,
                card_sha256="",
            )
            text = card(manifest, decision, (*known.of(manifest.version), entry)).encode()
            entry = msgspec.structs.replace(entry, card_sha256=hashlib.sha256(text).hexdigest())
            _write(folder / CARD, text, _READ_ONLY)
            _add_line(register_file, entry)
            _set_alias(root, role, manifest.version)
    return folder, entry


@contextmanager
def _locked(root: Path) -> Iterator[int]:
    """Hold the register, open to add to, against any other release; a process that dies lets go."""
    with _writing(root):
        (root / "releases").mkdir(parents=True, exist_ok=True)
        handle = os.open(root / REGISTER, os.O_RDWR | os.O_CREAT | os.O_APPEND, _EVERYONE_READS)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"{root}: another release is under way; look at `dutyline releases` when it is done"
            raise ModelError(message) from error
        except OSError as error:
            message = f"{root / REGISTER}: cannot be locked here ({error.strerror}); use a local file system"
            raise ModelError(message) from error
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or root
        reason = (error.strerror or "cannot be written").lower()
        message = f"{where}: {reason}; make it writable; `dutyline releases` tells what stands"
        raise ModelError(message) from error


def _kept(candidate: Path, root: Path, decision: "Decision") -> Path:
    """The release's folder, holding the very bytes that were measured, read-only."""
    there = _place(root, decision.candidate.manifest.version)
    if there.exists() and not candidate.samefile(there):
        _refuse_unless_same(candidate, there)
    if there.exists():
        _verify(there, decision)
        for name in (MANIFEST, MODEL):
            (there / name).chmod(_READ_ONLY)
        return there
    for stale in there.parent.glob(".new-*"):  # of a release that was killed; we hold the lock
        shutil.rmtree(stale, ignore_errors=True)
    # A copy is verified, not the original, which may change meanwhile; only a whole one gets the name.
    copy = Path(tempfile.mkdtemp(prefix=".new-", dir=there.parent))
    try:
        for name in (MODEL, MANIFEST):
            _write(copy / name, _read(candidate / name), _READ_ONLY)
        _verify(copy, decision)
        copy.chmod(_FOLDER)
        copy.rename(there)
        _sync(there.parent)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    return there


def _refuse_if_moved(decision: "Decision", root: Path) -> None:
    """Refuse a decision that was made against a champion that is none any more."""
    champion = store.aliases(root).get("champion")
    if champion != decision.champion_version:
        message = (
            f"{decision.candidate.manifest.version} was compared with "
            f"{decision.champion_version or 'nothing'}, and meanwhile the champion is {champion or 'none'}; "
            "release it again"
        )
        raise ModelError(message)


def _refuse_beside_itself(decision: "Decision", root: Path, role: Role) -> None:
    """Refuse the champion as its own challenger: workers keep one notice of a version, with one role."""
    version = decision.candidate.manifest.version
    if role == "challenger" and version == store.aliases(root).get("champion"):
        message = (
            f"{version} is the champion and cannot be its own challenger; release another champion first"
        )
        raise ModelError(message)


def _place(root: Path, version: str) -> Path:
    if version in store.aliases(root) or version in get_args(Role):
        message = f"{version}: this is an alias and cannot name a version too; train under another version"
        raise ModelError(message)
    return store.locate(version, root=root)


def _verify(folder: Path, decision: "Decision") -> None:
    found = store.load(folder).version
    if found != decision.candidate.version:
        message = f"{folder}: this is {found}, measured was {decision.candidate.version}; release it again"
        raise ModelError(message)


def _refuse_unless_same(candidate: Path, there: Path) -> None:
    for name in (MANIFEST, MODEL):
        if _read(candidate / name) != _read(there / name):
            message = (
                f"{there}: version {there.name} is there with another {name}, and a version never changes; "
                "train the candidate under another version"
            )
            raise ModelError(message)


def _refuse_other_bytes(history: tuple[Entry, ...], manifest_sha256: str, folder: Path) -> None:
    """Refuse files that were swapped in after their version was registered."""
    if any(entry.manifest_sha256 != manifest_sha256 for entry in history):
        message = (
            f"{folder}: not the files that were registered as {folder.name}; restore those from where they "
            "are kept, and find out who changed them"
        )
        raise ModelError(message)


def _described(folder: Path) -> tuple[Manifest, str]:
    return store.describe(folder), sha256(folder / MANIFEST)


def _add_line(handle: int, entry: Entry) -> None:
    size = os.fstat(handle).st_size
    torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
    os.write(handle, b"\n" * torn + msgspec.json.encode(entry) + b"\n")
    os.fsync(handle)


def _set_alias(root: Path, role: Role, version: str) -> None:
    table = dict(sorted({**store.aliases(root), role: version}.items()))
    _write(root / ALIASES, msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n", _EVERYONE_READS)


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a file that is there wholly or not at all, also after a power cut."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        message = f"{path}: not there; a release has {MANIFEST} and {MODEL}, `dutyline train` makes both"
        raise ModelError(message) from error
