"""Trains a release from a labelled corpus; the same corpus and seed give the same bytes."""

import hashlib
import platform
import re
from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import version as installed
from pathlib import Path
from typing import Final

import dutyline
from dutyline.errors import ModelError
from models.abbreviations import abbreviations
from models.classifier import NotesClassifier
from models.features import TEXT_VERSION
from models.manifest import MANIFEST, MODEL, Manifest, decode, encode
from models.pipeline import incident_reader, untrained
from models.register import refuse_if_released
from training.corpus import check_apart, check_trainable, read
from training.crossval import FOLDS, cross_validated, fit, folds, material, predict
from training.holdout import measure
from training.packing import packed
from training.source import code_version
from training.together import Switchboard

SEED: Final = 911
LEAST_KNOWN_WORDS: Final = 8
"""An incident with fewer telling words is thin; docs/models.md gives the measurement."""

LEAST_EACH: Final = 10
"""True and false incidents that every output needs, so that each fold can calibrate."""

_LIBRARIES: Final = ("scikit-learn", "numpy", "scipy", "joblib")
_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]*")
_DATED: Final = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})\b")

Progress = Callable[[str, float], None]


def train(
    corpus_paths: Iterable[Path],
    out_dir: Path,
    version: str,
    *,
    aside: Iterable[Path] = (),
    seed: int = SEED,
    trained_at: str | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Train, measure and write a release.

    Args:
        corpus_paths: JSONL files of labelled incidents.
        out_dir: the release's directory, made if it is missing; its two files are replaced if they
            are of the same version.
        version: the release's name, such as `2026.11.23-1`.
        aside: files of incidents kept aside, which only the finished release is measured on.
        seed: decides the folds.
        trained_at: ISO 8601 date; without one, the date that the version begins with.
        progress: told what is being done and the share from 0 to 1 done before it.

    Raises:
        CorpusError: the corpus is wrong, cannot teach every output, or shares incidents with
            those kept aside.
        DataError: the table of abbreviations or of concepts is wrong.
        ModelError: the version is no name, or the release cannot be written.
    """
    tell = progress or (lambda _step, _share: None)
    if not _VERSION.fullmatch(version):
        message = f"{version!r} cannot name a release; give letters, digits, dots and dashes"
        raise ModelError(message)
    tell("reading the corpus", 0.0)
    corpus = read(corpus_paths)
    check_trainable(corpus, LEAST_EACH)
    aside_paths = list(aside)
    kept_aside = read(aside_paths) if aside_paths else None
    if kept_aside:
        check_apart(corpus, kept_aside)
    refuse_if_released(out_dir)
    _refuse_another(out_dir, version)
    _make(out_dir)
    tables = abbreviations()
    make = partial(untrained, tables, seed)
    given = material(corpus, incident_reader(tables))
    predicted, _ = predict(
        given,
        folds(given.truth, seed),
        make,
        LEAST_KNOWN_WORDS,
        lambda fold: tell("cross-validating", 0.05 + 0.09 * (fold + 1)),
    )
    tell("choosing thresholds with words, rules and policy", 0.5)
    board = Switchboard()
    found = cross_validated(predicted, given, board)
    tell("training on everything", 0.85)
    pipeline = fit(make, given.features, given.truth)
    classifier = NotesClassifier(
        pipeline, found.outputs, least_known_words=LEAST_KNOWN_WORDS, version=version
    )
    tell("measuring what was kept aside", 0.95)
    holdout = measure(classifier, kept_aside, board) if kept_aside else None
    model = packed(pipeline)
    manifest = Manifest(
        version=version,
        trained_at=trained_at or _date_of(version),
        corpus_sha256=corpus.sha256,
        incidents=len(given.incidents),
        files=corpus.files,
        software=dutyline.__version__,
        code_version=code_version(),
        text_version=TEXT_VERSION,
        python=platform.python_version(),
        libraries={name: installed(name) for name in _LIBRARIES},
        seed=seed,
        folds=FOLDS,
        least_known_words=LEAST_KNOWN_WORDS,
        outputs=found.outputs,
        together=found.together,
        aside_sha256=holdout.sha256 if holdout else None,
        kept_aside=holdout.outputs if holdout else None,
        kept_aside_together=holdout.together if holdout else None,
        model_sha256=hashlib.sha256(model).hexdigest(),
        model_bytes=len(model),
    )
    _write(out_dir, model, manifest)
    tell("done", 1.0)
    return manifest


def _refuse_another(directory: Path, version: str) -> None:
    """Keep a folder that holds another model as it is."""
    path = directory / MANIFEST
    if not path.exists():
        return
    there = decode(path.read_bytes(), path).version
    if there != version:
        message = (
            f"{directory}: holds the model {there}; give another folder for {version}, or remove that one"
        )
        raise ModelError(message)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(directory, error) from error


def _write(directory: Path, model: bytes, manifest: Manifest) -> None:
    """Write both files, the manifest last, so that a release cut short does not load."""
    try:
        (directory / MANIFEST).unlink(missing_ok=True)
        (directory / MODEL).write_bytes(model)
        (directory / MANIFEST).write_bytes(encode(manifest))
    except OSError as error:
        raise _unwritable(directory, error) from error


def _unwritable(directory: Path, error: OSError) -> ModelError:
    reason = (error.strerror or "cannot be written").lower()
    return ModelError(f"{directory}: {reason}; give a directory that can be written")


def _date_of(version: str) -> str | None:
    dated = _DATED.match(version)
    return "-".join(dated.groups()) if dated else None
