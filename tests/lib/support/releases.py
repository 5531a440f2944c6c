"""A models folder of a test's own, with releases made of the shipped one."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from models import store
from models.manifest import MANIFEST, MODEL
from models.notice import Notice, Role


def models_folder(folder: Path) -> Path:
    """Make a folder whose champion is the shipped one."""
    root = folder / "models"
    champion = store.aliases()["champion"]
    (root / "releases").mkdir(parents=True)
    shutil.copytree(store.locate(champion), root / "releases" / champion)
    (root / "aliases.json").write_text(json.dumps({"champion": champion}), encoding="utf-8")
    return root


def add_release(root: Path, version: str, *, unsure: bool = False) -> Path:
    """Put a copy of the shipped champion beside it under another version.

    Args:
        root: the models folder.
        version: its name.
        unsure: whether it shall be sure of nothing, and so suggest something else.
    """
    folder = Path(shutil.copytree(store.locate("champion"), root / "releases" / version))
    path = folder / MANIFEST
    path.chmod(0o644)
    manifest = json.loads(path.read_bytes())
    manifest["version"] = version
    if unsure:
        _be_unsure(manifest["outputs"])
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def notice_of(folder: Path, role: Role = "champion") -> Notice:
    """Announce a release's files as they are."""
    return Notice(
        version=folder.name,
        role=role,
        manifest_sha256=_sha256(folder / MANIFEST),
        model_sha256=_sha256(folder / MODEL),
        released_at="2026-11-24T10:00:00+00:00",
    )


def tamper(folder: Path) -> None:
    """Change a bit of a release's model."""
    path = folder / MODEL
    path.chmod(0o644)
    model = bytearray(path.read_bytes())
    model[1000] ^= 1
    path.write_bytes(model)


def _be_unsure(thresholds: Any) -> None:  # noqa: ANN401 - whatever the manifest's outputs hold
    for name, value in thresholds.items():
        if isinstance(value, dict):
            _be_unsure(value)
        elif name in {"lo", "hi"}:
            thresholds[name] = {"lo": 0.0, "hi": 1.0}[name]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
