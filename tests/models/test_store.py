"""Loading a release: only what its manifest vouches for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dutyline.errors import ModelError
from models import store
from training import corpus


def change_manifest(release: Path, **fields: object) -> None:
    path = release / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_the_champion_loads_by_alias_version_and_directory(release: Path) -> None:
    version = store.aliases()["champion"]
    by_alias, by_version, by_directory = store.load(), store.load(version), store.load(release)
    assert by_alias.version == by_version.version == by_directory.version
    assert by_alias.version.startswith(f"{version}+")


def test_a_change_of_thresholds_is_another_version(release: Path) -> None:
    before = store.load(release).version
    outputs = json.loads((release / "manifest.json").read_text())["outputs"]
    outputs["weapon"]["hi"] = 0.99
    change_manifest(release, outputs=outputs)
    assert store.load(release).version != before


def test_the_champion_was_trained_on_the_shipped_corpus() -> None:
    assert store.describe().corpus_sha256 == corpus.read(corpus.shipped_files()).sha256


def test_a_truncated_model_is_refused(release: Path) -> None:
    model = release / "model.joblib"
    model.write_bytes(model.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"bytes where the manifest says .* install it again"):
        store.load(release)


def test_a_tampered_model_is_refused_before_it_is_unpickled(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = release / "model.joblib"
    spoiled = bytearray(model.read_bytes())
    spoiled[1000] ^= 1
    model.write_bytes(spoiled)
    monkeypatch.setattr("joblib.load", lambda _: pytest.fail("unpickled"))
    with pytest.raises(ModelError, match="sha256 differs"):
        store.load(release)


@pytest.mark.parametrize("name", ["model.joblib", "manifest.json"])
def test_a_release_without_one_of_its_files_is_refused(release: Path, name: str) -> None:
    (release / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: no such file"):
        store.load(release)


def test_a_model_of_another_scikit_learn_is_refused(release: Path) -> None:
    change_manifest(release, libraries={"scikit-learn": "1.2.0"})
    with pytest.raises(
        ModelError, match=r"trained with scikit-learn 1\.2\.0, here is .* train the release again"
    ):
        store.load(release)


def test_a_model_that_reads_text_another_way_is_refused(release: Path) -> None:
    change_manifest(release, text_version=0)
    with pytest.raises(ModelError, match="text read the way of version 0"):
        store.load(release)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": "1"}'])
def test_a_manifest_that_is_none_is_refused(release: Path, content: str) -> None:
    (release / "manifest.json").write_text(content)
    with pytest.raises(ModelError, match="not a model's manifest"):
        store.load(release)


def test_a_manifest_of_other_outputs_is_refused(release: Path) -> None:
    outputs = json.loads((release / "manifest.json").read_text())["outputs"]
    del outputs["weapon"]
    change_manifest(release, outputs=outputs)
    with pytest.raises(ModelError, match="outputs or thresholds"):
        store.load(release)


@pytest.mark.parametrize("reference", ["../../etc", "a/b", ""])
def test_a_reference_that_leaves_the_releases_is_refused(reference: str) -> None:
    with pytest.raises(ModelError, match="not a model's alias or version"):
        store.load(reference)


def test_an_unknown_version_says_how_to_make_one() -> None:
    with pytest.raises(ModelError, match="dutyline train"):
        store.load("1999.01.01-1")


@pytest.mark.parametrize("table", ["[]", "{", '{"champion": 1}'])
def test_aliases_that_are_no_table_are_refused(tmp_path: Path, table: str) -> None:
    (tmp_path / "aliases.json").write_text(table)
    with pytest.raises(ModelError, match=r"aliases\.json"):
        store.load("champion", root=tmp_path)


def test_loading_needs_nothing_of_training() -> None:
    code = "import sys, models.store; sys.exit(any(name.split('.')[0] == 'training' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=store.PACKAGE.parent).returncode == 0
