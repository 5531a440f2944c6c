"""Training a release from labelled incidents."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dutyline.errors import CorpusError, ModelError
from models import store
from training import corpus
from training.crossval import folds, truths
from training.train import train

ROOT = store.PACKAGE.parent


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some four hundred shipped incidents: enough to train on, quickly."""
    return some(tmp_path_factory.mktemp("corpus") / "small.jsonl", 0)


@pytest.fixture(scope="module")
def kept_aside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many others."""
    return some(tmp_path_factory.mktemp("corpus") / "aside.jsonl", 1)


def some(path: Path, start: int) -> Path:
    lines = [line for file in corpus.shipped_files() for line in file.read_text().splitlines()]
    path.write_text("\n".join(lines[start :: max(2, len(lines) // 400)]) + "\n")
    return path


@pytest.fixture(scope="module")
def told() -> list[tuple[str, float]]:
    """What the training of the release tells of its progress."""
    return []


@pytest.fixture(scope="module")
def trained(
    small: Path, kept_aside: Path, told: list[tuple[str, float]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A release trained on the small corpus."""
    directory = tmp_path_factory.mktemp("release")
    train(
        [small],
        directory,
        "2026.01.02-3",
        aside=[kept_aside],
        progress=lambda step, share: told.append((step, share)),
    )
    return directory


def test_a_trained_release_loads_and_scores(trained: Path) -> None:
    classifier = store.load(trained)
    (scores,) = classifier.score([corpus.read(corpus.shipped_files()).incidents[0].text])
    assert all(0 <= score.probability <= 1 for score in scores.values())


def test_the_same_corpus_and_seed_give_the_same_bytes_in_another_process(
    small: Path, kept_aside: Path, trained: Path, tmp_path: Path
) -> None:
    code = (
        "from pathlib import Path; import sys; from training.train import train;"
        "train([Path(sys.argv[1])], Path(sys.argv[2]), '2026.01.02-3', aside=[Path(sys.argv[3])])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    subprocess.run(
        [sys.executable, "-c", code, small, tmp_path, kept_aside], check=True, cwd=ROOT, env=environment
    )
    for name in ("model.joblib", "manifest.json"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


def test_another_seed_divides_the_incidents_another_way(small: Path) -> None:
    truth = truths(corpus.read([small]))
    assert (folds(truth, 1) == folds(truth, 1)).all()
    assert (folds(truth, 1) != folds(truth, 2)).any()


def test_the_manifest_says_where_the_model_comes_from(small: Path, trained: Path) -> None:
    manifest = store.describe(trained)
    assert manifest.trained_at == "2026-01-02"
    assert manifest.corpus_sha256 == corpus.read([small]).sha256
    assert set(manifest.libraries) == {"scikit-learn", "numpy", "scipy", "joblib"}
    assert manifest.model_bytes < 5_000_000


def test_what_is_kept_aside_is_measured_and_named(kept_aside: Path, trained: Path) -> None:
    manifest = store.describe(trained)
    aside = corpus.read([kept_aside])
    assert manifest.aside_sha256 == aside.sha256
    assert manifest.kept_aside is not None
    assert manifest.kept_aside["mental_health"].positives == sum(
        "mental_health" in incident.labels for incident in aside.incidents
    )


def test_an_incident_on_both_sides_stops_the_training(small: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="is in training and kept aside"):
        train([small], tmp_path / "out", "v1", aside=[small])
    assert not (tmp_path / "out").exists()


def test_a_registered_release_is_not_trained_over(small: Path, tmp_path: Path) -> None:
    champion = store.locate("champion")
    folder = tmp_path / "releases" / champion.name
    shutil.copytree(champion, folder)
    shutil.copy(store.PACKAGE / "register.jsonl", tmp_path)
    before = (folder / "model.joblib").read_bytes()
    with pytest.raises(ModelError, match="released"):
        train([small], folder, "v1")
    assert (folder / "model.joblib").read_bytes() == before


def test_a_folder_with_another_model_is_left_alone(small: Path, trained: Path) -> None:
    before = (trained / "model.joblib").read_bytes()
    with pytest.raises(ModelError, match="holds the model 2026"):
        train([small], trained, "2026.01.02-4")
    assert (trained / "model.joblib").read_bytes() == before


def test_the_thresholds_leave_out_police_only_within_the_bound(trained: Path) -> None:
    manifest = store.describe(trained)
    police = manifest.outputs["needs_police"]
    assert police.crisis is not None
    assert police.full.lo <= police.crisis.lo
    assert manifest.together.police_left_out <= manifest.together.police_true


def test_progress_is_told_up_to_the_end(trained: Path, told: list[tuple[str, float]]) -> None:
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[-1] == ("done", 1.0)


def test_a_corpus_that_cannot_teach_leaves_no_release(small: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(small.read_text().splitlines()[:5]))
    with pytest.raises(CorpusError, match="training needs at least"):
        train([few], tmp_path / "out", "v1")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("version", ["", "a/b", "../x", "-x"])
def test_a_version_that_is_no_name_is_refused(small: Path, tmp_path: Path, version: str) -> None:
    with pytest.raises(ModelError, match="cannot name a release"):
        train([small], tmp_path, version)


def test_a_directory_that_cannot_be_written_is_named(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="give a directory that can be written"):
        train([small], tmp_path / "file", "v1")
