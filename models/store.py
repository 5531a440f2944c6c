"""Releases on disk: a model file is unpickled only after its manifest vouches for its bytes."""

import hashlib
import io
import json
import re
from pathlib import Path
from typing import Final

import joblib
import sklearn

from dutyline.errors import ModelError
from models.classifier import NotesClassifier
from models.features import TEXT_VERSION
from models.manifest import MANIFEST, MODEL, Manifest, decode

PACKAGE: Final = Path(__file__).parent
_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]*")


def load(reference: str | Path = "champion", *, root: Path = PACKAGE) -> NotesClassifier:
    """Load a release.

    Args:
        reference: an alias or a version, looked up under `root`; or, as a `Path`, the
            release's own directory.
        root: where `aliases.json` and `releases/` are.

    Raises:
        ModelError: there is no such release, a file of it is missing, damaged or not what
            its manifest vouches for, or it was trained with other libraries.
    """
    directory = locate(reference, root=root)
    manifest_bytes = _read(directory / MANIFEST)
    manifest = decode(manifest_bytes, directory / MANIFEST)
    _check_made_with(manifest, directory)
    model = _verified(manifest, directory / MODEL)
    try:
        pipeline = joblib.load(io.BytesIO(model))
    except Exception as error:
        message = f"{directory / MODEL}: vouched for but cannot be unpickled here; train the release again"
        raise ModelError(message) from error
    identity = f"{manifest.version}+{hashlib.sha256(manifest_bytes).hexdigest()[:12]}"
    return NotesClassifier(
        pipeline, manifest.outputs, least_known_words=manifest.least_known_words, version=identity
    )


def describe(reference: str | Path = "champion", *, root: Path = PACKAGE) -> Manifest:
    """A release's manifest, without loading the model.

    Raises:
        ModelError: there is no such release, or its manifest cannot be read.
    """
    path = locate(reference, root=root) / MANIFEST
    return decode(_read(path), path)


def locate(reference: str | Path, *, root: Path = PACKAGE) -> Path:
    """The directory of a release, which may not exist.

    Raises:
        ModelError: the reference is no name, or the table of aliases cannot be read.
    """
    if isinstance(reference, Path):
        return reference
    version = aliases(root).get(reference, reference)
    if not _NAME.fullmatch(version):
        message = f"{version!r} is not a model's alias or version; give letters, digits, dots and dashes"
        raise ModelError(message)
    return root / "releases" / version


def aliases(root: Path = PACKAGE) -> dict[str, str]:
    """The version that each alias stands for.

    Raises:
        ModelError: `aliases.json` is not a table of names.
    """
    path = root / "aliases.json"
    if not path.exists():
        return {}
    try:
        table = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        message = f'{path}: cannot be read; it should be like {{"champion": "VERSION"}}'
        raise ModelError(message) from error
    if not isinstance(table, dict) or not all(isinstance(version, str) for version in table.values()):
        message = f'{path}: each alias needs one version, like {{"champion": "VERSION"}}'
        raise ModelError(message)
    return table


def _check_made_with(manifest: Manifest, directory: Path) -> None:
    trained = manifest.libraries.get("scikit-learn")
    if trained != sklearn.__version__:
        message = (
            f"{directory}: trained with scikit-learn {trained}, here is {sklearn.__version__}; "
            "install the locked requirements, or train the release again"
        )
        raise ModelError(message)
    if manifest.text_version != TEXT_VERSION:
        message = (
            f"{directory}: trained on text read the way of version {manifest.text_version}, here is "
            f"{TEXT_VERSION}; use the software it came with ({manifest.software}), or train it again"
        )
        raise ModelError(message)


def _verified(manifest: Manifest, path: Path) -> bytes:
    """The model's bytes, read once, and only if they are those vouched for."""
    model = _read(path)
    if len(model) != manifest.model_bytes:
        message = (
            f"{path}: {len(model)} bytes where the manifest says {manifest.model_bytes}; install it again"
        )
        raise ModelError(message)
    if hashlib.sha256(model).hexdigest() != manifest.model_sha256:
        message = f"{path}: not the file that the manifest vouches for (sha256 differs); do not use it"
        raise ModelError(message)
    return model


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        if path.parent.is_dir():
            message = f"{path}: {reason}; the release is not whole, so copy it again from where it was made"
        else:
            message = (
                f"{path}: {reason}; there is no such release: `dutyline releases` lists them, "
                "`dutyline train` makes one, aliases.json names the champion"
            )
        raise ModelError(message) from error
