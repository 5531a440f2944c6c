"""Loading a release that a notice announces: only the very files whose SHA-256 it names."""

import hashlib
from pathlib import Path
from typing import Final

from dutyline.errors import ModelError
from dutyline.judgement.types import Classifier, IncidentText, Line
from dutyline.vocabulary import OUTPUTS
from models.manifest import MANIFEST
from models.notice import Notice
from models.store import PACKAGE, describe, load, locate

_TRIED: Final = IncidentText((Line("1", "RP ADV MALE HAS KNIFE, DENIES SI", "call_taker"),), "WELFARE CHECK")


def load_announced(notice: Notice, root: Path = PACKAGE) -> Classifier:
    """Load and verify the release that a notice names, and see that it scores.

    Args:
        notice: the notice.
        root: the models folder, where `releases/` is.

    Raises:
        ModelError: the version is not there, its files are not those of the notice, or it cannot
            be loaded here; nothing is unpickled of which the notice does not have the hash.
    """
    folder = locate(notice.version, root=root)
    if folder.name != notice.version:
        message = f"{notice.version} is an alias under {root}; a notice names a version"
        raise ModelError(message)
    manifest = describe(notice.version, root=root)
    for name, found, announced in (
        ("manifest", _sha256(folder / MANIFEST), notice.manifest_sha256),
        ("model", manifest.model_sha256, notice.model_sha256),
    ):
        if found != announced:
            message = (
                f"{folder}: its {name} is not the one of the notice (sha256 differs); "
                "install the release that was announced, and publish its notice again"
            )
            raise ModelError(message)
    classifier = load(notice.version, root=root)
    if classifier.version != notice.identity:
        message = (
            f"{folder}: holds {classifier.version} where {notice.identity} was announced; install that one"
        )
        raise ModelError(message)
    _try(classifier, folder)
    return classifier


def _try(classifier: Classifier, folder: Path) -> None:
    """Score once, since a classifier that fails would stop a worker at its next note."""
    try:
        [scores] = classifier.score([_TRIED])
        classifier.explain(_TRIED, OUTPUTS)
    except Exception as error:
        message = f"{folder}: loads but cannot score ({type(error).__name__}); train the release again"
        raise ModelError(message) from error
    if not set(OUTPUTS) <= scores.keys():
        message = f"{folder}: does not score every output; train the release again with this software"
        raise ModelError(message)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        message = f"{path}: {(error.strerror or 'unreadable').lower()}; install the release again"
        raise ModelError(message) from error
