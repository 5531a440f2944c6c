"""Which source a release was made with."""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("dutyline", "duty", "models", "training")
_KINDS: Final = frozenset({".py", ".yaml"})
_SHOWN: Final = 16


def code_version() -> str:
    """Hash all source and tables that reading, training and judging depend on.

    Returns:
        The beginning of a SHA-256: equal for equal files, wherever they are installed.
    """
    digest = hashlib.sha256()
    for package in _PACKAGES:
        spec = find_spec(package)
        folders = spec.submodule_search_locations if spec else None
        for folder in folders or ():
            root = Path(folder)
            for path in sorted(root.rglob("*")):
                if path.suffix in _KINDS and path.is_file():
                    digest.update(f"{package}/{path.relative_to(root).as_posix()}\n".encode())
                    digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_SHOWN]
