"""Trained models and decisions to try releasing with, made without training."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dutyline.vocabulary import OUTPUTS
from models import store
from models.manifest import Metrics, Together
from training.comparison import Measured
from training.decision import Decision
from training.holdout import Holdout

ASIDE = "a" * 64


def trained(folder: Path, version: str, **fields: object) -> Path:
    """A model in a folder: the shipped champion under another version, its manifest changed."""
    folder.mkdir(parents=True)
    champion = store.locate("champion")
    shutil.copyfile(champion / "model.joblib", folder / "model.joblib")
    manifest = json.loads((champion / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "version": version, **fields}))
    return folder


def figures(**changes: float) -> Metrics:
    """Figures of an output that nothing speaks against; 100 are true."""
    values = {
        "precision": 0.9,
        "recall": 0.7,
        "f1": 0.79,
        "average_precision": 0.8,
        "calibration_error": 0.02,
        "unsure": 0.3,
        "missed": 0.0,
    }
    return Metrics(incidents=300, positives=100, **{**values, **changes})


def holdout(*, left_out: int = 0, misses: dict[str, set[str]] | None = None, **outputs: Metrics) -> Holdout:
    """What is measured of a model that misses nothing, but for what is given."""
    return Holdout(
        incidents=300,
        sha256=ASIDE,
        outputs={name: outputs.get(name, figures()) for name in OUTPUTS},
        together=Together(police_true=120, police_left_out=left_out, divertible=150, diverted=60),
        misses={name: frozenset((misses or {}).get(name, ())) for name in OUTPUTS},
        left_out=frozenset(f"left-{number}" for number in range(left_out)),
        probabilities=np.empty((0, len(OUTPUTS))),
        verdicts=np.empty((0, len(OUTPUTS)), dtype=object),
    )


def measured(folder: Path, found: Holdout | None = None) -> Measured:
    """A model in a folder, as if it had been measured."""
    return Measured(store.load(folder).version, store.describe(folder), found or holdout())


def passed(folder: Path, root: Path, **changes: Any) -> Decision:  # noqa: ANN401 - each test gives what it needs
    """A decision that the model in a folder may be released under a root."""
    decision = Decision(
        outcome="passed",
        candidate=measured(folder),
        champion=None,
        champion_version=store.aliases(root).get("champion"),
        trained_on_shipped=True,
        agreement=False,
        findings=(),
        remarks=(),
        because=None,
    )
    return replace(decision, **changes)
