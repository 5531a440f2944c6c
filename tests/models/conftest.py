"""Fixtures: the shipped release, and a copy of it that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from models import store
from models.classifier import NotesClassifier


@pytest.fixture(scope="session")
def classifier() -> NotesClassifier:
    """The shipped champion."""
    return store.load()


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A copy of the shipped champion's directory."""
    return Path(shutil.copytree(store.locate("champion"), tmp_path / "release"))
